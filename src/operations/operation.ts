/**
 * Operations: what a person or an agent can ask of a replica. One table, many doors.
 *
 * An operation has a name, a sentence, a REST route, the right it needs, a schema for what goes in, and `run`. Doors (the
 * UI, REST, SDKs, MCP, the CLI) are read off the table. `run` is synchronous, completes against the local replica and
 * answers a value or a refusal; whatever is wrong with the input is found before anything is written.
 */

import * as z from 'zod/mini'
import { refuse, type Result } from '../base/result.ts'
import type { Right } from '../core/change.ts'
import { isNodeId, isNodeType, type NodeId } from '../core/ids.ts'
import type { Facts } from '../core/scope.ts'
import type { Replica } from '../replica/replica.ts'

export interface Context {
  readonly replica: Replica
}

export interface Operation<Name extends string = string, In extends z.ZodMiniType = z.ZodMiniType, Out = unknown> {
  readonly name: Name
  readonly summary: string
  /** Method and path under `/api/v1`. */
  readonly route: string
  /** The right on the type of node; null reads only. */
  readonly needs: readonly [right: Right, type: string] | null
  readonly input: In
  readonly run: (context: Context, input: z.output<In>) => Result<Out>
}

export function operation<Name extends string, In extends z.ZodMiniType, Out>(
  spec: Operation<Name, In, Out>,
): Operation<Name, In, Out> {
  return spec
}

/** Checks the input and the right, then runs. `input` may be anything. */
export function perform<In extends z.ZodMiniType, Out>(
  spec: Operation<string, In, Out>,
  context: Context,
  input: unknown,
): Result<Out> {
  const parsed = spec.input.safeParse(input)
  if (!parsed.success) return refuse({ code: 'invalid', detail: z.prettifyError(parsed.error) })
  if (spec.needs && !context.replica.may(spec.needs[0], aboutOf(context.replica, spec.needs[1], parsed.data))) {
    const [right, type] = spec.needs
    return refuse({
      code: 'permission_denied',
      detail: `You may not ${right} a ${type} here. Ask somebody who may to grant it to you.`,
    })
  }
  return spec.run(context, parsed.data)
}

/**
 * What the input is about, as far as rights go: the node that it names (of several the first; who takes several looks at each), or
 * one of that type in the same project, or in the project that it names.
 */
export function aboutOf(replica: Replica, type: string, input: unknown): string | Facts {
  if (!isNodeType(type)) return type
  const { ids, id = Array.isArray(ids) ? ids[0] : undefined, project } = (input ?? {}) as Readonly<Record<string, unknown>>
  const found = typeof id === 'string' ? replica.views.find(id) : null
  const node = found === null ? undefined : replica.nodes.get(found)
  if (node?.type === type) return node
  const within = node ? node.project : isNodeId(project) ? project : null
  return { id: '' as NodeId, type, project: within, path: null }
}

/**
 * Operations: what a person or an agent can ask of a replica. One table, many doors.
 *
 * An operation has a name, a sentence, a REST route, the right it needs, a schema for what goes in, and `run`. Doors (the
 * UI, REST, SDKs, MCP, the CLI) are read off the table. `run` is synchronous, completes against the local replica and
 * answers a value or a refusal; whatever is wrong with the input is found before anything is written.
 */

import * as z from 'zod/mini'
import { refuse, type Result } from '../base/result.ts'
import { hasHalf } from '../base/well-formed.ts'
import type { Right } from '../core/change.ts'
import { isNodeId, isNodeType, type NodeId } from '../core/ids.ts'
import { type Facts, scopeFault } from '../core/scope.ts'
import type { Replica } from '../replica/replica.ts'
import type { After } from '../sync/pair-clock.ts'
import type { ClaimPorts } from './claim-and-settle.ts'
import { humanFenceOf } from './human-fence.ts'

export interface Context {
  readonly replica: Replica
  /** What it takes to wait for others when a task is claimed. Without them a claim holds at once. */
  readonly ports?: ClaimPorts
  /** What it takes to wait for what comes. Without it nothing is waited for. */
  readonly after?: After
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal
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

/** What reads the log, or waits: it answers later. Whatever is wrong with the input is found at once all the same. */
export interface SlowOperation<
  Name extends string = string,
  In extends z.ZodMiniType = z.ZodMiniType,
  Out = unknown,
> extends Omit<Operation<Name, In>, 'run'> {
  readonly run: (context: Context, input: z.output<In>) => Promise<Result<Out>>
}

export function operation<Name extends string, In extends z.ZodMiniType, Out>(
  spec: Operation<Name, In, Out>,
): Operation<Name, In, Out> {
  return spec
}

export function slowOperation<Name extends string, In extends z.ZodMiniType, Out>(
  spec: SlowOperation<Name, In, Out>,
): SlowOperation<Name, In, Out> {
  return spec
}

/** Checks the input and the right, then runs. `input` may be anything. */
export function perform<In extends z.ZodMiniType, Answer extends Result<unknown> | Promise<Result<unknown>>>(
  spec: Omit<Operation<string, In>, 'run'> & { readonly run: (context: Context, input: z.output<In>) => Answer },
  context: Context,
  input: unknown,
): Answer | Result<never> {
  const parsed = spec.input.safeParse(input)
  if (!parsed.success) return refuse({ code: 'invalid', detail: z.prettifyError(parsed.error) })
  if (hasHalf(parsed.data))
    return refuse({
      code: 'invalid',
      detail: 'Half of a character stands in it: a surrogate without the other. Send whole ones.',
    })
  if (spec.needs) {
    const [right, type] = spec.needs
    const about = aboutOf(context.replica, type, parsed.data)
    if (!context.replica.may(right, about))
      return refuse({ code: 'permission_denied', detail: deniedWords(context.replica, right, type, about) })
    if (right in FENCED && typeof about !== 'string' && context.replica.isFenced(about))
      return refuse({
        code: 'claim_held',
        detail:
          'Your run lost its task, so nothing that you write in it shows. Give it up first (release), and take another task.',
      })
  }
  const fence = humanFenceOf(context.replica, parsed.data)
  return fence ? refuse(fence) : spec.run(context, parsed.data)
}

const FENCED: Readonly<Partial<Record<Right, true>>> = { create: true, update: true, delete: true, assign: true }

/**
 * What the input is about, as far as rights go: the node that it names (of several the first; who takes several looks at each), or
 * one of that type in the same project, or in the project that it names.
 */
export function aboutOf(replica: Replica, type: string, input: unknown): string | Facts {
  if (!isNodeType(type)) return type
  const { ids, id, task, project, path } = (input ?? {}) as Readonly<Record<'ids' | 'id' | 'task' | 'project' | 'path', unknown>>
  const named: unknown = Array.isArray(ids) ? ids[0] : typeof id === 'string' ? id : task
  const found = typeof named === 'string' ? replica.views.find(named) : null
  const node = found === null ? undefined : replica.nodes.get(found)
  if (node?.type === type) return node
  const within = node ? node.project : isNodeId(project) ? project : null
  return { id: '' as NodeId, type, project: within, path: type === 'document' && typeof path === 'string' ? path : null }
}

/** Where it is the path alone that is in the way, the patterns are named: that is what can be asked for. */
function deniedWords(replica: Replica, right: Right, type: string, about: string | Facts): string {
  const general = `You may not ${right} a ${type} here. Ask somebody who may to grant it to you.`
  if (typeof about === 'string' || about.path === null) return general
  const ms = replica.now()
  const barred = replica.held.filter(({ cited }) => scopeFault(cited, right, about, ms) === 'path')
  if (barred.length === 0) return general
  const files = [...new Set(barred.flatMap(({ grant }) => grant.globs ?? []))]
  const may = files.length === 0 ? 'no files' : `only ${files.join(', ')}`
  return `${about.path} lies outside of the files that you may write: ${may}. Ask somebody who may to widen that, or choose another path.`
}

/**
 * Triggers: what a workspace does by itself when something happens, is due, or stays silent.
 *
 * A trigger stands on the workspace's node, in fields that older versions keep as they are: a set `triggers` of ids with registers
 * `triggers/<id>/name`, `/when`, `/action`, `/on`. It is off until somebody switches it on, and is then carried out by that key alone,
 * under that key's rights, while its replica is open (`trigger-runner.ts`): so nothing happens twice. What it is called, what it does,
 * when, and that it is on must all be that key's own words: nobody makes another's replica act, or speak, by changing a trigger.
 */

import * as z from 'zod/mini'
import { toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { own } from '../core/crdt/own.ts'
import { winnerRef } from '../core/crdt/register.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import { type ActorKey, workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import type { Replica } from '../replica/replica.ts'
import { operation } from './operation.ts'
import { priority, title, word } from './shapes.ts'

const minutes = z.int().check(z.minimum(1), z.maximum(LOCAL.triggerMinutes))
const label = z._default(z.nullable(word), null)
const when = z.discriminatedUnion('on', [
  /** A type of event (`task.submitted`), or all about one kind of node (`task`). */
  z.object({ on: z.literal('event'), type: z.string().check(z.regex(/^[a-z]+(\.[a-z_]+)?$/)), label }),
  /** At `from` (milliseconds since 1970), and every so many minutes after it. */
  z.object({ on: z.literal('schedule'), from: z.int().check(z.minimum(0)), everyMinutes: minutes }),
  /** So many minutes before the due date of an open task. */
  z.object({ on: z.literal('deadline'), minutes, label }),
  /** When the run that holds a task has left no sign for so long. */
  z.object({ on: z.literal('silence'), minutes, label }),
])
const action = z.discriminatedUnion('do', [
  z.object({ do: z.literal('notify'), text: title }),
  z.object({
    do: z.literal('create_task'),
    title,
    labels: z._default(z.array(word).check(z.maxLength(LOCAL.labelsPerTask)), []),
    assignee: z._default(z.nullable(word), null),
    priority: z._default(priority, 2),
  }),
  z.object({ do: z.literal('assign'), to: word }),
  /** The agent that the event is by or the run is of; on a schedule all of them. */
  z.object({ do: z.literal('pause') }),
])

export type When = z.output<typeof when>
export type Action = z.output<typeof action>

export interface Trigger {
  readonly id: string
  readonly name: string
  readonly when: When
  readonly action: Action
  readonly isOn: boolean
  /** Who carries it out; null while it is off, or was changed by another since. */
  readonly runner: ActorKey | null
  /** Since when it is on, or off; milliseconds since 1970. */
  readonly since: number
  /** Why it switched itself off, in words; null where a person did, or nobody yet. */
  readonly stopped: string | null
}

type Part = 'name' | 'when' | 'action' | 'on' | 'stopped' | 'slot' | 'done'
export const triggerField = (id: string, part: Part): string => `triggers/${id}/${part}`

export const listTriggers = operation({
  name: 'list_triggers',
  summary: 'List the triggers of the workspace',
  route: 'GET /triggers',
  needs: null,
  input: z.object({}),
  run: ({ replica }): Result<readonly Trigger[]> => ok(triggersIn(replica)),
})

export const saveTrigger = operation({
  name: 'save_trigger',
  summary: 'Add a trigger, or change one; it is off until somebody switches it on, and then carried out by them',
  route: 'POST /triggers',
  needs: ['update', 'workspace'],
  input: z.object({ trigger: z.optional(word), name: word, when, action }),
  run({ replica }, input): Result<Trigger> {
    const known = triggersIn(replica)
    if (input.trigger !== undefined && !known.some(({ id }) => id === input.trigger)) return gone()
    if (input.trigger === undefined && known.length >= LOCAL.triggers)
      return refuse({ code: 'too_large', detail: `A workspace has ${LOCAL.triggers} triggers at most.` })
    if (input.action.do === 'assign' && input.when.on === 'schedule')
      return refuse({ code: 'invalid', detail: 'A schedule is about no task: there is nothing to assign.' })
    const id = input.trigger ?? toHex(replica.random(6))
    const node = workspaceNodeId(replica.workspace)
    replica.transact(`Save trigger ${input.name}`, (tx) => {
      tx.add(node, 'triggers', id)
      tx.set(node, triggerField(id, 'name'), input.name)
      tx.set(node, triggerField(id, 'when'), input.when)
      tx.set(node, triggerField(id, 'action'), input.action)
      tx.set(node, triggerField(id, 'on'), false)
    })
    return found(replica, id)
  },
})

export const switchTrigger = operation({
  name: 'switch_trigger',
  summary: 'Switch a trigger on, to be carried out by you while your board or host is open, or off',
  route: 'POST /triggers/:trigger/switch',
  needs: ['update', 'workspace'],
  input: z.object({ trigger: word, on: z.boolean() }),
  run({ replica }, { trigger: id, on }): Result<Trigger> {
    const trigger = found(replica, id)
    if (!trigger.ok) return trigger
    const node = workspaceNodeId(replica.workspace)
    const say = (part: Part, value: Value) => ({ op: 'set', node, field: triggerField(id, part), value }) as const
    replica.transact(`Switch ${trigger.value.name} ${on ? 'on' : 'off'}`, (tx) => {
      // Written also where they are the same: who switches it on says all of it in their own words.
      if (on) {
        tx.write(say('name', trigger.value.name))
        tx.write(say('when', trigger.value.when))
        tx.write(say('action', trigger.value.action))
        tx.set(node, triggerField(id, 'stopped'), null)
      }
      tx.write(say('on', on))
    })
    return found(replica, id)
  },
})

export const deleteTrigger = operation({
  name: 'delete_trigger',
  summary: 'Delete a trigger',
  route: 'DELETE /triggers/:trigger',
  needs: ['update', 'workspace'],
  input: z.object({ trigger: word }),
  run({ replica }, { trigger: id }): Result<Trigger> {
    const trigger = found(replica, id)
    if (trigger.ok)
      replica.transact(`Delete trigger ${trigger.value.name}`, (tx) =>
        tx.remove(workspaceNodeId(replica.workspace), 'triggers', id),
      )
    return trigger
  },
})

/** By name. What does not fit is read as not being there. */
export function triggersIn(replica: Replica): readonly Trigger[] {
  const node = replica.nodes.get(workspaceNodeId(replica.workspace))
  if (!node) return []
  return elements(node, 'triggers')
    .slice(0, LOCAL.triggers)
    .flatMap((id) => triggerOf(replica, node, id) ?? [])
    .toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
}

/** Whether the change was made after the trigger was switched on. */
export function isSince(replica: Replica, { id }: Trigger, ref: Ref): boolean {
  const node = replica.nodes.get(workspaceNodeId(replica.workspace))
  const switched = node && winnerRef(own(node.registers, triggerField(id, 'on')))
  return switched !== undefined && replica.history.compare(ref, switched) > 0
}

function triggerOf(replica: Replica, node: WorkNode, id: string): Trigger | null {
  const name = read(node, triggerField(id, 'name'))
  const [asked, wanted] = [
    when.safeParse(read(node, triggerField(id, 'when'))),
    action.safeParse(read(node, triggerField(id, 'action'))),
  ]
  if (typeof name !== 'string' || !asked.success || !wanted.success) return null
  const refOf = (part: Part) => winnerRef(own(node.registers, triggerField(id, part)))
  const since = refOf('on')
  const isOn = read(node, triggerField(id, 'on')) === true
  const authors = (['on', 'name', 'when', 'action'] as const).map((part) => authorOf(replica, refOf(part)))
  const stopped = read(node, triggerField(id, 'stopped'))
  return {
    id,
    name,
    when: asked.data,
    action: wanted.data,
    isOn,
    runner: isOn && new Set(authors).size === 1 ? (authors[0] ?? null) : null,
    since: since === undefined ? 0 : replica.history.msOf(since),
    stopped: typeof stopped === 'string' && stopped !== '' ? stopped : null,
  }
}

function authorOf(replica: Replica, ref: Ref | undefined): ActorKey | null {
  return ref === undefined ? null : replica.byOf(ref).actor
}

function found(replica: Replica, id: string): Result<Trigger> {
  const trigger = triggersIn(replica).find((one) => one.id === id)
  return trigger ? ok(trigger) : gone()
}

function gone(): Result<never> {
  return refuse({ code: 'not_found', detail: 'That trigger is not there any more.' })
}

/**
 * What about one task needs a person. Derived from the task, what hangs on it and the clock; nothing else is asked.
 *
 * What has one cause is one item: whatever comes of the work on a task stands together, the most urgent first, so that the question of
 * a run that went silent is one thing to deal with and not two. Two values of a field that were written apart are a cause of their own.
 */

import { isHeld } from '../core/work.ts'
import { conflictsOf } from '../core/conflicts.ts'
import { read, type WorkNode } from '../core/fold.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { isClosed, isDeleted, statusOf } from '../core/readiness.ts'
import type { Replica } from './replica.ts'
import type { RunRow } from './run-row.ts'

/** The most urgent first. */
export const CONCERNS = ['question', 'failed', 'stalled', 'conflict', 'budget', 'refused', 'review', 'stuck'] as const
export type ConcernKind = (typeof CONCERNS)[number]

export interface Concern {
  readonly kind: ConcernKind
  /** Milliseconds since 1970. Of a run that is silent: its last sign. */
  readonly since: number
  /** The questions, or the runs, that it is about. */
  readonly about: readonly NodeId[]
  /** Names what there is of it: with another mark there is more of it. */
  readonly marks: readonly string[]
}

export interface InboxItem {
  /** The same while its cause is. */
  readonly cause: string
  readonly task: NodeId
  /** Of the task: 0 comes first. */
  readonly priority: number
  /** The most urgent first; at least one. */
  readonly concerns: readonly Concern[]
}

/** What is read of a replica. */
export type InboxSource = Pick<Replica, 'views' | 'nodes' | 'history' | 'authority' | 'runsOf' | 'now'>

export interface Looked {
  readonly items: readonly InboxItem[]
  /** When something is to be added though nothing changes; infinite for never. */
  readonly turnsAt: number
  /** Whether a run holds the task, or waits for a word. */
  readonly isHeld: boolean
}

const NOTHING: Looked = { items: [], turnsAt: Number.POSITIVE_INFINITY, isHeld: false }

export function lookAtTask(source: InboxSource, task: WorkNode): Looked {
  if (isPlain(source, task) || isDeleted(task) || isClosed(task)) return NOTHING
  const now = source.now()
  const later: number[] = []
  const [runs, holder] = [task.work ? source.runsOf(task.id) : [], task.work?.holder ?? null]
  const held = runs.find(({ id }) => id === holder)
  const timed = held ? silence(source, task, held) : untouched(source, task, holder)
  if (timed && timed.from > now) later.push(timed.from)
  const concerns = [
    questions(source, task),
    failure(task, runs),
    timed && timed.from <= now ? timed.concern : null,
    held ? overspent(source, held) : null,
    held ? refusals(held) : null,
    review(task, runs),
  ].filter((concern) => concern !== null)
  const conflict = conflicts(source, task)
  const items: InboxItem[] = []
  if (concerns.length > 0)
    items.push(
      item(
        task,
        'work',
        concerns.toSorted((a, b) => urgency(a) - urgency(b)),
      ),
    )
  if (conflict) items.push(item(task, 'conflict', [conflict]))
  return { items, turnsAt: Math.min(Number.POSITIVE_INFINITY, ...later), isHeld: holder !== null }
}

/** Most tasks are: nobody has worked on them or spoken about them. All are looked at when a page opens. */
function isPlain({ views }: InboxSource, task: WorkNode): boolean {
  const { id, work } = task
  return !work && statusOf(task) !== 'in_progress' && !views.conflicted.has(id) && views.commentsOn(id).length === 0
}

/** By kind, then by the priority of the task, then the oldest. */
export function byUrgency(a: InboxItem, b: InboxItem): number {
  const [one, other] = [a.concerns[0] as Concern, b.concerns[0] as Concern]
  return urgency(one) - urgency(other) || a.priority - b.priority || one.since - other.since || (a.cause < b.cause ? -1 : 1)
}

function urgency({ kind }: Concern): number {
  return CONCERNS.indexOf(kind)
}

function item(task: WorkNode, cause: string, concerns: readonly Concern[]): InboxItem {
  const priority = read(task, 'priority')
  return { cause: `${cause} ${task.id}`, task: task.id, priority: typeof priority === 'number' ? priority : 2, concerns }
}

function questions({ views, nodes, history }: InboxSource, { id }: WorkNode): Concern | null {
  const open = views.commentsOn(id).filter((comment) => views.questions.has(comment))
  const first = open[0] && nodes.get(open[0])
  return first
    ? { kind: 'question', since: history.msOf(first.created), about: open, marks: open.map((one) => `asks ${one}`) }
    : null
}

/** The last run ended with words that it cannot be done, and nobody has taken the task, or set it aside, since. */
function failure(task: WorkNode, runs: readonly RunRow[]): Concern | null {
  const last = runs.at(-1)
  if (last?.state !== 'fail' || task.work?.holder || statusOf(task) !== 'ready') return null
  return { kind: 'failed', since: Date.parse(last.since), about: [last.id], marks: [`failed ${last.id}`] }
}

interface Timed {
  readonly from: number
  readonly concern: Concern
}

function silence(source: InboxSource, task: WorkNode, run: RunRow): Timed | null {
  if (!isHeld(run.state)) return null
  const since = lastSignOf(source, task, run)
  return {
    from: since + LOCAL.silentRunMs,
    concern: { kind: 'stalled', since, about: [run.id], marks: [`silent ${run.id} ${since}`] },
  }
}

/** When a run was last heard of in the log: by what it said of itself, by what its agent wrote on the task or asked about it. */
export function lastSignOf({ views, nodes, history }: InboxSource, task: WorkNode, run: RunRow): number {
  const isBy = (ref: number): boolean => history.feedOf(Math.floor(ref / 256)).startsWith(run.agent)
  const own = task.work?.runs.find(({ id }) => id === run.id)
  const said = [...(own?.records ?? []).map(({ ref }) => ref), ...(own?.renewed ? [own.renewed] : [])]
  const wrote = [nodes.get(run.id)?.updated, task.updated, ...views.commentsOn(task.id).map((id) => nodes.get(id)?.created)]
  return Math.max(
    ...[...said, ...wrote.filter((ref) => ref !== undefined && isBy(ref))].map((ref) => history.msOf(ref as number)),
  )
}

/** In progress by its status alone: no run holds it, and nobody has touched it or spoken about it for long. */
function untouched({ views, nodes, history }: InboxSource, task: WorkNode, holder: NodeId | null): Timed | null {
  if (holder !== null || statusOf(task) !== 'in_progress') return null
  const last = nodes.get(views.commentsOn(task.id).at(-1) as NodeId)
  const since = Math.max(history.msOf(task.updated), last ? history.msOf(last.created) : 0)
  return { from: since + LOCAL.untouchedTaskMs, concern: { kind: 'stuck', since, about: [], marks: [`untouched ${since}`] } }
}

/** It cost more than it may, or its agent stopped before that. */
function overspent(source: InboxSource, run: RunRow): Concern | null {
  const limit = costLimitOf(source, run.agent as ActorKey)
  if (run.halted !== 'budget' && (limit === null || run.usage.costMicros <= limit)) return null
  return { kind: 'budget', since: Date.parse(run.began), about: [run.id], marks: [`spent ${run.id} ${limit}`] }
}

/** Its agent tried what it has no right to: it may need the right, or the words of the card led it astray. */
function refusals(run: RunRow): Concern | null {
  if (run.refused.length === 0) return null
  const marks = run.refused.map((attempt) => `refused ${run.id} ${attempt}`)
  return { kind: 'refused', since: Date.parse(run.began), about: [run.id], marks }
}

/** What a run of this agent may cost, in millionths of a dollar, as its profile says; null where none says so. */
export function costLimitOf(source: Pick<InboxSource, 'views' | 'nodes' | 'authority'>, agent: ActorKey): number | null {
  for (const id of source.views.ofType('agent')) {
    const node = source.nodes.get(id)
    if (!node || isDeleted(node) || !isProfileOf(source, node, agent)) continue
    const limits = read(node, 'limits') as { readonly costMicros?: unknown } | null | undefined
    if (typeof limits?.costMicros === 'number') return limits.costMicros
  }
  return null
}

/** A profile names the key of its agent, or the invite that the agent came in by. */
function isProfileOf({ authority }: Pick<InboxSource, 'authority'>, profile: WorkNode, agent: ActorKey): boolean {
  const invite = read(profile, 'invite')
  if (read(profile, 'actor') === agent) return true
  return typeof invite === 'string' && (authority.registry.get(invite)?.children ?? []).some(({ audience }) => audience === agent)
}

function review({ work }: WorkNode, runs: readonly RunRow[]): Concern | null {
  const waiting = runs.filter(({ id }) => work?.candidates.includes(id))
  const [first] = waiting
  if (!first) return null
  // One that was sent back and handed in again is more of it.
  const marks = waiting.map(({ id, since }) => `submitted ${id} ${since}`)
  return { kind: 'review', since: Date.parse(first.since), about: waiting.map(({ id }) => id), marks }
}

function conflicts({ views, history }: InboxSource, task: WorkNode): Concern | null {
  if (!views.conflicted.has(task.id)) return null
  const found = conflictsOf(task)
  const refs = found.flatMap(({ versions }) => versions.map(({ ref }) => ref))
  const marks = found.map(({ field, versions }) => `${field} ${versions.map(({ ref }) => ref).join()}`)
  return { kind: 'conflict', since: Math.max(...refs.map((ref) => history.msOf(ref))), about: [], marks }
}

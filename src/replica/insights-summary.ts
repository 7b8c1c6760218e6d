/** Insights in numbers that fit a screen: a few dozen spans of time, sizes in four steps, one line a person, an agent or a pair. */

import type { ActorKey, NodeId } from '../core/ids.ts'
import type { Insights, Tally, TaskStory } from './insights.ts'
import { median, type RunsSummary, summarizeRuns, type TaskWork, withWork, workedMs } from './insights-runs.ts'

export interface Span extends Readonly<Tally> {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** Tasks that were done then, and are. */
  readonly done: number
}

export interface FieldLine extends Readonly<Tally> {
  readonly field: string
}

export interface SizeLine {
  /** Whole numbers, or milliseconds; `to` null is without an end. */
  readonly from: number
  readonly to: number | null
  readonly done: number
  readonly cancelled: number
  readonly open: number
}

export interface ActorLine extends Readonly<Tally> {
  readonly actor: ActorKey
  /** Tasks that are done, by who said so or whose run was accepted. */
  readonly done: number
  /** The median from when a task was begun until it was done; null where nobody had begun it. */
  readonly cycleMs: number | null
}

export interface PairLine extends Readonly<Tally> {
  readonly pair: readonly [ActorKey, ActorKey]
}

export interface InsightsSummary {
  readonly edits: number
  readonly conflicts: number
  readonly spans: readonly Span[]
  /** The most conflicts first. */
  readonly fields: readonly FieldLine[]
  readonly bySubtasks: readonly SizeLine[]
  readonly byEdits: readonly SizeLine[]
  readonly byDuration: readonly SizeLine[]
  /** Of tasks that were ever claimed. */
  readonly byAttempts: readonly SizeLine[]
  readonly byWork: readonly SizeLine[]
  /** Who did most first. */
  readonly actors: readonly ActorLine[]
  /** The most conflicts first; `edits` are those of both. */
  readonly pairs: readonly PairLine[]
  readonly runs: RunsSummary
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WIDTHS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 28 * DAY, 91 * DAY, 364 * DAY]
const SPANS = 36
const SUBTASKS = [0, 1, 3, 6]
const EDITS = [0, 6, 16, 41]
const DURATIONS = [0, HOUR, DAY, 7 * DAY]
const ATTEMPTS = [1, 2, 3, 5]
const WORK = [0, 10 * MINUTE, HOUR, 4 * HOUR]

export function summarize(insights: Insights, work: ReadonlyMap<NodeId, TaskWork>, now: number): InsightsSummary {
  const runsOf = (id: NodeId): TaskWork['runs'] => work.get(id)?.runs ?? []
  const tasks = [...insights.tasks.values()]
    .filter(({ isDeleted }) => !isDeleted)
    .map((story) => withWork(story, work.get(story.id) ?? NO_WORK))
  const claimed = tasks.filter(({ id }) => runsOf(id).length > 0)
  const subtasks = subtasksOf(tasks)
  const minutes = [...insights.byMinute.values()]
  return {
    edits: sum(minutes, ({ edits }) => edits),
    conflicts: sum(minutes, ({ conflicts }) => conflicts),
    spans: spansOf(insights, tasks),
    fields: [...insights.byField]
      .map(([field, tally]) => ({ field, ...tally }))
      .toSorted((a, b) => b.conflicts - a.conflicts || b.edits - a.edits || (a.field < b.field ? -1 : 1)),
    bySubtasks: linesOf(SUBTASKS, tasks, ({ id }) => subtasks.get(id) ?? 0),
    byEdits: linesOf(EDITS, tasks, ({ edits }) => edits),
    byDuration: linesOf(DURATIONS, tasks, (task) => (isClosed(task) ? task.statusAt : now) - task.createdAt),
    byAttempts: linesOf(ATTEMPTS, claimed, ({ id }) => runsOf(id).length),
    byWork: linesOf(WORK, claimed, ({ id }) => sum(runsOf(id), (run) => workedMs(run, now))),
    actors: actorsOf(insights, tasks),
    pairs: pairsOf(insights),
    runs: summarizeRuns(
      claimed.flatMap(({ id }) => runsOf(id)),
      now,
    ),
  }
}

function spansOf({ byMinute }: Insights, tasks: readonly TaskStory[]): Span[] {
  let [first, last] = [Number.POSITIVE_INFINITY, 0]
  for (const minute of byMinute.keys()) [first, last] = [Math.min(first, minute), Math.max(last, minute)]
  if (byMinute.size === 0) return []
  const length = (last - first + 1) * MINUTE
  const width = WIDTHS.find((one) => length / one <= SPANS - 1) ?? Math.ceil(length / SPANS / DAY) * DAY
  const start = Math.floor((first * MINUTE) / width) * width
  const spans = Array.from({ length: Math.floor((last * MINUTE - start) / width) + 1 }, (_, at) => ({
    from: start + at * width,
    to: start + (at + 1) * width,
    edits: 0,
    conflicts: 0,
    done: 0,
  }))
  const at = (ms: number): (typeof spans)[number] | undefined => spans[Math.floor((ms - start) / width)]
  for (const [minute, { edits, conflicts }] of byMinute) {
    const span = at(minute * MINUTE)
    if (span) [span.edits, span.conflicts] = [span.edits + edits, span.conflicts + conflicts]
  }
  for (const { status, statusAt } of tasks) {
    const span = status === 'done' ? at(statusAt) : undefined
    if (span) span.done++
  }
  return spans
}

function subtasksOf(tasks: readonly TaskStory[]): ReadonlyMap<NodeId, number> {
  const counts = new Map<NodeId, number>()
  for (const { parent } of tasks) if (parent !== null) counts.set(parent, (counts.get(parent) ?? 0) + 1)
  return counts
}

/** Tasks by their size, in steps that begin at these. */
function linesOf(steps: readonly number[], tasks: readonly TaskStory[], sizeOf: (task: TaskStory) => number): SizeLine[] {
  const lines = steps.map((from, i) => ({ from, to: steps[i + 1] ?? null, done: 0, cancelled: 0, open: 0 }))
  for (const task of tasks) {
    const size = sizeOf(task)
    const line = lines.findLast(({ from }) => size >= from) ?? lines[0]
    if (line) line[task.status === 'done' || task.status === 'cancelled' ? task.status : 'open']++
  }
  return lines
}

function actorsOf({ byActor }: Insights, tasks: readonly TaskStory[]): ActorLine[] {
  const cycles = new Map<ActorKey, number[]>()
  const done = new Map<ActorKey, number>()
  for (const { status, statusBy, statusAt, begunAt } of tasks) {
    if (status !== 'done') continue
    done.set(statusBy, (done.get(statusBy) ?? 0) + 1)
    if (begunAt !== null) cycles.set(statusBy, [...(cycles.get(statusBy) ?? []), Math.max(0, statusAt - begunAt)])
  }
  return [...byActor]
    .map(([actor, tally]) => ({ actor, ...tally, done: done.get(actor) ?? 0, cycleMs: median(cycles.get(actor) ?? []) }))
    .toSorted((a, b) => b.done - a.done || b.edits - a.edits || (a.actor < b.actor ? -1 : 1))
}

function isClosed({ status }: TaskStory): boolean {
  return status === 'done' || status === 'cancelled'
}

function pairsOf({ byPair, byActor }: Insights): PairLine[] {
  return [...byPair]
    .map(([key, conflicts]) => {
      const pair = key.split(' ') as [ActorKey, ActorKey]
      return { pair, conflicts, edits: sum([...new Set(pair)], (actor) => byActor.get(actor)?.edits ?? 0) }
    })
    .toSorted((a, b) => b.conflicts - a.conflicts || (a.pair.join() < b.pair.join() ? -1 : 1))
}

const NO_WORK: TaskWork = { runs: [], status: null }

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

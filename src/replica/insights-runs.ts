/**
 * What the runs teach: what came of them, what they cost, how long a claim took to settle, how often two began one task at once.
 *
 * Taken from the runs as they stand now, so what counts no more, or turned, is as everywhere else. A run is told by the instants of its
 * records; a duplicate start is a confirm that had not seen the end of an earlier one on the same task.
 */

import type { WorkNode } from '../core/fold.ts'
import type { History, Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { endsOf, isHeld, lastSubmit, type RunState, type RunWork, type WorkRecord } from '../core/work.ts'
import type { TaskStory } from './insights.ts'
import type { RunRow } from './run-row.ts'

export interface RunStory {
  readonly task: NodeId
  readonly agent: ActorKey
  readonly state: RunState
  readonly claimedAt: number
  readonly confirmedAt: number | null
  /** When it was handed in last, or ended; null while it goes on. */
  readonly finishedAt: number | null
  readonly sentBack: number
  readonly costMicros: number
  readonly isDuplicate: boolean
}

/** The runs of a task, and how the task stands by them. */
export interface TaskWork {
  readonly runs: readonly RunStory[]
  /** In place of what people set, where the runs said something since. */
  readonly status: Pick<TaskStory, 'status' | 'statusAt' | 'statusBy'> | null
}

export interface AgentLine {
  readonly actor: ActorKey
  readonly runs: number
  readonly accepted: number
  /** Runs that began and of which nobody has anything. */
  readonly wasted: number
  readonly sentBack: number
  /** Runs on a task that it had tried before. */
  readonly retries: number
  /** The median from claim to the last submit, of accepted runs. */
  readonly cycleMs: number | null
  readonly workedMs: number
  readonly costMicros: number
}

export interface OutcomeLine {
  readonly state: RunState
  readonly runs: number
  readonly workedMs: number
  readonly costMicros: number
}

export interface SettleLine {
  readonly from: number
  readonly to: number | null
  readonly runs: number
}

export interface RunsSummary {
  readonly runs: number
  readonly costMicros: number
  readonly wastedMicros: number
  readonly wasted: number
  readonly duplicates: number
  /** Who has most accepted first. */
  readonly agents: readonly AgentLine[]
  /** What there is of, the most runs first. */
  readonly outcomes: readonly OutcomeLine[]
  readonly settles: readonly SettleLine[]
  readonly settleMs: number | null
  /** Nineteen of twenty settle within this. */
  readonly slowSettleMs: number | null
}

const NOBODY_HAS_IT: ReadonlySet<RunState> = new Set(['superseded', 'lost', 'fail', 'expire', 'revoke'])
const SETTLES = [0, 1000, 5000, 15_000, 60_000]

export function workOf(task: WorkNode, rows: readonly RunRow[], history: History): TaskWork {
  const { work } = task
  if (!work) return { runs: [], status: null }
  const ms = (ref: Ref): number => history.msOf(ref)
  const confirmed = work.runs.filter((run) => recordOf(run, 'confirm'))
  const runs = rows.flatMap((row): RunStory[] => {
    const run = work.runs.find(({ id }) => id === row.id)
    const claim = run && recordOf(run, 'claim')
    if (!claim) return []
    const confirm = recordOf(run, 'confirm')
    const end = lastSubmit(run.records) ?? endOf(run)
    return [
      {
        task: task.id,
        agent: run.by,
        state: row.state,
        claimedAt: ms(claim.ref),
        confirmedAt: confirm ? ms(confirm.ref) : null,
        finishedAt: end && !isHeld(row.state) ? ms(end.ref) : null,
        sentBack: run.records.filter(({ op }) => op === 'reject').length,
        costMicros: row.usage.costMicros,
        isDuplicate: confirm !== undefined && confirmed.some((other) => other !== run && hadBegun(other, confirm, history)),
      },
    ]
  })
  const { shown, since, accepted, holder } = work
  const by = work.runs.find(({ id }) => id === (accepted ?? holder))?.by
  const isOfRuns = shown !== null && since !== null && by !== undefined
  return { runs, status: isOfRuns ? { status: shown, statusAt: ms(since), statusBy: by } : null }
}

/** Whether the other run had been confirmed, and not ended, as far as who wrote this confirm could see; told once of a pair. */
function hadBegun(other: RunWork, confirm: WorkRecord, history: History): boolean {
  const before = recordOf(other, 'confirm')
  if (!before || history.compare(before.ref, confirm.ref) > 0) return false
  return !endsOf(other.records).some(({ ref }) => history.saw(confirm.ref, ref))
}

function recordOf({ records }: RunWork, wanted: WorkRecord['op']): WorkRecord | undefined {
  return records.find(({ op }) => op === wanted)
}

function endOf({ records }: RunWork): WorkRecord | undefined {
  return endsOf(records).at(-1)
}

/** A task's story with what its runs say of it. */
export function withWork(story: TaskStory, { runs, status }: TaskWork): TaskStory {
  const begun = runs.flatMap(({ confirmedAt }) => confirmedAt ?? [])
  return { ...story, ...status, begunAt: begun.length > 0 ? Math.min(...begun) : story.begunAt }
}

/** From when it was confirmed until it was handed in or ended; of one that was never begun nothing. */
export function workedMs({ confirmedAt, finishedAt, state }: RunStory, now: number): number {
  if (confirmedAt === null) return 0
  return Math.max(0, (finishedAt ?? (isHeld(state) ? now : confirmedAt)) - confirmedAt)
}

export function summarizeRuns(runs: readonly RunStory[], now: number): RunsSummary {
  const wasted = runs.filter(isWasted)
  const settles = runs.flatMap(({ claimedAt, confirmedAt }) =>
    confirmedAt === null ? [] : [Math.max(0, confirmedAt - claimedAt)],
  )
  const inOrder = settles.toSorted((a, b) => a - b)
  return {
    runs: runs.length,
    costMicros: costOf(runs),
    wastedMicros: costOf(wasted),
    wasted: wasted.length,
    duplicates: runs.filter(({ isDuplicate }) => isDuplicate).length,
    agents: [...grouped(runs, ({ agent }) => agent)]
      .map(([actor, own]) => agentLine(actor, own, now))
      .toSorted((a, b) => b.accepted - a.accepted || b.runs - a.runs || (a.actor < b.actor ? -1 : 1)),
    outcomes: [...grouped(runs, ({ state }) => state)]
      .map(([state, of]) => ({ state, runs: of.length, workedMs: workedIn(of, now), costMicros: costOf(of) }))
      .toSorted((a, b) => b.runs - a.runs || (a.state < b.state ? -1 : 1)),
    settles: SETTLES.map((from, i) => {
      const to = SETTLES[i + 1] ?? null
      return { from, to, runs: settles.filter((ms) => ms >= from && (to === null || ms < to)).length }
    }),
    settleMs: median(settles),
    slowSettleMs: inOrder[Math.ceil(inOrder.length * 0.95) - 1] ?? null,
  }
}

function agentLine(actor: ActorKey, runs: readonly RunStory[], now: number): AgentLine {
  const accepted = runs.filter(({ state }) => state === 'accepted')
  return {
    actor,
    runs: runs.length,
    accepted: accepted.length,
    wasted: runs.filter(isWasted).length,
    sentBack: runs.reduce((sum, { sentBack }) => sum + sentBack, 0),
    retries: runs.length - new Set(runs.map(({ task }) => task)).size,
    cycleMs: median(accepted.map(({ claimedAt, finishedAt }) => Math.max(0, (finishedAt ?? claimedAt) - claimedAt))),
    workedMs: workedIn(runs, now),
    costMicros: costOf(runs),
  }
}

function grouped<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/** The lower one of two in the middle. */
export function median(numbers: readonly number[]): number | null {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null
}

function isWasted({ state, confirmedAt }: RunStory): boolean {
  return confirmedAt !== null && NOBODY_HAS_IT.has(state)
}

function workedIn(runs: readonly RunStory[], now: number): number {
  return runs.reduce((sum, run) => sum + workedMs(run, now), 0)
}

function costOf(runs: readonly RunStory[]): number {
  return runs.reduce((sum, { costMicros }) => sum + costMicros, 0)
}

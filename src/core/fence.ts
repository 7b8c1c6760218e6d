/**
 * Fences: what an agent wrote in a run that lost its task moves nothing that people see.
 *
 * A change by an agent belongs to the runs of its own that lay open in its causal past: claimed there, and neither ended nor given
 * up. Whether it shows is decided by those runs, from the records of their tasks and nothing else:
 *
 * - An open run shows while it holds its task, or is the one that was accepted.
 * - A run that is over shows what lies in the past of a word that ended it: what came later came from a hand that did not know.
 * - And not even that where it was *beaten*: another run of the task was before it in the order of those who hold tasks, and was
 *   not over as far as the beaten one had seen when it began. Both worked at one time; the work of one stays.
 *
 * A change that belongs to no open run is the agent's own, and its rights bound it. So a fence never binds who leaves its claim out
 * of its past, only who works by the rules and was too late, cut off or asleep; what that may do in someone's name, rights say.
 * Nothing is lost: what is fenced stays in the log, and whoever may write it may adopt it (`adoption.ts`).
 */

import type { History, Ref } from './history.ts'
import type { ActorKey, NodeId } from './ids.ts'
import type { RunWork, Work, WorkRecord } from './work.ts'

export interface Fence {
  readonly run: NodeId
  readonly by: ActorKey
  readonly claims: readonly Ref[]
  /** Words that ended it, by whomever. */
  readonly ends: readonly Ref[]
  /** What of its changes shows: all, what lies in the past of an end, or nothing. */
  readonly shows: 'all' | 'ended' | 'none'
}

/** The fences around the runs of a task, in the order of their claims. */
export function fencesOf(work: Work, history: History): Fence[] {
  return work.runs.map((run) => {
    const ends = run.records.filter(isEnd).map(({ ref }) => ref)
    const isHolding = work.holder === run.id && ends.length === 0
    return {
      run: run.id,
      by: run.by,
      claims: run.records.filter(({ op }) => op === 'claim').map(({ ref }) => ref),
      ends,
      shows: isHolding || work.accepted === run.id ? 'all' : ends.length > 0 && !isBeaten(run, work, history) ? 'ended' : 'none',
    }
  })
}

/** Whether two fences of one run bind alike. */
export function isSameFence(a: Fence, b: Fence): boolean {
  return a.shows === b.shows && `${a.claims.join()} ${a.ends.join()}` === `${b.claims.join()} ${b.ends.join()}`
}

/** Whether a change at `ref`, by the agent whose fences these are, is kept from showing by them. */
export function isFenced(fences: Iterable<Fence>, ref: Ref, history: History): boolean {
  let isBound = false
  for (const { claims, ends, shows } of fences) {
    const saw = (record: Ref): boolean => history.saw(ref, record)
    if (!claims.some(saw) || ends.some(saw)) continue
    if (shows === 'all' || (shows === 'ended' && ends.some((end) => history.saw(end, ref)))) return false
    isBound = true
  }
  return isBound
}

function isBeaten(run: RunWork, work: Work, history: History): boolean {
  const start = startOf(run)
  return work.runs.some(
    (other) =>
      other !== run &&
      isBefore(other, run, history) &&
      !other.records.some((record) => isEnd(record) && history.saw(start.ref, record.ref)),
  )
}

/** Begun runs before claimed ones, each in the order of that record: as `work.ts` finds the holder. */
function isBefore(a: RunWork, b: RunWork, history: History): boolean {
  const [first, second] = [startOf(a), startOf(b)]
  if (first.op !== second.op) return first.op === 'confirm'
  return history.compare(first.ref, second.ref) < 0
}

function startOf({ records }: RunWork): WorkRecord {
  return records.find(({ op }) => op === 'confirm') ?? (records[0] as WorkRecord)
}

function isEnd({ op }: WorkRecord): boolean {
  return op === 'end' || op === 'lost'
}

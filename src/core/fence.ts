/**
 * Fences: what an agent wrote in a run that lost its task moves nothing that people see.
 *
 * A change by an agent belongs to the runs of its own that lay open in its causal past: claimed there, and neither ended nor given
 * up; to those that were handed in only where no other was open. Whether it shows is decided by those runs, from the records of their tasks and nothing else:
 *
 * - An open run shows while it holds its task, or competes with who does, or is the one that was accepted.
 * - A run that is over shows what lies in the past of a word that ended it: what came later came from a hand that did not know.
 * - And not even that where it was *beaten*: another run of the task comes before it in the order of those who hold tasks, and
 *   neither was over as far as the other had seen when it began. Both worked at one time; the work of one stays.
 *
 * A change that belongs to no open run is the agent's own, and its rights bound it. So a fence never binds who leaves its claim out
 * of its past, only who works by the rules and was too late, cut off or asleep; what that may do in someone's name, rights say.
 * Nothing is lost: what is fenced stays in the log, and whoever may write it may adopt it (`adoption.ts`).
 */

import type { History, Ref } from './history.ts'
import type { ActorKey, NodeId } from './ids.ts'
import { endsOf, hasLease, isAtWork, type RunWork, type Work, type WorkOp, type WorkRecord } from './work.ts'

export interface Fence {
  readonly run: NodeId
  readonly by: ActorKey
  readonly claims: readonly Ref[]
  /** Words that ended it, by whomever. */
  readonly ends: readonly Ref[]
  readonly submits: readonly Ref[]
  readonly rejects: readonly Ref[]
  /** What of its changes shows: all, what lies in the past of an end, or nothing. */
  readonly shows: 'all' | 'ended' | 'none'
}

/** Who else was at work on the task while a run was. */
export type RivalsOf = (run: RunWork) => Iterable<RunWork>

/** The fences around the runs of a task, in the order of their claims. */
export function fencesOf(work: Work, history: History, rivalsOf: RivalsOf = rivalsIn(work, history)): Fence[] {
  return work.runs.map((run) => {
    const all = (wanted: WorkOp): Ref[] => run.records.filter(({ op }) => op === wanted).map(({ ref }) => ref)
    const ends = endsOf(run.records).map(({ ref }) => ref)
    return {
      run: run.id,
      by: run.by,
      claims: all('claim'),
      ends,
      submits: all('submit'),
      rejects: all('reject'),
      shows:
        isAtWork(run, work) || work.accepted === run.id
          ? 'all'
          : ends.length > 0 && !isBeaten(run, work, history, rivalsOf)
            ? 'ended'
            : 'none',
    }
  })
}

/** Whether two fences of one run bind alike. */
export function isSameFence(a: Fence, b: Fence): boolean {
  const words = ({ shows, claims, ends, submits, rejects }: Fence): string =>
    [shows, claims.join(), ends.join(), submits.join(), rejects.join()].join(' ')
  return words(a) === words(b)
}

/** Whether a change at `ref`, by the agent whose fences these are, is kept from showing by them. */
export function isFenced(fences: Iterable<Fence>, ref: Ref, history: Pick<History, 'saw'>): boolean {
  const open = [...fences].filter((fence) => isOpen(fence, ref, history))
  // Whoever has handed in one thing and is at another writes for the other.
  const atWork = open.filter((fence) => !isHandedIn(fence, ref, history))
  const bound = atWork.length > 0 ? atWork : open
  return bound.length > 0 && !bound.some((fence) => doesShow(fence, ref, history))
}

/** Whether the run was open as far as the change had seen. */
export function isOpen({ claims, ends }: Fence, ref: Ref, history: Pick<History, 'saw'>): boolean {
  const saw = (record: Ref): boolean => history.saw(ref, record)
  return claims.some(saw) && !ends.some(saw)
}

function doesShow({ shows, ends }: Fence, ref: Ref, history: Pick<History, 'saw'>): boolean {
  return shows === 'all' || (shows === 'ended' && ends.some((end) => history.saw(end, ref)))
}

/** As far as the change had seen: it waits for a word, or was accepted. */
function isHandedIn({ submits, rejects }: Fence, ref: Ref, history: Pick<History, 'saw'>): boolean {
  return submits.some(
    (submit) => history.saw(ref, submit) && !rejects.some((reject) => history.saw(ref, reject) && history.saw(reject, submit)),
  )
}

function isBeaten(run: RunWork, work: Work, history: History, rivalsOf: RivalsOf): boolean {
  for (const rival of rivalsOf(run)) if (isBefore(rival, run, work, history)) return true
  return false
}

function rivalsIn({ runs }: Work, history: History): RivalsOf {
  return (run) => runs.filter((other) => other !== run && !isApart(other, run, history))
}

/** Whether one was over as far as the other had seen when it began: the one then goes on where the other left off. */
export function isApart(a: RunWork, b: RunWork, history: History): boolean {
  const began = (run: RunWork, after: RunWork): boolean =>
    endsOf(after.records).some(({ ref }) => history.saw(startOf(run).ref, ref))
  return began(a, b) || began(b, a)
}

/** As `work.ts` finds who holds the task: accepted, begun by a lease, handed in, begun, claimed; each in the order of their beginnings. */
function isBefore(a: RunWork, b: RunWork, work: Work, history: History): boolean {
  const standing = ({ id, records }: RunWork): number => {
    if (work.accepted === id) return 0
    const isBegun = records.some(({ op }) => op === 'confirm')
    const without = hasLease(records) && isBegun ? 0 : 3
    return without + (work.candidates.includes(id) ? 1 : isBegun ? 2 : 3)
  }
  return standing(a) - standing(b) < 0 || (standing(a) === standing(b) && history.compare(startOf(a).ref, startOf(b).ref) < 0)
}

export function startOf({ records }: RunWork): WorkRecord {
  return records.find(({ op }) => op === 'confirm') ?? (records[0] as WorkRecord)
}

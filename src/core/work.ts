/**
 * Work: who holds a task, and how far it has got.
 *
 * A run is one agent's attempt at one task. What becomes of it is written as records, changes of the task that only ever are
 * added: `claim, confirm, renew, submit, accept, reject, end, lost`. Whether a record counts is decided by the records in its own
 * causal past and by nothing else, so it is decided once, when it comes in, and no order of arrival makes a difference. Who holds
 * the task is a function of the records that count:
 *
 * - An *epoch* is one round of claims. A claim of the next one counts only where the epoch before is over in its past, so nobody
 *   rises by skipping. An epoch is over once its holder's run was ended, as whoever ended it saw it, or no run of it is left.
 * - In the highest epoch submitted runs come before confirmed ones, those before claimed ones; each by the order of its confirm,
 *   else of its claim. Who gave a run up (`lost`) never rises again; nor does any run of an older epoch.
 * - `accept` is a register: one in another's past gives way to it, unless it was the more senior's; then the more senior, then
 *   the later.
 * - A run that was submitted is ended by nobody: it is accepted, or rejected and goes on.
 *
 * The status that people see is the newest of what people set and what the holder's run went through.
 */

import type { Value } from './batch.ts'
import type { Status } from './fields.ts'
import type { History, Ref } from './history.ts'
import type { ActorKey, NodeId } from './ids.ts'
import { PROTOCOL } from './limits.ts'

export const WORK_OPS = ['claim', 'confirm', 'renew', 'submit', 'accept', 'reject', 'end', 'lost'] as const
export type WorkOp = (typeof WORK_OPS)[number]
export const END_REASONS = ['release', 'fail', 'expire', 'revoke'] as const
export type EndReason = (typeof END_REASONS)[number]

/** What a record says. `why` only of an end; `note` is free: words, evidence. */
export interface WorkWord {
  readonly op: WorkOp
  readonly run: NodeId
  readonly epoch: number
  readonly why: EndReason | null
  readonly note: Value
}

/** A record as a task keeps it. */
export interface WorkRecord extends WorkWord {
  readonly ref: Ref
  readonly by: ActorKey
  /** Of the capability it cites: the lower, the more senior. */
  readonly rank: number
  /** Whether it counts, by what lies in its past. */
  readonly counts: boolean
  /** Of an end that counts: whether it ended the epoch, and not only a run that did not hold the task. */
  readonly closes: boolean
}

export type RunState = 'claimed' | 'working' | 'submitted' | 'accepted' | 'lost' | 'superseded' | EndReason

/** Where the work on a task stands. */
export interface Work {
  readonly records: WorkRecord[]
  /** The highest epoch that somebody claimed; 0 for none. */
  epoch: number
  isOver: boolean
  /** The run that holds the task, or was submitted and waits for a word; null where the task is free. */
  holder: NodeId | null
  /** Submitted and waiting; more than one where two finished apart. */
  candidates: NodeId[]
  accepted: NodeId | null
  /** What the records make of the status, and since which of them; null where they say nothing. */
  status: Status | null
  since: Ref | null
  /** That status, where nobody set another one since; kept by the fold. */
  shown: Status | null
}

export function newWork(): Work {
  return {
    records: [],
    epoch: 0,
    isOver: false,
    holder: null,
    candidates: [],
    accepted: null,
    status: null,
    since: null,
    shown: null,
  }
}

/** Whether only the run's own agent may say this. */
export function isOwnWord({ op, why }: Pick<WorkWord, 'op' | 'why'>): boolean {
  if (op === 'end') return why === 'release' || why === 'fail'
  return op !== 'accept' && op !== 'reject'
}

/** Takes a record in. `saw`: whether the later's past has the earlier. */
export function takeRecord(
  work: Work,
  word: WorkWord,
  { ref, by, rank }: { readonly ref: Ref; readonly by: ActorKey; readonly rank: number },
  history: History,
): void {
  const past = work.records.filter((record) => record.counts && history.saw(ref, record.ref))
  const counts = doesCount(past, word, by, ref, history)
  const closes = counts && word.op === 'end' && holderAmong(past, word.epoch) === word.run
  const { op, run, epoch, why, note } = word
  const record: WorkRecord = { op, run, epoch, why, note, ref, by, rank, counts, closes }
  let at = work.records.length
  while (at > 0 && history.compare((work.records[at - 1] as WorkRecord).ref, ref) > 0) at--
  work.records.splice(at, 0, record)
  if (counts) sumUp(work, history)
}

/** How each run of the task fares, in the order of their claims. */
export function runStates({ records, epoch, isOver, holder, candidates, accepted }: Work): Map<NodeId, RunState> {
  const states = new Map<NodeId, RunState>()
  const counted = records.filter(({ counts }) => counts)
  for (const { op, run } of counted) if (op === 'claim') states.set(run, 'claimed')
  for (const run of states.keys()) {
    const own = counted.filter((record) => record.run === run)
    const last = own.findLast(({ op }) => op === 'end' || op === 'lost')
    if (run === accepted) states.set(run, 'accepted')
    else if (last && !candidates.includes(run)) states.set(run, last.op === 'lost' ? 'lost' : (last.why as EndReason))
    else if (candidates.includes(run)) states.set(run, 'submitted')
    else if (run !== holder || own[0]?.epoch !== epoch || isOver) states.set(run, 'superseded')
    else if (own.some(({ op }) => op === 'confirm')) states.set(run, 'working')
  }
  return states
}

/** Decides from what lies in its past, in canonical order. */
function doesCount(past: readonly WorkRecord[], word: WorkWord, by: ActorKey, ref: Ref, history: History): boolean {
  const { op, run, epoch } = word
  const own = past.filter((record) => record.run === run)
  if (op === 'claim') return own.length === 0 && mayBegin(past, epoch, by)
  if (!own.some((record) => record.op === 'claim' && record.epoch === epoch)) return false
  const isGone = own.some((record) => record.op === 'end' || record.op === 'lost')
  const isSubmitted = hasSubmitted(own, history)
  switch (op) {
    case 'confirm':
      return !isGone && !own.some((record) => record.op === 'confirm')
    case 'renew':
      return !isGone
    case 'submit':
      return !isGone && own.some((record) => record.op === 'confirm')
    case 'accept':
    case 'reject':
      return isSubmitted
    case 'lost':
      return !isGone
    case 'end':
      if (isGone || isSubmitted) return false
      return word.why !== 'expire' || history.msOf(ref) - lastSign(own, history) >= PROTOCOL.leaseMs
  }
}

/** Whether a claim of this epoch may be made by whoever saw this. Who ended another's run does not take its place. */
function mayBegin(past: readonly WorkRecord[], epoch: number, by: ActorKey): boolean {
  if (epoch < 1 || epoch > PROTOCOL.epochsPerTask) return false
  // So many of one's own that failed are enough: then somebody else has to look at it.
  const spent = past.filter((record) => record.op === 'end' && record.by === by && record.why === 'fail')
  if (spent.length >= PROTOCOL.failuresPerTask) return false
  if (epoch === 1) return true
  const before = past.filter((record) => record.epoch === epoch - 1)
  const isForeign = (record: WorkRecord): boolean => isOwnWord(record) || record.by !== by
  if (before.some((record) => record.op === 'accept' || (record.closes && isForeign(record)))) return true
  const claims = before.filter(({ op }) => op === 'claim')
  const isLeft = ({ run }: WorkRecord): boolean =>
    !before.some((record) => record.run === run && (record.op === 'lost' || (record.op === 'end' && isForeign(record))))
  return claims.length > 0 && !claims.some(isLeft)
}

/** Who comes first in an epoch, of the runs that were neither ended nor given up. */
function holderAmong(records: readonly WorkRecord[], epoch: number): NodeId | null {
  const open = openRuns(records, epoch)
  const first = (op: WorkOp): NodeId | null =>
    records.find((record) => record.op === op && record.epoch === epoch && open.has(record.run))?.run ?? null
  return first('confirm') ?? first('claim')
}

function openRuns(records: readonly WorkRecord[], epoch: number): Set<NodeId> {
  const runs = new Set<NodeId>()
  for (const record of records) if (record.op === 'claim' && record.epoch === epoch) runs.add(record.run)
  for (const { op, run } of records) if (op === 'end' || op === 'lost') runs.delete(run)
  return runs
}

/** Whether the last thing that happened to the run is that it was submitted; concurrent rejects leave what they did not see. */
function hasSubmitted(own: readonly WorkRecord[], history: History): boolean {
  return own.some((record) => isPending(record, own, history))
}

function isPending({ op, ref }: WorkRecord, own: readonly WorkRecord[], history: History): boolean {
  return op === 'submit' && !own.some((other) => other.op === 'reject' && history.saw(other.ref, ref))
}

/** When the run was last heard of, in the log. */
function lastSign(own: readonly WorkRecord[], history: History): number {
  return Math.max(...own.flatMap((record) => (isOwnWord(record) || record.op === 'reject' ? [history.msOf(record.ref)] : [])))
}

function sumUp(work: Work, history: History): void {
  const records = work.records.filter(({ counts }) => counts)
  const epoch = Math.max(0, ...records.flatMap((record) => (record.op === 'claim' ? [record.epoch] : [])))
  const inEpoch = records.filter((record) => record.epoch === epoch)
  const accepts = records.filter(({ op }) => op === 'accept')
  const accept = acceptOf(accepts, history)
  const open = openRuns(records, epoch)
  // In the order of their confirms.
  const confirmed = inEpoch.flatMap((record) => (record.op === 'confirm' ? [record.run] : []))
  const candidates = confirmed.filter((run) =>
    hasSubmitted(
      inEpoch.filter((record) => record.run === run),
      history,
    ),
  )
  const closing = inEpoch.filter((record) => record.closes || (record.op === 'accept' && record.epoch === epoch))
  const isOver = closing.length > 0 || (epoch > 0 && open.size === 0)
  work.epoch = epoch
  work.isOver = isOver
  work.accepted = accept?.epoch === epoch ? accept.run : null
  work.candidates = work.accepted ? [] : candidates
  work.holder = work.accepted ? null : (candidates[0] ?? (isOver ? null : holderAmong(records, epoch)))
  ;[work.status, work.since] = lifecycle(work, inEpoch, accept, history) ?? beforehand(records, epoch, accept)
}

/** What the current epoch makes of the status, once somebody has begun in it. */
function lifecycle(
  { epoch, isOver, holder, candidates }: Work,
  inEpoch: readonly WorkRecord[],
  accept: WorkRecord | null,
  history: History,
): readonly [Status, Ref] | null {
  if (accept?.epoch === epoch) return ['done', accept.ref]
  if (candidates.length > 0) {
    const own = inEpoch.filter(({ run }) => run === candidates[0])
    return ['in_review', (own.find((record) => isPending(record, own, history)) as WorkRecord).ref]
  }
  const begun = inEpoch.findLast(({ op, run }) => (isOver || run === holder) && (op === 'confirm' || op === 'reject'))
  if (!begun) return null
  if (!isOver) return ['in_progress', begun.ref]
  return ['ready', (inEpoch.findLast(({ op }) => op === 'end' || op === 'lost') as WorkRecord).ref]
}

/** What the last epoch in which somebody had begun left behind. */
function beforehand(
  records: readonly WorkRecord[],
  epoch: number,
  accept: WorkRecord | null,
): readonly [Status | null, Ref | null] {
  const before = records.filter((record) => record.epoch < epoch)
  const begun = before.findLast(({ op }) => op === 'confirm')
  if (!begun) return [null, null]
  if (accept?.epoch === begun.epoch) return ['done', accept.ref]
  const over = before.findLast((record) => record.epoch === begun.epoch && (record.op === 'end' || record.op === 'lost'))
  return over ? ['ready', over.ref] : [null, null]
}

/** One that another has in its past gives way, unless it was the more senior's; then the more senior, then the later. */
function acceptOf(accepts: readonly WorkRecord[], history: History): WorkRecord | null {
  const left = accepts.filter(
    (one) => !accepts.some((other) => other !== one && other.rank <= one.rank && history.saw(other.ref, one.ref)),
  )
  return left.toSorted((a, b) => a.rank - b.rank || history.compare(b.ref, a.ref))[0] ?? null
}

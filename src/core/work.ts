/**
 * Work: who holds a task, and how far it has got.
 *
 * A run is one agent's attempt at one task. What becomes of it is written as records, changes of the task that only ever are
 * added: `claim, confirm, renew, submit, accept, reject, end, lost`. Whether a record counts is decided by the records of its own
 * run in its causal past, so it is decided once, when it comes in, and no order of arrival makes a difference. No record takes
 * anything from another run: who hides, forges or ends its own harms its own. Who holds the task is a function of the runs:
 *
 * - An accepted run is the work done. Among several the one whose accept stands: one in another's past gives way to it, unless it
 *   was the more senior's; then the more senior's, then the later.
 * - Else submitted runs wait for a word, in the order of their confirms. More than one: two finished apart.
 * - Else the first confirmed run that was neither ended nor given up holds the task; else the first claimed one.
 * - A submitted run is ended by nobody but its agent: it is accepted, or rejected and goes on. An accepted one is first rejected.
 *
 * Runs may *compete*: their claims say so, and then none of them is superseded by another that competes as well. They are handed in
 * side by side, and people accept one.
 *
 * A claim may be *strict*: it names the key whose word the work waits for, and its confirm counts only with that word, the *lease*, in
 * its past. A lease is a confirm that says so, written by that key, which is a person's or a host's. An open run that has one comes
 * before all that have none, so who leaves the word out of its claim gains nothing over one that asked. Silence ends no run that has
 * a lease: nobody else is to begin what may still be going on somewhere; people end it.
 *
 * The status that people see is the newest of what people set and what the runs went through.
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
  /** The round in which the run was claimed, as its agent saw it. */
  readonly epoch: number
  readonly why: EndReason | null
  readonly note: Value
}

/** A lease is written as a confirm, and read as a word of its own. */
export type RecordOp = WorkOp | 'lease'

/** A record that counts. */
export interface WorkRecord {
  readonly op: RecordOp
  readonly epoch: number
  readonly why: EndReason | null
  readonly note: Value
  readonly ref: Ref
  readonly by: ActorKey
  /** Of the capability it cites: the lower, the more senior. */
  readonly rank: number
}

export interface RunWork {
  readonly id: NodeId
  readonly by: ActorKey
  /** In canonical order, without renewals. */
  readonly records: WorkRecord[]
  /** The last renewal, or null. */
  renewed: Ref | null
}

export type RunState = 'claimed' | 'working' | 'submitted' | 'accepted' | 'lost' | 'superseded' | EndReason

/** Whether a run holds its task, and goes on. */
export function isHeld(state: RunState): boolean {
  return state === 'claimed' || state === 'working'
}

/** Where the work on a task stands. */
export interface Work {
  /** In the order of their claims. */
  readonly runs: RunWork[]
  /** The run that holds the task, or was submitted and waits for a word; null where the task is free or done. */
  holder: NodeId | null
  /** Submitted and waiting. */
  candidates: NodeId[]
  accepted: NodeId | null
  /** What the runs make of the status, and since which record; null where they say nothing. */
  status: Status | null
  since: Ref | null
  /** That status, where nobody set another one since; kept by the fold. */
  shown: Status | null
}

export function newWork(): Work {
  return { runs: [], holder: null, candidates: [], accepted: null, status: null, since: null, shown: null }
}

/** Whether only the run's own agent may say this. */
export function isOwnWord(word: Pick<WorkRecord, 'op' | 'why' | 'note'>): boolean {
  const { op, why } = word
  if (isLease(word)) return false
  if (op === 'end') return why === 'release' || why === 'fail'
  return op !== 'accept' && op !== 'reject'
}

/** Takes a record in. */
export function takeRecord(
  work: Work,
  { op: written, run: id, epoch, why, note }: WorkWord,
  { ref, by, rank }: { readonly ref: Ref; readonly by: ActorKey; readonly rank: number },
  history: History,
): void {
  const op: RecordOp = isLease({ op: written, note }) ? 'lease' : written
  const run = work.runs.find((one) => one.id === id)
  const isSeen = (record: WorkRecord): boolean => history.saw(ref, record.ref)
  const record: WorkRecord = { op, epoch, why, note, ref, by, rank }
  if (op === 'claim') {
    // Said once: who says it again has nothing to say.
    if (!mayClaim(work, by, isSeen) || run?.records.some((one) => one.op === 'claim' && isSeen(one))) return
    const claimed = run ?? { id, by, records: [], renewed: null }
    insert(claimed.records, record, history)
    if (!run) work.runs.push(claimed)
    work.runs.sort((a, b) => history.compare(refOf(a, 'claim'), refOf(b, 'claim')))
  } else {
    if (!run || !doesCount(run.records.filter(isSeen), record, run, history)) return
    if (op !== 'renew') insert(run.records, record, history)
    else if (run.renewed === null || history.compare(ref, run.renewed) > 0) run.renewed = ref
  }
  sumUp(work, history)
}

/** Whether this agent may begin another run, by what was seen: not after so many runs, or failures, of its own. */
export function mayClaim({ runs }: Work, by: ActorKey, isSeen: (record: WorkRecord) => boolean = () => true): boolean {
  const own = runs.filter((run) => run.by === by && run.records.some((record) => record.op === 'claim' && isSeen(record)))
  const failed = own.filter(({ records }) => records.some((record) => record.why === 'fail' && isSeen(record)))
  return own.length < PROTOCOL.runsPerAgentAndTask && failed.length < PROTOCOL.failuresPerTask
}

/** The round that a new claim begins: another one wherever a run was ended since. */
export function nextEpoch({ runs }: Work): number {
  const last = Math.max(1, ...runs.map(epochOf))
  return runs.some((run) => epochOf(run) === last && isGone(run.records)) ? last + 1 : last
}

export function epochOf({ records }: RunWork): number {
  return records[0]?.epoch ?? 1
}

/** The note of a claim that competes. */
export const COMPETES: Value = { competes: true }

function competes({ records }: Pick<RunWork, 'records'> = { records: [] }): boolean {
  return noteOf(records.find(({ op }) => op === 'claim'))['competes'] === true
}

/** The note of a claim that waits for the lease of this key. */
export function strictUnder(authority: ActorKey): Value {
  return { strict: authority }
}

/** The note of a confirm that gives a lease. */
export const LEASE: Value = { lease: true }

/** Whether the word gives a lease: to any run, one's own as well. */
export function isLease(word: Pick<WorkRecord, 'op' | 'note'>): boolean {
  return word.op === 'lease' || (word.op === 'confirm' && noteOf(word)['lease'] === true)
}

/** Whose lease the run waits for, or has; null of one that needs none. */
export function leaseAskedOf(records: readonly WorkRecord[]): ActorKey | null {
  const asked = noteOf(records.find(({ op }) => op === 'claim'))['strict']
  return typeof asked === 'string' ? (asked as ActorKey) : null
}

export function hasLease(records: readonly WorkRecord[]): boolean {
  return records.some(({ op }) => op === 'lease')
}

function noteOf(word: Pick<WorkRecord, 'note'> | undefined): Readonly<Record<string, Value>> {
  const note = word?.note
  return typeof note === 'object' && note !== null ? (note as Readonly<Record<string, Value>>) : {}
}

/** The words that ended the run. Of one that has a lease nobody says that it is over because it is silent. */
export function endsOf(records: readonly WorkRecord[]): WorkRecord[] {
  const isLeased = hasLease(records)
  return records.filter(({ op, why }) => op === 'lost' || (op === 'end' && !(isLeased && why === 'expire')))
}

/** What counts of what was said of this run; nothing where the task has no such run. */
export function recordsOf({ work }: { readonly work?: Work | null | undefined }, run: NodeId | null): readonly WorkRecord[] {
  return work?.runs.find(({ id }) => id === run)?.records ?? []
}

/** Whether a run that is not over may go on: it holds the task, or competes with who does. */
export function isAtWork(run: Pick<RunWork, 'id' | 'records'>, { runs, holder, accepted }: Work): boolean {
  if (accepted !== null || isGone(run.records)) return false
  return holder === run.id || (competes(run) && competes(runs.find(({ id }) => id === holder)))
}

/** How each run of the task fares, in the order of their claims. */
export function runStates(work: Work, history: History): Map<NodeId, RunState> {
  return new Map(work.runs.map((run) => [run.id, stateOf(run, work, history)]))
}

/** The submit that stands, and what was said of it. */
export function lastSubmit(records: readonly WorkRecord[]): WorkRecord | null {
  return records.findLast(({ op }) => op === 'submit') ?? null
}

function stateOf({ id, records }: RunWork, work: Work, history: History): RunState {
  if (standing(records, history) === 'accepted') return work.accepted === null || work.accepted === id ? 'accepted' : 'superseded'
  const last = endsOf(records).at(-1)
  if (last) return last.why ?? 'lost'
  if (work.candidates.includes(id)) return 'submitted'
  if (!isAtWork({ id, records }, work)) return 'superseded'
  return records.some(({ op }) => op === 'confirm') ? 'working' : 'claimed'
}

/** Decides from what lies in its past. */
function doesCount(
  past: readonly WorkRecord[],
  { op, why, ref, by: author }: WorkRecord,
  { by }: RunWork,
  history: History,
): boolean {
  const said = (wanted: RecordOp): boolean => past.some((record) => record.op === wanted)
  if (!said('claim')) return false
  const stands = standing(past, history)
  switch (op) {
    case 'confirm':
      return !isGone(past) && !said('confirm') && (leaseAskedOf(past) === null || said('lease'))
    case 'lease':
      return !isGone(past) && !said('lease') && leaseAskedOf(past) === author
    case 'submit':
      return !isGone(past) && said('confirm') && (stands === 'none' || stands === 'rejected')
    case 'accept':
      return stands === 'pending'
    case 'reject':
      return stands === 'pending' || stands === 'accepted'
    case 'lost':
      return !isGone(past) && stands !== 'accepted'
    case 'end':
      if (isGone(past) || stands === 'accepted') return false
      if (why === 'release' || why === 'fail') return true
      return stands !== 'pending' && (why !== 'expire' || (!said('lease') && isSilent(by, ref, history)))
    case 'renew':
      return !isGone(past)
    case 'claim':
      return false
  }
}

/** Whether whoever wrote this had not heard of the agent for the time of a lease. */
function isSilent(agent: ActorKey, ref: Ref, history: History): boolean {
  return history.msOf(ref) - history.lastMsSeen(Math.floor(ref / 256), agent) >= PROTOCOL.leaseMs
}

function isGone(records: readonly WorkRecord[]): boolean {
  return endsOf(records).length > 0
}

/** What was said of the last submit: by those who had seen it. */
function standing(records: readonly WorkRecord[], history: History): 'none' | 'pending' | 'accepted' | 'rejected' {
  const submit = lastSubmit(records)
  if (!submit) return 'none'
  const word = standingWord(
    records.filter(({ op, ref }) => (op === 'accept' || op === 'reject') && history.saw(ref, submit.ref)),
    history,
  )
  return word === null ? 'pending' : word.op === 'accept' ? 'accepted' : 'rejected'
}

/** One that another has in its past gives way to it, unless it was the more senior's; then the more senior's, then the later. */
function standingWord(words: readonly WorkRecord[], history: History): WorkRecord | null {
  const left = words.filter(
    (one) => !words.some((other) => other !== one && other.rank <= one.rank && history.saw(other.ref, one.ref)),
  )
  return left.toSorted((a, b) => a.rank - b.rank || history.compare(b.ref, a.ref))[0] ?? null
}

function sumUp(work: Work, history: History): void {
  const stands = new Map(work.runs.map((run) => [run, standing(run.records, history)]))
  const accepts = work.runs.flatMap((run) =>
    stands.get(run) === 'accepted' ? run.records.filter(({ op }) => op === 'accept') : [],
  )
  const accept = standingWord(accepts, history)
  const inOrder = (runs: readonly RunWork[], op: WorkOp): RunWork[] =>
    runs
      .filter(({ records }) => records.some((record) => record.op === op))
      .toSorted((a, b) => history.compare(refOf(a, op), refOf(b, op)))
  const all = work.runs.filter((run) => !isGone(run.records) && stands.get(run) !== 'accepted')
  const leased = all.filter(({ records }) => hasLease(records))
  const open = leased.length > 0 ? leased : all
  const waiting = inOrder(
    open.filter((run) => stands.get(run) === 'pending'),
    'confirm',
  )
  const [begun] = inOrder(open, 'confirm')
  work.accepted = accept ? (work.runs.find(({ records }) => records.includes(accept))?.id ?? null) : null
  work.candidates = accept ? [] : waiting.map(({ id }) => id)
  work.holder = accept ? null : (waiting[0]?.id ?? begun?.id ?? open[0]?.id ?? null)
  ;[work.status, work.since] = lifecycle(work, accept, waiting[0], begun, history)
}

function lifecycle(
  { runs }: Work,
  accept: WorkRecord | null,
  waiting: RunWork | undefined,
  begun: RunWork | undefined,
  history: History,
): readonly [Status | null, Ref | null] {
  if (accept) return ['done', accept.ref]
  if (waiting) return ['in_review', lastSubmit(waiting.records)?.ref ?? null]
  if (begun) return ['in_progress', begun.records.findLast(({ op }) => op === 'confirm' || op === 'reject')?.ref ?? null]
  const ends = runs.flatMap(({ records }) => (records.some(({ op }) => op === 'confirm') ? endsOf(records) : []))
  const [last] = ends.toSorted((a, b) => history.compare(b.ref, a.ref))
  return last ? ['ready', last.ref] : [null, null]
}

function refOf({ records }: RunWork, op: WorkOp): Ref {
  return ((records.find((record) => record.op === op) ?? records[0]) as WorkRecord).ref
}

function insert(records: WorkRecord[], record: WorkRecord, history: History): void {
  let at = records.length
  while (at > 0 && history.compare((records[at - 1] as WorkRecord).ref, record.ref) > 0) at--
  records.splice(at, 0, record)
}

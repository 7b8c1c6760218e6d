/**
 * Taking a task, as whoever works does it: ask for it, wait for the others, begin if it is still ours.
 *
 *   lock the task in this browser ─ claim ─ settle ─┬─ still ours: confirm, and the run begins
 *                                                   └─ somebody was first: lost, and nothing was done twice
 *
 * The settle window is as long as a word takes to the slowest peer that is here, within bounds: then both who asked have heard of
 * each other before either begins. Nobody is waited for who is not here. The lock is held for as long as the run holds its task,
 * so that two tabs of one browser never work on one, whatever they have heard of each other; it is free when the tab is gone.
 *
 * The claim on a strict task waits for its lease and for nobody else. If none comes in time, its agent is told so and has begun
 * nothing; the claim stands, and whoever asks again goes on with it. An agent has one such claim at most.
 */

import { toHex } from '../base/bytes.ts'
import { ok, refuse, type Refusal, type Result } from '../base/result.ts'
import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { runStates } from '../core/work.ts'
import { policyOf } from '../replica/policy.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import type { Locks } from '../store/locks.ts'
import type { After } from '../sync/pair-clock.ts'
import { asksInVain, hasBeenLeased, isStrict, waitsForLease } from './leases.ts'
import { nextTask, type WhyNothing } from './next-task.ts'
import { run } from './table.ts'
import { watchRun } from './watch-run.ts'

export interface ClaimPorts {
  readonly clock: {
    /** Milliseconds, of any beginning. */
    now(): number
    readonly after: After
  }
  /**
   * Of each peer that is here how long a word takes there and back, in milliseconds; null where that is not known yet. Clocks that
   * are apart order two claims as they like: then one way is not enough.
   */
  readonly delays: () => readonly (number | null)[]
  readonly locks: Locks
}

export interface Settled {
  readonly task: TaskRow
  readonly run: NodeId
  /** How long the claim waited. */
  readonly settledMs: number
}

/** There is nothing for this agent to take now. */
export interface NothingToDo extends Refusal {
  readonly code: 'nothing_ready'
  readonly why: readonly WhyNothing[]
}

/** Takes the task, by its id or key, or the `next` one that fits; another one, a few times, where somebody else was first. */
export async function claimAndSettle(
  replica: Replica,
  { task }: { readonly task: string },
  ports: ClaimPorts,
): Promise<Result<Settled, Refusal | NothingToDo>> {
  if (task !== 'next') return claimOne(replica, task, ports)
  const tried = new Set<NodeId>()
  let last: Result<Settled> | null = null
  for (let attempt = 0; attempt < LOCAL.claimAttempts; attempt++) {
    const { fitting, waiting, why } = nextTask(replica)
    // What asks in vain is said anew at once: nobody else gets the task as long as it stands.
    const first = waiting.filter(
      ({ task: id, run: own }) => hasBeenLeased(replica, id, own) || asksInVain(replica, replica.nodes.get(id) as WorkNode, own),
    )
    const inOrder = [...first.map(({ task: id }) => id), ...fitting, ...waiting.map(({ task: id }) => id)]
    const next = inOrder.find((id) => !tried.has(id))
    if (next === undefined) return last ?? refuse<NothingToDo>({ code: 'nothing_ready', detail: nothingWords(why), why })
    tried.add(next)
    last = await claimOne(replica, next, ports)
    if (last.ok || !IS_ANOTHERS.has(last.refusal.code)) return last
  }
  return last as Result<Settled>
}

/** How long a claim waits, in milliseconds; null where it waits until somebody is here. */
export function settleMs(replica: Replica, delays: readonly (number | null)[]): number | null {
  const policy = policyOf(replica)
  if (delays.length === 0) return policy.offlineClaims === 'start' ? 0 : null
  const known = delays.filter((delay) => delay !== null)
  return Math.min(Math.max(policy.settleMs, ...known), LOCAL.settleMs)
}

/** Somebody else has it, or was quicker to it, here or in another tab; or it is not to be begun now. */
const IS_ANOTHERS: ReadonlySet<string> = new Set(['claim_held', 'wrong_state', 'unavailable'])

async function claimOne(replica: Replica, id: string, ports: ClaimPorts): Promise<Result<Settled>> {
  const task = replica.views.find(id)
  if (task === null) return refuse({ code: 'not_found', detail: `There is no task ${id} here.` })
  const unlock = await lock(`worknode run ${toHex(replica.workspace)} ${task}`, ports.locks)
  if (unlock === null) return refuse({ code: 'claim_held', detail: 'Another tab or agent of this device works on the task.' })
  const settled = await claimLocked(replica, task, ports)
  if (settled.ok) whenOver(replica, task, settled.value.run, unlock)
  else unlock()
  return settled
}

async function claimLocked(replica: Replica, task: NodeId, { clock, delays }: ClaimPorts): Promise<Result<Settled>> {
  const node = replica.nodes.get(task) as WorkNode
  const waits = isStrict(node) ? LOCAL.leaseWaitMs : settleMs(replica, delays())
  if (waits === null)
    return refuse({
      code: 'unavailable',
      detail: 'Nobody else is here, and this workspace has work begun only where somebody is.',
    })
  const claimed = run({ replica }, 'claim_task', { id: task })
  if (!claimed.ok) return claimed
  const own = claimed.value.run
  // Nobody hears of it before it is safe.
  if (waits > 0) await replica.saved()
  const from = clock.now()
  await settled(replica, task, own, waits, clock.after)
  const settledMs = clock.now() - from
  const begun = await begin(replica, node, own)
  if (begun.ok) return ok({ task: begun.value, run: own, settledMs })
  // Whatever it was, the task is not to wait for a run that nobody goes on with.
  if (isOpen(replica, task, own) && !waitsForLease(replica, task, own)) run({ replica }, 'release_task', { id: task, run: own })
  return begun
}

/** What is strict is on the disk before it is begun: after a crash nobody begins it anew. */
async function begin(replica: Replica, task: WorkNode, own: NodeId): Promise<Result<TaskRow>> {
  const confirmed = run({ replica }, 'confirm_task', { id: task.id, run: own })
  if (!confirmed.ok || !isStrict(task)) return confirmed
  await replica.saved()
  const { problem } = replica.saveState
  if (problem === null) return confirmed
  return refuse({
    code: 'unavailable',
    detail: `The task is strict, and that it begins could not be saved: nothing was begun, and it is given back. ${problem}`,
  })
}

/** Resolves once the window is over, or there is no more to wait for: the run is lost, or has its lease. */
function settled(replica: Replica, task: NodeId, own: NodeId, ms: number, after: After): Promise<void> {
  if (ms === 0 || hasBeenLeased(replica, task, own)) return Promise.resolve()
  return new Promise((resolve) => {
    const watch = watchRun(replica, task, own, after)
    const stop = replica.views.onChanged((touched) => {
      if (touched.has(task) && hasBeenLeased(replica, task, own)) done()
    })
    const done = (): void => {
      stop()
      watch.close()
      resolve()
    }
    watch.signal.addEventListener('abort', done)
    if (watch.signal.aborted) done()
    else after(ms, done)
  })
}

/** Answers how to free the lock; null where somebody has it. */
function lock(name: string, locks: Locks): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (held) => {
        if (held === null) return Promise.resolve(resolve(null))
        return new Promise<void>((free) => resolve(free))
      })
      .catch(reject)
  })
}

/** Once the run can hold its task no more. A pause leaves it where it is. */
function whenOver(replica: Replica, task: NodeId, own: NodeId, then: () => void): void {
  const stop = replica.views.onChanged((touched) => {
    if (!touched.has(task) || isOpen(replica, task, own)) return
    stop()
    then()
  })
}

function isOpen(replica: Replica, task: NodeId, own: NodeId): boolean {
  const work = replica.nodes.get(task)?.work
  const state = work && runStates(work, replica.history).get(own)
  return state === 'claimed' || state === 'working' || state === 'submitted' || state === 'superseded'
}

function nothingWords(why: readonly WhyNothing[]): string {
  const [most] = why
  return most ? `There is nothing for you to take. ${most.detail}` : 'There is nothing to take: no task is open.'
}

/**
 * Gives leases, as the workspace's lease authority: run it in one tab of a profile, and in a host, whoever is named. It says nothing
 * while it is not.
 *
 * What it gives follows from the log alone: a task that the first open claim holds, which asks for this key's word and has none yet,
 * gets one; so at most one run of a task has a lease that is open, a start after a crash gives nothing twice, and claims are answered
 * in their order. It renews nothing and ends nothing. When others are named it lets go (`replica/lease-authority.ts`), in words that
 * have all its leases in their past.
 */

import type { WorkNode } from '../core/fold.ts'
import { type NodeId, workspaceNodeId } from '../core/ids.ts'
import { isDeleted } from '../core/readiness.ts'
import { hasLease, LEASE, leaseAskedOf, recordsOf, runStates } from '../core/work.ts'
import { givesLeases, letGoOfLeases } from '../replica/lease-authority.ts'
import type { Replica } from '../replica/replica.ts'
import { isStrict } from './leases.ts'

export interface LeaseRunner {
  stop(): void
}

export function startLeases(replica: Replica): LeaseRunner {
  const workspace = workspaceNodeId(replica.workspace)
  const due = new Set<NodeId>()
  /** Once a run, whatever becomes of the word. */
  const given = new Set<NodeId>()
  let isLooking = false
  let isOver = false
  const stops = [
    replica.views.onChanged((touched) => {
      if (touched.has(workspace)) everything()
      else lookAt(touched)
    }),
    // A right that came may be what was missing.
    replica.onAuthority(everything),
  ]
  everything()
  return {
    stop() {
      isOver = true
      for (const stop of stops) stop()
    },
  }

  function everything(): void {
    lookAt(replica.views.tasks(), true)
  }

  /** After the change that is being told of: nothing is written in the middle of it. */
  function lookAt(tasks: Iterable<NodeId>, always = false): void {
    for (const id of tasks) if (replica.nodes.get(id)?.work?.holder) due.add(id)
    if (isLooking || (due.size === 0 && !always)) return
    isLooking = true
    queueMicrotask(look)
  }

  function look(): void {
    isLooking = false
    const tasks = [...due]
    due.clear()
    if (isOver) return
    if (replica.may('update', 'workspace')) letGoOfLeases(replica)
    if (!givesLeases(replica, replica.actor)) return
    for (const id of tasks) {
      const task = replica.nodes.get(id)
      const run = task && runToLease(replica, task)
      if (!task || !run || given.has(run)) continue
      given.add(run)
      replica.transact(null, (tx) => tx.say(task, 'confirm', run, null, LEASE))
    }
  }
}

/** The run of the task that gets a lease now, if one does. */
function runToLease(replica: Replica, task: WorkNode): NodeId | null {
  const { work } = task
  if (!work?.holder || isDeleted(task) || !isStrict(task)) return null
  const records = recordsOf(task, work.holder)
  if (leaseAskedOf(records) !== replica.actor || hasLease(records)) return null
  if (runStates(work, replica.history).get(work.holder) !== 'claimed') return null
  return replica.maySay('confirm', task, work.holder, null, LEASE) ? work.holder : null
}

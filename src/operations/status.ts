/**
 * Setting the status that people see. What a run holds, or has submitted, follows: a card that leaves *In progress* ends its claim,
 * one in review that is called done is accepted, and one that is taken back is sent back, and set free where nobody is to go on.
 */

import { refuse, type Result } from '../base/result.ts'
import type { Status } from '../core/fields.ts'
import type { WorkNode } from '../core/fold.ts'
import { statusOf } from '../core/readiness.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import type { NodeId } from '../core/ids.ts'
import type { Replica } from '../replica/replica.ts'
import type { Transaction } from '../replica/transaction.ts'

/** Why the task cannot be given this status as things stand; null where it can. */
export function whyNotTo(replica: Replica, task: WorkNode, status: Status): Result<never> | null {
  const { holder = null, candidates = [] } = task.work ?? {}
  if (status === 'done' && candidates.length > 1)
    return refuse({ code: 'wrong_state', detail: 'Two runs finished apart: open the task, and accept one of them.' })
  const isAgent = (replica.held[0]?.rank ?? 0) >= FIRST_AGENT_RANK
  if (isAgent && holder !== null && (status === 'done' || status === 'in_review' || status === 'cancelled'))
    return refuse({ code: 'wrong_state', detail: 'An agent hands its work in: submit the run, and a person looks at it.' })
  return null
}

/** Writes it; ask `whyNotTo` first. */
export function setStatus(replica: Replica, tx: Transaction, id: NodeId, status: Status): void {
  const task = tx.node(id) as WorkNode
  const { holder = null, candidates = [], accepted = null } = task.work ?? {}
  if (statusOf(task) !== status) {
    if (accepted !== null) reopen(replica, tx, task, accepted)
    else if (candidates.length > 0) review(replica, tx, task, candidates, status)
    else if (holder !== null && status !== 'in_progress') end(replica, tx, task, holder)
  }
  // Newer than what the work went through, also where the register says it already.
  if (statusOf(task) !== status) tx.write({ op: 'set', node: id, field: 'status', value: status })
}

function reopen(replica: Replica, tx: Transaction, task: WorkNode, run: NodeId): void {
  if (!replica.maySay('reject', task, run)) return
  tx.say(task, 'reject', run)
  end(replica, tx, task, run)
}

function review(replica: Replica, tx: Transaction, task: WorkNode, runs: readonly NodeId[], status: Status): void {
  for (const run of runs) {
    if (status === 'done') {
      if (replica.maySay('accept', task, run)) tx.say(task, 'accept', run)
    } else if (replica.maySay('reject', task, run)) {
      tx.say(task, 'reject', run)
      if (status !== 'in_progress') end(replica, tx, task, run)
    } else if (status !== 'in_progress') end(replica, tx, task, run)
  }
}

function end(replica: Replica, tx: Transaction, task: WorkNode, run: NodeId): void {
  const why = replica.maySay('end', task, run, 'release') ? 'release' : 'revoke'
  if (replica.maySay('end', task, run, why)) tx.say(task, 'end', run, why)
}

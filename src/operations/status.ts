/**
 * Setting the status that people see. What a run holds, or has submitted, follows: a card that leaves *In progress* ends its claim,
 * one in review that is called done is accepted, and one that is taken back is sent back.
 */

import type { Status } from '../core/fields.ts'
import type { WorkNode } from '../core/fold.ts'
import { statusOf } from '../core/readiness.ts'
import type { NodeId } from '../core/ids.ts'
import type { Replica } from '../replica/replica.ts'
import type { Transaction } from '../replica/transaction.ts'

export function setStatus(replica: Replica, tx: Transaction, id: NodeId, status: Status): void {
  const task = tx.node(id) as WorkNode
  const { holder = null, candidates = [] } = task.work ?? {}
  if (holder !== null) {
    if (candidates.length > 0) review(replica, tx, task, holder, status)
    else if (status !== 'in_progress') {
      const why = tx.node(holder)?.creator === replica.actor ? 'release' : 'revoke'
      if (replica.maySay('end', task, holder, why)) tx.say(task, 'end', holder, why)
    }
  }
  // Newer than what the work went through, also where the register says it already.
  if (statusOf(task) !== status) tx.write({ op: 'set', node: id, field: 'status', value: status })
}

function review(replica: Replica, tx: Transaction, task: WorkNode, run: NodeId, status: Status): void {
  const word = status === 'done' ? 'accept' : status === 'in_progress' || status === 'ready' ? 'reject' : null
  if (word && replica.maySay(word, task, run)) tx.say(task, word, run)
}

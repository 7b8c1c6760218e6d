/** Looking things up for operations: a task that must be there, a place in a column. */

import { ok, refuse, type Result } from '../base/result.ts'
import type { Status } from '../core/fields.ts'
import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { orderBetween, ordersBetween } from '../core/order.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'

export function findTask(replica: Replica, idOrKey: string): Result<WorkNode> {
  const id = replica.views.find(idOrKey)
  const node = id ? replica.nodes.get(id) : undefined
  if (node?.type !== 'task') return refuse({ code: 'not_found', detail: `There is no task ${idOrKey} here.` })
  return ok(node)
}

export function rowOf(replica: Replica, id: NodeId): TaskRow {
  return replica.views.task(id) as TaskRow
}

/** The order that puts a task right before another, or at the end of the column; tasks in `moving` are not counted. */
export function orderIn(replica: Replica, column: Status, before: NodeId | null, moving: NodeId | null): string {
  const ids = replica.views.column(column)
  const at = before === null ? ids.length : Math.max(0, ids.indexOf(before))
  const orderAt = (index: number): string => (ids[index] === undefined ? '' : rowOf(replica, ids[index]).order)
  const above = orderAt(ids[at - 1] === moving && moving !== null ? at - 2 : at - 1)
  const below = orderAt(ids[at] === moving && moving !== null ? at + 1 : at)
  // Two that were placed apart can have one order: then the new one goes after both rather than nowhere.
  return orderBetween(above || null, below > above ? below : null)
}

/** As many orders that put tasks right before another, or at the end of the column; tasks in `moving` are not counted. */
export function ordersIn(
  replica: Replica,
  column: Status,
  before: NodeId | null,
  moving: ReadonlySet<NodeId>,
  howMany: number,
): readonly string[] {
  const ids = replica.views.column(column)
  const from = before === null ? ids.length : Math.max(0, ids.indexOf(before))
  let [above, below] = [from - 1, from]
  while (above >= 0 && moving.has(ids[above] as NodeId)) above--
  while (below < ids.length && moving.has(ids[below] as NodeId)) below++
  const orderAt = (at: number): string => (ids[at] === undefined ? '' : rowOf(replica, ids[at]).order)
  const [low, high] = [orderAt(above), orderAt(below)]
  return ordersBetween(low || null, high > low ? high : null, howMany)
}

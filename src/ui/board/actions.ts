/**
 * What a person can do to cards, whatever they do it with: the mouse, the menu or a key. What it did is said by `act.ts`, with
 * the way back.
 */

import { announce } from '@atlaskit/pragmatic-drag-and-drop-live-region'
import { STATUSES, type Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import type { InputOf, OperationName } from '../../operations/table.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { attempt } from '../act.ts'
import { notifyRefusal } from '../notices.ts'
import type { Session } from '../session.ts'
import { count } from '../words.ts'
import { type Cell, type Change, changeInto, columnTitle, laneTitle, type Shown } from './cells.ts'

/** Columns that keys move through; a task is cancelled by its menu. */
const PATH: readonly Status[] = STATUSES.filter((status) => status !== 'cancelled')

export interface Actions {
  /** Into a cell, coming from another one; in columns by status right before another card or at the end. */
  drop(ids: readonly NodeId[], from: Cell | null, to: Cell, before: NodeId | null): void
  /** To the top of a column. */
  moveTo(id: NodeId, status: Status): void
  /** Into the column beside its own, to the right or left. */
  step(id: NodeId, from: Cell, by: 1 | -1): void
  /** Within its cell, one up or down. */
  shift(id: NodeId, cell: Cell, by: 1 | -1): void
  assign(id: NodeId, assignee: string, remove: boolean): void
  /** Assigns it, or takes it away from who has it. */
  toggle(id: NodeId, assignee: string): void
  remove(id: NodeId): void
  /** Changes many tasks as one step; `done` goes behind "3 tasks". */
  change(ids: readonly NodeId[], change: Change, done: string): boolean
}

export function createActions(session: Session, shown: () => Shown): Actions {
  const { replica } = session
  const { views } = replica
  const rowOf = (id: NodeId): TaskRow => views.task(id) as TaskRow

  function act<N extends OperationName>(name: N, input: InputOf<N>): void {
    const refusal = attempt(session, name, input)
    if (refusal) notifyRefusal(refusal)
  }

  const place = (id: NodeId, status: Status, before: NodeId | null): void => act('order_task', { id, status, before })

  function moveTo(id: NodeId, status: Status): void {
    if (rowOf(id).status !== status) place(id, status, views.column(status)[0] ?? null)
  }

  const assign = (id: NodeId, assignee: string, remove: boolean): void => act('assign_task', { id, assignee, remove })

  function change(ids: readonly NodeId[], wanted: Change, done: string): boolean {
    const [only] = ids
    const subject = ids.length === 1 && only ? rowOf(only).key : count(ids.length, 'task')
    const refusal = attempt(session, 'update_tasks', { ids: [...ids], ...wanted }, `${subject} ${done}`)
    if (refusal) notifyRefusal(refusal)
    return refusal === null
  }

  function drop(ids: readonly NodeId[], from: Cell | null, to: Cell, before: NodeId | null): void {
    const layout = shown()
    const { group, laneBy } = layout
    const isNewLane = laneBy !== 'none' && from?.lane !== to.lane
    const [only] = ids
    if (ids.length === 1 && only && group === 'status' && !isNewLane) return place(only, to.column as Status, before)
    const wanted = changeInto(layout, ids.map(rowOf), from, to)
    if (Object.keys(wanted).length === 0) return
    const into = [columnTitle(group, to.column), ...(laneBy === 'none' ? [] : [laneTitle(laneBy, to.lane, views)])]
    change(ids, group === 'status' ? { ...wanted, before } : wanted, `moved to ${into.join(', ')}`)
  }

  return {
    drop,
    moveTo,
    step(id, from, by) {
      const { group, columns } = shown()
      const along: readonly string[] = group === 'status' ? PATH : columns
      const at = along.indexOf(from.column)
      const next = at < 0 ? undefined : along[at + by]
      if (next === undefined) announce(`There is no column ${by > 0 ? 'after' : 'before'} ${columnTitle(group, from.column)}`)
      else if (group === 'status') moveTo(id, next as Status)
      else drop([id], from, { ...from, column: next }, null)
    },
    shift(id, cell, by) {
      const { group, arrangement } = shown()
      if (group !== 'status') return announce('In this view the order says what is at hand. Columns by status can be ordered.')
      const ids = arrangement.ids(cell.lane, cell.column)
      const at = ids.indexOf(id)
      const beside = ids[at + by]
      if (beside) place(id, cell.column as Status, by < 0 ? beside : nextOf(views.column(cell.column as Status), beside))
    },
    assign,
    toggle: (id, assignee) => assign(id, assignee, rowOf(id).assignees.includes(assignee)),
    remove: (id) => act('delete_task', { id }),
    change,
  }
}

function nextOf(ids: readonly NodeId[], id: NodeId): NodeId | null {
  return ids[ids.indexOf(id) + 1] ?? null
}

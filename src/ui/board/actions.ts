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
import { STATUS_TITLE } from '../words.ts'

/** Columns that keys move through; a task is cancelled by its menu. */
const PATH: readonly Status[] = STATUSES.filter((status) => status !== 'cancelled')

export interface Actions {
  /** Into a column, right before another card or at its end. */
  place(id: NodeId, status: Status, before: NodeId | null): void
  /** To the top of a column. */
  moveTo(id: NodeId, status: Status): void
  /** Some columns to the right, or left. */
  step(id: NodeId, by: 1 | -1): void
  /** Within its column, one up or down. */
  shift(id: NodeId, by: 1 | -1): void
  assign(id: NodeId, assignee: string, remove: boolean): void
  /** Assigns it, or takes it away from who has it. */
  toggle(id: NodeId, assignee: string): void
  remove(id: NodeId): void
}

export function createActions(session: Session): Actions {
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

  return {
    place,
    moveTo,
    step(id, by) {
      const at = PATH.indexOf(rowOf(id).status)
      const next = at < 0 ? undefined : PATH[at + by]
      if (next) moveTo(id, next)
      else announce(`There is no column ${by > 0 ? 'after' : 'before'} ${STATUS_TITLE[rowOf(id).status]}`)
    },
    shift(id, by) {
      const { status } = rowOf(id)
      const ids = views.column(status)
      const at = ids.indexOf(id)
      if (at + by < 0 || at + by >= ids.length) return
      place(id, status, (by > 0 ? ids[at + 2] : ids[at - 1]) ?? null)
    },
    assign,
    toggle: (id, assignee) => assign(id, assignee, rowOf(id).assignees.includes(assignee)),
    remove: (id) => act('delete_task', { id }),
  }
}

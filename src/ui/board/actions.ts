/**
 * What a person can do to cards, whatever they do it with: the mouse, the menu or a key. Each says what it did, and most
 * offer the way back.
 */

import { announce } from '@atlaskit/pragmatic-drag-and-drop-live-region'
import { STATUSES, type Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { notify, notifyRefusal } from '../notices.ts'
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
  remove(id: NodeId): void
  undo(): void
  redo(): void
}

export function createActions(session: Session): Actions {
  const { replica } = session
  const { views } = replica
  const rowOf = (id: NodeId): TaskRow => views.task(id) as TaskRow

  /** Takes back what was just done: by undo while it is the last step, else by doing the opposite. */
  function wayBack(opposite: () => void): () => void {
    const step = replica.nextUndo
    return () => {
      if (step !== undefined && replica.nextUndo === step) replica.undo()
      else opposite()
    }
  }

  function place(id: NodeId, status: Status, before: NodeId | null): void {
    const old = rowOf(id)
    const oldNext = nextOf(views.column(old.status), id)
    const moved = session.run('order_task', { id, status, before })
    if (!moved.ok) return notifyRefusal(moved.refusal)
    if (old.status === status) {
      const ids = views.column(status)
      return announce(`${old.key} is now ${ids.indexOf(id) + 1} of ${ids.length} in ${STATUS_TITLE[status]}`)
    }
    const run = wayBack(() => session.run('order_task', { id, status: old.status, before: oldNext }))
    notify(`${old.key} moved to ${STATUS_TITLE[status]}`, { action: { label: 'Undo', run }, about: id })
  }

  function moveTo(id: NodeId, status: Status): void {
    if (rowOf(id).status !== status) place(id, status, views.column(status)[0] ?? null)
  }

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
    assign(id, assignee, remove) {
      const done = session.run('assign_task', { id, assignee, remove })
      if (!done.ok) return notifyRefusal(done.refusal)
      announce(`${done.value.key} is ${remove ? 'no longer ' : ''}assigned to ${assignee}`)
    },
    remove(id) {
      const { key } = rowOf(id)
      const gone = session.run('delete_task', { id })
      if (!gone.ok) return notifyRefusal(gone.refusal)
      notify(`${key} deleted`, { action: { label: 'Undo', run: wayBack(() => session.run('restore_task', { id })) }, about: id })
    },
    undo: () => say('Undone', 'Nothing to undo', replica.undo()),
    redo: () => say('Done again', 'Nothing to do again', replica.redo()),
  }
}

function say(done: string, nothing: string, step: { readonly label: string; readonly skipped: number } | null): void {
  if (step === null) return notify(nothing, { about: 'undo' })
  const rest = step.skipped > 0 ? '. Part of it was changed by others since, and stays as they left it' : ''
  notify(`${done}: ${step.label}${rest}`, { about: 'undo' })
}

function nextOf(ids: readonly NodeId[], id: NodeId): NodeId | null {
  return ids[ids.indexOf(id) + 1] ?? null
}

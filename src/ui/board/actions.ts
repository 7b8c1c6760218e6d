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
import { count, STATUS_TITLE } from '../words.ts'
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
  remove(id: NodeId): void
  /** Changes many tasks as one step; `done` goes behind "3 tasks". */
  change(ids: readonly NodeId[], change: Change, done: string): boolean
  undo(): void
  redo(): void
}

export function createActions(session: Session, shown: () => Shown): Actions {
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

  function change(ids: readonly NodeId[], wanted: Change, done: string): boolean {
    const changed = session.run('update_tasks', { ids: [...ids], ...wanted })
    if (!changed.ok) {
      notifyRefusal(changed.refusal)
      return false
    }
    const [only] = ids
    const subject = ids.length === 1 && only ? rowOf(only).key : count(ids.length, 'task')
    const run = wayBack(() => notify('You have done something else since. Ctrl+Z takes back one step after the other.'))
    notify(`${subject} ${done}`, { action: { label: 'Undo', run }, about: only ?? null })
    return true
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
    change,
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

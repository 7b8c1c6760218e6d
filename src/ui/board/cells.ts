/**
 * Cells of the board, and what it means to put a task into one: a column says its status or who has it, a lane who has it, what it
 * is part of or how urgent it is.
 */

import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import type { InputOf } from '../../operations/table.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import type { Views } from '../../replica/views.ts'
import { priorityTitle, STATUS_TITLE } from '../words.ts'
import type { Arrangement } from './arrangement.ts'
import type { Group, LaneBy } from './board-address.ts'
import type { NameOf } from './task-facts.ts'

export interface Cell {
  readonly lane: string
  readonly column: string
}

/** What is on the board now, for what acts on it from outside of React: keys, drags, menus. */
export interface Shown {
  readonly arrangement: Arrangement
  readonly group: Group
  readonly laneBy: LaneBy
  /** From left to right. */
  readonly columns: readonly string[]
  readonly nameOf: NameOf
}

export type Change = Omit<InputOf<'update_tasks'>, 'ids'>

export const NOBODY = 'Nobody'

export function columnTitle(group: Group, column: string): string {
  if (group === 'status') return STATUS_TITLE[column as Status]
  return column === '' ? NOBODY : column
}

export function laneTitle(by: LaneBy, lane: string, views: Views): string {
  if (by === 'agent') return lane === '' ? NOBODY : lane
  if (by === 'priority') return priorityTitle(Number(lane))
  const parent = lane === '' ? null : views.task(lane as NodeId)
  return parent ? `${parent.key} ${parent.title}` : 'Not part of another task'
}

/** All that a column shows, lane after lane. */
export function columnIds({ arrangement }: Shown, column: string): readonly NodeId[] {
  return arrangement.lanes().flatMap((lane) => arrangement.ids(lane, column))
}

/** What has to change for `rows` to stand in `to`; those who come from the column of somebody leave that, and no other. */
export function changeInto(
  { group, laneBy, nameOf }: Pick<Shown, 'group' | 'laneBy' | 'nameOf'>,
  rows: readonly TaskRow[],
  from: Cell | null,
  to: Cell,
): Change {
  const isNewLane = from?.lane !== to.lane && laneBy !== 'none'
  return {
    ...(group === 'status'
      ? { status: to.column }
      : from?.column === to.column
        ? {}
        : handOver(rows, from?.column, to.column, nameOf)),
    ...(isNewLane && laneBy === 'agent' ? handOver(rows, from?.lane, to.lane, nameOf) : {}),
    ...(isNewLane && laneBy === 'parent' ? { parent: to.lane === '' ? null : to.lane } : {}),
    ...(isNewLane && laneBy === 'priority' ? { priority: Number(to.lane) } : {}),
  }
}

/** From one to another; to nobody is from everybody. */
function handOver(rows: readonly TaskRow[], from: string | undefined, to: string, nameOf: NameOf): Change {
  const leaving = rows.flatMap(({ assignees }) => assignees.filter((one) => to === '' || (nameOf(one) === from && from !== to)))
  return { ...(leaving.length > 0 ? { unassign: [...new Set(leaving)] } : {}), ...(to === '' ? {} : { assign: [to] }) }
}

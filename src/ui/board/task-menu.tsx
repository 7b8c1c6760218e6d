/** The menu of a card: everything that dragging does, in words. Loaded when it is first opened. */

import { ArrowDown, ArrowUp, Check, CircleDot, ExternalLink, Trash2, UserRound } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { STATUSES } from '../../core/fields.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useTask } from '../hooks.ts'
import { AssigneeAvatar } from '../kit/avatar.tsx'
import type { NodeId } from '../../core/ids.ts'
import { type Anchor, Menu, MenuItem, MenuLine, Submenu } from '../kit/menu.tsx'
import { StatusIcon } from '../kit/status-icon.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { STATUS_TITLE } from '../words.ts'
import { knownAssignees } from './assignees.ts'
import { useBoard } from './board-context.ts'
import { type Cell, columnIds } from './cells.ts'

interface TaskMenuProps {
  readonly task: NodeId
  /** The cell of the card. */
  readonly cell: Cell
  readonly anchor: Anchor
  readonly onClose: () => void
}

export function TaskMenu({ task, cell, anchor, onClose }: TaskMenuProps) {
  const row = useTask(task)
  const { focus } = useBoard()
  const gone = row === null || row.deleted
  useEffect(() => {
    // Somebody else deleted the task under the menu.
    if (gone) onClose()
  }, [gone, onClose])
  if (gone) return null
  const close = (): void => {
    focus.want(row.id)
    onClose()
  }
  return (
    <Menu label={`Actions for ${row.key}`} anchor={anchor} onClose={close}>
      <Items row={row} cell={cell} />
    </Menu>
  )
}

function Items({ row, cell }: { readonly row: TaskRow; readonly cell: Cell }) {
  const { actions, focus, selection, shown } = useBoard()
  const { workspaceId } = useSession()
  const [, navigate] = useLocation()
  const remove = (): void => {
    const ids = columnIds(shown(), cell.column)
    const at = ids.indexOf(row.id)
    const neighbour = ids[at + 1] ?? ids[at - 1]
    actions.remove(row.id)
    if (neighbour) focus.want(neighbour)
  }
  return (
    <>
      <MenuItem
        icon={<ExternalLink size={14} aria-hidden />}
        hint="Enter"
        onChoose={() => navigate(links.task(workspaceId, row.key))}
      >
        Open
      </MenuItem>
      <MenuItem icon={<Check size={14} aria-hidden />} hint="X" onChoose={() => selection.toggle(row.id)}>
        {selection.get().has(row.id) ? 'Deselect' : 'Select'}
      </MenuItem>
      <MenuLine />
      <Submenu icon={<CircleDot size={14} aria-hidden />} title="Move to …">
        {STATUSES.map((status) => (
          <MenuItem
            key={status}
            name={`Move to ${STATUS_TITLE[status]}`}
            icon={<StatusIcon status={status} />}
            disabled={status === row.status}
            onChoose={() => actions.moveTo(row.id, status)}
          >
            {STATUS_TITLE[status]}
          </MenuItem>
        ))}
      </Submenu>
      <Submenu icon={<UserRound size={14} aria-hidden />} title="Assign to …">
        <Assignees row={row} />
      </Submenu>
      <MenuItem icon={<ArrowUp size={14} aria-hidden />} hint="Alt ↑" onChoose={() => actions.shift(row.id, cell, -1)}>
        Up in the column
      </MenuItem>
      <MenuItem icon={<ArrowDown size={14} aria-hidden />} hint="Alt ↓" onChoose={() => actions.shift(row.id, cell, 1)}>
        Down in the column
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<Trash2 size={14} aria-hidden />} danger onChoose={remove}>
        Delete
      </MenuItem>
    </>
  )
}

function Assignees({ row }: { readonly row: TaskRow }) {
  const session = useSession()
  const { actions } = useBoard()
  const [names] = useState(() => knownAssignees(session))
  return names.map((name) => (
    <MenuItem
      key={name}
      name={`Assign to ${name}`}
      icon={<AssigneeAvatar name={name} />}
      checked={row.assignees.includes(name)}
      onChoose={() => actions.assign(row.id, name, row.assignees.includes(name))}
    >
      {name}
    </MenuItem>
  ))
}

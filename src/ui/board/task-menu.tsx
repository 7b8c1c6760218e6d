/** The menu of a card: everything that dragging does, in words. Loaded when it is first opened. */

import { Menu } from '@base-ui/react/menu'
import { ArrowDown, ArrowUp, Check, ChevronRight, CircleDot, ExternalLink, Trash2, UserRound } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { STATUSES } from '../../core/fields.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useTask } from '../hooks.ts'
import { AssigneeAvatar } from '../kit/avatar.tsx'
import { StatusIcon } from '../kit/status-icon.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { STATUS_TITLE } from '../words.ts'
import { knownAssignees } from './assignees.ts'
import { type MenuPlace, useBoard } from './board-context.ts'
import css from './task-menu.module.css'

interface TaskMenuProps {
  readonly place: MenuPlace
  readonly onClose: () => void
}

export function TaskMenu({ place, onClose }: TaskMenuProps) {
  const row = useTask(place.task)
  const { focus } = useBoard()
  const gone = row === null || row.deleted
  useEffect(() => {
    // Somebody else deleted the task under the menu.
    if (gone) onClose()
  }, [gone, onClose])
  if (gone) return null
  const close = (): void => {
    onClose()
    focus.want(row.id)
  }
  return (
    <Menu.Root open onOpenChange={(open) => open || close()} modal={false}>
      <Popup anchor={place.anchor} label={`Actions for ${row.key}`}>
        <Items row={row} />
      </Popup>
    </Menu.Root>
  )
}

function Items({ row }: { readonly row: TaskRow }) {
  const { actions, focus, shown } = useBoard()
  const { workspaceId } = useSession()
  const [, navigate] = useLocation()
  const remove = (): void => {
    const ids = shown.get(row.status) ?? []
    const at = ids.indexOf(row.id)
    const neighbour = ids[at + 1] ?? ids[at - 1]
    actions.remove(row.id)
    if (neighbour) focus.want(neighbour)
  }
  return (
    <>
      <Item icon={<ExternalLink size={14} aria-hidden />} hint="Enter" onClick={() => navigate(links.task(workspaceId, row.key))}>
        Open
      </Item>
      <Menu.Separator className={css['line']} />
      <Submenu icon={<CircleDot size={14} aria-hidden />} title="Move to …">
        {STATUSES.map((status) => (
          <Menu.Item
            key={status}
            className={css['item']}
            aria-label={`Move to ${STATUS_TITLE[status]}`}
            label={STATUS_TITLE[status]}
            disabled={status === row.status}
            onClick={() => actions.moveTo(row.id, status)}
          >
            <StatusIcon status={status} />
            <span className={css['text']}>{STATUS_TITLE[status]}</span>
            {status === row.status ? <Check size={14} aria-hidden /> : null}
          </Menu.Item>
        ))}
      </Submenu>
      <Submenu icon={<UserRound size={14} aria-hidden />} title="Assign to …">
        <Assignees row={row} />
      </Submenu>
      <Item icon={<ArrowUp size={14} aria-hidden />} hint="Alt ↑" onClick={() => actions.shift(row.id, -1)}>
        Up in the column
      </Item>
      <Item icon={<ArrowDown size={14} aria-hidden />} hint="Alt ↓" onClick={() => actions.shift(row.id, 1)}>
        Down in the column
      </Item>
      <Menu.Separator className={css['line']} />
      <Item icon={<Trash2 size={14} aria-hidden />} danger onClick={remove}>
        Delete
      </Item>
    </>
  )
}

function Assignees({ row }: { readonly row: TaskRow }) {
  const session = useSession()
  const { actions } = useBoard()
  const [names] = useState(() => knownAssignees(session))
  if (names.length === 0) return <p className={css['note']}>Nobody is known here yet.</p>
  return names.map((name) => (
    <Menu.CheckboxItem
      key={name}
      className={css['item']}
      aria-label={`Assign to ${name}`}
      label={name}
      checked={row.assignees.includes(name)}
      onCheckedChange={(checked) => actions.assign(row.id, name, !checked)}
    >
      <AssigneeAvatar name={name} />
      <span className={css['text']}>{name}</span>
      <Menu.CheckboxItemIndicator>
        <Check size={14} aria-hidden />
      </Menu.CheckboxItemIndicator>
    </Menu.CheckboxItem>
  ))
}

interface ItemProps {
  readonly icon: ReactNode
  readonly hint?: string
  readonly danger?: boolean
  readonly onClick: () => void
  readonly children: string
}

function Item({ icon, hint, danger = false, onClick, children }: ItemProps) {
  return (
    <Menu.Item className={css['item']} data-danger={danger || undefined} onClick={onClick} label={children}>
      {icon}
      <span className={css['text']}>{children}</span>
      {hint ? (
        <span className={css['key']} aria-hidden>
          {hint}
        </span>
      ) : null}
    </Menu.Item>
  )
}

function Submenu({ icon, title, children }: { readonly icon: ReactNode; readonly title: string; readonly children: ReactNode }) {
  return (
    <Menu.SubmenuRoot>
      <Menu.SubmenuTrigger className={css['item']}>
        {icon}
        <span className={css['text']}>{title}</span>
        <ChevronRight size={14} aria-hidden />
      </Menu.SubmenuTrigger>
      <Popup label={title}>{children}</Popup>
    </Menu.SubmenuRoot>
  )
}

function Popup({
  anchor,
  label,
  children,
}: {
  readonly anchor?: MenuPlace['anchor']
  readonly label: string
  readonly children: ReactNode
}) {
  return (
    <Menu.Portal>
      <Menu.Positioner className={css['positioner']} align="start" sideOffset={4} {...(anchor ? { anchor } : {})}>
        <Menu.Popup className={css['popup']} aria-label={label} finalFocus={false}>
          {children}
        </Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  )
}

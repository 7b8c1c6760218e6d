/** What is done to all selected cards together: each choice is one step, which one notice takes back. */

import { CircleDot, Flag, Tag, Trash2, UserRound, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { STATUSES } from '../../core/fields.ts'
import { elements } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { AssigneeAvatar } from '../kit/avatar.tsx'
import { Button, IconButton } from '../kit/button.tsx'
import { Menu, MenuItem, MenuLine } from '../kit/menu.tsx'
import { PriorityIcon, StatusIcon } from '../kit/status-icon.tsx'
import { useSession } from '../session.ts'
import { count, PRIORITY_TITLE, STATUS_TITLE } from '../words.ts'
import { knownAssignees } from './assignees.ts'
import { useBoard } from './board-context.ts'
import css from './bulk-bar.module.css'
import type { Change } from './cells.ts'
import { inBoardOrder } from './drag.ts'
import { LabelDialog } from './label-dialog.tsx'
import { wordsInUse } from './task-facts.ts'

type Open =
  | { readonly what: 'status' | 'assign' | 'label' | 'priority'; readonly anchor: Element }
  | { readonly what: 'new-label' }
  | null

export function BulkBar({ selected }: { readonly selected: ReadonlySet<NodeId> }) {
  const { replica } = useSession()
  const { actions, selection } = useBoard()
  const [open, setOpen] = useState<Open>(null)
  const change = (wanted: Change, done: string): void => {
    actions.change(inBoardOrder(replica, selected), wanted, done)
  }
  const opener = (what: 'status' | 'assign' | 'label' | 'priority', icon: ReactNode, words: string): ReactNode => (
    <Button aria-haspopup="menu" aria-label={words} onClick={(event) => setOpen({ what, anchor: event.currentTarget })}>
      {icon}
      <span className={css['word']}>{words}</span>
    </Button>
  )
  const close = (): void => setOpen(null)
  return (
    <div role="toolbar" aria-label="Selected tasks" className={css['bar']}>
      <span className={css['count']} aria-live="polite">
        {count(selected.size, 'task')} selected
      </span>
      {opener('status', <CircleDot size={14} aria-hidden />, 'Move')}
      {opener('assign', <UserRound size={14} aria-hidden />, 'Assign')}
      {opener('label', <Tag size={14} aria-hidden />, 'Label')}
      {opener('priority', <Flag size={14} aria-hidden />, 'Priority')}
      <Button aria-label="Delete" onClick={() => change({ deleted: true }, 'deleted')}>
        <Trash2 size={14} aria-hidden />
        <span className={css['word']}>Delete</span>
      </Button>
      <IconButton label="Select none (Esc)" onClick={() => selection.clear()}>
        <X size={15} aria-hidden />
      </IconButton>
      {open?.what === 'status' ? (
        <Menu label="Move to" anchor={open.anchor} onClose={close}>
          {STATUSES.map((status) => (
            <MenuItem
              key={status}
              name={`Move to ${STATUS_TITLE[status]}`}
              icon={<StatusIcon status={status} />}
              onChoose={() =>
                change({ status, before: replica.views.column(status)[0] ?? null }, `moved to ${STATUS_TITLE[status]}`)
              }
            >
              {STATUS_TITLE[status]}
            </MenuItem>
          ))}
        </Menu>
      ) : null}
      {open?.what === 'priority' ? (
        <Menu label="Priority" anchor={open.anchor} onClose={close}>
          {PRIORITY_TITLE.map((name, priority) => (
            <MenuItem
              key={name}
              icon={<PriorityIcon priority={priority} />}
              onChoose={() => change({ priority }, `set to ${name}`)}
            >
              {name}
            </MenuItem>
          ))}
        </Menu>
      ) : null}
      {open?.what === 'assign' ? (
        <Menu label="Assign to" anchor={open.anchor} onClose={close}>
          <AssignItems selected={selected} change={change} />
        </Menu>
      ) : null}
      {open?.what === 'label' ? (
        <Menu label="Label" anchor={open.anchor} onClose={close}>
          <LabelItems selected={selected} change={change} onNew={() => setOpen({ what: 'new-label' })} />
        </Menu>
      ) : null}
      {open?.what === 'new-label' ? (
        <LabelDialog onClose={() => setOpen(null)} onLabel={(label) => change({ label: [label] }, `labelled ${label}`)} />
      ) : null}
    </div>
  )
}

interface ItemsProps {
  readonly selected: ReadonlySet<NodeId>
  readonly change: (wanted: Change, done: string) => void
}

function AssignItems({ selected, change }: ItemsProps) {
  const session = useSession()
  const [names] = useState(() => knownAssignees(session))
  const { all, some } = heldBy(session.replica.nodes, selected, 'assignees')
  return (
    <>
      {names.map((name) => (
        <MenuItem
          key={name}
          name={`Assign to ${name}`}
          icon={<AssigneeAvatar name={name} />}
          disabled={all.has(name)}
          onChoose={() => change({ assign: [name] }, `assigned to ${name}`)}
        >
          {name}
        </MenuItem>
      ))}
      {some.size > 0 ? (
        <>
          <MenuLine />
          <MenuItem icon={<X size={14} aria-hidden />} onChoose={() => change({ unassign: [...some] }, 'assigned to nobody')}>
            Nobody
          </MenuItem>
        </>
      ) : null}
    </>
  )
}

function LabelItems({ selected, change, onNew }: ItemsProps & { readonly onNew: () => void }) {
  const { replica } = useSession()
  const [labels] = useState(() => wordsInUse(replica, (name) => name).labels)
  const { all, some } = heldBy(replica.nodes, selected, 'labels')
  return (
    <>
      {labels.map((label) => (
        <MenuItem
          key={label}
          name={all.has(label) ? `Remove ${label}` : `Add ${label}`}
          icon={<Tag size={14} aria-hidden />}
          hint={all.has(label) ? 'remove' : some.has(label) ? 'on some' : ''}
          onChoose={() =>
            all.has(label)
              ? change({ unlabel: [label] }, `no longer labelled ${label}`)
              : change({ label: [label] }, `labelled ${label}`)
          }
        >
          {label}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={<Tag size={14} aria-hidden />} onChoose={onNew}>
        New label …
      </MenuItem>
    </>
  )
}

type Nodes = ReturnType<typeof useSession>['replica']['nodes']

/** The elements of a field that all of the tasks have, and that any has. */
function heldBy(
  nodes: Nodes,
  ids: ReadonlySet<NodeId>,
  field: string,
): { readonly all: ReadonlySet<string>; readonly some: ReadonlySet<string> } {
  const times = new Map<string, number>()
  for (const id of ids) {
    const node = nodes.get(id)
    if (node) for (const one of elements(node, field)) times.set(one, (times.get(one) ?? 0) + 1)
  }
  return { some: new Set(times.keys()), all: new Set([...times].flatMap(([one, n]) => (n === ids.size ? [one] : []))) }
}

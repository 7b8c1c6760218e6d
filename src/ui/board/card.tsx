import { Check, Ellipsis } from 'lucide-react'
import { memo, type MouseEvent, type RefObject, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useMinute, useTask } from '../hooks.ts'
import hues from '../kit/hue.module.css'
import { StatusIcon } from '../kit/status-icon.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { age, hueOf, STATUS_TITLE } from '../words.ts'
import { useBoard } from './board-context.ts'
import { useNameOf } from './use-names.ts'
import type { Group } from './board-address.ts'
import { columnIds } from './cells.ts'
import css from './card.module.css'
import { CardFoot, summaryOf } from './card-foot.tsx'
import { CardRun, runSummaryOf } from './card-run.tsx'
import { anchorAt, useCardDrag } from './drag.ts'

interface CardProps {
  readonly id: NodeId
  /** The cell it stands in. */
  readonly lane: string
  readonly column: string
  readonly group: Group
  readonly position: number
  readonly size: number
  /** Whether the tab key stops here: one card of each column. */
  readonly tabStop: boolean
  readonly open: boolean
}

export const Card = memo(function Card({ id, ...rest }: CardProps) {
  const row = useTask(id)
  return row ? <TaskCard row={row} {...rest} /> : null
})

function TaskCard({
  row,
  lane,
  column,
  group,
  position,
  size,
  tabStop,
  open,
}: Omit<CardProps, 'id'> & { readonly row: TaskRow }) {
  const { workspaceId } = useSession()
  const { openMenu, focus, selection, shown } = useBoard()
  const nameOf = useNameOf()
  const selected = useSyncExternalStore(selection.subscribe, () => selection.get().has(row.id))
  const slot = useRef<HTMLDivElement>(null)
  const card = useRef<HTMLDivElement>(null)
  const link = useRef<HTMLAnchorElement>(null)
  const { dragging, edge } = useCardDrag({ id: row.id, lane, column, ordered: group === 'status' }, slot, card)
  useKeptFocus(row.id, slot, link)
  const now = useMinute()
  const menuAt = (event: MouseEvent): void => {
    event.preventDefault()
    openMenu({ kind: 'task', task: row.id, cell: { lane, column }, anchor: anchorAt(event.clientX, event.clientY) })
  }
  // A link leaves clicks with a modifier to the browser, which would open a tab.
  const selectInstead = (event: MouseEvent): void => {
    if (!link.current?.contains(event.target as Node)) return
    if (event.ctrlKey || event.metaKey) selection.toggle(row.id)
    else if (event.shiftKey) selection.reach(row.id, columnIds(shown(), column))
    else return
    event.preventDefault()
  }
  return (
    // Between list and item stand the boxes of the virtual list, so the elements ul and li would not fit.
    <div
      ref={slot}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="listitem"
      aria-label={`${row.key} ${row.title}${group === 'status' ? '' : `, ${STATUS_TITLE[row.status].toLowerCase()}`}${runSummaryOf(row)}${summaryOf(row, nameOf)}${selected ? ', selected' : ''}`}
      aria-posinset={position}
      aria-setsize={size}
      className={css['slot']}
      data-task={row.id}
      data-edge={edge ?? undefined}
    >
      <div
        ref={card}
        className={css['card']}
        data-dragging={dragging || undefined}
        data-open={open || undefined}
        data-selected={selected || undefined}
        data-closed={row.status === 'done' || row.status === 'cancelled' || undefined}
        onContextMenu={menuAt}
        onClickCapture={selectInstead}
      >
        <div className={css['head']}>
          {group === 'status' ? null : <StatusIcon status={row.status} />}
          <span className={css['key']}>{row.key}</span>
          <time className={css['age']} dateTime={row.updatedAt} title={`Changed ${new Date(row.updatedAt).toLocaleString()}`}>
            {age(row.updatedAt, now)}
          </time>
        </div>
        <Link
          ref={link}
          href={links.task(workspaceId, row.key)}
          className={css['title']}
          draggable={false}
          tabIndex={tabStop ? 0 : -1}
          onFocus={() => focus.arrived(row.id)}
        >
          {row.title === '' ? <span className={css['untitled']}>No title</span> : row.title}
        </Link>
        <button
          type="button"
          className={css['tick']}
          aria-label={`Select ${row.key}`}
          aria-pressed={selected}
          title="Select (X)"
          tabIndex={-1}
          onClick={(event) => (event.shiftKey ? selection.reach(row.id, columnIds(shown(), column)) : selection.toggle(row.id))}
        >
          <Check size={11} aria-hidden />
        </button>
        <button
          type="button"
          className={css['menu']}
          aria-label={`Actions for ${row.key}`}
          aria-haspopup="menu"
          title="Actions"
          tabIndex={tabStop ? 0 : -1}
          onClick={(event) => openMenu({ kind: 'task', task: row.id, cell: { lane, column }, anchor: event.currentTarget })}
        >
          <Ellipsis size={15} aria-hidden />
        </button>
        {row.labels.length > 0 ? <Labels labels={row.labels} /> : null}
        <CardRun row={row} />
        <CardFoot row={row} nameOf={nameOf} />
      </div>
    </div>
  )
}

function Labels({ labels }: { readonly labels: readonly string[] }) {
  return (
    <span className={css['labels']}>
      {labels.slice(0, 4).map((label) => (
        <span key={label} className={`${css['label']} ${hues['hue']}`} data-hue={hueOf(label)}>
          <span className={css['labelText']}>{label}</span>
        </span>
      ))}
      {labels.length > 4 ? <span className={css['label']}>+{labels.length - 4}</span> : null}
    </span>
  )
}

/** A card that goes away with the focus hands it on to the card that comes in its place. */
function useKeptFocus(id: NodeId, slot: RefObject<HTMLElement | null>, link: RefObject<HTMLElement | null>): void {
  const { focus } = useBoard()
  useLayoutEffect(() => {
    const element = slot.current
    if (link.current) focus.appeared(id, link.current)
    return () => {
      if (element?.contains(document.activeElement)) focus.left(id)
    }
  }, [id, focus, slot, link])
}

/** The id of the card that arrow keys start from, if it is among `ids`; else the first. */
export function useTabStop(ids: readonly NodeId[]): NodeId | undefined {
  const { focus } = useBoard()
  const active = useSyncExternalStore(focus.subscribe, focus.active)
  return active !== null && ids.includes(active) ? active : ids[0]
}

import { Ellipsis } from 'lucide-react'
import { memo, useId, useRef } from 'react'
import { Virtualizer } from 'virtua'
import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { AssigneeAvatar } from '../kit/avatar.tsx'
import { StatusIcon } from '../kit/status-icon.tsx'
import { count } from '../words.ts'
import { useBoard } from './board-context.ts'
import { Card, useTabStop } from './card.tsx'
import { type Cell, columnTitle, type Shown } from './cells.ts'
import css from './column.module.css'
import { useCellDrop } from './drag.ts'
import { QuickAdd } from './quick-add.tsx'
import { useCell, useTotal, useVisible } from './use-layout.ts'
import { useLimit } from './use-settings.ts'

/** What belongs where, for those who see the column empty. */
const TEACHES: Readonly<Record<Status, string>> = {
  backlog: 'Ideas and work that nobody has planned yet.',
  ready: 'Work that can start now. Agents take theirs from here.',
  in_progress: 'What somebody works on at this moment.',
  blocked: 'What waits for an answer or for somebody outside.',
  in_review: 'Finished work that wants a second look.',
  done: 'Finished. Tasks that waited on it are free to start.',
  cancelled: 'What will not be done.',
}

interface ColumnProps {
  readonly shown: Shown
  readonly column: string
  /** Id of the task that is open beside the board. */
  readonly open: NodeId | null
}

export const Column = memo(function Column({ shown, column, open }: ColumnProps) {
  const { arrangement, group } = shown
  const ids = useCell(arrangement, '', column)
  const total = useTotal(arrangement, column)
  const region = useRef<HTMLElement>(null)
  const over = useCellDrop({ lane: '', column }, region)
  const titleId = useId()
  return (
    <section ref={region} className={css['column']} aria-labelledby={titleId} data-column={column} data-over={over || undefined}>
      <ColumnHead shown={shown} column={column} titleId={titleId} />
      <QuickAdd group={group} column={column} />
      <Cards shown={shown} lane="" column={column} ids={ids} open={open} />
      {ids.length === 0 ? (
        <p className={css['empty']}>{total > 0 ? 'No task here fits the filter.' : teaches(group, column)}</p>
      ) : null}
    </section>
  )
})

function teaches(group: Shown['group'], column: string): string {
  if (group === 'status') return TEACHES[column as Status]
  return column === ''
    ? 'Everything has somebody. New work waits here until it is handed out.'
    : 'Nothing yet. Drag a task here to assign it.'
}

interface ColumnHeadProps extends Pick<ColumnProps, 'shown' | 'column'> {
  readonly titleId: string
}

/** Title, how many, and a warning where there are more than agreed. */
export function ColumnHead({ shown, column, titleId }: ColumnHeadProps) {
  const { arrangement, group } = shown
  const { openMenu } = useBoard()
  const total = useTotal(arrangement, column)
  const visible = useVisible(arrangement, column)
  const limit = useLimit(group === 'status' ? (column as Status) : null)
  const title = columnTitle(group, column)
  return (
    <div className={css['head']}>
      {group === 'status' ? <StatusIcon status={column as Status} /> : column === '' ? null : <AssigneeAvatar name={column} />}
      <h2 id={titleId} className={css['title']} title={title}>
        {title}
      </h2>
      <span className={css['count']} title={count(total, 'task')}>
        {visible === total ? total.toLocaleString('en') : `${visible.toLocaleString('en')}/${total.toLocaleString('en')}`}
      </span>
      {limit === null ? null : (
        <span
          className={css['limit']}
          data-over={total > limit || undefined}
          title={
            total > limit
              ? `More than the ${count(limit, 'task')} agreed on: finish some before starting more`
              : `At most ${count(limit, 'task')}, as agreed here`
          }
        >
          max {limit}
        </span>
      )}
      <button
        type="button"
        className={css['menu']}
        aria-label={`Actions for the column ${title}`}
        aria-haspopup="menu"
        onClick={(event) => openMenu({ kind: 'column', column, anchor: event.currentTarget })}
      >
        <Ellipsis size={15} aria-hidden />
      </button>
    </div>
  )
}

interface CardsProps extends Cell {
  readonly shown: Shown
  readonly ids: readonly NodeId[]
  readonly open: NodeId | null
  /** Names the list, where the column's title does not say enough. */
  readonly label?: string
}

/** The list; only what is in view, and the card the keyboard is at, exist as elements. */
export function Cards({ shown, lane, column, ids, open, label }: CardsProps) {
  const tabStop = useTabStop(ids)
  const scroll = useRef<HTMLDivElement>(null)
  const keep = tabStop === undefined ? -1 : ids.indexOf(tabStop)
  return (
    <div
      ref={scroll}
      className={css['scroll']}
      // A scrolling box with boxes in between, not a plain ul: see the card.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="list"
      aria-label={label ?? columnTitle(shown.group, column)}
      data-lane={lane}
      data-column={column}
      data-empty={ids.length === 0 || undefined}
    >
      <Virtualizer data={ids} scrollRef={scroll} keepMounted={keep < 0 ? [] : [keep]} bufferSize={250} itemSize={96}>
        {(id, index) => (
          <Card
            key={id}
            id={id}
            lane={lane}
            column={column}
            group={shown.group}
            position={index + 1}
            size={ids.length}
            tabStop={id === tabStop}
            open={id === open}
          />
        )}
      </Virtualizer>
    </div>
  )
}

import { memo, useId, useLayoutEffect, useMemo, useRef } from 'react'
import { Virtualizer } from 'virtua'
import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { useColumn, useVersion } from '../hooks.ts'
import { StatusIcon } from '../kit/status-icon.tsx'
import { useSession } from '../session.ts'
import { count, STATUS_TITLE } from '../words.ts'
import { useBoard } from './board-context.ts'
import { Card, useTabStop } from './card.tsx'
import css from './column.module.css'
import { useColumnDrop } from './drag.ts'
import { type Filter, filterTasks, isFiltering } from './filter.ts'
import { QuickAdd } from './quick-add.tsx'

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
  readonly status: Status
  readonly filter: Filter
  /** Id of the task that is open beside the board. */
  readonly open: NodeId | null
}

export const Column = memo(function Column({ status, filter, open }: ColumnProps) {
  const all = useColumn(status)
  const ids = useFiltered(status, all, filter)
  const region = useRef<HTMLElement>(null)
  const over = useColumnDrop(status, region)
  const titleId = useId()
  if (status === 'cancelled' && all.length === 0) return null
  return (
    <section ref={region} className={css['column']} aria-labelledby={titleId} data-column={status} data-over={over || undefined}>
      <div className={css['head']}>
        <StatusIcon status={status} />
        <h2 id={titleId} className={css['title']}>
          {STATUS_TITLE[status]}
        </h2>
        <span className={css['count']} title={count(all.length, 'task')}>
          {ids === all
            ? all.length.toLocaleString('en')
            : `${ids.length.toLocaleString('en')}/${all.length.toLocaleString('en')}`}
        </span>
      </div>
      <QuickAdd status={status} />
      <Cards ids={ids} status={status} open={open} />
      {ids.length === 0 ? (
        <p className={css['empty']}>{all.length > 0 ? 'No task here fits the filter.' : TEACHES[status]}</p>
      ) : null}
    </section>
  )
})

/** The list; only what is in view, and the card the keyboard is at, exist as elements. */
function Cards({
  ids,
  status,
  open,
}: {
  readonly ids: readonly NodeId[]
  readonly status: Status
  readonly open: NodeId | null
}) {
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
      aria-label={STATUS_TITLE[status]}
      data-empty={ids.length === 0 || undefined}
    >
      <Virtualizer data={ids} scrollRef={scroll} keepMounted={keep < 0 ? [] : [keep]} bufferSize={250} itemSize={96}>
        {(id, index) => (
          <Card key={id} id={id} position={index + 1} size={ids.length} tabStop={id === tabStop} open={id === open} />
        )}
      </Virtualizer>
    </div>
  )
}

/** What the filter leaves of a column; told to the board, whose keys walk over it. */
function useFiltered(status: Status, all: readonly NodeId[], filter: Filter): readonly NodeId[] {
  const { views } = useSession().replica
  const { shown } = useBoard()
  const version = useVersion(isFiltering(filter))
  // `version` stands for what the filter reads: titles, labels and assignees.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const ids = useMemo(() => filterTasks(all, filter, views), [all, filter, views, version])
  useLayoutEffect(() => {
    shown.set(status, ids)
  }, [shown, status, ids])
  return ids
}

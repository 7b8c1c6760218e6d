/**
 * The board in lanes: a row for each assignee, parent or priority, with the same columns in each. Only lanes in view exist as
 * elements, and in each cell only the cards in view. Loaded when lanes are first asked for.
 */

import { ChevronDown, ChevronRight } from 'lucide-react'
import { useId, useRef, useState, useSyncExternalStore } from 'react'
import { Virtualizer } from 'virtua'
import type { NodeId } from '../../core/ids.ts'
import { AssigneeAvatar } from '../kit/avatar.tsx'
import { PriorityIcon } from '../kit/status-icon.tsx'
import { useTask } from '../hooks.ts'
import { useSession } from '../session.ts'
import { count } from '../words.ts'
import { useBoard } from './board-context.ts'
import { columnTitle, laneTitle, type Shown } from './cells.ts'
import { Cards, ColumnHead } from './column.tsx'
import { useCellDrop } from './drag.ts'
import css from './lanes.module.css'
import { QuickAdd } from './quick-add.tsx'
import { useCell, useLanes, useLaneSize } from './use-layout.ts'

interface LanesProps {
  readonly shown: Shown
  readonly open: NodeId | null
}

export function Lanes({ shown, open }: LanesProps) {
  const lanes = useLanes(shown.arrangement)
  const scroll = useRef<HTMLDivElement>(null)
  const active = useActiveLane(shown, lanes)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const toggle = (lane: string): void =>
    setClosed((now) => (now.has(lane) ? new Set([...now].filter((one) => one !== lane)) : new Set([...now, lane])))
  return (
    <div ref={scroll} className={css['lanes']}>
      <div className={css['sheet']}>
        <div className={css['heads']}>
          {shown.columns.map((column) => (
            <LaneHead key={column} shown={shown} column={column} />
          ))}
        </div>
        <Virtualizer data={lanes} scrollRef={scroll} keepMounted={active < 0 ? [] : [active]} bufferSize={300} itemSize={260}>
          {(lane) => (
            <Lane key={lane} shown={shown} lane={lane} open={open} closed={closed.has(lane)} onToggle={() => toggle(lane)} />
          )}
        </Virtualizer>
        {lanes.length === 0 ? <p className={css['none']}>No task fits the filter.</p> : null}
      </div>
    </div>
  )
}

function LaneHead({ shown, column }: { readonly shown: Shown; readonly column: string }) {
  const titleId = useId()
  return (
    <div className={css['head']}>
      <ColumnHead shown={shown} column={column} titleId={titleId} />
      <QuickAdd group={shown.group} column={column} />
    </div>
  )
}

interface LaneProps extends LanesProps {
  readonly lane: string
  readonly closed: boolean
  readonly onToggle: () => void
}

function Lane({ shown, lane, open, closed, onToggle }: LaneProps) {
  const { replica } = useSession()
  const bodyId = useId()
  // A lane of a task is called as the task is: it follows its row.
  useTask((shown.laneBy === 'parent' ? lane : '') as NodeId)
  const title = laneTitle(shown.laneBy, lane, replica.views)
  const size = useLaneSize(shown.arrangement, lane)
  const Arrow = closed ? ChevronRight : ChevronDown
  return (
    <section className={css['lane']} aria-label={`Lane ${title}`}>
      <h3 className={css['laneHead']}>
        <button type="button" className={css['laneButton']} aria-expanded={!closed} aria-controls={bodyId} onClick={onToggle}>
          <Arrow size={14} aria-hidden />
          {shown.laneBy === 'priority' ? <PriorityIcon priority={Number(lane)} /> : null}
          {shown.laneBy === 'agent' && lane !== '' ? <AssigneeAvatar name={lane} /> : null}
          <span className={css['laneTitle']}>{title}</span>
          <span className={css['laneCount']} title={count(size, 'task')}>
            {size.toLocaleString('en')}
          </span>
        </button>
      </h3>
      <div id={bodyId} className={css['cells']} hidden={closed}>
        {closed
          ? null
          : shown.columns.map((column) => (
              <LaneCell key={column} shown={shown} lane={lane} column={column} title={title} open={open} />
            ))}
      </div>
    </section>
  )
}

interface LaneCellProps extends LanesProps {
  readonly lane: string
  readonly column: string
  readonly title: string
}

function LaneCell({ shown, lane, column, title, open }: LaneCellProps) {
  const ids = useCell(shown.arrangement, lane, column)
  const cell = useRef<HTMLDivElement>(null)
  const over = useCellDrop({ lane, column }, cell)
  return (
    <div ref={cell} className={css['cell']} data-over={over || undefined}>
      <Cards
        shown={shown}
        lane={lane}
        column={column}
        ids={ids}
        open={open}
        label={`${columnTitle(shown.group, column)}, ${title}`}
      />
    </div>
  )
}

/** The lane of the card that the keyboard is at: it stays mounted. */
function useActiveLane({ arrangement, columns }: Shown, lanes: readonly string[]): number {
  const { focus } = useBoard()
  const active = useSyncExternalStore(focus.subscribe, focus.active)
  return active === null
    ? -1
    : lanes.findIndex((lane) => columns.some((column) => arrangement.ids(lane, column).includes(active)))
}

/** The board: a column for each status, and what acts on them: filter, keys, drag, menu. */

import { Plus } from 'lucide-react'
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { STATUSES, type Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { useKeysOf } from '../commands/use-keys.ts'
import { Button } from '../kit/button.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { createActions } from './actions.ts'
import { BoardContext, type BoardTools, type MenuPlace } from './board-context.ts'
import css from './board.module.css'
import { Column } from './column.tsx'
import { useDrops } from './drag.ts'
import { NO_FILTER } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { FirstSteps } from './first-steps.tsx'
import { createCardFocus } from './focus.ts'
import { useBoardKeys } from './keys.ts'
import { NewTaskDialog } from './new-task-dialog.tsx'
import { useRemoteMoves } from './remote-moves.ts'

const loadMenu = async () => ({ default: (await import('./task-menu.tsx')).TaskMenu })
const TaskMenu = lazy(loadMenu)

export function Board({ openKey }: { readonly openKey: string | null }) {
  const session = useSession()
  const { views } = session.replica
  const [filter, setFilter] = useState(NO_FILTER)
  const [isNew, setNew] = useState(false)
  const [menu, setMenu] = useState<MenuPlace | null>(null)
  const filterInput = useRef<HTMLInputElement>(null)
  const board = useTools(setMenu)
  const open = openKey === null ? null : views.find(openKey)
  const close = useClose(open, board)
  useDrops(board.actions, views)
  useRemoteMoves()
  useBoardKeys({ board, filter: filterInput, newTask: () => setNew(true), close })
  const keys = useKeysOf('new-task')
  const shownFilter = useDeferredValue(filter)

  return (
    <BoardContext value={board}>
      <section className={css['board']} aria-label="Board">
        <div className={css['bar']}>
          <FilterBar filter={filter} onChange={setFilter} input={filterInput} />
          <span className={css['spring']} />
          <Button
            look="primary"
            aria-label="New task"
            aria-keyshortcuts={keys.aria}
            title={`New task${keys.hint}`}
            onClick={() => setNew(true)}
          >
            <Plus size={15} aria-hidden />
            <span className={css['newText']}>New task</span>
          </Button>
        </div>
        <FirstSteps />
        <div className={css['columns']}>
          {STATUSES.map((status: Status) => (
            <Column key={status} status={status} filter={shownFilter} open={open} />
          ))}
        </div>
      </section>
      {menu ? (
        <Suspense>
          <TaskMenu place={menu} onClose={() => setMenu(null)} />
        </Suspense>
      ) : null}
      {isNew ? <NewTaskDialog onClose={() => setNew(false)} /> : null}
    </BoardContext>
  )
}

/** What cards and keys work with; the same for as long as the board is there. */
function useTools(openMenu: (place: MenuPlace) => void): BoardTools {
  const session = useSession()
  return useMemo(
    () => ({ actions: createActions(session), focus: createCardFocus(), shown: new Map<Status, readonly NodeId[]>(), openMenu }),
    [session, openMenu],
  )
}

/** Closes the open task; its card has the focus then. */
function useClose(open: NodeId | null, { focus }: BoardTools): () => boolean {
  const { workspaceId } = useSession()
  const [, navigate] = useLocation()
  const last = useRef(open)
  useEffect(() => {
    if (open === null && last.current !== null) focus.want(last.current)
    last.current = open
  }, [open, focus])
  return useMemo(
    () => () => {
      if (open !== null) navigate(links.board(workspaceId))
      return open !== null
    },
    [open, navigate, workspaceId],
  )
}

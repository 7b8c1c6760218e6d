/** The board: columns by status or by who has the work, in lanes if one likes, and what acts on them: filter, keys, drag, menus. */

import { Plus } from 'lucide-react'
import {
  lazy,
  Suspense,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { useLocation } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import { useKeysOf } from '../commands/use-keys.ts'
import { Button } from '../kit/button.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { createActions } from './actions.ts'
import { BoardContext, type BoardTools, type MenuPlace } from './board-context.ts'
import css from './board.module.css'
import type { Shown } from './cells.ts'
import { Column } from './column.tsx'
import { DisplayButton } from './display-button.tsx'
import { useDrops } from './drag.ts'
import { FilterBar } from './filter-bar.tsx'
import { FilterChips } from './filter-chips.tsx'
import { FirstSteps } from './first-steps.tsx'
import { createCardFocus } from './focus.ts'
import { useBoardKeys } from './keys.ts'
import { NewTaskDialog } from './new-task-dialog.tsx'
import { useRemoteMoves } from './remote-moves.ts'
import { createSelection } from './selection.ts'
import { SelectionBar } from './selection-bar.tsx'
import { useFilter } from './use-filter.ts'
import { useLayout } from './use-layout.ts'
import { useMayCreate } from './use-rights.ts'
import { ViewsButton } from './views-button.tsx'

const TaskMenu = lazy(async () => ({ default: (await import('./task-menu.tsx')).TaskMenu }))
const ColumnMenu = lazy(async () => ({ default: (await import('./column-menu.tsx')).ColumnMenu }))
const LimitDialog = lazy(async () => ({ default: (await import('./limit-dialog.tsx')).LimitDialog }))
const Lanes = lazy(async () => ({ default: (await import('./lanes.tsx')).Lanes }))

export function Board({ openKey }: { readonly openKey: string | null }) {
  const session = useSession()
  const { views } = session.replica
  const { filter, view, change } = useFilter()
  const [isNew, setNew] = useState(false)
  const [menu, setMenu] = useState<MenuPlace | null>(null)
  const filterInput = useRef<HTMLInputElement>(null)
  const mayCreate = useMayCreate()
  const query = useDeferredValue(filter.query)
  const shown = useLayout({ query, group: view.group, lanes: view.lanes })
  const board = useTools(shown, setMenu)
  const selecting = useSyncExternalStore(board.selection.subscribe, () => board.selection.get().size > 0)
  const open = openKey === null ? null : views.find(openKey)
  const close = useClose(open, board)
  useDrops(board)
  useRemoteMoves()
  const newTask = (): void => {
    if (mayCreate) setNew(true)
  }
  useBoardKeys({ board, filter: filterInput, newTask, close })
  const keys = useKeysOf('new-task')

  return (
    <BoardContext value={board}>
      <section className={css['board']} aria-label="Board">
        {/* What is under the bar of the selection is out of reach as well. */}
        <div className={css['bar']} inert={selecting}>
          <FilterBar filter={filter} input={filterInput} nameOf={shown.nameOf} />
          <span className={css['spring']} />
          <DisplayButton view={view} onChange={change} />
          <ViewsButton view={view} onOpen={change} />
          {mayCreate ? (
            <Button
              look="primary"
              aria-label="New task"
              aria-keyshortcuts={keys.aria}
              title={`New task${keys.hint}`}
              onClick={newTask}
            >
              <Plus size={15} aria-hidden />
              <span className={css['newText']}>New task</span>
            </Button>
          ) : (
            <p className={css['rights']} title="An admin can let you add tasks: ask for an invite as a member.">
              You can look, not add
            </p>
          )}
        </div>
        <FilterChips filter={filter} />
        <FirstSteps mayCreate={mayCreate} />
        {shown.laneBy === 'none' ? (
          <div className={css['columns']}>
            {shown.columns.map((column) => (
              <Column key={column} shown={shown} column={column} open={open} />
            ))}
          </div>
        ) : (
          <Suspense>
            <Lanes shown={shown} open={open} />
          </Suspense>
        )}
        <SelectionBar />
      </section>
      {menu ? (
        <Suspense>
          {menu.kind === 'task' ? <TaskMenu {...menu} onClose={() => setMenu(null)} /> : null}
          {menu.kind === 'column' ? <ColumnMenu {...menu} onClose={() => setMenu(null)} /> : null}
          {menu.kind === 'limit' ? <LimitDialog {...menu} onClose={() => setMenu(null)} /> : null}
        </Suspense>
      ) : null}
      {isNew ? <NewTaskDialog onClose={() => setNew(false)} /> : null}
    </BoardContext>
  )
}

/** What cards and keys work with; the same for as long as the board is there. */
function useTools(shown: Shown, openMenu: (place: MenuPlace) => void): BoardTools {
  const session = useSession()
  const [now] = useState(() => createHolder(shown))
  useLayoutEffect(() => now.set(shown), [now, shown])
  const tools = useMemo(
    () => ({
      actions: createActions(session, now.get),
      focus: createCardFocus(),
      selection: createSelection(),
      shown: now.get,
      openMenu,
    }),
    [session, now, openMenu],
  )
  useKeptSelection(shown, tools)
  return tools
}

/** What was rendered last, for what is called at any time. */
function createHolder(first: Shown): { get(): Shown; set(next: Shown): void } {
  let shown = first
  return {
    get: () => shown,
    set(next) {
      shown = next
    },
  }
}

/** Another filter lets go of what it hides: nothing is changed unseen. What is deleted goes as well. */
function useKeptSelection({ arrangement, columns }: Shown, { selection }: BoardTools): void {
  const { views } = useSession().replica
  useEffect(() => {
    if (selection.get().size === 0) return
    const lanes = arrangement.lanes()
    const there = new Set(columns.flatMap((column) => lanes.flatMap((lane) => arrangement.ids(lane, column))))
    selection.keep((id) => there.has(id))
  }, [arrangement, columns, selection])
  useEffect(
    () =>
      views.onChanged((touched) => {
        if ([...selection.get()].some((id) => touched.has(id))) selection.keep((id) => views.task(id)?.deleted === false)
      }),
    [views, selection],
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

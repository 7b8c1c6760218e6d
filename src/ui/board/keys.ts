/** What the keys of the board do. They act on the card that has the focus; which keys they are stands in `commands/catalogue.ts`. */

import type { RefObject } from 'react'
import type { NodeId } from '../../core/ids.ts'
import { useCommands } from '../commands/handlers.ts'
import { useSession } from '../session.ts'
import type { BoardTools } from './board-context.ts'
import { type Cell, columnIds } from './cells.ts'

export interface KeyTargets {
  readonly board: BoardTools
  readonly filter: RefObject<HTMLInputElement | null>
  newTask(): void
  /** Closes what is open beside the board; answers whether anything was. */
  close(): boolean
}

export function useBoardKeys({ board, filter, newTask, close }: KeyTargets): void {
  const { people } = useSession()
  const { actions, focus, selection } = board
  /** Does it to the card with the focus, in its cell; without one the key is not ours. */
  const onCard = (act: (card: NodeId, cell: Cell) => void) => (): boolean => {
    const card = focusedCard(board)
    const cell = card && cellAt(document.activeElement, card)
    if (card === null || !cell) return false
    act(card, cell)
    return true
  }
  const moved = (act: (card: NodeId, cell: Cell) => void) =>
    onCard((card, cell) => {
      focus.follow(card)
      act(card, cell)
    })
  useCommands({
    'new-task': newTask,
    filter: () => filter.current?.focus(),
    close: () => selection.clear() || close(),
    'move-left': moved((card, cell) => actions.step(card, cell, -1)),
    'move-right': moved((card, cell) => actions.step(card, cell, 1)),
    'move-up': moved((card, cell) => actions.shift(card, cell, -1)),
    'move-down': moved((card, cell) => actions.shift(card, cell, 1)),
    'assign-me': onCard((card) => {
      const self = people.get().find((person) => person.self)
      if (self) actions.toggle(card, self.name)
    }),
    menu: onCard((card) => openMenuOf(card, board)),
    select: onCard((card) => selection.toggle(card)),
    'select-to': onCard((card, cell) => selection.reach(card, columnIds(board.shown(), cell.column))),
    'select-column': () => {
      const cell = cellAt(document.activeElement, focusedCard(board))
      if (cell) selection.add(columnIds(board.shown(), cell.column))
      return cell !== null
    },
    'card-below': () => travel([0, 1], board),
    'card-above': () => travel([0, -1], board),
    'card-right': () => travel([1, 0], board),
    'card-left': () => travel([-1, 0], board),
  })
}

/** The card with the focus, or the one that is about to have it. */
export function focusedCard({ focus }: BoardTools): NodeId | null {
  const { activeElement } = document
  return cardAt(activeElement) ?? (activeElement === document.body ? focus.coming() : null)
}

/** Moves the focus from card to card, over empty columns. */
function travel([across, down]: readonly [columns: number, cards: number], board: BoardTools): boolean {
  const { focus, shown } = board
  const card = focusedCard(board)
  if (card === null && document.activeElement !== document.body) return false
  const layout = shown()
  const names = layout.columns.filter((column) => columnIds(layout, column).length > 0)
  const columns = names.map((column) => columnIds(layout, column))
  const from = card ?? focus.active()
  const cell = card === null ? null : cellAt(document.activeElement, card)
  const column = cell ? names.indexOf(cell.column) : columns.findIndex((ids) => from !== null && ids.includes(from))
  const here = columns[column]
  if (!here || from === null || card === null) {
    const first = here ? from : columns[0]?.[0]
    if (first) focus.want(first)
    return true
  }
  const at = here.indexOf(from) + down
  const next = across === 0 ? here[at] : columns[column + across]?.[Math.min(at, (columns[column + across]?.length ?? 1) - 1)]
  if (next) focus.want(next)
  return true
}

function openMenuOf(task: NodeId, { openMenu }: BoardTools): void {
  const anchor = document.querySelector(`[data-task="${task}"] [aria-haspopup="menu"]`)
  const cell = anchor && cellAt(anchor, task)
  if (cell) openMenu({ kind: 'task', task, cell, anchor })
}

function cardAt(target: Element | null): NodeId | null {
  const card = target?.closest<HTMLElement>('[data-task]')
  return (card?.dataset['task'] as NodeId | undefined) ?? null
}

/** The cell that the focus is in, or where it is nowhere, that of the card. */
function cellAt(target: EventTarget | null, card: NodeId | null): Cell | null {
  const element = target instanceof Element && target !== document.body ? target : document.querySelector(`[data-task="${card}"]`)
  const list = element?.closest<HTMLElement>('[role="list"]')
  const { lane, column } = list?.dataset ?? {}
  return column === undefined ? null : { lane: lane ?? '', column }
}

/** What the keys of the board do. They act on the card that has the focus; which keys they are stands in `commands/catalogue.ts`. */

import type { RefObject } from 'react'
import { STATUSES } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { useCommands } from '../commands/handlers.ts'
import { useSession } from '../session.ts'
import type { BoardTools } from './board-context.ts'

export interface KeyTargets {
  readonly board: BoardTools
  readonly filter: RefObject<HTMLInputElement | null>
  newTask(): void
  /** Closes what is open beside the board; answers whether anything was. */
  close(): boolean
}

export function useBoardKeys({ board, filter, newTask, close }: KeyTargets): void {
  const { people } = useSession()
  const { actions, focus } = board
  /** Does it to the card with the focus; without one the key is not ours. */
  const onCard = (act: (card: NodeId) => void) => (): boolean => {
    const card = focusedCard(board)
    if (card !== null) act(card)
    return card !== null
  }
  const moved = (act: (card: NodeId) => void) =>
    onCard((card) => {
      focus.follow(card)
      act(card)
    })
  useCommands({
    'new-task': newTask,
    filter: () => filter.current?.focus(),
    close,
    'move-left': moved((card) => actions.step(card, -1)),
    'move-right': moved((card) => actions.step(card, 1)),
    'move-up': moved((card) => actions.shift(card, -1)),
    'move-down': moved((card) => actions.shift(card, 1)),
    'assign-me': onCard((card) => {
      const self = people.get().find((person) => person.self)
      if (self) actions.toggle(card, self.name)
    }),
    menu: onCard((card) => openMenuOf(card, board)),
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
  const columns = STATUSES.map((status) => shown.get(status) ?? []).filter((ids) => ids.length > 0)
  const from = card ?? focus.active()
  const column = columns.findIndex((ids) => from !== null && ids.includes(from))
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
  const anchor = document.querySelector(`[data-task="${task}"] button`)
  if (anchor) openMenu({ task, anchor })
}

function cardAt(target: Element | null): NodeId | null {
  const card = target?.closest<HTMLElement>('[data-task]')
  return (card?.dataset['task'] as NodeId | undefined) ?? null
}

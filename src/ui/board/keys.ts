/**
 * Keys of the board. They act on the card that has the focus, and never while somebody types, a dialog is open or a menu is.
 */

import { type RefObject, useEffect } from 'react'
import { STATUSES } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import type { BoardTools } from './board-context.ts'

export interface KeyTargets {
  readonly board: BoardTools
  readonly filter: RefObject<HTMLInputElement | null>
  newTask(): void
  help(): void
  /** Closes what is open beside the board; answers whether anything was. */
  close(): boolean
}

export function useBoardKeys(targets: KeyTargets): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isTyping(event.target) || isCovered()) return
      if (actOn(event, targets)) event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [targets])
}

/** Does what the key asks for; answers whether it was one of ours. */
function actOn(event: KeyboardEvent, { board, filter, newTask, help, close }: KeyTargets): boolean {
  const { actions } = board
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase()
    if (key === 'z') (event.shiftKey ? actions.redo : actions.undo)()
    else if (key === 'y') actions.redo()
    return key === 'z' || key === 'y'
  }
  const card = cardAt(event.target) ?? (event.target === document.body ? board.focus.coming() : null)
  if (event.altKey) {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (card === null || by === 0) return false
    board.focus.follow(card)
    actions.shift(card, by)
    return true
  }
  switch (event.key) {
    case 'c':
      newTask()
      return true
    case '/':
      filter.current?.focus()
      return true
    case '?':
      help()
      return true
    case 'Escape':
      return close()
    case '[':
    case ']':
      if (card === null) return false
      board.focus.follow(card)
      actions.step(card, event.key === ']' ? 1 : -1)
      return true
    case 'm':
      if (card) openMenuOf(card, board)
      return card !== null
    default:
      return travel(event, card, board)
  }
}

const STEPS: Readonly<Record<string, readonly [columns: number, cards: number]>> = {
  ArrowDown: [0, 1],
  j: [0, 1],
  ArrowUp: [0, -1],
  k: [0, -1],
  ArrowRight: [1, 0],
  l: [1, 0],
  ArrowLeft: [-1, 0],
  h: [-1, 0],
}

/** Moves the focus from card to card, over empty columns. */
function travel({ key, target }: KeyboardEvent, card: NodeId | null, { focus, shown }: BoardTools): boolean {
  const step = STEPS[key]
  if (!step || (card === null && target !== document.body)) return false
  const columns = STATUSES.map((status) => shown.get(status) ?? []).filter((ids) => ids.length > 0)
  const from = card ?? focus.active()
  const column = columns.findIndex((ids) => from !== null && ids.includes(from))
  const here = columns[column]
  if (!here || from === null || card === null) {
    const first = here ? from : columns[0]?.[0]
    if (first) focus.want(first)
    return true
  }
  const [across, down] = step
  const at = here.indexOf(from) + down
  const next = across === 0 ? here[at] : columns[column + across]?.[Math.min(at, (columns[column + across]?.length ?? 1) - 1)]
  if (next) focus.want(next)
  return true
}

function openMenuOf(task: NodeId, { openMenu }: BoardTools): void {
  const anchor = document.querySelector(`[data-task="${task}"] button`)
  if (anchor) openMenu({ task, anchor })
}

function cardAt(target: EventTarget | null): NodeId | null {
  const card = target instanceof Element ? target.closest<HTMLElement>('[data-task]') : null
  return (card?.dataset['task'] as NodeId | undefined) ?? null
}

/** Whether keys go into a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Whether something lies over the page that has keys of its own. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], [role="menu"]') !== null
}

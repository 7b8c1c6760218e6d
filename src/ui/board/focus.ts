/**
 * Which card has the focus of the keyboard, also while it is on its way.
 *
 * A card that moves to another column is taken away and made anew, and is not focusable until it has been measured.
 * Whoever worked on it goes on working on it: a card that disappears with the focus leaves a wish, and the card that
 * appears with that id takes the focus as soon as it can.
 */

import { createEmitter } from '../../base/emitter.ts'
import type { NodeId } from '../../core/ids.ts'

/** A wish that is not fulfilled by then is void: the task is gone or filtered out. */
const WISH_MS = 1000

export interface CardFocus {
  /** The card that arrow keys start from; its column keeps it mounted. */
  active(): NodeId | null
  subscribe(listener: () => void): () => void
  /** The card that is about to have the focus. */
  coming(): NodeId | null
  /** The card got the focus. */
  arrived(id: NodeId): void
  /** Gives the focus to the card as soon as it is there. */
  want(id: NodeId): void
  /** The keyboard is about to move the card: the page goes along with it, which it does not for moves by others. */
  follow(id: NodeId): void
  /** The card went away with the focus: the next one with its id takes it up. */
  left(id: NodeId): void
  /** The card appeared; takes the focus if that was wished for. */
  appeared(id: NodeId, link: HTMLElement): void
}

interface Wish {
  readonly id: NodeId
  readonly until: number
  /** Whether the page scrolls to the card. */
  readonly scroll: boolean
}

export function createCardFocus(): CardFocus {
  const changed = createEmitter<void>()
  let active: NodeId | null = null
  let wish: Wish | null = null
  let followed: NodeId | null = null

  function coming(): NodeId | null {
    if (wish && performance.now() >= wish.until) wish = null
    return wish?.id ?? null
  }

  function arrived(id: NodeId): void {
    wish = null
    if (active === id) return
    active = id
    changed.emit()
  }

  function wishFor(id: NodeId, scroll: boolean): void {
    wish = { id, until: performance.now() + WISH_MS, scroll }
  }

  /** Until it has been measured a card is invisible, and refuses. */
  function tryOn(id: NodeId, link: HTMLElement): void {
    if (coming() !== id || !link.isConnected) return
    link.focus({ preventScroll: !wish?.scroll })
    if (document.activeElement !== link) requestAnimationFrame(() => tryOn(id, link))
  }

  return {
    active: () => active,
    subscribe: (listener) => changed.on(listener),
    coming,
    arrived,
    want(id) {
      wishFor(id, true)
      const link = document.querySelector<HTMLElement>(`[data-task="${id}"] a`)
      if (active !== id) {
        active = id
        changed.emit()
      }
      if (link) tryOn(id, link)
    },
    follow(id) {
      followed = id
    },
    left(id) {
      wishFor(id, followed === id)
      followed = null
    },
    appeared: tryOn,
  }
}

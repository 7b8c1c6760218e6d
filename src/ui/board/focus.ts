/**
 * Which card has the focus of the keyboard, also while it is on its way.
 *
 * A card that moves to another column is taken away and made anew. Whoever worked on it goes on working on it: a card that
 * disappears with the focus leaves a wish, and the card that appears with that id takes it.
 */

import { createEmitter } from '../../base/emitter.ts'
import type { NodeId } from '../../core/ids.ts'

/** A wish that no card has taken by then is void: the task is gone or filtered out. */
const WISH_MS = 1000

export interface CardFocus {
  /** The card that arrow keys start from; its column keeps it mounted. */
  active(): NodeId | null
  subscribe(listener: () => void): () => void
  /** The card got the focus by itself. */
  arrived(id: NodeId): void
  /** Gives the focus to the card as soon as it is there. */
  want(id: NodeId): void
  /** The card went away with the focus: the next one with its id takes it up. */
  leave(id: NodeId): void
  /** Whether the card that just appeared should take the focus. */
  take(id: NodeId): boolean
}

export function createCardFocus(): CardFocus {
  const changed = createEmitter<void>()
  let active: NodeId | null = null
  let wish: { readonly id: NodeId; readonly until: number } | null = null
  const wishFor = (id: NodeId): void => {
    wish = { id, until: performance.now() + WISH_MS }
  }
  const activate = (id: NodeId): void => {
    if (active === id) return
    active = id
    changed.emit()
  }
  return {
    active: () => active,
    subscribe: (listener) => changed.on(listener),
    arrived: activate,
    want(id) {
      const shown = linkOf(id)
      if (!shown) wishFor(id)
      activate(id)
      shown?.focus()
    },
    leave: wishFor,
    take(id) {
      const granted = wish?.id === id && performance.now() < wish.until
      if (granted) wish = null
      return granted
    },
  }
}

/** The link of a card that is on the page. */
function linkOf(id: NodeId): HTMLElement | null {
  return document.querySelector(`[data-task="${id}"] a`)
}

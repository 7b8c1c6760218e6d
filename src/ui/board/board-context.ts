import { createContext, use } from 'react'
import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import type { Anchor } from '../kit/menu.tsx'
import type { Actions } from './actions.ts'
import type { CardFocus } from './focus.ts'

/** Where a menu opens: at a button, or where the pointer was. */
export interface MenuPlace {
  readonly task: NodeId
  readonly anchor: Anchor
}

export interface BoardTools {
  readonly actions: Actions
  readonly focus: CardFocus
  /** What each column shows now, after the filter; columns keep it up to date. */
  readonly shown: Map<Status, readonly NodeId[]>
  openMenu(place: MenuPlace): void
}

export const BoardContext = createContext<BoardTools | null>(null)

export function useBoard(): BoardTools {
  const board = use(BoardContext)
  if (!board) throw new Error('Broken invariant: this component is inside a board')
  return board
}

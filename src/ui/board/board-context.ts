import { createContext, use } from 'react'
import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import type { Anchor } from '../kit/menu.tsx'
import type { Actions } from './actions.ts'
import type { Cell, Shown } from './cells.ts'
import type { CardFocus } from './focus.ts'
import type { Selection } from './selection.ts'

/** What is opened, and where: the menu of a task or of a column, at a button or where the pointer was; or the limit of a column. */
export type MenuPlace =
  | { readonly kind: 'task'; readonly task: NodeId; readonly cell: Cell; readonly anchor: Anchor }
  | { readonly kind: 'column'; readonly column: string; readonly anchor: Anchor }
  | { readonly kind: 'limit'; readonly status: Status }

export interface BoardTools {
  readonly actions: Actions
  readonly focus: CardFocus
  readonly selection: Selection
  /** What the board shows now. */
  shown(): Shown
  openMenu(place: MenuPlace): void
}

export const BoardContext = createContext<BoardTools | null>(null)

export function useBoard(): BoardTools {
  const board = use(BoardContext)
  if (!board) throw new Error('Broken invariant: this component is inside a board')
  return board
}

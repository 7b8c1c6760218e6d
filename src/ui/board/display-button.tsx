import { SlidersHorizontal } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Button } from '../kit/button.tsx'
import css from './board.module.css'
import type { BoardView } from './board-address.ts'

const DisplayMenu = lazy(async () => ({ default: (await import('./display-menu.tsx')).DisplayMenu }))

export interface DisplayProps {
  readonly view: BoardView
  readonly onChange: (next: Partial<BoardView>) => void
}

/** How the board is laid out: columns and lanes. */
export function DisplayButton(props: DisplayProps) {
  const [anchor, setAnchor] = useState<Element | null>(null)
  return (
    // One thing in the bar, with its menu.
    <span>
      <Button
        look="outline"
        aria-label="Display"
        aria-haspopup="menu"
        title="Columns and lanes"
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <SlidersHorizontal size={14} aria-hidden />
        <span className={css['newText']}>Display</span>
      </Button>
      {anchor ? (
        <Suspense>
          <DisplayMenu {...props} anchor={anchor} onClose={() => setAnchor(null)} />
        </Suspense>
      ) : null}
    </span>
  )
}

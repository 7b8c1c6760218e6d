import { Bookmark } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Button } from '../kit/button.tsx'
import css from './board.module.css'
import type { BoardView } from './board-address.ts'

const ViewsMenu = lazy(async () => ({ default: (await import('./views-menu.tsx')).ViewsMenu }))
const SaveViewDialog = lazy(async () => ({ default: (await import('./views-dialogs.tsx')).SaveViewDialog }))
const ManageViewsDialog = lazy(async () => ({ default: (await import('./views-dialogs.tsx')).ManageViewsDialog }))

export interface ViewsProps {
  readonly view: BoardView
  readonly onOpen: (view: BoardView) => void
}

export type ViewsDialog = 'save' | 'manage'

/** Saved views: opens one, or saves this one. */
export function ViewsButton(props: ViewsProps) {
  const [open, setOpen] = useState<Element | ViewsDialog | null>(null)
  const close = (): void => setOpen(null)
  return (
    // One thing in the bar, with its menu.
    <span>
      <Button
        look="outline"
        aria-label="Views"
        aria-haspopup="menu"
        title="Saved views"
        onClick={(event) => setOpen(event.currentTarget)}
      >
        <Bookmark size={14} aria-hidden />
        <span className={css['newText']}>Views</span>
      </Button>
      <Suspense>
        {open instanceof Element ? <ViewsMenu {...props} anchor={open} onClose={close} onDialog={setOpen} /> : null}
        {open === 'save' ? <SaveViewDialog view={props.view} onClose={close} /> : null}
        {open === 'manage' ? <ManageViewsDialog onClose={close} /> : null}
      </Suspense>
    </span>
  )
}

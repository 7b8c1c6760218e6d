/** The menu of saved views. Loaded when it is first opened. */

import { Bookmark, BookmarkPlus, Columns3, Pencil, Users } from 'lucide-react'
import type { SharedView } from '../../replica/board-settings.ts'
import { useObservable } from '../use-observable.ts'
import { type Anchor, Menu, MenuItem, MenuLine } from '../kit/menu.tsx'
import { useSession } from '../session.ts'
import { parseBoardView, PLAIN, printBoardView } from './board-address.ts'
import { personalViews } from './personal-views.ts'
import type { ViewsDialog, ViewsProps } from './views-button.tsx'
import { useSharedViews } from './use-settings.ts'

interface ViewsMenuProps extends ViewsProps {
  readonly anchor: Anchor & Element
  readonly onClose: () => void
  readonly onDialog: (dialog: ViewsDialog) => void
}

export function ViewsMenu({ view, onOpen, anchor, onClose, onDialog }: ViewsMenuProps) {
  const { workspaceId } = useSession()
  const shared = useSharedViews()
  const personal = useObservable(personalViews(workspaceId))
  const here = printBoardView(view)
  const items = (views: readonly SharedView[], Icon: typeof Users) =>
    views.map(({ id, name, query }) => (
      <MenuItem
        key={id}
        icon={<Icon size={14} aria-hidden />}
        hint={query === here ? 'shown' : ''}
        onChoose={() => onOpen(parseBoardView(query))}
      >
        {name}
      </MenuItem>
    ))
  return (
    <Menu label="Views" anchor={anchor} onClose={onClose}>
      <MenuItem icon={<Columns3 size={14} aria-hidden />} hint={here === '' ? 'shown' : ''} onChoose={() => onOpen(PLAIN)}>
        All tasks
      </MenuItem>
      {items(shared, Users)}
      {items(personal, Bookmark)}
      <MenuLine />
      <MenuItem icon={<BookmarkPlus size={14} aria-hidden />} disabled={here === ''} onChoose={() => onDialog('save')}>
        Save this view …
      </MenuItem>
      <MenuItem
        icon={<Pencil size={14} aria-hidden />}
        disabled={shared.length + personal.length === 0}
        onChoose={() => onDialog('manage')}
      >
        Rename or delete …
      </MenuItem>
    </Menu>
  )
}

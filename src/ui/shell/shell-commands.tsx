/** What commands do wherever one is in a workspace, and the two dialogs that all of it hangs on: the palette and the `?` sheet. */

import { lazy, Suspense, useState } from 'react'
import { useLocation } from 'wouter'
import { faultWords } from '../words.ts'
import { runOnArrival, useCommands } from '../commands/handlers.ts'
import { useCommandKeys } from '../commands/listen.ts'
import { exportCopy } from '../export-copy.ts'
import { links } from '../links.ts'
import { notify } from '../notices.ts'
import { sayTurned } from '../offer-undo.ts'
import { useSession } from '../session.ts'
import { changeTheme } from '../theme.ts'

const Palette = lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette }))
const KeysDialog = lazy(async () => ({ default: (await import('../commands/keys-dialog.tsx')).KeysDialog }))

export function ShellCommands() {
  const session = useSession()
  const { replica, workspaceId } = session
  const [, navigate] = useLocation()
  const [open, setOpen] = useState<'search' | 'keys' | null>(null)
  const close = (): void => setOpen(null)
  useCommandKeys()
  useCommands({
    search: () => setOpen('search'),
    keys: () => setOpen('keys'),
    undo: () => sayTurned('Undone', 'Nothing to undo', replica.undo()),
    redo: () => sayTurned('Done again', 'Nothing to do again', replica.redo()),
    theme: () => notify(`Theme: ${changeTheme()}`, { about: 'theme' }),
    offline: () => {
      const { offline } = session.sync.get()
      session.setOffline(!offline)
      notify(offline ? 'Online again' : 'Offline: nothing leaves this device until you go online again', { about: 'offline' })
    },
    copy: () => {
      exportCopy(session).catch((error: unknown) => notify(`No copy was made: ${faultWords(error)}`, { tone: 'bad' }))
    },
    // The board does it better while it is there; elsewhere it is opened first.
    'new-task': () => {
      runOnArrival('new-task')
      navigate(links.board(workspaceId))
    },
    'go-board': () => navigate(links.board(workspaceId)),
    'go-agents': () => navigate(links.agents(workspaceId)),
    'go-inbox': () => navigate(links.inbox(workspaceId)),
    'go-activity': () => navigate(links.activity(workspaceId)),
    'go-insights': () => navigate(links.insights(workspaceId)),
    'go-files': () => navigate(links.files(workspaceId)),
    'go-people': () => navigate(links.people(workspaceId)),
    'go-network': () => navigate(links.network(workspaceId)),
    'go-start': () => navigate(links.start()),
  })
  return (
    <Suspense>
      {open === 'search' ? <Palette onClose={close} /> : null}
      {open === 'keys' ? <KeysDialog onClose={close} /> : null}
    </Suspense>
  )
}

/** Who one is, on which devices, and what keeps that safe. */

import { type ReactNode, useId } from 'react'
import { Dialog } from '../kit/dialog.tsx'
import { Keyboard } from './keyboard.tsx'
import { LeaveWorkspace } from './leave-workspace.tsx'
import { LinkDevice } from './link-device.tsx'
import { Notifications } from './notifications.tsx'
import { SaveAccount } from './save-account.tsx'
import css from './settings.module.css'
import { Storage } from './storage.tsx'
import { You } from './you.tsx'

interface Props {
  readonly name: string
  readonly color: string
  readonly onClose: () => void
}

export function SettingsDialog({ name, color, onClose }: Props) {
  return (
    <Dialog title="Settings" onClose={onClose}>
      <You name={name} color={color} onClose={onClose} />
      <Part title="Keyboard">
        <Keyboard />
      </Part>
      <Part title="Desktop messages">
        <Notifications />
      </Part>
      <Part title="Link another device">
        <LinkDevice />
      </Part>
      <Part title="Save this account">
        <SaveAccount />
      </Part>
      <Part title="If this browser’s storage is cleared">
        <Storage />
      </Part>
      <Part title="Leave this workspace">
        <LeaveWorkspace />
      </Part>
    </Dialog>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className={css['part']} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  )
}

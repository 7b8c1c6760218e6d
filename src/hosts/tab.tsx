/**
 * The tab: takes the join link out of the address bar before anything else, opens the profile, and mounts the UI.
 */

import { mount } from '../ui/app.tsx'
import { createHome } from './home.ts'
import { startOfflineApp } from './offline-app.ts'
import { openTabDoors } from './tab-doors.ts'

const pendingLink = takeJoinLink()

const root = document.getElementById('root')
if (root) {
  const app = await createHome(pendingLink)
  openTabDoors(window, app.session)
  mount(root, { ...app, ...(import.meta.env.PROD ? { update: startOfflineApp(window) } : {}) })
}

/** An invite is a secret: it leaves the address bar, and so the history and screenshots, before any request is made. */
function takeJoinLink(): string | null {
  const { hash } = location
  if (!hash.startsWith('#join=')) return null
  history.replaceState(null, '', `${location.pathname}${location.search}`)
  return hash
}

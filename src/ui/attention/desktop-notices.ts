/** Notifications of the desktop: off until a person asks for them in the settings, which is when the browser is asked. */

import { createEmitter } from '../../base/emitter.ts'
import type { Observable } from '../session.ts'
import type { Teller } from './notifier.ts'

/** `impossible`: this browser has none, or not for pages. `blocked`: the person told the browser to refuse. */
export type DesktopNotices = 'on' | 'off' | 'blocked' | 'impossible'

const KEY = 'worknode.desktop-notices'
const changed = createEmitter<void>()

export const desktopNotices: Observable<DesktopNotices> = { get: state, subscribe: (listener) => changed.on(listener) }

/** Call it from a click: the browser may ask the person. */
export async function wantDesktopNotices(wanted: boolean): Promise<void> {
  if (wanted && Notification.permission === 'default') await Notification.requestPermission()
  try {
    if (wanted && Notification.permission === 'granted') localStorage.setItem(KEY, 'on')
    else localStorage.removeItem(KEY)
  } catch {
    // Storage is forbidden here: it stays off, and the switch says so.
  }
  changed.emit()
}

function state(): DesktopNotices {
  if (typeof Notification === 'undefined') return 'impossible'
  if (Notification.permission === 'denied') return 'blocked'
  try {
    return Notification.permission === 'granted' && localStorage.getItem(KEY) === 'on' ? 'on' : 'off'
  } catch {
    // As above.
    return 'off'
  }
}

/** `scope` keeps the messages of one workspace apart from another's; two tabs of one workspace share theirs. */
export function desktopTeller(scope: string, title: () => string, onOpen: (address: string) => void): Teller {
  const open = new Map<string, Notification>()
  return {
    tell(tag, words, address) {
      const notification = show(title(), words, `${scope} ${tag}`)
      if (notification === null) return
      notification.addEventListener('click', () => {
        focus()
        notification.close()
        onOpen(address)
      })
      open.set(tag, notification)
    },
    takeBack(tag) {
      open.get(tag)?.close()
      open.delete(tag)
    },
  }
}

function show(title: string, body: string, tag: string): Notification | null {
  try {
    return new Notification(title, { body, tag, icon: new URL('icons/icon-192.png', document.baseURI).href })
  } catch {
    // Browsers of phones know notifications and let no page show one: the page tells it when it is looked at.
    return null
  }
}

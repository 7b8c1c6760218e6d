/**
 * The tab's side of the service worker: registers it once the page is there, looks for new versions now and then, and says when one
 * waits. Nothing is reloaded but by the person (`ui/update-notice.tsx`).
 */

import type { AppUpdate, Observable } from '../ui/session.ts'
import { variable } from './observable.ts'
import { TAB_LOCK, TAKE_OVER } from './offline-messages.ts'
import { ownScript } from '../ui/trusted.ts'

/** A page that stays open for days looks this often; one that comes back to the front looks as well, but not at every glance. */
const LOOK_MS = 60 * 60_000
const GLANCE_MS = 10 * 60_000

/** Null until a new version is ready. */
export function startOfflineApp(page: Window): Observable<AppUpdate | null> {
  const update = variable<AppUpdate | null>(null)
  const { serviceWorker, locks } = page.navigator
  // Outside of a secure context there is none, and the app lives as long as its page.
  if (!serviceWorker) return update
  // Until this tab is gone, whatever becomes of its version.
  void locks.request(`${TAB_LOCK}${import.meta.url}`, { mode: 'shared' }, () => new Promise(() => undefined))
  const begin = (): void => {
    keepUpToDate(serviceWorker, page, (apply) => update.set({ apply })).catch((error: unknown) => {
      // Storage is forbidden or full: the app works as ever, and needs the network to open.
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error
    })
  }
  if (page.document.readyState === 'complete') begin()
  else page.addEventListener('load', begin, { once: true })
  return update
}

async function keepUpToDate(container: ServiceWorkerContainer, page: Window, ready: (apply: () => void) => void): Promise<void> {
  let hadController = container.controller !== null
  let isAsked = false
  container.addEventListener('controllerchange', () => {
    if (isAsked) page.location.reload()
    // Another tab went over to the new version: this one still runs the old.
    else if (hadController) ready(() => page.location.reload())
    hadController = true
  })
  const registration = await container.register(ownScript(new URL('service-worker.js', page.document.baseURI).href), {
    updateViaCache: 'none',
  })

  function look(): void {
    const { waiting } = registration
    if (waiting === null || container.controller === null) return
    ready(() => {
      isAsked = true
      waiting.postMessage(TAKE_OVER)
    })
  }

  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look))
  look()
  let lookedAt = page.performance.now()
  const check = (): void => {
    lookedAt = page.performance.now()
    // Offline: at the next look.
    registration.update().catch(() => undefined)
  }
  page.setInterval(check, LOOK_MS)
  page.document.addEventListener('visibilitychange', () => {
    if (page.document.visibilityState === 'visible' && page.performance.now() - lookedAt > GLANCE_MS) check()
  })
}

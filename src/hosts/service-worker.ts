/**
 * The service worker: keeps the whole built app in this browser and serves it from there, so that it opens with no network at all.
 *
 * A new version is fetched beside the old one and waits until a tab asks for it, or no tab is left. What older versions were made of
 * stays as long as a tab runs them: each tab holds a lock with the name of the script that it started from
 * (`offline-app.ts`), and what a tab loads late must still be there.
 *
 * It is also the door to `/api` for the scripts of this origin (`worker-door.ts`).
 */

import { PrecacheController, PrecacheRoute } from 'workbox-precaching'
import { registerRoute } from 'workbox-routing'
import { TAB_LOCK, TAKE_OVER } from './offline-messages.ts'
import { answerFromTab, isForTab, type TabClient } from './worker-door.ts'

/** What is used of the worker's global scope: its types and those of a page cannot be loaded together. */
interface Scope {
  readonly __WB_MANIFEST: Parameters<PrecacheController['addToCacheList']>[0]
  readonly clients: {
    claim(): Promise<void>
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Page[]>
  }
  readonly registration: { readonly scope: string; readonly installing: unknown; readonly waiting: unknown }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}
type Waiting = Event & { waitUntil(promise: Promise<unknown>): void }
type Fetching = Waiting & {
  readonly request: Request
  readonly clientId: string
  respondWith(response: Promise<Response>): void
}
type Page = TabClient & { readonly frameType: string }

declare const self: Scope

const app = new PrecacheController()
// Written in by the build, which knows what it made.
app.addToCacheList(self.__WB_MANIFEST)

self.addEventListener('install', (event) => void app.install(event))

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), tidy(event)]))
})

self.addEventListener('message', ({ data }) => {
  if (data === TAKE_OVER) void self.skipWaiting()
})

// Before the routes: whoever answers a request ends its round.
self.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.waitUntil(tidy(event))
})

self.addEventListener('fetch', (event) => {
  const { scope } = self.registration
  if (!isForTab(event.request, scope)) return
  event.stopImmediatePropagation()
  event.respondWith(
    answerFromTab(event.request, event.clientId, {
      scope,
      tabs: async () => {
        const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
        return pages.filter(({ frameType }) => frameType !== 'nested')
      },
      whenGone: (lock, signal) => navigator.locks.request(lock, { mode: 'shared', signal }, () => undefined),
      after(ms, run) {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
      keepAlive: (until) => event.waitUntil(until),
    }),
  )
})

// Addresses of the app are told apart by their fragments only: the page is always the same one.
registerRoute(new PrecacheRoute(app, { ignoreURLParametersMatching: [/./] }))

// Of an older version: not in the list any more, and still kept.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.includes('/assets/'),
  async ({ request }) => (await caches.match(request)) ?? fetch(request),
)

/**
 * Lets go of older versions that no tab runs any more. While a newer one is fetched or waits, its files are in the same cache and
 * not in the list of this one, so nothing is let go: the newer one does it once it is active.
 */
async function tidy(event: Waiting): Promise<void> {
  const { held = [] } = await navigator.locks.query()
  const current = new Set(app.getCachedURLs())
  const isOlder = (name = ''): boolean => name.startsWith(TAB_LOCK) && !current.has(name.slice(TAB_LOCK.length))
  const { installing, waiting } = self.registration
  if (!installing && !waiting && !held.some(({ name }) => isOlder(name))) await app.activate(event)
}

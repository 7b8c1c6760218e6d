/**
 * The service worker: keeps the whole built app in this browser and serves it from there, so that it opens with no network at all.
 *
 * A new version is fetched beside the old one and waits until a tab asks for it, or no tab is left. What older versions were made of
 * stays as long as a tab runs them: each tab holds a lock with the name of the script that it started from
 * (`offline-app.ts`), and what a tab loads late must still be there.
 */

import { PrecacheController, PrecacheRoute } from 'workbox-precaching'
import { registerRoute } from 'workbox-routing'
import { TAB_LOCK, TAKE_OVER } from './offline-messages.ts'

/** What is used of the worker's global scope: its types and those of a page cannot be loaded together. */
interface Scope {
  readonly __WB_MANIFEST: Parameters<PrecacheController['addToCacheList']>[0]
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void
  addEventListener(type: 'fetch', listener: (event: Waiting & { readonly request: Request }) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}
type Waiting = Event & { waitUntil(promise: Promise<unknown>): void }

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

// Addresses of the app are told apart by their fragments only: the page is always the same one.
registerRoute(new PrecacheRoute(app, { ignoreURLParametersMatching: [/./] }))

// Of an older version: not in the list any more, and still kept.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.includes('/assets/'),
  async ({ request }) => (await caches.match(request)) ?? fetch(request),
)

/** Lets go of older versions that no tab runs any more. */
async function tidy(event: Waiting): Promise<void> {
  const { held = [] } = await navigator.locks.query()
  const current = new Set(app.getCachedURLs())
  const isOlder = (name = ''): boolean => name.startsWith(TAB_LOCK) && !current.has(name.slice(TAB_LOCK.length))
  if (!held.some(({ name }) => isOlder(name))) await app.activate(event)
}

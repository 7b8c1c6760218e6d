/**
 * The doors of a tab: what scripts of this origin (`/api`, by the service worker) and agents in the browser (WebMCP) reach. All of them
 * act as the person of this tab, on the workspace that is open here. What is behind a door is loaded when somebody stands before it.
 */

import type { ModelContext } from '../api/web-mcp.ts'
import type { Observable, Session } from '../ui/session.ts'
import { contextOf } from './tab-context.ts'
import { openTabDoor } from './tab-door.ts'

export function openTabDoors(page: Window, session: Observable<Session | null>): void {
  const { serviceWorker, locks } = page.navigator
  // Outside of a secure context there is none, and nobody asks.
  if (serviceWorker)
    openTabDoor({
      messages: serviceWorker,
      hold: (lock) =>
        new Promise((resolve) => {
          void locks.request(lock, () => {
            resolve()
            return new Promise(() => undefined)
          })
        }),
      open: () => session.get(),
      usedAt: lastUse(page),
      answer: async (open, request) => (await import('./tab-rest.ts')).answerFrom(open, request),
      name: crypto.randomUUID(),
    })
  const model = modelContext(page)
  if (model) offerWhileOpen(model, session)
}

/** When the person last looked at this page or did something in it. */
function lastUse(page: Window): () => number {
  let usedAt = Date.now()
  const used = (): void => {
    usedAt = Date.now()
  }
  for (const sign of ['focus', 'pointerdown', 'keydown']) page.addEventListener(sign, used, { capture: true, passive: true })
  return () => usedAt
}

/** Where it is differs with the age of the browser. */
function modelContext({ document, navigator }: Window): ModelContext | null {
  const of = (where: object): ModelContext | undefined => (where as { readonly modelContext?: ModelContext }).modelContext
  const found = of(document) ?? of(navigator)
  return typeof found?.registerTool === 'function' ? found : null
}

function offerWhileOpen(model: ModelContext, session: Observable<Session | null>): void {
  let offered = new AbortController()
  let shown: Session | null = null
  const offer = async (): Promise<void> => {
    const next = session.get()
    if (next === shown) return
    shown = next
    offered.abort()
    if (next === null) return
    const own = (offered = new AbortController())
    const { offerTools } = await import('../api/web-mcp.ts')
    if (!own.signal.aborted) offerTools(model, contextOf(next), own.signal)
  }
  session.subscribe(() => void offer())
  void offer()
}

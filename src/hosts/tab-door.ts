/**
 * The tab's side of the door: says which workspace is open here, and answers requests that the service worker brings from the REST
 * app, which is loaded with the first of them. It acts as this tab's person, in the replica that is on the screen.
 */

import type { FromTab, RequestMessage, ToTab, ToTabLater } from './door-messages.ts'
import { DOOR_LOCK } from './door-messages.ts'
import type { OpenSession } from './tab-context.ts'

export interface TabDoorPorts {
  readonly messages: Pick<ServiceWorkerContainer, 'addEventListener' | 'startMessages'>
  /** Resolves once this tab holds the lock, which it does until it is gone, whatever becomes of it. */
  readonly hold: (lock: string) => Promise<void>
  /** What this tab has open. */
  readonly open: () => OpenSession | null
  readonly usedAt: () => number
  /** Answers a request from what is open. */
  readonly answer: (open: OpenSession, request: Request) => Promise<Response>
  /** Of this tab, like no other's. */
  readonly name: string
}

export function openTabDoor({ messages, hold, open, usedAt, answer, name }: TabDoorPorts): void {
  const lock = `${DOOR_LOCK}${name}`
  const held = hold(lock)
  messages.addEventListener('message', ({ data, ports: [port] }) => {
    const said = data as ToTab
    if (!port) return
    if (said.type === 'worknode who')
      void held.then(() => port.postMessage({ workspace: open()?.workspaceId ?? null, usedAt: usedAt(), lock }))
    else if (said.type === 'worknode request') void serve(said, port)
  })
  messages.startMessages()

  async function serve(asked: RequestMessage, port: MessagePort): Promise<void> {
    const here = open()
    if (here?.workspaceId !== asked.workspace) return say(port, { type: 'moved' })
    const cancelled = new AbortController()
    const more = wishes(port, cancelled)
    const { method, url, headers, body } = asked
    const request = new Request(url, {
      method,
      headers: headers.map(([key, value]): [string, string] => [key, value]),
      body,
      signal: cancelled.signal,
    })
    try {
      await pass(await answer(here, request), more, cancelled.signal, port)
    } catch (error) {
      // Whoever asked hears that there is no answer, and this page's console why.
      say(port, { type: 'broken' })
      if (!cancelled.signal.aborted) throw error
    }
  }
}

/** All at once, or of a stream a part for each wish of the worker, until it ends or nobody waits for it. */
async function pass(response: Response, more: () => Promise<boolean>, cancelled: AbortSignal, port: MessagePort): Promise<void> {
  const { status, body } = response
  const headers = [...response.headers]
  if (body === null || WHOLE.test(response.headers.get('content-type') ?? '')) {
    const whole = body && (await response.arrayBuffer())
    return say(port, { type: 'head', status, headers, body: whole }, whole ? [whole] : [])
  }
  const reader = body.getReader()
  cancelled.addEventListener('abort', () => void reader.cancel(), { once: true })
  say(port, { type: 'head', status, headers, body: 'stream' })
  while (await more()) {
    const { done, value } = await reader.read()
    if (done) return say(port, { type: 'end' })
    say(port, { type: 'part', bytes: value })
  }
}

/** Small, and there at once. */
const WHOLE = /\bjson\b|markdown/

/** Resolves true for every `more`, false once it is cancelled. */
function wishes(port: MessagePort, cancelled: AbortController): () => Promise<boolean> {
  let asked = 0
  let waiting: ((more: boolean) => void) | null = null
  port.addEventListener('message', ({ data }: MessageEvent<ToTabLater>) => {
    if (data === 'cancel') cancelled.abort()
    else asked++
    if (waiting === null) return
    const tell = waiting
    waiting = null
    tell(next())
  })
  port.start()

  function next(): boolean {
    if (cancelled.signal.aborted) return false
    asked--
    return true
  }
  return () =>
    asked > 0 || cancelled.signal.aborted
      ? Promise.resolve(next())
      : new Promise((resolve) => {
          waiting = resolve
        })
}

function say(port: MessagePort, message: FromTab, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}

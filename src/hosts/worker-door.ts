/**
 * The worker's side of the door: a request to `/api` is answered by a tab that has the workspace open, since the worker holds no replica.
 *
 * Which requests: those of our own pages and their Workers to `api/…`, without an `Authorization` header (who brings a token means the
 * host that gave it), and never `health`, `settings` and `host/…`, which are about the host. What is opened in the address bar, or sent by a form,
 * goes to the network as well: another site can do that, and must not act as the person whose tab answers.
 *
 * Which tab: of the workspace that `?workspace=` or the header `Worknode-Workspace` names, else any; the one that asks if it fits, else
 * the one that its person used last. A tab that does not even say in time what it has open is asleep and passed over; one that is seen,
 * and may be the one used last, has longer for it, since work may keep it busy.
 *
 * The law: an answer or a clear error, never a hang. A tab holds a lock for as long as it lives, so its end is an event; a tab that
 * lives and does not answer has a deadline. What may be done twice (reads, and writes with an `Idempotency-Key`) is asked of another
 * tab then, which knows the keys of the first (`tab-repeats.ts`); of anything else nobody can know whether it was done, and the answer
 * says so. A stream of events that breaks ends,
 * so that whoever reads it resumes it by its cursor; any other fails where it is read, since a part must not pass for the whole.
 */

import { problemOf } from '../api/problem.ts'
import { LOCAL } from '../core/limits.ts'
import type { FromTab, Here, RequestMessage, ToTab, ToTabLater } from './door-messages.ts'

/** A page as its worker sees it. */
export interface TabClient {
  readonly id: string
  readonly visibilityState: DocumentVisibilityState
  postMessage(message: ToTab, transfer: MessagePort[]): void
}

export interface WorkerDoorPorts {
  /** Address that the app lives under, ending in a slash. */
  readonly scope: string
  readonly tabs: () => Promise<readonly TabClient[]>
  /** Resolves once whoever holds this lock is gone; rejects when it is not waited for any more. */
  readonly whenGone: (lock: string, signal: AbortSignal) => Promise<unknown>
  readonly after: (ms: number, run: () => void) => () => void
  /** The worker is not to be put away before this is over. */
  readonly keepAlive: (until: Promise<unknown>) => void
}

const WORKSPACE_HEADER = 'Worknode-Workspace'
const ABOUT_THE_HOST = /^api\/(?:v1\/)?(?:health$|settings$|host\/)/
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

export function isForTab({ url, mode, headers }: Request, scope: string): boolean {
  if (mode === 'navigate' || headers.has('Authorization') || !url.startsWith(scope)) return false
  const path = new URL(url).pathname.slice(new URL(scope).pathname.length)
  return path.startsWith('api/') && !ABOUT_THE_HOST.test(path)
}

/** `asker`: the page that the request comes from. */
export async function answerFromTab(request: Request, asker: string, ports: WorkerDoorPorts): Promise<Response> {
  const { workspace, message } = await messageOf(request, ports.scope)
  const mayRepeat = SAFE.has(request.method) || request.headers.has('Idempotency-Key')
  const tried = new Set<string>()
  while (tried.size < LOCAL.doorTabs) {
    const tabs = (await ports.tabs()).filter(({ id }) => !tried.has(id))
    const found = await findTab(tabs, workspace, asker, ports)
    if (found === null) break
    tried.add(found.tab.id)
    const answered = await askTab(found, { ...message, workspace: found.workspace }, request.signal, ports)
    if (answered instanceof Response) return answered
    if (request.signal.aborted) return Response.error()
    if (answered === 'unanswered' && !mayRepeat)
      return unavailable(
        'The tab that was to answer did not: it was closed meanwhile, is busy or asleep. It may have done it.',
        'Look whether it was done before you ask again; with an Idempotency-Key another tab would have been asked.',
      )
  }
  if (tried.size > 0) return unavailable('The tabs that could answer were closed, are busy or asleep.')
  const missing = workspace === null ? 'a workspace' : `workspace ${workspace}`
  return unavailable(`No tab of this browser has ${missing} open.`, 'Open it in a tab, or ask a host with a token.')
}

function unavailable(detail: string, hint?: string): Response {
  const problem = problemOf({ code: 'unavailable', detail }, hint)
  const headers = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' }
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}

async function messageOf(
  request: Request,
  scope: string,
): Promise<{ readonly workspace: string | null; readonly message: Omit<RequestMessage, 'workspace'> }> {
  const url = new URL(request.url)
  const workspace = url.searchParams.get('workspace') ?? request.headers.get(WORKSPACE_HEADER)
  url.searchParams.delete('workspace')
  // The app answers under the root, wherever it lives.
  const path = url.pathname.slice(new URL(scope).pathname.length)
  return {
    workspace,
    message: {
      type: 'worknode request',
      method: request.method,
      url: `${url.origin}/${path}${url.search}`,
      headers: [...request.headers].filter(([name]) => name !== WORKSPACE_HEADER.toLowerCase()),
      body: SAFE.has(request.method) ? null : await request.arrayBuffer(),
    },
  }
}

interface Found {
  readonly tab: TabClient
  readonly workspace: string
  readonly lock: string
}

/** Of those that have the workspace open the one that asks, else the one used last. Who is slow to say so is waited for: a moment if unseen. */
function findTab(
  tabs: readonly TabClient[],
  wanted: string | null,
  asker: string,
  { after }: WorkerDoorPorts,
): Promise<Found | null> {
  return new Promise((resolve) => {
    const fitting: (Found & { readonly usedAt: number })[] = []
    const silent = new Set(tabs)
    const ports = tabs.map((tab) => {
      const { port1, port2 } = new MessageChannel()
      port1.addEventListener('message', ({ data }: MessageEvent<Here>) => hear(tab, data))
      port1.start()
      tab.postMessage({ type: 'worknode who' }, [port2])
      return port1
    })
    const stopFinding = after(LOCAL.doorFindMs, settle)
    let stopLate: (() => void) | null = null
    if (silent.size === 0) settle()

    function hear(tab: TabClient, { workspace, lock, usedAt }: Here): void {
      silent.delete(tab)
      const fits = workspace !== null && (wanted === null || wanted === workspace)
      if (fits) fitting.push({ tab, workspace, lock, usedAt })
      if (silent.size === 0 || (fits && tab.id === asker)) return settle()
      const isSeenSilent = [...silent].some(({ visibilityState }) => visibilityState === 'visible')
      if (fitting.length > 0 && !isSeenSilent) stopLate ??= after(LOCAL.doorLateMs, settle)
    }

    function settle(): void {
      stopFinding()
      stopLate?.()
      for (const port of ports) port.close()
      const own = fitting.find(({ tab }) => tab.id === asker)
      resolve(own ?? fitting.toSorted((a, b) => b.usedAt - a.usedAt)[0] ?? null)
    }
  })
}

/** `unanswered`: the tab was closed, or lives and did not answer. `moved`: it has another workspace open, and did nothing. */
function askTab(
  { tab, lock }: Found,
  message: RequestMessage,
  asked: AbortSignal,
  { scope, whenGone, after, keepAlive }: WorkerDoorPorts,
): Promise<Response | 'unanswered' | 'moved'> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const over = new AbortController()
    let parts: ReadableStreamDefaultController<Uint8Array> | null = null
    let isResumed = false
    let taken: (() => void) | null = null
    const say = (word: ToTabLater): void => port1.postMessage(word)
    const stopWaiting = after(LOCAL.doorAnswerMs, () => {
      say('cancel')
      settle('unanswered')
    })
    port1.addEventListener('message', ({ data }: MessageEvent<FromTab>) => hear(data))
    port1.start()
    asked.addEventListener('abort', cancel, { once: true })
    whenGone(lock, over.signal).then(
      () => {
        broken()
        settle('unanswered')
      },
      () => undefined,
    )
    tab.postMessage(message, [port2])

    function hear(said: FromTab): void {
      switch (said.type) {
        case 'head': {
          const init = { status: said.status, headers: said.headers.map(([name, value]) => placed(name, value, scope)) }
          stopWaiting()
          isResumed = said.headers.some(([name, value]) => name === 'content-type' && value.startsWith('text/event-stream'))
          if (said.body === 'stream') keepAlive(new Promise<void>((done) => over.signal.addEventListener('abort', () => done())))
          resolve(new Response(said.body === 'stream' ? stream() : said.body, init))
          if (said.body !== 'stream') end()
          return
        }
        case 'moved':
          return settle('moved')
        case 'part':
          parts?.enqueue(said.bytes)
          return taken?.()
        case 'end':
          parts?.close()
          return end()
        case 'broken':
          broken()
          return settle('unanswered')
      }
    }

    function stream(): ReadableStream<Uint8Array> {
      return new ReadableStream({
        start(controller) {
          parts = controller
        },
        pull: () =>
          new Promise<void>((resolvePull) => {
            taken = resolvePull
            say('more')
          }),
        cancel,
      })
    }

    function cancel(): void {
      say('cancel')
      settle('unanswered')
    }

    function broken(): void {
      // Browsers resume a stream of events that ends, by its last id, and give up one that fails.
      if (isResumed) parts?.close()
      else parts?.error(new TypeError('The tab that answered was closed.'))
      end()
    }

    function settle(answered: 'unanswered' | 'moved'): void {
      stopWaiting()
      resolve(answered)
      end()
    }

    function end(): void {
      parts = null
      taken?.()
      over.abort()
      asked.removeEventListener('abort', cancel)
      port1.close()
    }
  })
}

/** The next page of a list is under our scope, as this one was. */
function placed(name: string, value: string, scope: string): [string, string] {
  return [name, name.toLowerCase() === 'link' ? value.replaceAll('</', `<${new URL(scope).pathname}`) : value]
}

/**
 * Requests to a host, or to the service worker of this origin: made again where that can do no harm, bounded in time, and answered
 * by JSON or by a `WorknodeError`.
 */

import type { HumanChange } from '../operations/human-fence.ts'
import { WorknodeError } from './error.ts'
import type { CallOptions } from './door.ts'
import { notReached } from './not-reached.ts'
import type { Ports } from './ports.ts'
import { pauseBefore, retryAfterMs, type RetryPolicy } from './retry.ts'

export interface HttpSettings {
  /** Ends in `/api/v1`. */
  readonly base: string
  /** None in a tab: there the request is the tab's own. */
  readonly token: string | null
  readonly timeoutMs: number
  readonly retry: RetryPolicy
}

export interface RequestOptions extends CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export interface HttpRequests {
  /** Resolves for answers of 2xx only. */
  send(method: string, path: string, options?: RequestOptions): Promise<Answer>
  /** One attempt at a stream of events: its body is the caller's to read, and ends with the signal. */
  open(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
}

const NEVER = new AbortController().signal

export function httpRequests({ base, token, timeoutMs: usualMs, retry }: HttpSettings, ports: Ports): HttpRequests {
  return {
    async send(method, path, { body, headers, signal = NEVER, timeoutMs = usualMs, idempotencyKey, ifMatch } = {}) {
      const isRead = method === 'GET' || method === 'HEAD'
      const sent: Record<string, string> = { Accept: 'application/json', ...headers }
      if (!isRead) sent['Idempotency-Key'] = idempotencyKey ?? ports.newKey()
      if (ifMatch !== undefined) sent['If-Match'] = ifMatch
      if (body !== undefined) sent['Content-Type'] = 'application/json'
      let waitedMs = 0
      for (let attempt = 1; ; attempt++) {
        try {
          const request = { method, headers: sent, ...(body !== undefined && { body: JSON.stringify(body) }) }
          return await within(timeoutMs, signal, async (own) => answerOf(await reach(path, request, own)))
        } catch (error) {
          if (!(error instanceof WorknodeError)) throw error
          const pauseMs = pauseBefore(error, attempt, retry, ports.random, waitedMs)
          if (pauseMs === null) throw error
          await ports.wait(pauseMs, signal)
          waitedMs += pauseMs
        }
      }
    },

    async open(path, headers, signal) {
      const stop = new AbortController()
      const forward = (): void => stop.abort(signal.reason)
      signal.addEventListener('abort', forward, { once: true })
      // The time counts until the head is there; how long the stream may be silent is for the reader to say.
      const response = await within(usualMs, signal, async (own) => {
        own.addEventListener('abort', () => stop.abort(own.reason), { once: true })
        const opened = await reach(path, { method: 'GET', headers: { Accept: 'text/event-stream', ...headers } }, stop.signal)
        return opened.ok ? opened : refused(opened)
      })
      if (!response.body) throw new WorknodeError('unavailable', 'The answer has no body.')
      return response.body
    },
  }

  async function reach(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const request = new Request(base + path, { ...init, signal })
    if (token !== null) request.headers.set('Authorization', `Bearer ${token}`)
    try {
      return await ports.fetch(request)
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      throw notReached(base, cause)
    }
  }

  /** The signal that `work` gets is aborted by the caller's and by time; either way the promise rejects with what it was. */
  async function within<T>(ms: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    outer.throwIfAborted()
    const inner = new AbortController()
    const over = new AbortController()
    const forward = (): void => inner.abort(outer.reason)
    outer.addEventListener('abort', forward, { once: true })
    void ports.wait(ms, over.signal).then(() => {
      if (!over.signal.aborted) inner.abort(new WorknodeError('timeout', `${base} did not answer within ${ms / 1000} s.`))
    })
    const aborted = new Promise<never>((_, reject) => {
      inner.signal.addEventListener('abort', () => reject(inner.signal.reason as Error), { once: true })
    })
    try {
      return await Promise.race([work(inner.signal), aborted])
    } finally {
      over.abort()
      outer.removeEventListener('abort', forward)
    }
  }

  async function answerOf(response: Response): Promise<Answer> {
    if (!response.ok) return refused(response)
    const { status, headers } = response
    const text = await textOf(response)
    if (text === '') return { status, headers, body: null }
    const isJson = /\bjson\b/.test(headers.get('Content-Type') ?? '')
    return { status, headers, body: isJson ? parsed(text, status) : text }
  }

  async function refused(response: Response): Promise<never> {
    const { status, headers } = response
    const text = await textOf(response)
    const problem = (text.startsWith('{') ? parsed(text, status) : {}) as Readonly<Record<string, unknown>>
    const word = (name: string): string | undefined => (typeof problem[name] === 'string' ? problem[name] : undefined)
    throw new WorknodeError(word('code') ?? codeOf(status), word('detail') ?? word('title') ?? `${base} answered ${status}.`, {
      hint: word('hint'),
      status,
      retryAfterMs: retryAfterMs(headers.get('Retry-After'), ports.now()),
      seen: word('seen'),
      changes: Array.isArray(problem['changes']) ? (problem['changes'] as readonly HumanChange[]) : undefined,
    })
  }

  function parsed(text: string, status: number): unknown {
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw new WorknodeError('unavailable', `${base} did not answer with JSON: something else may stand in between.`, {
        status,
        cause,
      })
    }
  }

  /** The link can break in the middle of an answer. */
  async function textOf(response: Response): Promise<string> {
    try {
      return await response.text()
    } catch (cause) {
      if (cause instanceof WorknodeError) throw cause
      throw new WorknodeError('unavailable', `The answer of ${base} broke off.`, { cause })
    }
  }
}

/** For who answers without a problem of ours: a proxy, say. */
function codeOf(status: number): string {
  const codes: Readonly<Record<number, string>> = {
    401: 'unauthorized',
    403: 'permission_denied',
    404: 'not_found',
    412: 'precondition_failed',
    413: 'too_large',
    422: 'invalid',
    429: 'rate_limited',
  }
  return codes[status] ?? (status >= 500 ? 'unavailable' : 'bad_request')
}

/**
 * The door over HTTP: to a host with a token, or to the service worker of this origin.
 *
 * Events come as a stream that is opened again where it broke off, right after the last one that was given out; so each comes once.
 * Where the cursor means nothing any more (the store there was built anew: 410), it goes on from the last event's HLC and leaves
 * out what it gave already.
 */

import type { Event } from '../core/event.ts'
import { CLIENT, LOCAL } from '../core/limits.ts'
import { type ArrivedEvent, type CallOptions, type Door, type EventFilter, type Input, isList, wantedOf } from './door.ts'
import { WorknodeError } from './error.ts'
import type { Answer, HttpRequests } from './http-requests.ts'
import type { AnswerOf, InputOf, OperationName } from './operations.ts'
import type { Ports } from './ports.ts'
import { isPassing, pauseBefore, type RetryPolicy } from './retry.ts'
import { callOf, queryOf } from './routes.ts'
import { serverSent } from './server-sent.ts'

export function httpDoor(requests: HttpRequests, retry: RetryPolicy, ports: Ports): Door {
  return { call, events }

  async function call<N extends OperationName>(name: N, input: InputOf<N>, options: CallOptions = {}): Promise<AnswerOf<N>> {
    return (await answered(name, input, options)) as never
  }

  async function answered(name: OperationName, input: Input, options: CallOptions): Promise<unknown> {
    const wanted = wantedOf(input)
    const asked = isList(name) ? { ...input, limit: Math.min(wanted, LOCAL.queryRows) } : input
    const { method, path, body } = callOf(name, asked)
    const send = (at: string): Promise<Answer> => requests.send(method, at, { ...options, ...(body && { body }) })
    const first = await send(path)
    // A plan comes as the lines that it is.
    if (name === 'export_tasks') return { plan: first.body }
    if (!Array.isArray(first.body)) return first.body
    const found: unknown[] = first.body
    for (let next = nextOf(first, path); next !== null && found.length < wanted;) {
      const page = await send(next)
      found.push(...(page.body as unknown[]))
      next = nextOf(page, path)
    }
    return found.slice(0, wanted)
  }

  async function* events(since: string | null, filter: EventFilter, signal: AbortSignal): AsyncGenerator<ArrivedEvent> {
    // A place at once, so that nothing is missed where the stream breaks before it has brought anything.
    let from = since === 'now' ? (await call('list_events', { since, limit: 1 }, { signal })).next : since
    let lastHlc: string | null = null
    const given = new Set<string>()
    let isAnew = false
    for (let failures = 0; !signal.aborted;) {
      try {
        for await (const event of streamed(from, filter, signal, (place) => (from = place))) {
          failures = 0
          from = event.cursor
          lastHlc = event.hlc
          const said = `${event.id} ${event.type} ${event.valid}`
          if (isAnew && given.has(said)) continue
          remember(given, said)
          yield event
        }
        if (signal.aborted) return
        throw new WorknodeError('unavailable', 'The stream of events ended.')
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof WorknodeError)) throw error
        if (error.status === 410 && lastHlc !== null && from !== lastHlc) {
          from = lastHlc
          isAnew = true
        } else {
          failures++
          // A stream is worth waiting for: only what cannot pass ends it.
          if (!isPassing(error)) throw error
          await ports.wait(pauseBefore(error, 1, backoff(retry, failures), ports.random) ?? retry.maxMs, signal)
        }
      }
    }
  }

  /** One connection: until it breaks, ends, or is silent for too long. */
  async function* streamed(
    from: string | null,
    filter: EventFilter,
    signal: AbortSignal,
    onPlace: (place: string) => void,
  ): AsyncGenerator<ArrivedEvent> {
    const silence = new AbortController()
    const both = AbortSignal.any([signal, silence.signal])
    let timer = new AbortController()
    const onSign = (place: string | null): void => {
      if (place !== null) onPlace(place)
      timer.abort()
      const own = (timer = new AbortController())
      void ports.wait(CLIENT.silentStreamMs, own.signal).then(() => {
        if (!own.signal.aborted) silence.abort(new WorknodeError('unavailable', 'The stream of events fell silent.'))
      })
    }
    try {
      const body = await requests.open(`/events${queryOf({ since: from, ...filter })}`, {}, both)
      onSign(null)
      for await (const { id, data } of serverSent(body, both, onSign)) yield { ...(JSON.parse(data) as Event), cursor: id }
    } catch (error) {
      if (error instanceof WorknodeError || signal.aborted) throw error
      throw new WorknodeError('unavailable', 'The stream of events broke off.', { cause: error })
    } finally {
      timer.abort()
    }
  }
}

/** Pauses grow with each failure, and never run out of attempts. */
function backoff({ baseMs, maxMs, patienceMs }: RetryPolicy, failures: number): RetryPolicy {
  return { attempts: Infinity, baseMs: Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30)), maxMs, patienceMs }
}

/** Where the next page of this list is, by the header `Link: <…?cursor=…>; rel="next"`. */
function nextOf({ headers }: Answer, path: string): string | null {
  const query = /<[^>]*(\?[^>]*)>\s*;[^,]*rel="?next"?/.exec(headers.get('Link') ?? '')?.[1]
  return query === undefined ? null : path.replace(/\?.*$/, '') + query
}

function remember(given: Set<string>, id: string): void {
  given.add(id)
  if (given.size <= CLIENT.rememberedEvents) return
  const [oldest] = given
  given.delete(oldest as string)
}

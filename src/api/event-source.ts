/**
 * Events as a stream (`text/event-stream`): each with its cursor as id, so that a reader who was cut off goes on by `Last-Event-ID`.
 *
 * The log is the buffer: a page is read when the reader has taken the one before, so a slow reader costs nothing but its place. While
 * nothing happens, a sign of life carries the place along. Who may read is asked again with each: a token that is revoked ends here.
 */

import type { Result } from '../base/result.ts'
import { utf8 } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'
import { changesOf, eventFilter, eventJson, type EventsAsked } from '../operations/events.ts'
import { cursorOf, placeSince, readArrived } from '../replica/event-stream.ts'
import type { Replica } from '../replica/replica.ts'
import type { After } from '../sync/pair-clock.ts'

export interface StreamPorts {
  readonly after: After
  /** Nobody reads any more. */
  readonly signal: AbortSignal
  /** Whether the caller may still read. */
  readonly mayGoOn: () => Promise<boolean>
  readonly onClosed: () => void
}

export async function eventSource(replica: Replica, asked: EventsAsked, ports: StreamPorts): Promise<Result<Response>> {
  const filter = eventFilter(replica, asked)
  if (!filter.ok) return filter
  const from = await placeSince(replica, asked.since ?? null)
  if (!from.ok) return from
  const gone = new AbortController()
  const signal = AbortSignal.any([ports.signal, gone.signal])
  const wanted = filter.value
  const changes = changesOf(replica, signal)
  let place = from.value
  let wake: (() => void) | null = null
  let isDue = false
  const arm = (): void =>
    ports.after(LOCAL.streamSignMs, () => {
      isDue = true
      wake?.()
      if (!signal.aborted) arm()
    })

  async function pull(to: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (!signal.aborted) {
      const changed = changes.next()
      const page = await readArrived(replica, wanted, place, LOCAL.queryRowsDefault)
      const next = await placeSince(replica, page.next)
      if (!next.ok) break
      place = next.value
      if (page.events.length > 0) {
        if (!(await ports.mayGoOn())) break
        return to.enqueue(utf8(page.events.map((one) => said(one.cursor, JSON.stringify(eventJson(replica, one)))).join('')))
      }
      if (page.more) continue
      if (!isDue) await Promise.race([changed, new Promise<void>((resolve) => (wake = resolve))])
      if (!isDue) continue
      isDue = false
      if (!(await ports.mayGoOn())) break
      return to.enqueue(utf8(said(page.next, null)))
    }
    to.close()
    ports.onClosed()
  }

  arm()
  const body = new ReadableStream<Uint8Array>(
    {
      // At once, so that whoever opened it knows that it is open, and from where: cut off before the first event, it misses none.
      start: (to) => to.enqueue(utf8(`retry: ${LOCAL.streamRetryMs}\n${said(cursorOf(replica, from.value), null)}`)),
      pull,
      cancel() {
        gone.abort()
        ports.onClosed()
      },
    },
    { highWaterMark: 1 },
  )
  const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' }
  return { ok: true, value: new Response(body, { headers }) }
}

export const TOO_MANY_STREAMS = {
  code: 'rate_limited',
  detail: `You have ${LOCAL.streamsPerCaller} streams open: close one.`,
} as const

/** Without data nothing is told to whoever listens, and its place is kept all the same. */
function said(id: string, data: string | null): string {
  return data === null ? `id: ${id}\n\n` : `id: ${id}\ndata: ${data}\n\n`
}

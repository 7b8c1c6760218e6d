/**
 * Events for a Worker of the same page or process, by the fastest way there is: shared memory where the realm is cross-origin
 * isolated, which a thread that never rests can read too, else a port, whose reader has to return to its loop to hear anything.
 */

import type { ArrivedEvent } from './door.ts'
import { createRing, readRing, writeRing } from './event-ring.ts'

/** What is sent to the Worker: by `postMessage(share, transferOf(share))`. */
export type FeedShare = { readonly ring: SharedArrayBuffer } | { readonly port: MessagePort }

export interface FeedReader {
  /** All that has come since it was asked last. Does not wait. */
  read(): readonly ArrivedEvent[]
  /** Whether some were lost, since nobody asked for too long: then the log is to be read anew, from the last cursor. */
  readonly hasMissed: boolean
}

export interface FeedOptions {
  /** Whether memory can be shared: `crossOriginIsolated` in a page. */
  readonly isIsolated: boolean
  /** Of the ring, a power of two. */
  readonly bytes?: number
}

/** Tells `share` of all that comes from `events`, until these end. */
export function shareEvents(
  events: AsyncIterable<ArrivedEvent>,
  { isIsolated, bytes = 1 << 20 }: FeedOptions,
): { readonly share: FeedShare; readonly done: Promise<void> } {
  if (isIsolated) {
    const ring = createRing(bytes)
    return { share: { ring }, done: forEach(events, writeRing(ring)) }
  }
  const { port1, port2 } = new MessageChannel()
  return { share: { port: port2 }, done: forEach(events, (event) => port1.postMessage(event)).finally(() => port1.close()) }
}

export function transferOf(share: FeedShare): readonly Transferable[] {
  return 'port' in share ? [share.port] : []
}

export function openFeed(share: FeedShare): FeedReader {
  if ('ring' in share) {
    const reader = readRing(share.ring, { fromTail: true })
    return {
      read() {
        const events: ArrivedEvent[] = []
        for (let event = reader.next(); event !== undefined; event = reader.next()) events.push(event as ArrivedEvent)
        return events
      },
      get hasMissed() {
        return reader.missedBytes > 0
      },
    }
  }
  let waiting: ArrivedEvent[] = []
  share.port.onmessage = ({ data }) => void waiting.push(data as ArrivedEvent)
  return {
    read() {
      const events = waiting
      waiting = []
      return events
    },
    hasMissed: false,
  }
}

async function forEach(events: AsyncIterable<ArrivedEvent>, tell: (event: ArrivedEvent) => unknown): Promise<void> {
  for await (const event of events) tell(event)
}

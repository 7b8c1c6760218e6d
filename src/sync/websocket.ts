/**
 * Links over WebSocket: from a browser to a host that is a peer itself.
 *
 * One socket is one link. A browser's socket says how much still waits but not when it has gone, so a waiting sender looks
 * every few milliseconds. A socket that ends is tried again with growing pauses until the transport is stopped. Binding is
 * empty: TLS ends where the operator ends it, and the hello proves who is there.
 */

import type { Bytes } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { LOCAL } from '../core/limits.ts'
import { createLinkEnd, type LinkEnd, LOW_WATER } from './link-end.ts'
import type { Link, Transport, TransportStatus } from './transport.ts'

/** What a socket of the browser and one of `ws` have in common. */
export interface Socket {
  binaryType: string
  readonly bufferedAmount: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { reason: string }) => void) | null
  onerror: ((event: never) => void) | null
  send(frame: Bytes): void
  close(code?: number, reason?: string): void
}

export interface WebsocketOptions {
  readonly url: string
  readonly connect: (url: string) => Socket
  readonly after: (ms: number, run: () => void) => void
  /** For jitter, in [0, 1). */
  readonly random: () => number
}

const POLL_MS = 10
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000
/** Reason texts of a close frame are at most 123 bytes. */
const REASON_CHARS = 40

export function createWebsocket({ url, connect, after, random }: WebsocketOptions): Transport {
  const status = createEmitter<TransportStatus>()
  let wanted: ((link: Link) => void) | null = null
  let current: { socket: Socket; end: LinkEnd | null } | null = null
  let failures = 0

  function open(): void {
    if (wanted === null || current !== null) return
    const socket = connect(url)
    const mine: { socket: Socket; end: LinkEnd | null } = { socket, end: null }
    current = mine
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      if (current !== mine) return
      failures = 0
      mine.end = serveSocket(socket, url, after)
      wanted?.(mine.end.link)
      status.emit(now())
    }
    // An error is always followed by a close, which says what there is to say.
    socket.onerror = () => {}
    socket.onclose = ({ reason }) => {
      mine.end?.link.close(reason || 'the host closed the connection')
      if (current !== mine) return
      current = null
      failures++
      status.emit(now())
      const pause = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1))
      after(pause * (0.5 + random() / 2), open)
    }
  }

  function now(): TransportStatus {
    if (wanted === null) return { state: 'off', links: 0, detail: 'not started' }
    if (current?.end && !current.end.closed) return { state: 'ready', links: 1, detail: 'connected to the host' }
    return failures > 1
      ? { state: 'unreachable', links: 0, detail: 'the host does not answer' }
      : { state: 'connecting', links: 0, detail: 'connecting to the host' }
  }

  return {
    name: 'websocket',
    start(onLink) {
      wanted = onLink
      open()
      status.emit(now())
    },
    stop() {
      wanted = null
      const ending = current
      current = null
      ending?.end?.link.close('stopped here')
      ending?.socket.close()
      status.emit(now())
    },
    status: now,
    onStatus: (listener) => status.on(listener),
  }
}

/** A link over a socket that is open; the host uses it for the sockets it accepts. */
export function serveSocket(socket: Socket, peer: string, after: WebsocketOptions['after']): LinkEnd {
  let polls = false
  const end = createLinkEnd({
    peer,
    transport: 'websocket',
    maxFrame: LOCAL.frameBytes,
    binding: new Uint8Array(),
    write(frame) {
      socket.send(frame)
      poll()
    },
    buffered: () => socket.bufferedAmount,
    shut: (reason) => socket.close(1000, reason.slice(0, REASON_CHARS)),
  })

  function poll(): void {
    if (polls || end.closed || socket.bufferedAmount <= LOW_WATER) return
    polls = true
    after(POLL_MS, () => {
      polls = false
      if (socket.bufferedAmount <= LOW_WATER) end.drained()
      else poll()
    })
  }

  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) end.receive(new Uint8Array(data))
    else end.link.close('the peer sent text where frames go')
  }
  return end
}

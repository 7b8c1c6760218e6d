/**
 * Links between the tabs of one browser, over BroadcastChannel.
 *
 * Every tab has an id and an inbox: a channel of its own name, so that a frame wakes only the tab it is for. On the room's
 * channel tabs only announce themselves; of two that meet, the one with the greater id opens the link. A receiver acknowledges
 * what it read, which is all the backpressure there is. A tab that goes says goodbye; one that is killed cannot, so each holds
 * a lock named by its id and the other end queues for it: granted means gone.
 *
 * All tabs share an origin and a disk, so nothing here proves who speaks: the exchange does.
 */

import type { Bytes } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { LOCAL } from '../core/limits.ts'
import { createLinkEnd, LOW_WATER, type LinkEnd } from './link-end.ts'
import type { Link, Transport, TransportStatus } from './transport.ts'

export interface BroadcastOptions {
  readonly room: string
  /** Names this tab, and orders tabs: random, fresh for each page. */
  readonly tabId: string
  readonly openChannel: (name: string) => BroadcastChannel
  /** Where killed tabs are noticed; without it only a goodbye closes a link. */
  readonly locks?: LockManager
  /** Says `pagehide` and `pageshow`: the window. */
  readonly page?: EventTarget
}

type Message =
  | { readonly kind: 'announce'; readonly from: string }
  | { readonly kind: 'here'; readonly from: string; readonly to: string }
  | { readonly kind: 'open' | 'opened'; readonly from: string }
  | { readonly kind: 'frame'; readonly from: string; readonly frame: Bytes }
  | { readonly kind: 'read'; readonly from: string; readonly bytes: number }
  | { readonly kind: 'close'; readonly from: string; readonly reason: string }

interface TabLink {
  readonly end: LinkEnd
  /** Both ends know of it; before that it is not handed over. */
  opened: boolean
  post(message: Message): void
  read(bytes: number): void
}

const NO_BINDING: Bytes = new Uint8Array()

export function createBroadcast(options: BroadcastOptions): Transport {
  const { room, tabId, openChannel, locks, page } = options
  const status = createEmitter<TransportStatus>()
  let session: { stop(): void; links(): number } | undefined
  let wanted: ((link: Link) => void) | undefined
  let sessions = 0

  page?.addEventListener('pagehide', () => pause())
  // A page that comes back from the back/forward cache was told goodbye for, and has to be told of again.
  page?.addEventListener('pageshow', () => resume())

  function resume(): void {
    if (wanted === undefined || session !== undefined) return
    session = openSession({
      prefix: `worknode/1/${room}`,
      // A name is used for one session only, so whatever is still on its way from the last one finds nobody.
      self: `${tabId}.${sessions++}`,
      openChannel,
      locks,
      onLink: wanted,
      onChange: () => status.emit(now()),
    })
    status.emit(now())
  }

  function pause(): void {
    session?.stop()
    session = undefined
  }

  function now(): TransportStatus {
    if (session === undefined) return { state: 'off', links: 0, detail: 'not started' }
    const links = session.links()
    return { state: 'ready', links, detail: links === 1 ? '1 other tab of this browser' : `${links} other tabs of this browser` }
  }

  return {
    name: 'broadcast',
    start(onLink) {
      wanted = onLink
      resume()
    },
    stop() {
      if (wanted === undefined) return
      wanted = undefined
      pause()
      status.emit(now())
    },
    status: now,
    onStatus: (listener) => status.on(listener),
  }
}

interface SessionOptions {
  readonly prefix: string
  readonly self: string
  readonly openChannel: (name: string) => BroadcastChannel
  readonly locks: LockManager | undefined
  readonly onLink: (link: Link) => void
  readonly onChange: () => void
}

function openSession(options: SessionOptions): { stop(): void; links(): number } {
  const { prefix, self, openChannel, locks, onLink, onChange } = options
  const lockName = (tab: string): string => `${prefix}/tab/${tab}`
  const hall = openChannel(prefix)
  const inbox = openChannel(`${prefix}/to/${self}`)
  const links = new Map<string, TabLink>()
  let stopped = false
  let letGo: (() => void) | undefined

  hall.onmessage = (event) => meet(event.data as Message)
  inbox.onmessage = (event) => hear(event.data as Message)
  // The lock is held before anybody hears of this tab: else a peer would be granted it and take this tab for gone.
  if (locks) {
    void locks.request(lockName(self), () => {
      announce()
      return stopped ? undefined : new Promise<void>((resolve) => (letGo = resolve))
    })
  } else announce()

  return {
    links: () => [...links.values()].filter((link) => link.opened).length,
    stop() {
      stopped = true
      for (const link of [...links.values()]) link.end.link.close('this tab stopped')
      hall.close()
      inbox.close()
      letGo?.()
    },
  }

  function announce(): void {
    if (!stopped) hall.postMessage({ kind: 'announce', from: self } satisfies Message)
  }

  /** Who is there. */
  function meet(message: Message): void {
    const { kind, from } = message
    if (stopped || links.has(from)) return
    if (kind !== 'announce' && !(kind === 'here' && message.to === self)) return
    if (self > from) open(from).post({ kind: 'open', from: self })
    else hall.postMessage({ kind: 'here', from: self, to: from } satisfies Message)
  }

  /** What a tab that knows this one says to it. */
  function hear(message: Message): void {
    const { kind, from } = message
    if (stopped) return
    const link = links.get(from)
    if (kind === 'open' && link === undefined) {
      const answered = open(from)
      answered.post({ kind: 'opened', from: self })
      handOver(answered)
    } else if (link === undefined) return
    else if (kind === 'opened') handOver(link)
    else if (kind === 'read') link.read(message.bytes)
    else if (kind === 'close') link.end.link.close(message.reason)
    else if (kind === 'frame') {
      link.end.receive(message.frame)
      link.post({ kind: 'read', from: self, bytes: message.frame.length })
    }
  }

  function handOver(link: TabLink): void {
    if (link.opened) return
    link.opened = true
    onChange()
    onLink(link.end.link)
  }

  function open(peer: string): TabLink {
    const outbox = openChannel(`${prefix}/to/${peer}`)
    const gone = new AbortController()
    let unread = 0
    const link: TabLink = {
      opened: false,
      end: createLinkEnd({
        peer,
        transport: 'broadcast',
        maxFrame: LOCAL.frameBytes,
        binding: NO_BINDING,
        write(frame) {
          unread += frame.length
          // A clone takes the whole buffer behind a view along.
          const whole = frame.byteLength === frame.buffer.byteLength ? frame : frame.slice()
          outbox.postMessage({ kind: 'frame', from: self, frame: whole } satisfies Message)
        },
        buffered: () => unread,
        shut(reason) {
          link.post({ kind: 'close', from: self, reason })
          outbox.close()
          gone.abort()
          links.delete(peer)
          onChange()
        },
      }),
      post: (message) => outbox.postMessage(message),
      read(bytes) {
        unread = Math.max(0, unread - bytes)
        if (unread <= LOW_WATER) link.end.drained()
      },
    }
    links.set(peer, link)
    watch(peer, link, gone.signal)
    return link
  }

  /** Queues for the lock the other tab holds while it lives. */
  function watch(peer: string, link: TabLink, signal: AbortSignal): void {
    locks
      ?.request(lockName(peer), { signal }, () => link.end.link.close('the tab is gone'))
      // The request is given up when the link closes; that rejection is the wish itself.
      .catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
  }
}

/**
 * One end of a link: what every transport does alike.
 *
 * Keeps frames that come before there is a listener, says "closed" once, wakes whoever waits for the buffer to drain, and
 * counts bytes. The transport supplies how bytes leave (`write`), how many still wait (`buffered`), and how to hang up
 * (`shut`). A frame over the maximum, or a sender that ignores `buffered()`, closes the link: a link never lies about
 * what it carried.
 */

import type { Bytes } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'
import type { Link } from './transport.ts'

export interface LinkTraffic {
  readonly bytesIn: number
  readonly bytesOut: number
  readonly framesIn: number
  readonly framesOut: number
}

/** A link that counts; the network view reads it. */
export interface CountedLink extends Link {
  traffic(): LinkTraffic
}

export interface LinkWire {
  readonly peer: string
  readonly transport: string
  readonly maxFrame: number
  readonly binding: Bytes
  readonly route?: Link['route']
  /** Hands the frame to the network. May throw when the network is gone: the link then closes. */
  write(frame: Bytes): void
  buffered(): number
  /** Hangs up: called once, before the listeners hear of it, whoever closed. */
  shut(reason: string): void
}

export interface LinkEnd {
  readonly link: CountedLink
  readonly closed: boolean
  /** A frame came from the other end. */
  receive(frame: Bytes): void
  /** The buffer is low again. */
  drained(): void
}

/** Below this many waiting bytes a sender is woken. */
export const LOW_WATER = 256 * 1024

export function createLinkEnd(wire: LinkWire): LinkEnd {
  let kept: Bytes[] = []
  let keptBytes = 0
  let onFrame: ((frame: Bytes) => void) | undefined
  let closeListeners: ((reason: string) => void)[] = []
  let closedBecause: string | undefined
  let waiting: (() => void)[] = []
  const traffic = { bytesIn: 0, bytesOut: 0, framesIn: 0, framesOut: 0 }

  function wake(): void {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }

  function close(reason: string): void {
    if (closedBecause !== undefined) return
    closedBecause = reason
    wire.shut(reason)
    const listeners = closeListeners
    closeListeners = []
    wake()
    for (const listener of listeners) listener(reason)
  }

  const link: CountedLink = {
    peer: wire.peer,
    transport: wire.transport,
    maxFrame: wire.maxFrame,
    binding: wire.binding,
    ...(wire.route ? { route: wire.route } : {}),
    send(frame) {
      if (closedBecause !== undefined) return
      if (frame.length > wire.maxFrame) return close(`a frame of ${frame.length} bytes is over the ${wire.maxFrame} allowed`)
      if (wire.buffered() + frame.length > LOCAL.messageBytes) return close('the sender did not wait for the link to drain')
      try {
        wire.write(frame)
      } catch (error) {
        return close(`sending failed: ${error instanceof Error ? error.message : String(error)}`)
      }
      traffic.bytesOut += frame.length
      traffic.framesOut += 1
    },
    buffered: () => (closedBecause === undefined ? wire.buffered() : 0),
    drained() {
      if (closedBecause !== undefined || wire.buffered() <= LOW_WATER) return Promise.resolve()
      return new Promise((resolve) => waiting.push(resolve))
    },
    onFrame(listener) {
      onFrame = listener
      const frames = kept
      kept = []
      keptBytes = 0
      for (const frame of frames) listener(frame)
    },
    onClose(listener) {
      if (closedBecause === undefined) closeListeners.push(listener)
      else listener(closedBecause)
    },
    close,
    traffic: () => ({ ...traffic }),
  }

  return {
    link,
    get closed() {
      return closedBecause !== undefined
    },
    receive(frame) {
      if (closedBecause !== undefined) return
      if (frame.length > wire.maxFrame) return close(`the peer sent a frame of ${frame.length} bytes`)
      traffic.bytesIn += frame.length
      traffic.framesIn += 1
      if (onFrame) return onFrame(frame)
      kept.push(frame)
      keptBytes += frame.length
      if (keptBytes > LOCAL.messageBytes) close('nobody reads this link')
    },
    drained: wake,
  }
}

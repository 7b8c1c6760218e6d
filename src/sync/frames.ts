/**
 * Messages over a link that carries frames.
 *
 *   frame = 00 message | 01 u32-BE total, first part | 02 further part
 *
 * Links keep order and lose nothing until they close, so parts need no number. A message is cut only if it must be, and its parts
 * go one after the other: anything between them is an error, and any error closes the link with a plain reason. The buffer
 * grows with the bytes that came, never by the total that was claimed, and what waits to be read is bounded. Senders wait while
 * the link has more than `HIGH_WATER` to send.
 */

import type { Bytes } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'
import type { Link } from './transport.ts'

export interface Channel {
  readonly link: Link
  /** Why the link closed, or null while it is open. */
  readonly closedBecause: string | null
  /** Whether it closed because the peer broke the rules of frames. */
  readonly isPeerAtFault: boolean
  /** Sends after all that was sent before; resolves when the link would take more. Does nothing once closed. */
  send(message: Bytes): Promise<void>
  /** The next message; null once the link has closed, whatever was still unread. One reader at a time. */
  next(): Promise<Bytes | null>
  onClose(listener: (reason: string) => void): void
  close(reason: string): void
}

export interface ChannelLimits {
  readonly messageBytes: number
  /** Bytes of whole messages that may wait to be read. */
  readonly unreadBytes: number
  /** The first messages come from somebody who has proved nothing yet. */
  readonly opening: { readonly messages: number; readonly bytes: number }
}

/** Above this a sender waits. */
export const HIGH_WATER = 1024 * 1024

const WHOLE = 0
const FIRST = 1
const FURTHER = 2
const FIRST_HEAD = 5

export function createChannel(link: Link, limits: ChannelLimits): Channel {
  const assembler = createAssembler((nth) => (nth < limits.opening.messages ? limits.opening.bytes : limits.messageBytes))
  const frameBytes = Math.min(LOCAL.frameBytes, link.maxFrame)
  const unread: Bytes[] = []
  let unreadBytes = 0
  let reader: ((message: Bytes | null) => void) | undefined
  let closedBecause: string | null = null
  let isPeerAtFault = false
  let sending: Promise<void> = Promise.resolve()

  link.onClose((reason) => {
    closedBecause = reason
    unread.length = 0
    read(null)
  })
  link.onFrame((frame) => {
    if (closedBecause !== null) return
    const assembled = assembler(frame)
    if (!assembled.ok) return blame(assembled.reason)
    if (assembled.message === null || read(assembled.message)) return
    unread.push(assembled.message)
    unreadBytes += assembled.message.length
    if (unreadBytes > limits.unreadBytes) blame('The peer sends faster than was agreed.')
  })

  function blame(reason: string): void {
    isPeerAtFault = true
    link.close(reason)
  }

  function read(message: Bytes | null): boolean {
    if (!reader) return false
    const waiting = reader
    reader = undefined
    waiting(message)
    return true
  }

  async function sendFrames(message: Bytes): Promise<void> {
    for (const frame of framesOf(message, frameBytes)) {
      if (link.buffered() > HIGH_WATER) await link.drained()
      if (closedBecause !== null) return
      link.send(frame)
    }
    if (link.buffered() > HIGH_WATER) await link.drained()
  }

  return {
    link,
    get closedBecause() {
      return closedBecause
    },
    get isPeerAtFault() {
      return isPeerAtFault
    },
    send(message) {
      sending = sending.then(() => sendFrames(message))
      return sending
    },
    next() {
      if (closedBecause !== null) return Promise.resolve(null)
      const message = unread.shift()
      if (message === undefined) return new Promise((resolve) => (reader = resolve))
      unreadBytes -= message.length
      return Promise.resolve(message)
    },
    onClose: (listener) => link.onClose(listener),
    close: (reason) => link.close(reason),
  }
}

/** Cuts a message into frames of at most `frameBytes`. */
export function* framesOf(message: Bytes, frameBytes: number): Generator<Bytes> {
  if (message.length < frameBytes) {
    yield headed(WHOLE, 1, message)
    return
  }
  const first = headed(FIRST, FIRST_HEAD, message.subarray(0, frameBytes - FIRST_HEAD))
  new DataView(first.buffer).setUint32(1, message.length)
  yield first
  for (let at = frameBytes - FIRST_HEAD; at < message.length; at += frameBytes - 1)
    yield headed(FURTHER, 1, message.subarray(at, at + frameBytes - 1))
}

function headed(kind: number, head: number, part: Uint8Array): Bytes {
  const frame = new Uint8Array(head + part.length)
  frame[0] = kind
  frame.set(part, head)
  return frame
}

export type Assembled = { readonly ok: true; readonly message: Bytes | null } | { readonly ok: false; readonly reason: string }

/** Puts frames together again; `limitOf(n)` is how long the nth message may be. After an error it is of no more use. */
export function createAssembler(limitOf: (nth: number) => number): (frame: Bytes) => Assembled {
  let buffer = new Uint8Array()
  let total = 0
  let have = 0
  let whole = 0

  function add(part: Uint8Array): Assembled {
    if (part.length === 0) return fault('The peer sent a part without content.')
    if (have + part.length > total) return fault('The peer sent more than it had announced.')
    if (have + part.length > buffer.length) {
      const larger = new Uint8Array(Math.min(total, Math.max(have + part.length, buffer.length * 2)))
      larger.set(buffer.subarray(0, have))
      buffer = larger
    }
    buffer.set(part, have)
    have += part.length
    if (have < total) return { ok: true, message: null }
    const message = buffer
    buffer = new Uint8Array()
    total = have = 0
    return finished(message)
  }

  function finished(message: Bytes): Assembled {
    whole++
    return { ok: true, message }
  }

  return (frame) => {
    const kind = frame[0]
    const limit = limitOf(whole)
    if (kind === FURTHER)
      return total === 0 ? fault('The peer sent the end of a message without its start.') : add(frame.subarray(1))
    if (kind !== WHOLE && kind !== FIRST) return fault('The peer sent a frame of no known kind.')
    if (total !== 0) return fault('The peer began a message inside another.')
    if (kind === WHOLE) return frame.length - 1 > limit ? tooLong(frame.length - 1, limit) : finished(frame.subarray(1))
    if (frame.length <= FIRST_HEAD) return fault('The peer sent a part without content.')
    const claimed = new DataView(frame.buffer, frame.byteOffset).getUint32(1)
    if (claimed > limit) return tooLong(claimed, limit)
    total = claimed
    return add(frame.subarray(FIRST_HEAD))
  }
}

function tooLong(bytes: number, limit: number): Assembled {
  return fault(`The peer sent a message of ${bytes} bytes; at most ${limit} are allowed.`)
}

function fault(reason: string): Assembled {
  return { ok: false, reason }
}

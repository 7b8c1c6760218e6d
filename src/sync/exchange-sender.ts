/**
 * The way out to one peer: what it lacks, in order of arrival, several batches a message, no more than it gave credit for.
 *
 * A batch goes out once on a link, and not at all once the peer is known to have it from elsewhere; both are looked at when the
 * message leaves, since others may serve the peer while we wait. What is in memory here is one page of the log and one message,
 * however long the queue and however slow the peer.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import { createMarks, type DurableEnds, durableBeyond, type Marks } from './exchange-knowledge.ts'
import { BATCHES_BYTES, encodeMessage, IDS_A_MESSAGE, KEYS_BYTES } from './exchange-messages.ts'
import type { Channel } from './frames.ts'
import type { LogSource, OutgoingWire } from './log-source.ts'

export interface SenderPorts {
  readonly log: LogSource
  readonly ends: DurableEnds
  readonly channel: Channel
  readonly has: Marks
  /** What the peer knows that we have. */
  readonly told: Marks
  readonly now: () => number
}

export interface Sender {
  /** Bytes of batches sent. */
  readonly sentBytes: number
  /** Smoothed time from sending to the peer's word that it is durable there; null before the first. */
  readonly lagMs: number | null
  /** Nothing waits, nothing is under way. */
  readonly isIdle: boolean
  /** Sends these too, unless the peer has them by then. Before the first `compared` nothing is sent. */
  offer(ordinals: readonly number[]): void
  /** What the peer has is known: queues all that it lacks. */
  compared(): void
  /** The peer has judged `taken` bytes and lets us send up to `credit`, both counted from the start. */
  acknowledged(taken: number, credit: number): void
  /** Although it was sent, the peer has not got it. */
  lost(ordinal: number, taken: number): void
}

/** How many batches are asked of the log at once. */
const CHUNK = 512
const WIRE_HEAD = 5
const ID_SIZE = 34
const MESSAGE_HEAD = 16

export function createSender({ log, ends, channel, has, told, now }: SenderPorts): Sender {
  const { history } = log
  const sent = createMarks(history)
  let queue: number[] = []
  let at = 0
  let isCompared = false
  let isPumping = false
  let saidDone = false
  let credit = 0
  let taken = 0
  let sentBytes = 0
  let wake: (() => void) | undefined
  let sample: { readonly bytes: number; readonly at: number } | undefined
  let lagMs: number | null = null
  // A peer that loses what it is sent gets it again, but ever more rarely.
  let rounds = 0
  let resends = 0
  let resendingIn = -1
  let resendFrom = 0
  /** The last key that was handed out on this link. */
  let announced = ''

  channel.onClose(() => wake?.())

  const isWanted = (ordinal: number): boolean => !sent.holds(ordinal) && !has.holds(ordinal)

  function pump(): void {
    if (isPumping || !isCompared) return
    isPumping = true
    run().catch((error: unknown) =>
      channel.close(`Our own log could not be read: ${error instanceof Error ? error.message : String(error)}`),
    )
  }

  async function run(): Promise<void> {
    try {
      while (channel.closedBecause === null) {
        const chunk = nextChunk()
        if (chunk.length === 0) return sayDone()
        // Pages are not read before something may be sent: by then another peer may have sent it all.
        await creditFor(1)
        await sendChunk(chunk.filter(isWanted))
      }
    } finally {
      isPumping = false
    }
  }

  function nextChunk(): number[] {
    const chunk: number[] = []
    for (; at < queue.length && chunk.length < CHUNK; at++) if (isWanted(queue[at] as number)) chunk.push(queue[at] as number)
    if (at === queue.length) {
      queue = []
      at = 0
    }
    return chunk
  }

  function sayDone(): void {
    if (saidDone) return
    saidDone = true
    void channel.send(encodeMessage({ type: 'done' }))
  }

  async function sendChunk(chunk: readonly number[]): Promise<void> {
    if (chunk.length === 0) return
    let gathered: OutgoingWire[] = []
    let bytes = 0
    for await (const page of log.wires(chunk)) {
      for (const item of page) {
        const size = item.wire.length + WIRE_HEAD + ID_SIZE
        if (gathered.length > 0 && (bytes + size > BATCHES_BYTES || gathered.length === IDS_A_MESSAGE)) {
          await send(gathered, bytes)
          gathered = []
          bytes = 0
        }
        gathered.push(item)
        bytes += size
      }
      if (channel.closedBecause !== null) return
    }
    await send(gathered, bytes)
  }

  /** Hands out the key that what follows is sealed under, before it follows. */
  async function announceKey(epoch: Bytes): Promise<void> {
    announced = toHex(epoch)
    let some: Bytes[] = []
    let bytes = 0
    for (const wire of await log.keyWires(epoch)) {
      if (some.length > 0 && bytes + wire.length > KEYS_BYTES) {
        await channel.send(encodeMessage({ type: 'keys', wires: some }))
        some = []
        bytes = 0
      }
      some.push(wire)
      bytes += wire.length + WIRE_HEAD
    }
    if (some.length > 0) await channel.send(encodeMessage({ type: 'keys', wires: some }))
  }

  async function send(gathered: readonly OutgoingWire[], bytes: number): Promise<void> {
    await creditFor(bytes + MESSAGE_HEAD)
    const items = gathered.filter(({ ordinal }) => isWanted(ordinal))
    if (items.length === 0 || channel.closedBecause !== null) return
    for (const { epoch } of items) if (epoch !== null && toHex(epoch) !== announced) await announceKey(epoch)
    const lastOfChain = new Map(items.map(({ ordinal }) => [history.chainOf(ordinal), ordinal]))
    const ids = [...lastOfChain.values()].map((ordinal) => history.idOf(ordinal))
    const message = encodeMessage({ type: 'batches', wires: items.map(({ wire }) => wire), ids })
    for (const { ordinal } of items) {
      sent.raise(ordinal)
      told.raise(ordinal)
    }
    sentBytes += message.length
    sample ??= { bytes: sentBytes, at: now() }
    await channel.send(message)
  }

  async function creditFor(bytes: number): Promise<void> {
    while (sentBytes + bytes > credit && channel.closedBecause === null) await new Promise<void>((resolve) => (wake = resolve))
  }

  return {
    get sentBytes() {
      return sentBytes
    },
    get lagMs() {
      return lagMs
    },
    get isIdle() {
      return !isPumping && at === queue.length && taken === sentBytes
    },
    offer(ordinals) {
      if (!isCompared) return
      for (const ordinal of ordinals) if (isWanted(ordinal)) queue.push(ordinal)
      if (at < queue.length) pump()
    },
    compared() {
      isCompared = true
      saidDone = false
      rounds++
      queue = durableBeyond(history, has, ends).filter(isWanted)
      at = 0
      pump()
    },
    acknowledged(judged, granted) {
      taken = Math.max(taken, judged)
      credit = Math.max(credit, granted)
      if (sample && taken >= sample.bytes) {
        const lag = now() - sample.at
        lagMs = lagMs === null ? lag : lagMs + (lag - lagMs) / 4
        sample = undefined
      }
      wake?.()
    },
    lost(ordinal, judged) {
      if (judged !== sentBytes || !sent.holds(ordinal) || has.holds(ordinal)) return
      if (resendingIn !== rounds) {
        if (rounds < resendFrom) return
        resendingIn = rounds
        resendFrom = rounds + 2 ** Math.min(++resends, 6)
      }
      const chain = history.chainOf(ordinal)
      sent.lower(chain, has.at(chain))
    },
  }
}

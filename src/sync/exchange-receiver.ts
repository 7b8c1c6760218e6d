/**
 * The way in from one peer: its batches go to the log in the order they came, several messages at a time, and what may be on
 * its way is bounded by the credit we gave.
 *
 * Credit grows only with what the log has judged and made durable, so a log that is slow, or that cannot store, slows the peer
 * down and not the page; and whoever brings more than its authors may write waits before it is heard again. What came before a
 * link broke is still taken in; after a fault of the peer nothing more is.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import type { History } from '../core/history.ts'
import type { DurableEnds } from './exchange-knowledge.ts'
import { MESSAGE_BYTES, type Message } from './exchange-messages.ts'
import type { ReceiveReport } from './log-source.ts'

export interface ReceiverPorts {
  readonly history: History
  readonly ends: DurableEnds
  receive(wires: readonly Bytes[]): Promise<ReceiveReport>
  learn(wires: readonly Bytes[]): Promise<void>
  /** The peer has these for sure: it sent them, and they are durable here. */
  peerHas(ordinal: number): void
  /** Resolves when it is this peer's turn, with what to call once these bytes are judged. */
  turn(size: number): Promise<() => void>
  /** How many bytes are given to the log together. */
  together(): number
  /** Resolves after so many milliseconds. */
  pause(ms: number): Promise<void>
  /** More was judged. */
  progressed(): void
  refused(reason: string): void
  failed(reason: string): void
}

export interface Receiver {
  readonly receivedBytes: number
  /** Bytes that the log has judged; what was admitted of them is durable. */
  readonly takenBytes: number
  readonly isIdle: boolean
  /** How much the peer may send in all, when it may send on. */
  grant(mayGoOn: boolean): number
  /** Takes a message of `size` bytes; a plain reason if the peer must not have sent it. */
  take(message: Message & { readonly type: 'batches' }, size: number): string | null
  /** Looks for keys in these; what came after them waits for that. */
  learn(wires: readonly Bytes[]): void
  /** Notes that the peer has these; what is not here yet is remembered for a while. */
  claimed(ids: readonly Bytes[]): void
  /** Some batches have become durable. */
  learned(): void
  /** The peer is at fault: forgets what it sent and is not with the log yet. */
  drop(): void
}

/** What a peer may have sent and we not yet taken in. */
export const WINDOW_BYTES = 4 * MESSAGE_BYTES

/** So many calls to the log at once: one is verified while one is stored. */
const LANES = 2
/** A message is taken apart into pieces of about this size, which are put together again as far as there is time. */
const PIECE_BYTES = 8 * 1024
/** The longest that a peer waits for what it brought. */
const LONGEST_PAUSE_MS = 10_000
const CLAIMS_KEPT = 4096

export function createReceiver(ports: ReceiverPorts): Receiver {
  const { history, ends, receive, learn, peerHas, progressed, refused, failed } = ports
  const waiting: { readonly wires: readonly Bytes[]; readonly ids: readonly Bytes[]; readonly size: number }[] = []
  const claims = new Map<string, Bytes>()
  let granted = 0
  let receivedBytes = 0
  let takenBytes = 0
  let lanes = 0
  let isDropped = false
  let nextDurable: (() => void)[] = []
  let learning: Promise<void> = Promise.resolve()

  function pump(): void {
    while (lanes < LANES && waiting.length > 0) {
      lanes++
      const wires: Bytes[] = []
      const ids: Bytes[] = []
      let size = 0
      while (waiting[0] && (size === 0 || size + waiting[0].size <= ports.together())) {
        const next = waiting.shift() as (typeof waiting)[number]
        wires.push(...next.wires)
        ids.push(...next.ids)
        size += next.size
      }
      giveToLog(wires, ids, size).catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)))
    }
  }

  async function giveToLog(wires: readonly Bytes[], ids: readonly Bytes[], size: number): Promise<void> {
    await learning
    const judged = await ports.turn(size)
    const report = await receive(wires).finally(judged)
    if (report.refused.length > 0) return refused(report.refused[0] as string)
    const isHeldUp = (id: Bytes): boolean => history.ordinalOf(id) !== null && ends.find(id) === null
    while (ids.some(isHeldUp) && !isDropped) await new Promise<void>((resolve) => nextDurable.push(resolve))
    claim(ids)
    if (report.waitMs > 0) await ports.pause(Math.min(report.waitMs, LONGEST_PAUSE_MS))
    takenBytes += size
    lanes--
    progressed()
    pump()
  }

  function claim(ids: readonly Bytes[]): void {
    for (const id of ids) {
      const ordinal = ends.find(id)
      if (ordinal !== null) peerHas(ordinal)
      else claims.set(toHex(id), id)
    }
    for (const oldest of claims.keys()) {
      if (claims.size <= CLAIMS_KEPT) break
      claims.delete(oldest)
    }
  }

  return {
    get receivedBytes() {
      return receivedBytes
    },
    get takenBytes() {
      return takenBytes
    },
    get isIdle() {
      return takenBytes === receivedBytes
    },
    grant(mayGoOn) {
      if (mayGoOn) granted = takenBytes + WINDOW_BYTES
      return granted
    },
    take({ wires, ids }, size) {
      receivedBytes += size
      if (receivedBytes > granted) return 'The peer sends more than was agreed.'
      // What the message is besides its batches goes with the first piece.
      let rest = size - wires.reduce((sum, wire) => sum + wire.length, 0)
      let from = 0
      do {
        let to = from
        let bytes = rest
        while (to < wires.length && (to === from || bytes + (wires[to] as Bytes).length <= PIECE_BYTES))
          bytes += (wires[to++] as Bytes).length
        waiting.push({ wires: wires.slice(from, to), ids: ids.slice(from, to), size: bytes })
        rest = 0
        from = to
      } while (from < wires.length)
      pump()
      return null
    },
    learn(wires) {
      learning = learning
        .then(() => learn(wires))
        .catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)))
    },
    claimed: claim,
    learned() {
      const woken = nextDurable
      nextDurable = []
      for (const resolve of woken) resolve()
      for (const [name, id] of claims) {
        const ordinal = ends.find(id)
        if (ordinal === null) continue
        claims.delete(name)
        peerHas(ordinal)
      }
    },
    drop() {
      isDropped = true
      waiting.length = 0
      this.learned()
    },
  }
}

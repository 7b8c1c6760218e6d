/** For tests of the exchange: a log with the real history and cheap batches, peers on links that are looked at, turned time. */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, equalBytes, fromHex, toHex, utf8 } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import type { Value } from '../core/batch.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import { History } from '../core/history.ts'
import { createExchange, type Exchange, type ExchangeOptions } from './exchange.ts'
import { decodeMessage, MESSAGE_BYTES, type Message } from './exchange-messages.ts'
import { createAssembler } from './frames.ts'
import type { Identity } from './hello.ts'
import type { LogSource, OutgoingWire, ReceiveReport } from './log-source.ts'
import { createVirtualClock, type VirtualClock } from './pair-clock.ts'
import { createPair, type Pair, type PairOptions } from './pair.ts'
import type { Link } from './transport.ts'

/** A batch of this log: [feed, seq, prev|null, after, ms, payload]; its id is the hash of these bytes. */
export class FakeLog implements LogSource {
  readonly history = new History()
  readonly wiresByOrdinal: Bytes[] = []
  /** Every wire that came in, however often. */
  received = 0
  duplicates = 0
  /** What its batches say they are sealed under. */
  epoch: Bytes | null = null
  /** What its reports say. */
  waitMs = 0
  /** In hex: what is kept beside the log. */
  readonly setAside = new Set<string>()
  /** Keys and batches, in the order in which they came in. */
  readonly story: string[] = []
  /** Stands for verification and the store: batches are durable once it resolves. */
  storing: () => Promise<void> = () => Promise.resolve()
  readonly #durable = createEmitter<readonly number[]>()
  readonly #waiting = new Map<string, Bytes>()
  readonly #ids: string[] = []
  #fresh: number[] = []
  #arrivals = 0

  /** Writes a batch that has seen everything here; `prev` forks the feed. */
  append(feed: string, bytes = 40, prev?: number | null): Bytes {
    const end = prev === undefined ? this.#endOf(feed) : prev
    const after = [...this.history.heads]
      .filter((head) => head !== end && prev === undefined && this.history.feedOf(head) !== feed)
      .slice(0, 16)
    const wire = encodeCbor([
      fromHex(feed),
      end === null ? 0 : this.history.seqOf(end) + 1,
      end === null ? null : this.history.idOf(end),
      after.map((ordinal) => this.history.idOf(ordinal)),
      this.history.latest[0] + 1,
      new Uint8Array(bytes).fill(this.wiresByOrdinal.length),
    ])
    this.#admit(wire)
    this.#publish()
    return wire
  }

  async receive(wires: readonly Bytes[]): Promise<ReceiveReport> {
    this.received += wires.length
    this.story.push('takes batches')
    await this.storing()
    const refused: string[] = []
    const before = this.history.count
    for (const wire of wires) if (this.#admit(wire) === 'refused') refused.push('It is garbage.')
    this.#publish()
    return { admitted: this.history.count - before, duplicate: 0, delayed: this.#waiting.size, refused, waitMs: this.waitMs }
  }

  isSetAside(id: Bytes): boolean {
    return this.setAside.has(toHex(id))
  }

  onDurable(listener: (ordinals: readonly number[]) => void): () => void {
    return this.#durable.on(listener)
  }

  async *wires(ordinals: readonly number[]): AsyncIterable<readonly OutgoingWire[]> {
    for (let from = 0; from < ordinals.length; from += 100) {
      await Promise.resolve()
      const { epoch } = this
      yield ordinals.slice(from, from + 100).map((ordinal) => ({ ordinal, wire: this.wiresByOrdinal[ordinal] as Bytes, epoch }))
    }
  }

  async keyWires(epoch: Bytes): Promise<readonly Bytes[]> {
    return [concatBytes(utf8('key of '), epoch)]
  }

  async learn(wires: readonly Bytes[]): Promise<void> {
    await this.storing()
    for (const wire of wires) this.story.push(`learns ${new TextDecoder().decode(wire)}`)
  }

  /** The ids of all batches here, in order. */
  ids(): string[] {
    return this.#ids.toSorted()
  }

  #publish(): void {
    const fresh = this.#fresh
    this.#fresh = []
    if (fresh.length > 0) this.#durable.emit(fresh)
  }

  #endOf(feed: string): number | null {
    const chain = this.history.chainsOf(feed)[0]
    return chain === undefined ? null : (this.history.chainSince(chain, -1).at(-1) as number)
  }

  #admit(wire: Bytes): 'admitted' | 'duplicate' | 'waiting' | 'refused' {
    const decoded = decodeCbor(wire)
    if (!decoded.ok || !Array.isArray(decoded.value)) return 'refused'
    const [feed, seq, prev, after, ms] = decoded.value as [Bytes, number, Bytes | null, Bytes[], number, Value]
    const id = idOf(wire)
    if (this.history.ordinalOf(id) !== null) {
      this.duplicates++
      return 'duplicate'
    }
    const ancestors = (prev ? [prev, ...after] : after).map((ancestor) => this.history.ordinalOf(ancestor))
    if (ancestors.includes(null)) {
      this.#waiting.set(toHex(id), wire)
      return 'waiting'
    }
    const [first, ...rest] = ancestors as number[]
    const place = { id, feed: toHex(feed), seq, hlc: [ms, 0] as const }
    const ordinal = this.history.append(
      prev ? { ...place, prev: first as number, after: rest } : { ...place, prev: null, after: ancestors as number[] },
    )
    this.wiresByOrdinal[ordinal] = wire
    this.history.setArrival(ordinal, ++this.#arrivals)
    this.#fresh.push(ordinal)
    this.#ids.push(toHex(id))
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const wire of waiting) this.#admit(wire)
    return 'admitted'
  }
}

function idOf(wire: Bytes): Bytes {
  return sha256(concatBytes(utf8('fake\0'), wire))
}

/** A key that "signs" with a hash: the exchange is not where signatures are tested. */
export function fakeIdentity(name: string, room = 'room', workspace = 'workspace'): Identity {
  const key = concatBytes(Uint8Array.of(1), sha256(utf8(name)))
  return {
    workspace: sha256(utf8(workspace)),
    roomSecret: sha256(utf8(room)).slice(0, 16),
    key,
    sign: (message) => Promise.resolve(fakeSignature(key, message)),
  }
}

function fakeSignature(key: Bytes, message: Bytes): Bytes {
  const hash = sha256(concatBytes(key, message))
  return concatBytes(hash, hash)
}

export async function fakeVerify(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  return equalBytes(signature, fakeSignature(key, message))
}

export interface Peer {
  readonly name: string
  readonly log: FakeLog
  readonly exchange: Exchange
  /** A feed of this peer's key. */
  readonly feed: string
  otherFeed(n: number): string
}

export interface Tapped {
  readonly link: Link
  /** What this end sent, once it was past the hello. */
  readonly said: Message[]
  readonly maxBuffered: () => number
  readonly bytes: () => number
  wires(): string[]
}

export interface World {
  readonly clock: VirtualClock
  readonly random: () => number
  peer(name: string, options?: Partial<ExchangeOptions>): Peer
  /** Puts a link between two peers. */
  link(a: Peer, b: Peer, options?: Partial<PairOptions>): Pair & { readonly a: Tapped; readonly b: Tapped }
  /** Turns the clock until it holds; fails after `withinMs` of virtual time. */
  until(holds: () => boolean, withinMs?: number): Promise<void>
  turn(ms: number): Promise<void>
}

export function createWorld(seed = 1): World {
  const clock = createVirtualClock(1_000_000)
  const random = seededRandom(seed)
  const randomBytes = seededBytes(random)

  async function turn(ms: number): Promise<void> {
    for (let i = 0; i < ms; i++) {
      clock.advance(1)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  return {
    clock,
    random,
    turn,
    peer(name, options = {}) {
      const identity = options.identity ?? fakeIdentity(name)
      const log = (options.log ?? new FakeLog()) as FakeLog
      const exchange = createExchange({ log, identity, verify: fakeVerify, randomBytes, clock, random, ...options })
      const otherFeed = (n: number): string => toHex(identity.key) + n.toString(16).padStart(16, '0')
      return { name, log, exchange, feed: otherFeed(0), otherFeed }
    },
    link(a, b, options = {}) {
      const pair = createPair({ names: [a.name, b.name], after: clock.after, travelMs: () => 2, ...options })
      const [atA, atB] = [tap(pair.links[0]), tap(pair.links[1])]
      a.exchange.connect(atA.link)
      b.exchange.connect(atB.link)
      return { ...pair, a: atA, b: atB }
    },
    async until(holds, withinMs = 60_000) {
      for (let ms = 0; ms < withinMs && !holds(); ms++) await turn(1)
      if (!holds()) throw new Error(`It does not come about within ${withinMs} ms of virtual time.`)
    },
  }
}

/** Listens to what goes out at one end. */
export function tap(link: Link): Tapped {
  const assemble = createAssembler(() => MESSAGE_BYTES)
  const said: Message[] = []
  let maxBuffered = 0
  let bytes = 0
  const send = (frame: Bytes): void => {
    bytes += frame.length
    const assembled = assemble(frame.slice())
    const decoded = assembled.ok && assembled.message && decodeMessage(assembled.message)
    if (decoded && decoded.ok) said.push(decoded.message)
    link.send(frame)
    maxBuffered = Math.max(maxBuffered, link.buffered())
  }
  return {
    link: { ...link, send },
    said,
    maxBuffered: () => maxBuffered,
    bytes: () => bytes,
    wires: () => said.flatMap((message) => (message.type === 'batches' ? message.wires.map((wire) => toHex(idOf(wire))) : [])),
  }
}

export function sameLogs(...peers: readonly Peer[]): boolean {
  if (peers.some(({ log }) => log.history.count !== peers[0]?.log.history.count)) return false
  const [first, ...rest] = peers.map(({ log }) => log.ids().join())
  return rest.every((ids) => ids === first)
}

export function fill(peer: Peer, count: number, bytes = 40, feed = peer.feed): void {
  for (let i = 0; i < count; i++) peer.log.append(feed, bytes)
}

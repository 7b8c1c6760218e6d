/**
 * What a replica knows of the DAG: for every admitted batch its place, its time and what it had seen.
 *
 * Each batch has an *ordinal* (0, 1, 2 … in the order of admission here: local, never shared) and lies on a *chain*: an
 * unforked run of one feed. A fork starts a new chain whose past holds the old one up to the fork. For every chain we keep
 * which other chains it had seen how far, as steps: a pair is added only when a batch learns something new. So "is a in
 * the causal past of b?" is one binary search, and a batch costs what it newly saw, not the length of history.
 *
 * Order of changes everywhere: (ms, counter, batch id, index). An ancestor always comes first, because admission demands
 * a greater HLC than every direct ancestor's.
 */

import { type Bytes, compareBytes } from '../base/bytes.ts'
import { assert } from '../base/assert.ts'
import type { Hlc } from './batch.ts'
import { compareHlc } from './hlc.ts'

/** Names a change here: ordinal of its batch × 256 + its index. Local to a replica. */
export type Ref = number

export interface BatchPlace {
  /** Null for a batch of our own that is not signed yet: `identify` follows. */
  readonly id: Bytes | null
  /** Names key and feed, e.g. both in hex. */
  readonly feed: string
  readonly seq: number
  readonly hlc: Hlc
  readonly prev: number | null
  readonly after: readonly number[]
}

export interface ChainName {
  readonly feed: string
  readonly first: number
  readonly parent: number | null
}

export interface Tip {
  readonly feed: string
  readonly seq: number
  readonly id: Bytes
}

export interface Fork {
  readonly feed: string
  readonly seq: number
  /** The batches that all claim this number. */
  readonly ordinals: readonly number[]
}

interface Chain {
  readonly feed: string
  readonly first: number
  /** The chain this one forked from; null where its feed begins. */
  readonly parent: number | null
  readonly ordinals: number[]
  /** What the chain's last batch has in its past, per other chain the greatest seq. */
  readonly seen: Map<number, number>
  /** The same as steps: since my seq `at[i]` I had seen the other chain up to `upTo[i]`. */
  readonly steps: Map<number, { readonly at: number[]; readonly upTo: number[] }>
}

/** Everything, as plain columns: what a snapshot keeps (`replica/snapshot.ts`). */
export interface HistoryColumns {
  readonly ids: Bytes
  readonly chain: Int32Array
  readonly seq: Int32Array
  readonly ms: Float64Array
  readonly counter: Uint16Array
  readonly arrival: Float64Array
  /** Per batch: how many pairs it learned; then the pairs (chain, seq). */
  readonly learned: Int32Array
  readonly pairs: Int32Array
}

const ID_BYTES = 32

export class History {
  #count = 0
  #ids = new Uint8Array(ID_BYTES * 64)
  #chain = new Int32Array(64)
  #seq = new Int32Array(64)
  #ms = new Float64Array(64)
  #counter = new Uint16Array(64)
  #arrival = new Float64Array(64)
  #learned = new Int32Array(64)
  #pairs = new Int32Array(64)
  #pairCount = 0
  /** Open addressing over the first bytes of the ids; -1 is empty. Always at most half full. */
  #table = new Int32Array(128).fill(-1)
  readonly #chains: Chain[] = []
  readonly #chainsByFeed = new Map<string, number[]>()
  readonly #heads = new Set<number>()
  #latest: Hlc = [0, 0]

  get count(): number {
    return this.#count
  }

  /** The greatest HLC of any batch here. */
  get latest(): Hlc {
    return this.#latest
  }

  /** Ordinals of the batches that no other batch here has as an ancestor. */
  get heads(): ReadonlySet<number> {
    return this.#heads
  }

  /** Adds a batch whose ancestors are all here and whose place was checked (`log/ledger.ts`). Answers its ordinal. */
  append(place: BatchPlace): number {
    const ordinal = this.#count
    this.#reserve(ordinal + 1)
    const chain = this.#chainFor(place)
    const owner = this.#chains[chain] as Chain
    this.#chain[ordinal] = chain
    this.#seq[ordinal] = place.seq
    this.#ms[ordinal] = place.hlc[0]
    this.#counter[ordinal] = place.hlc[1]
    this.#count++
    const before = this.#pairCount
    if (place.prev !== null && this.#chain[place.prev] !== chain) this.#learnPast(chain, owner, place.seq, place.prev)
    for (const ancestor of place.after) this.#learnPast(chain, owner, place.seq, ancestor)
    this.#learned[ordinal] = this.#pairCount - before
    owner.ordinals.push(ordinal)
    if (place.prev !== null) this.#heads.delete(place.prev)
    for (const ancestor of place.after) this.#heads.delete(ancestor)
    this.#heads.add(ordinal)
    if (compareHlc(place.hlc, this.#latest) > 0) this.#latest = place.hlc
    if (place.id !== null) this.identify(ordinal, place.id)
    return ordinal
  }

  /** Gives a batch of our own its id once it is signed. */
  identify(ordinal: number, id: Bytes): void {
    assert(this.ordinalOf(id) === null, 'a batch is added once')
    this.#ids.set(id, ordinal * ID_BYTES)
    this.#tableAdd(ordinal)
  }

  ordinalOf(id: Uint8Array): number | null {
    const mask = this.#table.length - 1
    for (let slot = hashOf(id, 0) & mask; ; slot = (slot + 1) & mask) {
      const ordinal = this.#table[slot] as number
      if (ordinal < 0) return null
      if (this.#idEquals(ordinal, id)) return ordinal
    }
  }

  idOf(ordinal: number): Bytes {
    return this.#ids.slice(ordinal * ID_BYTES, (ordinal + 1) * ID_BYTES)
  }

  hlcOf(ordinal: number): Hlc {
    return [this.#ms[ordinal] as number, this.#counter[ordinal] as number]
  }

  msOf(ref: Ref): number {
    return this.#ms[Math.floor(ref / 256)] as number
  }

  feedOf(ordinal: number): string {
    return (this.#chains[this.#chain[ordinal] as number] as Chain).feed
  }

  chainOf(ordinal: number): number {
    return this.#chain[ordinal] as number
  }

  seqOf(ordinal: number): number {
    return this.#seq[ordinal] as number
  }

  /** Where the store put the batch; 0 until it has. */
  arrivalOf(ordinal: number): number {
    return this.#arrival[ordinal] as number
  }

  setArrival(ordinal: number, arrival: number): void {
    this.#arrival[ordinal] = arrival
  }

  /** Canonical order of two changes. */
  compare(a: Ref, b: Ref): number {
    const x = Math.floor(a / 256)
    const y = Math.floor(b / 256)
    if (x === y) return a - b
    return (
      (this.#ms[x] as number) - (this.#ms[y] as number) ||
      (this.#counter[x] as number) - (this.#counter[y] as number) ||
      compareBytes(this.#ids.subarray(x * ID_BYTES, (x + 1) * ID_BYTES), this.#ids.subarray(y * ID_BYTES, (y + 1) * ID_BYTES))
    )
  }

  /** Whether the change `earlier` is in the causal past of `later`. */
  saw(later: Ref, earlier: Ref): boolean {
    const x = Math.floor(later / 256)
    const y = Math.floor(earlier / 256)
    return x === y ? earlier < later : this.sawBatch(x, y)
  }

  /** Whether the batch `earlier` is an ancestor of the batch `later`. */
  sawBatch(later: number, earlier: number): boolean {
    const chain = this.#chain[earlier] as number
    const seq = this.#seq[earlier] as number
    if (this.#chain[later] === chain) return seq < (this.#seq[later] as number)
    return this.#knownAt(later, chain) >= seq
  }

  /** The past of these batches, and they themselves, as the last seq on each chain: for many questions about one past. */
  marksOf(ordinals: readonly number[]): Map<number, number> {
    const marks = new Map<number, number>()
    const raise = (chain: number, seq: number): void => {
      if (seq > (marks.get(chain) ?? -1)) marks.set(chain, seq)
    }
    for (const ordinal of ordinals) {
      const chain = this.#chain[ordinal] as number
      raise(chain, this.#seq[ordinal] as number)
      for (const other of (this.#chains[chain] as Chain).steps.keys()) {
        const seq = this.#knownAt(ordinal, other)
        if (seq >= 0) raise(other, seq)
      }
    }
    return marks
  }

  /** The last batches of a past that `marksOf` drew: those that no other in it has as an ancestor. */
  endsOf(marks: ReadonlyMap<number, number>): number[] {
    const ends = [...marks].flatMap(([chain, seq]) => this.ordinalAt(chain, seq) ?? [])
    return ends.filter((end) => !ends.some((other) => other !== end && this.sawBatch(other, end)))
  }

  /** Whether the batch lies in the past that `marksOf` drew. */
  isWithin(marks: ReadonlyMap<number, number>, ordinal: number): boolean {
    return (this.#seq[ordinal] as number) <= (marks.get(this.#chain[ordinal] as number) ?? -1)
  }

  /** How far `chain` had got in the past of `ordinal`, -1 for not at all. */
  #knownAt(ordinal: number, chain: number): number {
    const steps = (this.#chains[this.#chain[ordinal] as number] as Chain).steps.get(chain)
    if (!steps) return -1
    const at = lastAtMost(steps.at, this.#seq[ordinal] as number)
    return at < 0 ? -1 : (steps.upTo[at] as number)
  }

  /** The last batch of every chain that no chain continues: what a peer needs to know to send the rest. */
  tips(): Tip[] {
    return this.#chains.map((chain) => {
      const last = chain.ordinals.at(-1) as number
      return { feed: chain.feed, seq: this.#seq[last] as number, id: this.idOf(last) }
    })
  }

  get chainCount(): number {
    return this.#chains.length
  }

  chainsOf(feed: string): readonly number[] {
    return this.#chainsByFeed.get(feed) ?? []
  }

  /** The ordinals of a chain's batches with `seq > after`, oldest first. */
  chainSince(chain: number, after: number): readonly number[] {
    const { first, ordinals } = this.#chains[chain] as Chain
    return ordinals.slice(Math.max(0, after + 1 - first))
  }

  firstSeqOf(chain: number): number {
    return (this.#chains[chain] as Chain).first
  }

  /** When this actor (the beginning of its feeds' names) last wrote, by its own clock; 0 for never. */
  lastMsOf(actor: string): number {
    return this.#lastMs(actor, (chain) => chain.ordinals.at(-1) ?? null)
  }

  /** The same as the batch had it in its past, or is it. */
  lastMsSeen(ordinal: number, actor: string): number {
    return this.#lastMs(actor, (_, number) =>
      this.#chain[ordinal] === number ? ordinal : this.ordinalAt(number, this.#knownAt(ordinal, number)),
    )
  }

  #lastMs(actor: string, lastIn: (chain: Chain, number: number) => number | null): number {
    let last = 0
    for (const [feed, chains] of this.#chainsByFeed) {
      if (!feed.startsWith(actor)) continue
      for (const number of chains) {
        const ordinal = lastIn(this.#chains[number] as Chain, number)
        if (ordinal !== null) last = Math.max(last, this.#ms[ordinal] as number)
      }
    }
    return last
  }

  /** Places where a feed goes on in more than one way: each two batches of one number are proof of it. */
  forks(): Fork[] {
    const forks: Fork[] = []
    for (const [feed, chains] of this.#chainsByFeed) {
      if (chains.length < 2) continue
      const places = new Map<string, Set<number>>()
      for (const chain of chains) {
        const { parent, first } = this.#chains[chain] as Chain
        const place = `${parent} ${first}`
        const rivals = places.get(place) ?? new Set(parent === null ? [] : [this.ordinalAt(parent, first) as number])
        rivals.add((this.#chains[chain] as Chain).ordinals[0] as number)
        places.set(place, rivals)
      }
      for (const rivals of places.values())
        if (rivals.size > 1) forks.push({ feed, seq: this.#seq[[...rivals][0] as number] as number, ordinals: [...rivals] })
    }
    return forks
  }

  /** The columns of the batches `from` up to (not with) `to`. */
  columns(from: number, to: number): HistoryColumns {
    let pairsFrom = 0
    for (let i = 0; i < from; i++) pairsFrom += this.#learned[i] as number
    const n = Math.min(to, this.#count)
    let pairsTo = pairsFrom
    for (let i = from; i < n; i++) pairsTo += this.#learned[i] as number
    return {
      ids: this.#ids.slice(from * ID_BYTES, n * ID_BYTES),
      chain: this.#chain.slice(from, n),
      seq: this.#seq.slice(from, n),
      ms: this.#ms.slice(from, n),
      counter: this.#counter.slice(from, n),
      arrival: this.#arrival.slice(from, n),
      learned: this.#learned.slice(from, n),
      pairs: this.#pairs.slice(pairsFrom * 2, pairsTo * 2),
    }
  }

  chainNames(): ChainName[] {
    return this.#chains.map(({ feed, first, parent }) => ({ feed, first, parent }))
  }

  /** The ordinal at `seq` on this chain, or null. */
  ordinalAt(chain: number, seq: number): number | null {
    const { first, ordinals } = this.#chains[chain] as Chain
    return ordinals[seq - first] ?? null
  }

  parentOf(chain: number): number | null {
    return (this.#chains[chain] as Chain).parent
  }

  /** The inverse of `columns` and `chainNames`, for an empty history. Costs a few array reads a batch, no hashing. */
  restore(parts: readonly HistoryColumns[], chains: readonly ChainName[], heads: readonly number[]): void {
    assert(this.#count === 0, 'only an empty history is restored')
    for (const { feed, first, parent } of chains) this.#addChain(feed, first, parent)
    this.#reserve(parts.reduce((sum, part) => sum + part.chain.length, 0))
    for (const part of parts) {
      const from = this.#count
      this.#ids.set(part.ids, from * ID_BYTES)
      this.#chain.set(part.chain, from)
      this.#seq.set(part.seq, from)
      this.#ms.set(part.ms, from)
      this.#counter.set(part.counter, from)
      this.#arrival.set(part.arrival, from)
      this.#learned.set(part.learned, from)
      this.#count += part.chain.length
      let pair = 0
      for (let ordinal = from; ordinal < this.#count; ordinal++) {
        const owner = this.#chains[this.#chain[ordinal] as number] as Chain
        for (let n = this.#learned[ordinal] as number; n > 0; n--, pair++)
          this.#learn(owner, this.#seq[ordinal] as number, part.pairs[pair * 2] as number, part.pairs[pair * 2 + 1] as number)
        owner.ordinals.push(ordinal)
        if ((this.#ms[ordinal] as number) >= this.#latest[0] && compareHlc(this.hlcOf(ordinal), this.#latest) > 0)
          this.#latest = this.hlcOf(ordinal)
        this.#tableAdd(ordinal)
      }
    }
    for (const head of heads) this.#heads.add(head)
  }

  #chainFor(place: BatchPlace): number {
    if (place.prev === null) return this.#addChain(place.feed, place.seq, null)
    const chain = this.#chain[place.prev] as number
    if ((this.#chains[chain] as Chain).ordinals.at(-1) === place.prev) return chain
    return this.#addChain(place.feed, place.seq, chain)
  }

  #addChain(feed: string, first: number, parent: number | null): number {
    const chain = this.#chains.length
    this.#chains.push({ feed, first, parent, ordinals: [], seen: new Map(), steps: new Map() })
    const siblings = this.#chainsByFeed.get(feed)
    if (siblings) siblings.push(chain)
    else this.#chainsByFeed.set(feed, [chain])
    return chain
  }

  /** Everything `ancestor` had in its past, and itself, comes into the past of the batch at (`chain`, `seq`). */
  #learnPast(chain: number, owner: Chain, seq: number, ancestor: number): void {
    const other = this.#chain[ancestor] as number
    const reached = this.#seq[ancestor] as number
    if (other === chain || (owner.seen.get(other) ?? -1) >= reached) return
    const source = this.#chains[other] as Chain
    const isLast = source.ordinals.at(-1) === ancestor
    for (const [third, steps] of source.steps) {
      if (third === chain) continue
      const upTo = isLast ? (source.seen.get(third) as number) : this.#knownAt(ancestor, third)
      if (upTo > (owner.seen.get(third) ?? -1)) this.#learn(owner, seq, third, upTo)
      assert(steps.at.length > 0, 'steps are never empty')
    }
    this.#learn(owner, seq, other, reached)
  }

  #learn(owner: Chain, seq: number, chain: number, upTo: number): void {
    owner.seen.set(chain, upTo)
    const steps = owner.steps.get(chain)
    if (!steps) owner.steps.set(chain, { at: [seq], upTo: [upTo] })
    else if (steps.at.at(-1) === seq) steps.upTo[steps.upTo.length - 1] = upTo
    else {
      steps.at.push(seq)
      steps.upTo.push(upTo)
    }
    if (this.#pairCount * 2 + 2 > this.#pairs.length) this.#pairs = enlarged(this.#pairs, new Int32Array(this.#pairs.length * 2))
    this.#pairs[this.#pairCount * 2] = chain
    this.#pairs[this.#pairCount * 2 + 1] = upTo
    this.#pairCount++
  }

  /** Makes room for so many batches. */
  #reserve(batches: number): void {
    let n = this.#chain.length
    if (batches <= n) return
    while (n < batches) n *= 2
    this.#ids = enlarged(this.#ids, new Uint8Array(n * ID_BYTES))
    this.#chain = enlarged(this.#chain, new Int32Array(n))
    this.#seq = enlarged(this.#seq, new Int32Array(n))
    this.#ms = enlarged(this.#ms, new Float64Array(n))
    this.#counter = enlarged(this.#counter, new Uint16Array(n))
    this.#arrival = enlarged(this.#arrival, new Float64Array(n))
    this.#learned = enlarged(this.#learned, new Int32Array(n))
    const entries = this.#table.filter((ordinal) => ordinal >= 0)
    this.#table = new Int32Array(n * 2).fill(-1)
    for (const ordinal of entries) this.#tableAdd(ordinal)
  }

  #tableAdd(ordinal: number): void {
    const mask = this.#table.length - 1
    let slot = hashOf(this.#ids, ordinal * ID_BYTES) & mask
    while ((this.#table[slot] as number) >= 0) slot = (slot + 1) & mask
    this.#table[slot] = ordinal
  }

  #idEquals(ordinal: number, id: Uint8Array): boolean {
    const from = ordinal * ID_BYTES
    for (let i = 0; i < ID_BYTES; i++) if (this.#ids[from + i] !== id[i]) return false
    return true
  }
}

/** Ids are hashes already: their first bytes are as good as any hash of them. */
function hashOf(ids: Uint8Array, at: number): number {
  return (
    ((ids[at] as number) | ((ids[at + 1] as number) << 8) | ((ids[at + 2] as number) << 16) | ((ids[at + 3] as number) << 24)) >>>
    0
  )
}

/** Index of the last number <= `limit` in an ascending list, -1 if none. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}

function enlarged<
  T extends Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer>,
>(old: T, larger: T): T {
  larger.set(old)
  return larger
}

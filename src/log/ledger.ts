/**
 * Admission: which verified batches belong to the log.
 *
 * A batch is admitted once all its ancestors are, if it continues its feed (`seq`), lies later than every direct ancestor
 * (HLC), and its key is a root's or was introduced in its causal past. The rule reads nothing but the batch and its past,
 * so the set of admitted batches does not depend on the order of arrival: a missing ancestor only delays. A batch from the
 * future is *held* until its time, by this replica's clock: a local courtesy, never a verdict. Waiting and held batches are
 * bounded; who sends the most loses first, and what is dropped counts as never received.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import { BATCH_VERSION, KIND, type VerifiedBatch } from '../core/batch.ts'
import { decodeGrant } from '../core/capability.ts'
import { OP } from '../core/change.ts'
import { compareHlc } from '../core/hlc.ts'
import type { History } from '../core/history.ts'
import { LOCAL } from '../core/limits.ts'

export type Admission =
  | { readonly state: 'admitted'; readonly ordinal: number }
  | { readonly state: 'duplicate' }
  | { readonly state: 'waiting' }
  | { readonly state: 'held'; readonly until: number }
  | { readonly state: 'refused'; readonly reason: string }

export interface Admitted {
  readonly batch: VerifiedBatch
  readonly ordinal: number
  readonly from: string
}

/** Who sent what we read back from our own store. It was admitted before, by whatever clock: it is never held again. */
export const FROM_STORE = 'store'

interface Delayed {
  readonly batch: VerifiedBatch
  readonly from: string
  /** The ancestor that it waits for, in hex; null while it waits for its time. */
  on: string | null
}

export class Ledger {
  readonly #history: History
  readonly #genesis: string
  #roots: ReadonlySet<string> = new Set()
  readonly #now: () => number
  /** By the ancestor they wait for. */
  readonly #waiting = new Map<string, Delayed[]>()
  readonly #held = new Set<Delayed>()
  readonly #delayed = new Map<string, Delayed>()
  /** The same by who sent them, oldest first. */
  readonly #bySender = new Map<string, Map<string, Delayed>>()
  #delayedBytes = 0
  readonly #introducers = new Map<string, number[]>()

  constructor(history: History, workspace: Bytes, now: () => number) {
    this.#history = history
    this.#genesis = toHex(workspace)
    this.#now = now
  }

  /** Takes in the roots that the genesis introduces. Everything else hangs on it, so it is admitted first. */
  begin(roots: readonly Bytes[]): void {
    this.#roots = new Set(roots.map(toHex))
  }

  get waiting(): number {
    return this.#delayed.size - this.#held.size
  }

  get held(): number {
    return this.#held.size
  }

  /** Whether a batch waits for this one. */
  isAwaited(id: Bytes): boolean {
    return this.#waiting.has(toHex(id))
  }

  /** When the next held batch is due, or null. */
  get nextDue(): number | null {
    let next = Infinity
    for (const { batch } of this.#held) next = Math.min(next, batch.header.hlc[0])
    return this.#held.size === 0 ? null : next - LOCAL.clockLeadMs
  }

  /** Whether the batch is here, admitted or delayed: then nobody needs to send it. */
  has(id: Bytes): boolean {
    return this.#history.ordinalOf(id) !== null || this.#delayed.has(toHex(id))
  }

  /**
   * Offers a batch. `admit` is called for it and for everything it unblocks, ancestors first, each right after it got its
   * ordinal.
   */
  offer(batch: VerifiedBatch, from: string, admit: (admitted: Admitted) => void): Admission {
    const first = this.#try({ batch, from, on: null }, admit)
    if (first.state !== 'admitted') return first
    const ready = [batch]
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      const id = toHex(next.id)
      const waiters = this.#waiting.get(id)
      if (!waiters) continue
      this.#waiting.delete(id)
      for (const waiter of waiters) {
        waiter.on = null
        this.#drop(waiter)
        if (this.#try(waiter, admit).state === 'admitted') ready.push(waiter.batch)
      }
    }
    return first
  }

  /** Tries the held batches whose time has come. */
  release(admit: (admitted: Admitted) => void): void {
    for (const delayed of [...this.#held].filter(({ batch }) => !this.#isAhead(batch))) {
      this.#drop(delayed)
      this.offer(delayed.batch, delayed.from, admit)
    }
  }

  /** Records whom an admitted batch introduced: for batches that did not come through `offer` (own ones, a snapshot's). */
  introduce(keys: readonly Bytes[], ordinal: number): void {
    for (const key of keys) {
      const hex = toHex(key)
      const known = this.#introducers.get(hex)
      if (known) known.push(ordinal)
      else this.#introducers.set(hex, [ordinal])
    }
  }

  /** Ordinals of the batches that introduced this key, the first first. */
  introducersOf(key: string): readonly number[] {
    return this.#introducers.get(key) ?? []
  }

  introductions(): readonly (readonly [key: string, ordinals: readonly number[]])[] {
    return [...this.#introducers]
  }

  restore(introductions: readonly (readonly [key: string, ordinals: readonly number[]])[]): void {
    for (const [key, ordinals] of introductions) this.#introducers.set(key, [...ordinals])
  }

  #try(delayed: Delayed, admit: (admitted: Admitted) => void): Admission {
    const { batch, from } = delayed
    const { header } = batch
    // Another tab took it in while it waited here: what the store holds, counts.
    const early = from === FROM_STORE ? this.#delayed.get(toHex(batch.id)) : undefined
    if (early) this.#drop(early)
    if (this.has(batch.id)) return { state: 'duplicate' }
    const misplaced = misplacedBecause(batch)
    if (misplaced) return { state: 'refused', reason: misplaced }
    const ancestors = header.prev ? [header.prev, ...header.after] : header.after
    const ordinals: number[] = []
    for (const ancestor of ancestors) {
      const ordinal = this.#history.ordinalOf(ancestor)
      if (ordinal === null) return this.#wait(delayed, ancestor)
      ordinals.push(ordinal)
    }
    const prev = header.prev ? (ordinals[0] as number) : null
    const after = header.prev ? ordinals.slice(1) : ordinals
    const feed = feedName(header.key, header.feed)
    const refused = this.#refuses(batch, feed, prev, ordinals)
    if (refused) return { state: 'refused', reason: refused }
    if (from !== FROM_STORE && this.#isAhead(batch)) {
      this.#held.add(delayed)
      this.#delay(delayed)
      return { state: 'held', until: header.hlc[0] - LOCAL.clockLeadMs }
    }
    const ordinal = this.#history.append({ id: batch.id, feed, seq: header.seq, hlc: header.hlc, prev, after })
    this.introduce(header.introduced, ordinal)
    admit({ batch, ordinal, from })
    return { state: 'admitted', ordinal }
  }

  #refuses(batch: VerifiedBatch, feed: string, prev: number | null, ancestors: readonly number[]): string | null {
    const { header } = batch
    if (prev === null ? header.seq !== 0 : this.#history.feedOf(prev) !== feed || this.#history.seqOf(prev) + 1 !== header.seq)
      return 'It does not continue its feed.'
    if (ancestors.some((ancestor) => compareHlc(header.hlc, this.#history.hlcOf(ancestor)) <= 0))
      return 'Its clock is not later than its past.'
    if (toHex(batch.id) === this.#genesis) return null
    if (ancestors.length === 0) return 'It hangs on nothing: every batch but the genesis has a past.'
    if (prev === null && !this.#mayWrite(toHex(header.key), ancestors)) return 'Nobody in its past introduced its key.'
    return null
  }

  #mayWrite(key: string, ancestors: readonly number[]): boolean {
    if (this.#roots.has(key)) return true
    return this.introducersOf(key).some((ordinal) =>
      ancestors.some((ancestor) => ancestor === ordinal || this.#history.sawBatch(ancestor, ordinal)),
    )
  }

  #isAhead(batch: VerifiedBatch): boolean {
    return batch.header.hlc[0] > this.#now() + LOCAL.clockLeadMs
  }

  #wait(delayed: Delayed, ancestor: Bytes): Admission {
    const on = toHex(ancestor)
    delayed.on = on
    const waiters = this.#waiting.get(on)
    if (waiters) waiters.push(delayed)
    else this.#waiting.set(on, [delayed])
    this.#delay(delayed)
    return { state: 'waiting' }
  }

  #delay(delayed: Delayed): void {
    const { batch, from } = delayed
    const id = toHex(batch.id)
    this.#delayed.set(id, delayed)
    const sent = this.#bySender.get(from)
    if (sent) sent.set(id, delayed)
    else this.#bySender.set(from, new Map([[id, delayed]]))
    this.#delayedBytes += batch.wire.length
    while (this.#delayed.size > LOCAL.heldBatches || this.#delayedBytes > LOCAL.heldBytes) this.#evict()
  }

  /** Drops the oldest delayed batch of the peer that sent most of them. */
  #evict(): void {
    let noisiest = new Map<string, Delayed>()
    for (const sent of this.#bySender.values()) if (sent.size > noisiest.size) noisiest = sent
    for (const oldest of noisiest.values()) return this.#drop(oldest)
  }

  #drop(delayed: Delayed): void {
    const { batch, from, on } = delayed
    const id = toHex(batch.id)
    this.#delayed.delete(id)
    this.#delayedBytes -= batch.wire.length
    const sent = this.#bySender.get(from)
    sent?.delete(id)
    if (sent?.size === 0) this.#bySender.delete(from)
    this.#held.delete(delayed)
    if (on === null) return
    delayed.on = null
    const waiters = (this.#waiting.get(on) ?? []).filter((waiter) => waiter !== delayed)
    if (waiters.length === 0) this.#waiting.delete(on)
    else this.#waiting.set(on, waiters)
  }
}

export function feedName(key: Bytes, feed: Bytes): string {
  return toHex(key) + toHex(feed)
}

/** What can be said of a batch without its past: version, body present, `introduced` as the body has it. */
function misplacedBecause({ header, body }: VerifiedBatch): string | null {
  if (header.v !== BATCH_VERSION) return 'It was written by a newer version.'
  if (body === null) return 'Its body cannot be read here.'
  const isAuthority = header.kind === KIND.authority
  const granted = new Set<string>()
  for (const change of body.changes) {
    if (change[0] !== OP.grant || !isAuthority) continue
    const grant = decodeGrant(change[4][0])
    if (grant) granted.add(toHex(grant.audience))
  }
  // The genesis introduces the roots; it has no grants and is checked by its hash.
  if (header.workspace === null) return null
  const named = header.introduced.map(toHex)
  const same = named.length === granted.size && named.every((key) => granted.has(key))
  return same ? null : 'The keys it says it introduces are not those it grants to.'
}

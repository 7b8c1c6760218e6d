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
}

export class Ledger {
  readonly #history: History
  readonly #genesis: string
  #roots: ReadonlySet<string> = new Set()
  readonly #now: () => number
  /** By the ancestor they wait for. */
  readonly #waiting = new Map<string, Delayed[]>()
  readonly #held: Delayed[] = []
  readonly #delayed = new Map<string, string>()
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
    return this.#delayed.size - this.#held.length
  }

  get held(): number {
    return this.#held.length
  }

  /** When the next held batch is due, or null. */
  get nextDue(): number | null {
    return this.#held.length === 0 ? null : Math.min(...this.#held.map(({ batch }) => batch.header.hlc[0])) - LOCAL.clockLeadMs
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
    const first = this.#try({ batch, from }, admit)
    if (first.state !== 'admitted') return first
    const ready = [batch]
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      const id = toHex(next.id)
      const waiters = this.#waiting.get(id)
      if (!waiters) continue
      this.#waiting.delete(id)
      for (const waiter of waiters) {
        this.#forget(waiter)
        if (this.#try(waiter, admit).state === 'admitted') ready.push(waiter.batch)
      }
    }
    return first
  }

  /** Tries the held batches whose time has come. */
  release(admit: (admitted: Admitted) => void): void {
    const due = this.#held.filter(({ batch }) => !this.#isAhead(batch))
    for (const delayed of due) {
      this.#held.splice(this.#held.indexOf(delayed), 1)
      this.#forget(delayed)
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
    if (from === FROM_STORE && this.#delayed.has(toHex(batch.id))) this.#drop(toHex(batch.id))
    if (this.has(batch.id)) return { state: 'duplicate' }
    const misplaced = misplacedBecause(batch)
    if (misplaced) return { state: 'refused', reason: misplaced }
    const ancestors = header.prev ? [header.prev, ...header.after] : header.after
    const ordinals: number[] = []
    for (const ancestor of ancestors) {
      const ordinal = this.#history.ordinalOf(ancestor)
      if (ordinal === null) return this.#wait(delayed, toHex(ancestor))
      ordinals.push(ordinal)
    }
    const prev = header.prev ? (ordinals[0] as number) : null
    const after = header.prev ? ordinals.slice(1) : ordinals
    const feed = feedName(header.key, header.feed)
    const refused = this.#refuses(batch, feed, prev, ordinals)
    if (refused) return { state: 'refused', reason: refused }
    if (from !== FROM_STORE && this.#isAhead(batch)) {
      this.#held.push(delayed)
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
    const introducers = this.#introducers.get(key) ?? []
    return introducers.some((ordinal) =>
      ancestors.some((ancestor) => ancestor === ordinal || this.#history.sawBatch(ancestor, ordinal)),
    )
  }

  #isAhead(batch: VerifiedBatch): boolean {
    return batch.header.hlc[0] > this.#now() + LOCAL.clockLeadMs
  }

  #wait(delayed: Delayed, ancestor: string): Admission {
    const waiters = this.#waiting.get(ancestor)
    if (waiters) waiters.push(delayed)
    else this.#waiting.set(ancestor, [delayed])
    this.#delay(delayed)
    return { state: 'waiting' }
  }

  #delay(delayed: Delayed): void {
    this.#delayed.set(toHex(delayed.batch.id), delayed.from)
    this.#delayedBytes += delayed.batch.wire.length
    while (this.#delayed.size > LOCAL.heldBatches || this.#delayedBytes > LOCAL.heldBytes) this.#evict()
  }

  #forget({ batch }: Delayed): void {
    this.#delayed.delete(toHex(batch.id))
    this.#delayedBytes -= batch.wire.length
  }

  /** Drops the oldest delayed batch of the peer that sent most of them. */
  #evict(): void {
    const counts = new Map<string, number>()
    for (const from of this.#delayed.values()) counts.set(from, (counts.get(from) ?? 0) + 1)
    const noisiest = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most))[0]
    for (const [id, from] of this.#delayed) if (from === noisiest) return this.#drop(id)
  }

  #drop(id: string): void {
    const isIt = ({ batch }: Delayed): boolean => toHex(batch.id) === id
    const held = this.#held.findIndex(isIt)
    if (held >= 0) return this.#forget(this.#held.splice(held, 1)[0] as Delayed)
    for (const [ancestor, waiters] of this.#waiting) {
      const at = waiters.findIndex(isIt)
      if (at < 0) continue
      this.#forget(waiters.splice(at, 1)[0] as Delayed)
      if (waiters.length === 0) this.#waiting.delete(ancestor)
      return
    }
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

/**
 * The disk queue: batches go to the store in the order of their ordinals, ancestors first, and count as durable only then (L2).
 *
 * While one append is under way the next ones gather, so a burst costs a few transactions; each moves the head of one feed of ours
 * at most. Receipts go with the batches that they are of, or stand in the line by themselves. When the store refuses (full, gone)
 * nothing is dropped: the queue stays, `problem` says why, and `retry` tries again.
 */

import type { Bytes } from '../base/bytes.ts'
import type { Receipt } from '../store/receipts.ts'
import { type Store, StoreFullError, StoreGoneError } from '../store/store.ts'

export interface Pending {
  readonly ordinal: number
  readonly id: Bytes
  readonly wire: Bytes
  /** Set for batches of a feed of ours: the append moves its head. */
  readonly own: { readonly key: string; readonly feed: string; readonly seq: number } | null
  /** Of writes that this batch belongs to, as things stand when it goes to the store. */
  readonly receipts?: () => readonly Receipt[]
}

/** Goes to the store by itself, in its turn. */
interface Alone {
  readonly ordinal: null
  readonly own: null
  readonly receipts: () => readonly Receipt[]
}

export interface DiskHead {
  readonly seq: number
  readonly id: Bytes
}

export class DiskQueue {
  readonly #store: Store
  readonly #durable: (ordinals: readonly number[], firstArrival: number) => void
  readonly #failed: (error: unknown) => void
  readonly #queue: (Pending | Alone)[] = []
  readonly #heads = new Map<string, DiskHead>()
  #writing: Promise<void> | null = null
  problem: StoreFullError | StoreGoneError | null = null

  constructor(
    store: Store,
    durable: (ordinals: readonly number[], firstArrival: number) => void,
    failed: (error: unknown) => void,
  ) {
    this.#store = store
    this.#durable = durable
    this.#failed = failed
  }

  /** How many batches and receipts are not durable yet. */
  get waiting(): number {
    return this.#queue.length
  }

  /** The bytes of a batch that is not durable yet. */
  wireOf(ordinal: number): Bytes | undefined {
    const found = this.#queue.find((pending) => pending.ordinal === ordinal)
    return found && isBatch(found) ? found.wire : undefined
  }

  /** Where a feed of ours stands on the disk. */
  lead(feedName: string, head: DiskHead | null): void {
    if (head) this.#heads.set(feedName, head)
    else this.#heads.delete(feedName)
  }

  push(...pending: readonly (Pending | Alone)[]): void {
    this.#queue.push(...pending)
    if (this.problem === null) this.#writing ??= this.#write()
  }

  /** Resolves when everything pushed so far is durable, or the store has refused. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async retry(): Promise<void> {
    this.problem = null
    if (this.#queue.length > 0) this.#writing ??= this.#write()
    await this.settled()
  }

  async #write(): Promise<void> {
    // Let everything of this turn gather first.
    await Promise.resolve()
    try {
      while (this.#queue.length > 0) {
        const taken = this.#queue.slice(0, this.#untilOtherFeed())
        const batch = taken.filter(isBatch)
        const receipts = taken.flatMap((pending) => pending.receipts?.() ?? [])
        const last = batch.findLast((pending) => pending.own !== null)
        const moved = last?.own ? { ...last.own, head: { seq: last.own.seq, id: last.id } } : null
        const first = await this.#store.append(
          batch.map(({ wire }) => wire),
          moved
            ? { key: moved.key, feed: moved.feed, expect: this.#heads.get(nameOf(moved)) ?? null, head: moved.head }
            : undefined,
          receipts,
        )
        if (moved) this.#heads.set(nameOf(moved), moved.head)
        this.#queue.splice(0, taken.length)
        this.#durable(
          batch.map(({ ordinal }) => ordinal),
          first,
        )
      }
    } catch (error) {
      if (error instanceof StoreFullError || error instanceof StoreGoneError) this.problem = error
      this.#failed(error)
    } finally {
      this.#writing = null
    }
  }

  /** How many of those that wait go together: up to the first of a second feed of ours. */
  #untilOtherFeed(): number {
    const first = this.#queue.find(({ own }) => own !== null)?.own
    const other = first ? this.#queue.findIndex(({ own }) => own !== null && nameOf(own) !== nameOf(first)) : -1
    return Math.min(other < 0 ? this.#queue.length : other, APPEND_AT_ONCE)
  }
}

const APPEND_AT_ONCE = 4096

function isBatch(pending: Pending | Alone): pending is Pending {
  return pending.ordinal !== null
}

function nameOf({ key, feed }: NonNullable<Pending['own']>): string {
  return key + feed
}

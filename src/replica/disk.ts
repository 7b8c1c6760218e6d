/**
 * The disk queue: batches go to the store in the order of their ordinals, ancestors first, and count as durable only then (L2).
 *
 * While one append is under way the next ones gather, so a burst costs a few transactions. When the store refuses (full,
 * gone) nothing is dropped: the queue stays, `problem` says why, and `retry` tries again.
 */

import type { Bytes } from '../base/bytes.ts'
import { type Store, StoreFullError, StoreGoneError } from '../store/store.ts'

export interface Pending {
  readonly ordinal: number
  readonly id: Bytes
  readonly wire: Bytes
  /** Set for batches of our own feed: the append moves its head. */
  readonly own: { readonly key: string; readonly feed: string; readonly seq: number } | null
}

export interface DiskHead {
  readonly seq: number
  readonly id: Bytes
}

export class DiskQueue {
  readonly #store: Store
  readonly #durable: (ordinals: readonly number[], firstArrival: number) => void
  readonly #failed: (error: unknown) => void
  readonly #queue: Pending[] = []
  #head: DiskHead | null
  #writing: Promise<void> | null = null
  problem: StoreFullError | StoreGoneError | null = null

  constructor(
    store: Store,
    head: DiskHead | null,
    durable: (ordinals: readonly number[], firstArrival: number) => void,
    failed: (error: unknown) => void,
  ) {
    this.#store = store
    this.#head = head
    this.#durable = durable
    this.#failed = failed
  }

  /** Batches not durable yet. */
  get waiting(): readonly Pending[] {
    return this.#queue
  }

  push(...pending: readonly Pending[]): void {
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
        const batch = this.#queue.slice(0, 4096)
        const own = batch.findLast((pending) => pending.own !== null)
        const first = await this.#store.append(
          batch.map(({ wire }) => wire),
          own?.own
            ? { key: own.own.key, feed: own.own.feed, expect: this.#head, head: { seq: own.own.seq, id: own.id } }
            : undefined,
        )
        if (own?.own) this.#head = { seq: own.own.seq, id: own.id }
        this.#queue.splice(0, batch.length)
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
}

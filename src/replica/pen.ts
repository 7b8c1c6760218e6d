/**
 * Batches that came, whose and unforged, and are not admitted for now: kept beside the log, neither stored nor passed on, until
 * what they wait for has come. Bounded; the oldest go first, and what goes counts as never received.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import { LOCAL } from '../core/limits.ts'

export interface Penned<T> {
  readonly batch: VerifiedBatch
  readonly from: string
  readonly awaits: T
}

export class Pen<T> {
  readonly #penned = new Map<string, Penned<T>>()
  #bytes = 0

  get size(): number {
    return this.#penned.size
  }

  has(id: Bytes): boolean {
    return this.#penned.has(toHex(id))
  }

  add(batch: VerifiedBatch, from: string, awaits: T): void {
    this.#drop(toHex(batch.id))
    this.#penned.set(toHex(batch.id), { batch, from, awaits })
    this.#bytes += batch.wire.length
    for (const oldest of this.#penned.keys()) {
      if (this.#penned.size <= LOCAL.heldBatches && this.#bytes <= LOCAL.heldBytes) break
      this.#drop(oldest)
    }
  }

  /** Takes out those that need not wait any more, oldest first. */
  release(isDue: (penned: Penned<T>) => boolean): Penned<T>[] {
    const released = [...this.#penned.values()].filter(isDue)
    for (const { batch } of released) this.remove(batch.id)
    return released
  }

  /** So that what hangs on something older is met before it. */
  newestFirst(): Penned<T>[] {
    return [...this.#penned.values()].toReversed()
  }

  remove(id: Bytes): void {
    this.#drop(toHex(id))
  }

  #drop(id: string): void {
    const penned = this.#penned.get(id)
    if (!penned) return
    this.#bytes -= penned.batch.wire.length
    this.#penned.delete(id)
  }
}

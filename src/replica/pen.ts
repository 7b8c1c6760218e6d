/**
 * Batches that came, whose and unforged, and are not admitted for now: kept beside the log, neither stored nor passed on, until
 * what they wait for has come. Bounded; the oldest go first, and what goes counts as never received.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import { LOCAL } from '../core/limits.ts'

export interface Penned {
  readonly batch: VerifiedBatch
  readonly from: string
  /** The key or the author, in hex. */
  readonly awaits: string
}

export class Pen {
  readonly #penned = new Map<string, Penned>()
  readonly #counts = new Map<string, number>()
  #bytes = 0

  get size(): number {
    return this.#penned.size
  }

  has(id: Bytes): boolean {
    return this.#penned.has(toHex(id))
  }

  /** How many wait for this. */
  countOf(awaits: string): number {
    return this.#counts.get(awaits) ?? 0
  }

  add(penned: Penned): void {
    const { batch, awaits } = penned
    this.remove(batch.id)
    this.#penned.set(toHex(batch.id), penned)
    this.#counts.set(awaits, this.countOf(awaits) + 1)
    this.#bytes += batch.wire.length
    for (const oldest of this.#penned.values()) {
      if (this.#penned.size <= LOCAL.heldBatches && this.#bytes <= LOCAL.heldBytes) break
      this.remove(oldest.batch.id)
    }
  }

  /** Takes out all that wait for this, oldest first. */
  release(awaits: string): Penned[] {
    const released = this.oldestFirst().filter((penned) => penned.awaits === awaits)
    for (const { batch } of released) this.remove(batch.id)
    return released
  }

  oldestFirst(): Penned[] {
    return [...this.#penned.values()]
  }

  remove(id: Bytes): void {
    const penned = this.#penned.get(toHex(id))
    if (!penned) return
    this.#penned.delete(toHex(id))
    this.#bytes -= penned.batch.wire.length
    const left = this.countOf(penned.awaits) - 1
    if (left === 0) this.#counts.delete(penned.awaits)
    else this.#counts.set(penned.awaits, left)
  }
}

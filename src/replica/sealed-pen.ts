/**
 * Batches that came sealed under a key that is not here (yet): whose and unforged, but not to be read, so not admitted. They
 * wait for their key, bounded; the oldest go first, and what goes counts as never received.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import { LOCAL } from '../core/limits.ts'
import { decodeWire } from '../log/batch-codec.ts'

interface Penned {
  readonly wire: Bytes
  readonly epoch: Bytes
  readonly from: string
}

export class SealedPen {
  readonly #penned = new Map<string, Penned>()
  #bytes = 0

  get size(): number {
    return this.#penned.size
  }

  /** Answers whether the batch is sealed; one that was pruned is not. */
  add({ id, wire: bytes }: VerifiedBatch, from: string): boolean {
    const wire = decodeWire(bytes)
    if (!wire.ok || wire.value.form !== 'sealed') return false
    this.#drop(toHex(id))
    this.#penned.set(toHex(id), { wire: bytes, epoch: wire.value.epoch, from })
    this.#bytes += bytes.length
    for (const oldest of this.#penned.keys()) {
      if (this.#penned.size <= LOCAL.heldBatches && this.#bytes <= LOCAL.heldBytes) break
      this.#drop(oldest)
    }
    return true
  }

  /** Takes out those that can be opened now, by whoever sent them. */
  release(hasKey: (epoch: Bytes) => boolean): ReadonlyMap<string, readonly Bytes[]> {
    const released = new Map<string, Bytes[]>()
    for (const [id, { wire, epoch, from }] of this.#penned) {
      if (!hasKey(epoch)) continue
      this.#drop(id)
      const wires = released.get(from)
      if (wires) wires.push(wire)
      else released.set(from, [wire])
    }
    return released
  }

  #drop(id: string): void {
    const penned = this.#penned.get(id)
    if (!penned) return
    this.#bytes -= penned.wire.length
    this.#penned.delete(id)
  }
}

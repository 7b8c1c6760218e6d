/**
 * A slip goes with a write that may be asked for again: what of it is on the disk says how far the write has come.
 *
 * Whatever is written under it carries it to the store. Until the last batch of the write is in, the receipt there says that it was
 * begun; with that batch, in the same transaction, what was answered. A kill in between leaves what is true.
 */

import type { Receipt } from '../store/receipts.ts'

export class Slip {
  readonly #name: string
  readonly #at: number
  readonly #begun: string
  /** What was answered, once that is known; empty where the name is free again. */
  answered: string | null = null
  /** The last batch that was written under it so far. */
  last: number | null = null

  constructor(name: string, at: number, begun: string) {
    this.#name = name
    this.#at = at
    this.#begun = begun
  }

  /** What the store is told with this batch. */
  receiptWith(ordinal: number): Receipt {
    return ordinal === this.last ? this.receipt : { ...this.receipt, text: this.#begun }
  }

  /** As things stand. */
  get receipt(): Receipt {
    return { name: this.#name, at: this.#at, text: this.answered ?? this.#begun }
  }
}

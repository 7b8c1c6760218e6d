/**
 * All saved batches in canonical order, kept as they come: what lies between two times, and in which order it is folded.
 *
 * A batch that comes late takes its place among those that were here. They stand in blocks, so that it costs the length of a block.
 */

import { firstIndex } from '../base/first-index.ts'
import type { Hlc } from '../core/batch.ts'
import { compareHlc } from '../core/hlc.ts'
import type { History } from '../core/history.ts'

const BLOCK = 512

export class Timeline {
  readonly #history: History
  readonly #blocks: number[][] = []
  #count = 0

  constructor(history: History) {
    this.#history = history
  }

  get count(): number {
    return this.#count
  }

  get first(): Hlc | null {
    const ordinal = this.#blocks[0]?.[0]
    return ordinal === undefined ? null : this.#history.hlcOf(ordinal)
  }

  get last(): Hlc | null {
    const ordinal = this.#blocks.at(-1)?.at(-1)
    return ordinal === undefined ? null : this.#history.hlcOf(ordinal)
  }

  /** Takes in a batch that is not here yet; answers whether it came after all others. */
  add(ordinal: number): boolean {
    this.#count++
    let block = this.#blocks.length - 1
    while (block > 0 && this.#compare(ordinal, (this.#blocks[block] as number[])[0] as number) < 0) block--
    const list = this.#blocks[block]
    if (!list) {
      this.#blocks.push([ordinal])
      return true
    }
    const at = firstIndex(list, (other) => this.#compare(other, ordinal) > 0)
    const isLast = block === this.#blocks.length - 1 && at === list.length
    list.splice(at, 0, ordinal)
    if (list.length > BLOCK) this.#blocks.splice(block + 1, 0, list.splice(BLOCK / 2))
    return isLast
  }

  /** The batches with `from < HLC <= to`, in order; null is before all. */
  between(from: Hlc | null, to: Hlc): number[] {
    const found: number[] = []
    for (let block = this.#blockAfter(from); block < this.#blocks.length; block++) {
      for (const ordinal of this.#blocks[block] as number[]) {
        const hlc = this.#history.hlcOf(ordinal)
        if (compareHlc(hlc, to) > 0) return found
        if (from === null || compareHlc(hlc, from) > 0) found.push(ordinal)
      }
    }
    return found
  }

  /** The HLC of the next batch before, or after, this time; null where there is none. */
  step(from: Hlc, by: 1 | -1): Hlc | null {
    let found: Hlc | null = null
    const start = Math.max(0, this.#blockAfter(from) - 1)
    for (let block = by > 0 ? start : Math.min(start + 1, this.#blocks.length - 1); block >= 0; block += by) {
      const list = this.#blocks[block]
      if (!list) return null
      for (const ordinal of list) {
        const hlc = this.#history.hlcOf(ordinal)
        const order = compareHlc(hlc, from)
        if (by > 0 && order > 0) return hlc
        if (by < 0 && order < 0) found = hlc
      }
      if (found) return found
    }
    return null
  }

  /** The first block that may hold something after `from`. */
  #blockAfter(from: Hlc | null): number {
    if (from === null) return 0
    return firstIndex(this.#blocks, (list) => compareHlc(this.#history.hlcOf(list.at(-1) as number), from) > 0)
  }

  #compare(a: number, b: number): number {
    return this.#history.compare(a * 256, b * 256)
  }
}

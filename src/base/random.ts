/** Randomness as an argument: hosts pass `crypto.getRandomValues`, tests and simulations a seed. */

import type { Bytes } from './bytes.ts'

export type RandomBytes = (length: number) => Bytes

/** A repeatable stream of numbers in [0, 1) (mulberry32). For tests and simulation only. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function seededBytes(random: () => number): RandomBytes {
  return (length) => Uint8Array.from({ length }, () => Math.floor(random() * 256))
}

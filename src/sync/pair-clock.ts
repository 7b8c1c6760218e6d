/**
 * Time for tests and simulation: nothing happens until somebody turns the clock.
 *
 * Callbacks run in order of their time, then of being asked for, so a run is repeatable.
 */

import { firstIndex } from '../base/first-index.ts'

/** Runs `run` after `ms`. The real one is `setTimeout`. */
export type After = (ms: number, run: () => void) => void

export interface VirtualClock {
  now(): number
  readonly after: After
  /** Turns the clock on by `ms`, running what falls due. */
  advance(ms: number): void
  /** Runs the next callback, wherever in time it is; false when nothing is left. */
  step(): boolean
  /** Callbacks that wait. */
  pending(): number
}

export function createVirtualClock(startAt = 0): VirtualClock {
  let now = startAt
  // Sorted by time, equal times in the order they were asked for; binary insertion keeps a run of many thousand callbacks cheap enough.
  const due: { at: number; run: () => void }[] = []

  function step(until = Infinity): boolean {
    const next = due[0]
    if (next === undefined || next.at > until) return false
    due.shift()
    now = Math.max(now, next.at)
    next.run()
    return true
  }

  return {
    now: () => now,
    after(ms, run) {
      const at = now + Math.max(0, ms)
      due.splice(
        firstIndex(due, (other) => other.at > at),
        0,
        { at, run },
      )
    },
    advance(ms) {
      const until = now + ms
      while (step(until));
      now = until
    },
    step: () => step(),
    pending: () => due.length,
  }
}

/** Time as an argument: hosts pass the real one, tests one that they turn (`sync/pair-clock.ts`). */

import type { After } from '../sync/pair-clock.ts'

export interface Clock {
  now(): number
  readonly after: After
}

export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer: unknown = setTimeout(run, ms)
    // A process does not stay for the sake of an agent's next beat.
    if (typeof timer === 'object') (timer as { unref(): void }).unref()
  },
}

/** Throws the signal's reason when that is aborted. */
export function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    clock.after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
  })
}

/** Calls again and again, the first time after one interval; returns the function that stops it. */
export function every(clock: Clock, ms: number, run: () => void): () => void {
  let isOver = false
  function again(): void {
    if (isOver) return
    clock.after(ms, again)
    run()
  }
  clock.after(ms, again)
  return () => (isOver = true)
}

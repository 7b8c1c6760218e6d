/**
 * Which batches came late: older by their own clock than what was here already, because their author or a peer in between was
 * offline. Such work appears among what one has read before, so a reader is told.
 *
 * Measured by what was known when it came, since nobody writes down when that was. What was here before this key came is no
 * news to anybody, and neither are the few seconds that any message takes.
 */

import type { History } from '../core/history.ts'

/** Two who write at once cross each other on the way. */
export const CROSSING_MS = 5000

export class Lateness {
  readonly #history: History
  readonly #actor: string
  readonly #late = new Map<number, number>()
  #looked = 0
  #latest = 0
  #began = false

  /** `actor`: whoever reads here. */
  constructor(history: History, actor: string) {
    this.#history = history
    this.#actor = actor
  }

  /** How much newer work was here when the batch came, in milliseconds; 0 where it came in its time. */
  of(ordinal: number): number {
    for (; this.#looked < this.#history.count; this.#looked++) this.#look(this.#looked)
    return this.#late.get(ordinal) ?? 0
  }

  #look(ordinal: number): void {
    const ms = this.#history.msOf(ordinal * 256)
    this.#began ||= this.#history.feedOf(ordinal).startsWith(this.#actor)
    const by = this.#latest - ms
    if (this.#began && by > CROSSING_MS) this.#late.set(ordinal, by)
    this.#latest = Math.max(this.#latest, ms)
  }
}

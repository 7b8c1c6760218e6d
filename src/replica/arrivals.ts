/**
 * The order in which events became known here: by the arrival of their batches in this store. It is what somebody who follows the
 * stream goes by, since what an offline peer wrote comes late, with an older HLC, in the middle of nothing.
 *
 *   place = arrival × 256 + index in the batch          a place is given once, and never to another event
 *
 * Only up to where the whole store is here: beyond, another tab's batches could still come in between. After the log come the
 * *turns*: verdicts that became otherwise. They are no part of the log, and their numbers live as long as the process: a bounded list,
 * which begins with what had ever turned by then and what does not count at that time, so that whoever comes from before hears every
 * verdict that may be another one than they were told.
 */

import { toHex } from '../base/bytes.ts'
import { createEmitter, type Emitter } from '../base/emitter.ts'
import { firstIndex } from '../base/first-index.ts'
import type { Hlc } from '../core/batch.ts'
import { compareHlc } from '../core/hlc.ts'
import type { Ref } from '../core/history.ts'
import { LOCAL } from '../core/limits.ts'
import type { Replica } from './replica.ts'

export interface Turn {
  readonly number: number
  readonly ref: Ref
}

const EPOCH_BYTES = 4
const NEVER: Hlc = [0, 0]
const known = new WeakMap<object, Arrivals>()

/** One for all hands of a replica, as long as it lives. */
export function arrivalsOf(replica: Replica): Arrivals {
  const there = known.get(replica.views)
  if (there) return there
  const made = new Arrivals(replica)
  known.set(replica.views, made)
  return made
}

export class Arrivals {
  /** Of the list of turns. */
  readonly epoch: string
  readonly #replica: Replica
  /** Ordinals by arrival, up to `#upTo`, and the newest HLC before each. */
  readonly #ordinals: number[] = []
  readonly #newestBefore: Hlc[] = []
  #newest: Hlc = NEVER
  #upTo = 0
  #seen = 0
  /** Seen, and not in the list yet. */
  #waiting: number[] = []
  #turns: Turn[]
  #nextTurn: number
  readonly #changed: Emitter<void> = createEmitter<void>()

  /** Use `arrivalsOf`. */
  constructor(replica: Replica) {
    this.#replica = replica
    this.epoch = toHex(replica.random(EPOCH_BYTES))
    const { quarantine, turnedEver } = replica
    // What never turned was told as it is, and goes first where it is too much.
    const before = [...[...quarantine.keys()].filter((ref) => !turnedEver.has(ref)), ...turnedEver]
    this.#turns = before.map((ref, number) => ({ number, ref })).slice(-LOCAL.turnsKept)
    this.#nextTurn = before.length
    replica.onDurable(() => this.#changed.emit())
    replica.onTurned((refs) => {
      for (const ref of refs) this.#turns.push({ number: this.#nextTurn++, ref })
      if (this.#turns.length > 2 * LOCAL.turnsKept) this.#turns = this.#turns.slice(-LOCAL.turnsKept)
      this.#changed.emit()
    })
  }

  /** There may be more to read. */
  onChanged(listener: () => void): () => void {
    return this.#changed.on(listener)
  }

  get nextTurn(): number {
    return this.#nextTurn
  }

  turnsFrom(number: number): readonly Turn[] {
    return this.#turns.filter((turn) => turn.number >= number)
  }

  /** The place after all that is here. */
  async end(): Promise<number> {
    await this.#look()
    return (this.#upTo + 1) * 256
  }

  /** Batches with anything at this place or after it, in order, and the place after them. */
  async from(place: number): Promise<{ readonly ordinals: readonly number[]; readonly end: number }> {
    await this.#look()
    return { ordinals: this.#ordinals.slice(this.#indexOf(Math.floor(place / 256))), end: (this.#upTo + 1) * 256 }
  }

  /** The place of what came after the event of this HLC; where there is none of it, of the first that is newer. */
  async after(hlc: Hlc): Promise<number> {
    await this.#look()
    const { history } = this.#replica
    const own = this.#ordinals.findLast((ordinal) => compareHlc(history.hlcOf(ordinal), hlc) === 0)
    if (own !== undefined) return (history.arrivalOf(own) + 1) * 256
    const newer = this.#ordinals.find((ordinal) => compareHlc(history.hlcOf(ordinal), hlc) > 0)
    return newer === undefined ? (this.#upTo + 1) * 256 : history.arrivalOf(newer) * 256
  }

  placeOf(ref: Ref): number {
    return this.#replica.history.arrivalOf(Math.floor(ref / 256)) * 256 + (ref % 256)
  }

  /** Whether something newer was here before it: who had asked by HLC alone would have missed it. */
  isLate(ordinal: number): boolean {
    const { history } = this.#replica
    const newest = this.#newestBefore[this.#indexOf(history.arrivalOf(ordinal))] ?? NEVER
    return compareHlc(history.hlcOf(ordinal), newest) < 0
  }

  async #look(): Promise<void> {
    await this.#replica.catchUp()
    const { history, covered } = this.#replica
    if (covered === this.#upTo) return
    for (; this.#seen < history.count; this.#seen++) this.#waiting.push(this.#seen)
    const isIn = (ordinal: number): boolean => history.arrivalOf(ordinal) > 0 && history.arrivalOf(ordinal) <= covered
    const fresh = this.#waiting.filter(isIn).toSorted((a, b) => history.arrivalOf(a) - history.arrivalOf(b))
    this.#waiting = this.#waiting.filter((ordinal) => !isIn(ordinal))
    for (const ordinal of fresh) {
      this.#ordinals.push(ordinal)
      this.#newestBefore.push(this.#newest)
      if (compareHlc(history.hlcOf(ordinal), this.#newest) > 0) this.#newest = history.hlcOf(ordinal)
    }
    this.#upTo = covered
  }

  /** Of the first batch with this arrival or a later one. */
  #indexOf(arrival: number): number {
    const { history } = this.#replica
    return firstIndex(this.#ordinals, (ordinal) => history.arrivalOf(ordinal) >= arrival)
  }
}

/**
 * A column of the board: its tasks in board order (fractional index, then id).
 *
 * Moves are only noted as they come; order is made when somebody looks, by one walk of the column however many moves there
 * were. So a burst that nobody watches costs what it moves, and an import of 10,000 tasks sorts them once.
 */

import { firstIndex } from '../base/first-index.ts'
import type { NodeId } from '../core/ids.ts'

/** A task's seat in a column. One who moves leaves the old seat and takes a new one. */
export interface Seat {
  readonly id: NodeId
  readonly column: Column
  readonly order: string
  isLeft: boolean
}

export class Column {
  /** What tells of its moves (`Views.on`). */
  readonly topic: string
  #seats: readonly Seat[] = []
  #came: Seat[] = []
  #someLeft = false
  #ids: readonly NodeId[] | null = []

  constructor(topic: string) {
    this.topic = topic
  }

  /** The ids in order; the same array until something moves. */
  get ids(): readonly NodeId[] {
    return (this.#ids ??= this.#settled().map(({ id }) => id))
  }

  add(id: NodeId, order: string): Seat {
    const seat = { id, column: this, order, isLeft: false }
    this.#came.push(seat)
    this.#ids = null
    return seat
  }

  leave(seat: Seat): void {
    seat.isLeft = true
    this.#someLeft = true
    this.#ids = null
  }

  #settled(): readonly Seat[] {
    const stay = this.#someLeft ? this.#seats.filter(({ isLeft }) => !isLeft) : this.#seats
    const come = this.#came.filter(({ isLeft }) => !isLeft).toSorted(bySeat)
    this.#someLeft = false
    this.#came = []
    this.#seats = come.length === 0 ? stay : stay.length === 0 ? come : merged(stay, come)
    return this.#seats
  }
}

/** Costs one walk of `stay` and a search for each that comes. */
function merged(stay: readonly Seat[], come: readonly Seat[]): readonly Seat[] {
  const seats: Seat[] = []
  let from = 0
  for (const seat of come) {
    const to = firstIndex(stay, (other) => bySeat(other, seat) >= 0, from)
    for (; from < to; from++) seats.push(stay[from] as Seat)
    seats.push(seat)
  }
  for (; from < stay.length; from++) seats.push(stay[from] as Seat)
  return seats
}

function bySeat(a: Seat, b: Seat): number {
  return a.order < b.order ? -1 : a.order > b.order ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

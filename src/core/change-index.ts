/**
 * Which change is about which node, under which capability: what it takes to judge a change again, and to find all changes of
 * a node, without the changes themselves (those are in the log).
 *
 * Changes stand in the order of admission, those of a batch one after the other. Each knows the one before it on the same
 * node, so all changes of a node are found in as many steps. A change costs a few small integers, valid or not.
 */

import { assert } from '../base/assert.ts'
import type { Ref } from './history.ts'

/** What of a range of batches a snapshot keeps. */
export interface ChangeColumns {
  /** Per batch: how many changes. */
  readonly counts: Int32Array
  readonly slots: Int32Array
  readonly capabilities: Int32Array
  readonly rights: Uint8Array
}

export interface IndexedChange {
  /** Which node, by its slot in the fold; -1 for none, or one that is not known in the change's past. */
  readonly slot: number
  /** Number of the capability that it cites; -1 where nobody knows it. */
  readonly capability: number
  /** Number of its right, and `MOVES` if it names a parent. */
  readonly right: number
}

/** Set in `right` of a change that says where a node hangs. */
export const MOVES = 0x80
export const NO_SLOT = -1

export class ChangeIndex {
  #count = 0
  #slots = new Int32Array(256)
  #capabilities = new Int32Array(256)
  #rights = new Uint8Array(256)
  /** The change before this one on the same node, -1 for none. */
  #before = new Int32Array(256)
  #lastOfSlot = new Int32Array(64).fill(-1)
  /** Per batch: where its changes begin. */
  #first = new Int32Array(64)
  #batches = 0

  /** Adds the next change of batch `ordinal`, as `IndexedChange` has it; batches come in order, some without any change. */
  add(ordinal: number, slot: number, capability: number, right: number): void {
    this.open(ordinal)
    assert(ordinal === this.#batches - 1, 'the changes of a batch stand together')
    const at = this.#count++
    if (at >= this.#slots.length) this.#grow(at + 1)
    this.#slots[at] = slot
    this.#capabilities[at] = capability
    this.#rights[at] = right
    this.#link(at, slot)
  }

  /** Makes room for this batch and those before it that have no changes. */
  open(ordinal: number): void {
    while (this.#batches <= ordinal) {
      if (this.#batches >= this.#first.length) this.#first = longer(this.#first, this.#batches + 1)
      this.#first[this.#batches++] = this.#count
    }
  }

  /** Null where the batch has no such change. */
  at(ref: Ref): IndexedChange | null {
    const ordinal = Math.floor(ref / 256)
    const at = (this.#first[ordinal] ?? 0) + (ref % 256)
    if (ordinal >= this.#batches || at >= this.#endOf(ordinal)) return null
    return {
      slot: this.#slots[at] as number,
      capability: this.#capabilities[at] as number,
      right: this.#rights[at] as number,
    }
  }

  countOf(ordinal: number): number {
    return ordinal < this.#batches ? this.#endOf(ordinal) - (this.#first[ordinal] as number) : 0
  }

  /** Calls back for each change of the batch that cites this capability. */
  eachCiting(ordinal: number, capability: number, visit: (ref: Ref, slot: number) => void): void {
    const first = this.#first[ordinal] as number
    for (let at = first; at < this.#endOf(ordinal); at++)
      if (this.#capabilities[at] === capability) visit(ordinal * 256 + at - first, this.#slots[at] as number)
  }

  /** All changes of a node, the latest admitted first; with `since`, which `lastOf` answered, those that came after it. */
  refsOf(slot: number, since = -1): Ref[] {
    const refs: Ref[] = []
    for (let at = this.lastOf(slot); at > since; at = this.#before[at] as number) {
      const ordinal = this.#ordinalAt(at)
      refs.push(ordinal * 256 + at - (this.#first[ordinal] as number))
    }
    return refs
  }

  /** The place of the change of a node that was admitted last, -1 for none. Places grow. */
  lastOf(slot: number): number {
    return this.#lastOfSlot[slot] ?? -1
  }

  /** Calls back once for each capability that a batch cites. */
  eachUse(visit: (capability: number, ordinal: number) => void): void {
    for (let ordinal = 0; ordinal < this.#batches; ordinal++) {
      const first = this.#first[ordinal] as number
      const seen: number[] = []
      for (let at = first; at < this.#endOf(ordinal); at++) {
        const capability = this.#capabilities[at] as number
        if (capability < 0 || seen.includes(capability)) continue
        seen.push(capability)
        visit(capability, ordinal)
      }
    }
  }

  /** The columns of the batches `from` up to (not with) `to`. */
  columns(from: number, to: number): ChangeColumns {
    this.open(to - 1)
    const [start, end] = [this.#first[from] ?? this.#count, to < this.#batches ? (this.#first[to] as number) : this.#count]
    return {
      counts: Int32Array.from({ length: to - from }, (_, i) => this.countOf(from + i)),
      slots: this.#slots.slice(start, end),
      capabilities: this.#capabilities.slice(start, end),
      rights: this.#rights.slice(start, end),
    }
  }

  /** The inverse of `columns`, for an empty index; parts in order. */
  restore(parts: readonly ChangeColumns[]): void {
    assert(this.#count === 0 && this.#batches === 0, 'only an empty index is restored')
    this.#grow(parts.reduce((sum, part) => sum + part.slots.length, 0))
    for (const { counts, slots, capabilities, rights } of parts) {
      const from = this.#count
      this.#slots.set(slots, from)
      this.#capabilities.set(capabilities, from)
      this.#rights.set(rights, from)
      for (const count of counts) {
        this.open(this.#batches)
        this.#count += count
      }
      for (let at = from; at < this.#count; at++) this.#link(at, this.#slots[at] as number)
    }
  }

  #endOf(ordinal: number): number {
    return ordinal + 1 < this.#batches ? (this.#first[ordinal + 1] as number) : this.#count
  }

  #link(at: number, slot: number): void {
    if (slot < 0) return
    if (slot >= this.#lastOfSlot.length) {
      const old = this.#lastOfSlot
      this.#lastOfSlot = new Int32Array(Math.max(old.length * 2, slot + 1)).fill(-1)
      this.#lastOfSlot.set(old)
    }
    this.#before[at] = this.#lastOfSlot[slot] as number
    this.#lastOfSlot[slot] = at
  }

  /** The batch that holds the change at this place: the last one that begins at or before it and is not empty. */
  #ordinalAt(at: number): number {
    let low = 0
    let high = this.#batches
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#first[middle] as number) <= at) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #grow(least: number): void {
    this.#slots = longer(this.#slots, least)
    this.#capabilities = longer(this.#capabilities, least)
    this.#rights = longer(this.#rights, least)
    this.#before = longer(this.#before, least)
  }
}

function longer<T extends Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(old: T, least: number): T {
  let length = old.length
  while (length < least) length *= 2
  if (length === old.length) return old
  const made = (old instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length)) as T
  made.set(old)
  return made
}

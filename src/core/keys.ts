/**
 * Short keys: `WN-12`, for people.
 *
 * A creator proposes the next free number it knows. Two who create apart may propose the same: the task whose create comes
 * first in canonical order keeps the plain key, the others show a letter group from their id (`WN-12-k7f`). All peers
 * resolve alike once they hold the same creates, and a key once shown for the first stays its own.
 */

import { firstIndex } from '../base/first-index.ts'
import type { History } from './history.ts'
import type { WorkNode } from './fold.ts'
import type { NodeId } from './ids.ts'

export const DEFAULT_PREFIX = 'WN'
/** Where numbers end, far beyond use: a number proposed out of malice must not leave honest creators without a next one. */
const LAST_NUMBER = 999_999_999
/** A number this far beyond the tasks there are was not counted up to: it is shown, and nobody goes on from it. */
const PLAUSIBLE_LEAD = 10_000
const NONE: readonly WorkNode[] = []

export class Keys {
  readonly #history: History
  readonly #byNumber = new Map<number, WorkNode[]>()
  readonly #numberOf = new Map<NodeId, number>()
  #highest = 0

  constructor(history: History) {
    this.#history = history
  }

  get next(): number {
    return Math.min(this.#highest + 1, LAST_NUMBER)
  }

  /**
   * Takes in a task; its number never changes but when an earlier valid create of it comes late (then call again). Answers
   * the other tasks whose key is a different one now.
   */
  add(node: WorkNode): readonly WorkNode[] {
    const before = this.#numberOf.get(node.id)
    const same = this.#byNumber.get(node.number)
    if (before === node.number && same?.length === 1) return NONE
    const others: WorkNode[] = []
    if (before !== undefined && before !== node.number) others.push(...this.#leave(node, before))
    this.#numberOf.set(node.id, node.number)
    if (!same) this.#byNumber.set(node.number, [node])
    else {
      const first = same[0] as WorkNode
      if (before === node.number) same.splice(same.indexOf(node), 1)
      same.splice(this.#placeIn(same, node), 0, node)
      if (same[0] !== first) others.push(first, same[0] as WorkNode)
    }
    const plausible = Math.min(this.#numberOf.size * 2 + PLAUSIBLE_LEAD, LAST_NUMBER)
    if (node.number > this.#highest && node.number <= plausible) this.#highest = node.number
    return others.filter((other) => other !== node)
  }

  /** The task is not there any more. Answers the task that has the plain key now, if it was this one's. */
  remove(node: WorkNode): readonly WorkNode[] {
    const number = this.#numberOf.get(node.id)
    if (number === undefined) return NONE
    this.#numberOf.delete(node.id)
    return this.#leave(node, number)
  }

  /** Tasks of one number stand in canonical order of their creates. */
  #placeIn(same: readonly WorkNode[], node: WorkNode): number {
    return firstIndex(same, ({ created }) => this.#history.compare(created, node.created) >= 0)
  }

  /** Answers the task that has the plain key now, if that is another one. */
  #leave(node: WorkNode, number: number): readonly WorkNode[] {
    const same = this.#byNumber.get(number) ?? []
    const left = same.filter((other) => other !== node)
    if (left.length > 0) this.#byNumber.set(number, left)
    else this.#byNumber.delete(number)
    return same[0] === node ? left.slice(0, 1) : []
  }

  keyOf(node: WorkNode, prefix = DEFAULT_PREFIX): string {
    const plain = `${prefix}-${node.number}`
    return this.#byNumber.get(node.number)?.[0] === node ? plain : `${plain}-${suffixOf(node.id)}`
  }

  /** The task with this key (any prefix, any case), or null. */
  resolve(key: string): NodeId | null {
    const match = /^[A-Za-z][A-Za-z0-9]*-(\d{1,15})(?:-([0-9a-z]{4}))?$/i.exec(key.trim())
    if (!match) return null
    const same = this.#byNumber.get(Number(match[1])) ?? []
    const suffix = match[2]?.toLowerCase()
    const found = suffix === undefined ? same[0] : same.find((node) => suffixOf(node.id) === suffix)
    return found?.id ?? null
  }
}

function suffixOf(id: NodeId): string {
  return id.slice(-4)
}

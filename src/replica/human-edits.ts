/**
 * What people changed of a node, and how far somebody has read it.
 *
 * The *frontier* of a node is what people changed of it that nothing people changed later had in its past: mostly one change. It
 * names all that people did there, so whoever has read up to it has read all of it. In words it is `seen`: the names of its changes,
 * each a hash of where the change stands (feed, number, time, index). Such a name means the same on every replica and is there before
 * the batch is signed; it says nothing of what was written, and nobody gains by making one up: it only says what they have read.
 *
 * Records of runs are left out, since whoever works hears of those by themselves; so is what does not count. A frontier is brought
 * up to date by what came since, and made anew where verdicts have turned.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { toBase64Url, utf8 } from '../base/bytes.ts'
import { MOVES } from '../core/change-index.ts'
import type { WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import { LOCAL } from '../core/limits.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import { type LastReading, LastReadings } from './last-readings.ts'
import { NO_RIGHT, type State } from './state.ts'

interface Frontier {
  /** Up to which change of the node. */
  readonly upTo: number
  readonly refs: readonly Ref[]
  readonly names: readonly string[]
}

/** Of a reader who has seen nothing that a person did. */
export const NOTHING_SEEN = '0'

const NAME_BYTES = 8
const NONE: Frontier = { upTo: -1, refs: [], names: [] }

export class HumanEdits {
  readonly #state: State
  readonly #bySlot = new Map<number, Frontier>()
  readonly #readings = new LastReadings()

  constructor(state: State) {
    this.#state = state
  }

  /** Verdicts have turned: what counted may not, and the other way round. */
  forget(): void {
    this.#bySlot.clear()
  }

  /** What whoever reads the node now has seen then. */
  readNow(node: WorkNode): string {
    const { names } = this.#frontierOf(node)
    this.#readings.note(node, names)
    return seenBy(names)
  }

  /** What stood there when somebody who has seen so much read the node, as far as that is known here. */
  readingOf(seen: string, node: WorkNode): LastReading | null {
    return this.#readings.find(node.id, namesIn(seen))
  }

  /** `seen`, and all of the node beside it; where that would be too much to carry, the node alone. */
  addSeen(seen: string, node: WorkNode): string {
    const { names } = this.#frontierOf(node)
    const earlier = new Set(this.#humanRefs(node).map((ref) => this.#nameOf(ref)))
    const added = seenBy([...[...namesIn(seen)].filter((name) => !earlier.has(name)), ...names])
    return added.length <= LOCAL.seenChars ? added : seenBy(names)
  }

  /** What people other than `reader` changed of the node and who has seen so much has not, the latest admitted first. */
  unseenBy(seen: string, node: WorkNode, reader: string): readonly Ref[] {
    const names = namesIn(seen)
    if (this.#frontierOf(node).names.every((name) => names.has(name))) return []
    const { history } = this.#state
    const all = this.#humanRefs(node)
    const read = all.filter((ref) => names.has(this.#nameOf(ref)))
    return all.filter(
      (ref) => this.#state.byOf(ref).actor !== reader && !read.some((one) => one === ref || history.saw(one, ref)),
    )
  }

  #frontierOf({ slot }: WorkNode): Frontier {
    const { history, index } = this.#state
    const known = this.#bySlot.get(slot) ?? NONE
    const upTo = index.lastOf(slot)
    if (upTo === known.upTo) return known
    let refs = known.refs
    // In the order of their admission: none has a later one in its past.
    for (const ref of index.refsOf(slot, known.upTo).toReversed())
      if (this.#isHuman(ref)) refs = [...refs.filter((one) => !history.saw(ref, one)), ref]
    const frontier = { upTo, refs, names: refs === known.refs ? known.names : refs.map((ref) => this.#nameOf(ref)) }
    this.#bySlot.set(slot, frontier)
    return frontier
  }

  /** The latest admitted first. */
  #humanRefs({ slot }: WorkNode): readonly Ref[] {
    return this.#state.index.refsOf(slot).filter((ref) => this.#isHuman(ref))
  }

  #isHuman(ref: Ref): boolean {
    const change = this.#state.index.at(ref)
    return (
      change !== null &&
      change.capability >= 0 &&
      (change.right & ~MOVES) !== NO_RIGHT &&
      this.#state.byOf(ref).rank < FIRST_AGENT_RANK &&
      this.#state.partOf(ref) === 'counts'
    )
  }

  #nameOf(ref: Ref): string {
    const { history } = this.#state
    const ordinal = Math.floor(ref / 256)
    const place = [history.feedOf(ordinal), history.seqOf(ordinal), ...history.hlcOf(ordinal), ref % 256]
    return toBase64Url(sha256(utf8(place.join(' '))).subarray(0, NAME_BYTES))
  }
}

function seenBy(names: readonly string[]): string {
  return names.length === 0 ? NOTHING_SEEN : names.toSorted().join('.')
}

function namesIn(seen: string): ReadonlySet<string> {
  return new Set(seen.split('.').filter((name) => name !== NOTHING_SEEN))
}

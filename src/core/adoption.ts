/**
 * Adopting: work that does not count by its own right counts because somebody who might have done it says so.
 *
 * A change counts besides when a valid adopt that nobody took back names it, lies after it, and stands under a chain that
 * admits it: its right, type, project and path; whose hand it was and when do not matter then. Only changes to the tree can be
 * adopted: a grant or a revocation that is not valid stays without effect. An adopted change keeps its id, time and author.
 *
 * An adopt is taken back by a valid `unadopt` after it, of the same key or of a more senior capability.
 */

import type { Capability, Entry } from './capability-registry.ts'
import type { ChangeName } from './capability.ts'
import type { Right } from './change.ts'
import type { History, Ref } from './history.ts'
import { type Facts, rightFault } from './scope.ts'

export interface DescribedChange {
  readonly right: Right
  readonly facts: Facts
  /** It says where the node hangs: within one project that is nobody else's matter, across projects it is. */
  readonly moves: boolean
}

/** What is known of a change to the tree; null where it is none, or none that could have an effect. */
export type DescribeChange = (ref: Ref) => DescribedChange | null

export class Adoption {
  readonly #history: History
  readonly #describe: DescribeChange
  readonly #adopters = new Map<Ref, Entry[]>()
  readonly #adopted = new Set<Ref>()
  #turned = new Set<Ref>()

  constructor(history: History, describe: DescribeChange) {
    this.#history = history
    this.#describe = describe
  }

  /** Changes that count because they were adopted; some of them might count without. */
  get adopted(): ReadonlySet<Ref> {
    return this.#adopted
  }

  /** The adopts that stand behind the change. */
  adoptersOf(ref: Ref): readonly Entry[] {
    return (this.#adopters.get(ref) ?? []).filter(isStanding)
  }

  /** Which of these names an adopt at `ref` under this capability can adopt: settled for good by its past. */
  admitted(names: readonly ChangeName[], ref: Ref, capability: Capability): Ref[] {
    const ordinal = Math.floor(ref / 256)
    return names.flatMap(([id, index]) => {
      const batch = this.#history.ordinalOf(id)
      if (batch === null || !this.#history.sawBatch(ordinal, batch)) return []
      return this.admits(batch * 256 + index, capability) ? [batch * 256 + index] : []
    })
  }

  /** Whether an adopt under this capability, written now, could adopt the change. */
  admits(ref: Ref, { cited }: Capability): boolean {
    const change = this.#describe(ref)
    if (!change || rightFault(cited, change.right, change.facts) !== null) return false
    return !change.moves || cited.projects === null
  }

  /** Remembers whom an adopt adopts. */
  file(adopt: Entry): void {
    for (const ref of adopt.adopts) {
      const known = this.#adopters.get(ref)
      if (known) known.push(adopt)
      else this.#adopters.set(ref, [adopt])
    }
  }

  /** Whether the adopt stands may be otherwise now. */
  turn(adopt: Entry): void {
    for (const ref of adopt.adopts) {
      const isAdopted = (this.#adopters.get(ref) ?? []).some(isStanding)
      if (isAdopted === this.#adopted.has(ref)) continue
      if (isAdopted) this.#adopted.add(ref)
      else this.#adopted.delete(ref)
      this.#turned.add(ref)
    }
  }

  takeTurned(): readonly Ref[] {
    if (this.#turned.size === 0) return NONE
    const turned = [...this.#turned]
    this.#turned = new Set()
    return turned
  }
}

const NONE: readonly Ref[] = []

function isStanding(adopt: Entry): boolean {
  const rank = adopt.capability?.rank ?? 0
  return (
    adopt.why === null &&
    !adopt.rivals.some(
      (rival) => rival.why === null && rival.capability !== null && (rival.actor === adopt.actor || rival.capability.rank < rank),
    )
  )
}

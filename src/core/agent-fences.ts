/**
 * The fences of one agent, asked of each change that it writes: what that costs must not grow with the runs that it has behind it.
 *
 * Only a run that does not show to its end can fence anything: where none of these lay open in the past of a change, every run that
 * did lets it through. And what comes later on a chain has seen all that came before on it: a run that was over there stays over,
 * and is asked about once. So the next change on a chain costs the runs that are open there; one that is judged again, all that
 * do not show.
 */

import { type Fence, isFenced, isOpen } from './fence.ts'
import type { History, Ref } from './history.ts'
import type { NodeId } from './ids.ts'

/** How far a chain was asked about, and which of the suspects were not over there. */
interface Asked {
  ref: Ref
  readonly left: Set<Fence>
}

export class AgentFences {
  readonly #all = new Map<NodeId, Fence>()
  readonly #suspects = new Set<Fence>()
  readonly #asked = new Map<number, Asked>()

  /** All of them. */
  get all(): Iterable<Fence> {
    return this.#all.values()
  }

  /** One is in another's place. */
  turn(before: Fence | null, now: Fence | null): void {
    if (before !== null) {
      this.#all.delete(before.run)
      this.#suspects.delete(before)
      for (const { left } of this.#asked.values()) left.delete(before)
    }
    if (now === null) return
    this.#all.set(now.run, now)
    if (now.shows === 'all') return
    this.#suspects.add(now)
    for (const { left } of this.#asked.values()) left.add(now)
  }

  /** Whether a change of the agent's at `ref` is kept from showing. */
  isFenced(ref: Ref, history: History): boolean {
    if (this.#suspects.size === 0) return false
    let isSuspect = false
    for (const fence of this.#leftAt(ref, history)) isSuspect ||= isOpen(fence, ref, history)
    return isSuspect && isFenced(this.all, ref, history)
  }

  /** The suspects that may be open there. */
  #leftAt(ref: Ref, history: History): ReadonlySet<Fence> {
    const chain = history.chainOf(Math.floor(ref / 256))
    let asked = this.#asked.get(chain)
    if (!asked) this.#asked.set(chain, (asked = { ref, left: new Set(this.#suspects) }))
    if (isEarlier(ref, asked.ref, history)) return this.#suspects
    asked.ref = ref
    for (const fence of asked.left) if (fence.ends.some((end) => history.saw(ref, end))) asked.left.delete(fence)
    return asked.left
  }
}

/** Of two changes on one chain. */
function isEarlier(a: Ref, b: Ref, history: History): boolean {
  const [x, y] = [Math.floor(a / 256), Math.floor(b / 256)]
  return x === y ? a < b : history.seqOf(x) < history.seqOf(y)
}

/**
 * The tree: parents are registers, so two moves that are each fine alone can merge into a cycle.
 *
 * Rule: in every cycle the move that comes last in canonical order has no effect; its node hangs under the root instead
 * (`parentOf` answers null). So the cycle opens at one place, the same on every replica, and no node vanishes. A missing or
 * deleted parent is the caller's to show; it is still the parent.
 */

import type { History, Ref } from './history.ts'
import type { NodeId } from './ids.ts'

interface Move {
  readonly parent: NodeId | null
  readonly ref: Ref
}

export class Tree {
  readonly #history: History
  readonly #moves = new Map<NodeId, Move>()
  readonly #children = new Map<NodeId, Set<NodeId>>()
  /** Members of a cycle, under each of its members. */
  readonly #cycles = new Map<NodeId, readonly NodeId[]>()
  readonly #effective = new Map<NodeId, NodeId>()

  constructor(history: History) {
    this.#history = history
  }

  parentOf(node: NodeId): NodeId | null {
    return this.#effective.get(node) ?? null
  }

  childrenOf(node: NodeId): ReadonlySet<NodeId> {
    return this.#children.get(node) ?? EMPTY
  }

  /** Whether this node is in a cycle that a merge made (and that one of its members opens). */
  inCycle(node: NodeId): boolean {
    return this.#cycles.has(node)
  }

  /** Records the winning move of a node. Answers every node whose effective parent changed. */
  move(node: NodeId, parent: NodeId | null, ref: Ref): readonly NodeId[] {
    const old = this.#moves.get(node)
    if (old && old.parent === parent && old.ref === ref) return []
    const touched = new Set<NodeId>([node, ...(this.#cycles.get(node) ?? [])])
    for (const member of touched) this.#cycles.delete(member)
    this.#moves.set(node, { parent, ref })
    for (const start of [...touched]) {
      const cycle = this.#cycleFrom(start)
      for (const member of cycle) {
        this.#cycles.set(member, cycle)
        touched.add(member)
      }
    }
    return [...touched].filter((member) => this.#settle(member))
  }

  /** The node is not there any more; what hangs under it stays so. Answers as `move`. */
  remove(node: NodeId): readonly NodeId[] {
    if (!this.#moves.has(node)) return []
    const touched = new Set<NodeId>([node, ...(this.#cycles.get(node) ?? [])])
    for (const member of touched) this.#cycles.delete(member)
    this.#moves.delete(node)
    return [...touched].filter((member) => this.#settle(member))
  }

  /** Whether putting `node` under `parent` would make a cycle here and now. */
  wouldCycle(node: NodeId, parent: NodeId): boolean {
    const seen = new Set<NodeId>()
    for (let at: NodeId | null = parent; at !== null && !seen.has(at); at = this.parentOf(at)) {
      if (at === node) return true
      seen.add(at)
    }
    return false
  }

  depthOf(node: NodeId): number {
    let depth = 0
    for (let at = this.parentOf(node); at !== null; at = this.parentOf(at)) depth++
    return depth
  }

  #cycleFrom(start: NodeId): readonly NodeId[] {
    const path: NodeId[] = [start]
    const seen = new Set(path)
    for (let at = this.#moves.get(start)?.parent ?? null; at !== null; at = this.#moves.get(at)?.parent ?? null) {
      if (at === start) return path
      if (seen.has(at)) return []
      path.push(at)
      seen.add(at)
    }
    return []
  }

  #settle(node: NodeId): boolean {
    const cycle = this.#cycles.get(node)
    const opens = cycle?.every((other) => this.#history.compare(this.#refOf(node), this.#refOf(other)) >= 0) ?? false
    const parent = opens ? null : (this.#moves.get(node)?.parent ?? null)
    const old = this.parentOf(node)
    if (old === parent) return false
    if (old !== null) this.#children.get(old)?.delete(node)
    if (parent === null) this.#effective.delete(node)
    else {
      this.#effective.set(node, parent)
      const siblings = this.#children.get(parent)
      if (siblings) siblings.add(node)
      else this.#children.set(parent, new Set([node]))
    }
    return true
  }

  #refOf(node: NodeId): Ref {
    return (this.#moves.get(node) as Move).ref
  }
}

const EMPTY: ReadonlySet<NodeId> = new Set()

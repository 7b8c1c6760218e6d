/**
 * What was read of nodes, kept for a while so that whoever is held back by a person's change is told what stood there before. A
 * log keeps what was written and not what it took the place of. Only a courtesy: bounded, gone with the process, and never asked
 * whether a write may be done.
 */

import type { Value } from '../core/batch.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'

export interface LastReading {
  readonly names: readonly string[]
  readonly values: ReadonlyMap<string, Value>
  readonly sets: ReadonlyMap<string, readonly string[]>
}

export class LastReadings {
  /** The node that was read last comes last, and of a node the last reading. */
  readonly #byNode = new Map<NodeId, readonly LastReading[]>()

  note(node: WorkNode, names: readonly string[]): void {
    const before = this.#byNode.get(node.id) ?? []
    this.#byNode.delete(node.id)
    const others = before.filter((one) => !isSame(one.names, names))
    this.#byNode.set(node.id, [...others, readingOf(node, names)].slice(-LOCAL.readingsPerNode))
    if (this.#byNode.size <= LOCAL.readingsKept) return
    const [oldest] = this.#byNode.keys()
    this.#byNode.delete(oldest as NodeId)
  }

  /** The last one of the node by somebody who had seen no more than these; null where none is kept. */
  find(id: NodeId, names: ReadonlySet<string>): LastReading | null {
    return this.#byNode.get(id)?.findLast((one) => one.names.every((name) => names.has(name))) ?? null
  }
}

function readingOf(node: WorkNode, names: readonly string[]): LastReading {
  return {
    names,
    values: new Map(Object.keys(node.registers).map((field) => [field, read(node, field) ?? null])),
    sets: new Map(Object.keys(node.sets).map((field) => [field, elements(node, field)])),
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i])
}

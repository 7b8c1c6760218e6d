/** Which cards are selected, to change them together. What is deleted is selected no more. */

import { createEmitter } from '../../base/emitter.ts'
import type { NodeId } from '../../core/ids.ts'

export interface Selection {
  /** The same set until it changes. */
  get(): ReadonlySet<NodeId>
  subscribe(listener: () => void): () => void
  toggle(id: NodeId): void
  /** From the card that was selected last to this one, where both stand in `among`; else this one too. */
  reach(id: NodeId, among: readonly NodeId[]): void
  add(ids: readonly NodeId[]): void
  /** Keeps those for which `stays` holds. */
  keep(stays: (id: NodeId) => boolean): void
  /** Answers whether anything was selected. */
  clear(): boolean
}

export function createSelection(): Selection {
  const changed = createEmitter<void>()
  let selected: ReadonlySet<NodeId> = new Set()
  let last: NodeId | null = null

  function put(next: ReadonlySet<NodeId>): void {
    selected = next
    changed.emit()
  }

  function toggle(id: NodeId): void {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    last = id
    put(next)
  }

  return {
    get: () => selected,
    subscribe: (listener) => changed.on(listener),
    toggle,
    reach(id, among) {
      const [from, to] = [last === null ? -1 : among.indexOf(last), among.indexOf(id)]
      if (from < 0 || to < 0) return selected.has(id) ? undefined : toggle(id)
      put(new Set([...selected, ...among.slice(Math.min(from, to), Math.max(from, to) + 1)]))
    },
    add(ids) {
      last = ids.at(-1) ?? last
      put(new Set([...selected, ...ids]))
    },
    keep(stays) {
      const next = [...selected].filter(stays)
      if (next.length < selected.size) put(new Set(next))
    },
    clear() {
      if (selected.size === 0) return false
      put(new Set())
      return true
    },
  }
}

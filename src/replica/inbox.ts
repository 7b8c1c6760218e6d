/**
 * The inbox: what needs a person, of all tasks, kept in step with the views.
 *
 * A change costs a look at the tasks it touched, and time a look at those whose time has come; the order is made when somebody reads.
 * Whatever was done in whatever order, the items are those that one look at everything would find now.
 */

import { createEmitter } from '../base/emitter.ts'
import type { NodeId } from '../core/ids.ts'
import { byUrgency, type InboxItem, type InboxSource, lookAtTask } from './inbox-item.ts'

export class Inbox {
  readonly #source: InboxSource
  readonly #byTask = new Map<NodeId, readonly InboxItem[]>()
  /** Tasks about which something is to be said later, and from when. */
  readonly #turns = new Map<NodeId, number>()
  /** Tasks that a run holds: what they may cost stands in the profiles of agents. */
  readonly #held = new Set<NodeId>()
  readonly #profiles = new Set<NodeId>()
  readonly #changed = createEmitter<void>()
  readonly #stop: () => void
  #items: readonly InboxItem[] | null = null

  constructor(source: InboxSource) {
    this.#source = source
    for (const id of source.views.tasks()) this.#look(id)
    for (const id of source.views.ofType('agent')) this.#profiles.add(id)
    this.#stop = source.views.onChanged((touched) => this.#update(touched))
  }

  /** The most urgent first; the same array until something changes. */
  get items(): readonly InboxItem[] {
    return (this.#items ??= [...this.#byTask.values()].flat().toSorted(byUrgency))
  }

  onChanged(listener: () => void): () => void {
    return this.#changed.on(listener)
  }

  /** What time brings. Call it now and then. */
  tick(): void {
    const now = this.#source.now()
    let isOther = false
    for (const [id, at] of this.#turns) if (at <= now && this.#look(id)) isOther = true
    if (isOther) this.#tell()
  }

  close(): void {
    this.#stop()
  }

  #update(touched: ReadonlySet<NodeId>): void {
    let isOther = false
    const look = (id: NodeId): void => {
      if (this.#look(id)) isOther = true
    }
    let profilesChanged = false
    for (const id of touched) {
      if (this.#isProfile(id)) profilesChanged = true
      else look(id)
    }
    if (profilesChanged) for (const id of this.#held) look(id)
    if (isOther) this.#tell()
  }

  /** Also of one that is not there any more. */
  #isProfile(id: NodeId): boolean {
    if (this.#source.nodes.get(id)?.type === 'agent') this.#profiles.add(id)
    return this.#profiles.has(id)
  }

  /** Answers whether anything about the task is other than it was. */
  #look(id: NodeId): boolean {
    const node = this.#source.nodes.get(id)
    if (node && node.type !== 'task') return false
    const { items, turnsAt, isHeld } = node ? lookAtTask(this.#source, node) : NOWHERE
    if (isHeld) this.#held.add(id)
    else this.#held.delete(id)
    if (turnsAt < Number.POSITIVE_INFINITY) this.#turns.set(id, turnsAt)
    else this.#turns.delete(id)
    const before = this.#byTask.get(id)
    if (items.length === 0) return this.#byTask.delete(id)
    if (before && JSON.stringify(before) === JSON.stringify(items)) return false
    this.#byTask.set(id, items)
    return true
  }

  #tell(): void {
    this.#items = null
    this.#changed.emit()
  }
}

const NOWHERE = { items: [], turnsAt: Number.POSITIVE_INFINITY, isHeld: false }

const inboxes = new WeakMap<InboxSource, Inbox>()

/** The one inbox of a replica; it lives as long as that does. */
export function inboxOf(replica: InboxSource): Inbox {
  const known = inboxes.get(replica)
  if (known) return known
  const made = new Inbox(replica)
  inboxes.set(replica, made)
  return made
}

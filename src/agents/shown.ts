/**
 * What the model of one run has been shown: of each task and document, how far. Its writes are held back by what a person has changed
 * since, whatever the replica has heard meanwhile; what it has never been shown, it has seen nothing of. Kept with the conversation,
 * since whoever goes on with that knows no more than what stands in it.
 */

import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { NOTHING_SEEN } from '../replica/human-edits.ts'

export class Shown {
  #seen = new Map<NodeId, string>()

  constructor(before: Readonly<Record<string, string>> = {}) {
    this.restore(before)
  }

  /** Takes back what was noted since then: it did not get to the model. */
  restore(before: Readonly<Record<string, string>>): void {
    this.#seen = new Map(Object.entries(before) as [NodeId, string][])
  }

  of(id: NodeId): string {
    return this.#seen.get(id) ?? NOTHING_SEEN
  }

  /** Of several, for a step about all of them. */
  ofAll(ids: readonly NodeId[]): string {
    return ids.map((id) => this.of(id)).join('.')
  }

  note(id: NodeId, seen: string): void {
    this.#seen.delete(id)
    this.#seen.set(id, seen)
    if (this.#seen.size <= LOCAL.shownPerRun) return
    const [oldest] = this.#seen.keys()
    this.#seen.delete(oldest as NodeId)
  }

  /** Notes whatever an answer shows: things that say what their reader has seen, alone or in lists. */
  noteAll(answer: unknown): void {
    if (Array.isArray(answer)) for (const one of answer) this.noteAll(one)
    if (typeof answer !== 'object' || answer === null) return
    const { id, seen, items } = answer as Readonly<Record<'id' | 'seen' | 'items', unknown>>
    if (typeof id === 'string' && typeof seen === 'string') this.note(id as NodeId, seen)
    if (Array.isArray(items)) this.noteAll(items)
  }

  toJSON(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#seen)
  }
}

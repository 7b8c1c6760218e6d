/**
 * Which tasks that are worked on are about the same files. Part of the views, kept in step with the fold.
 *
 * A task names files and patterns of them; while a run holds it and goes on, it has these files. Two overlap where some path is
 * named by both (`core/glob.ts`), whether there is a file or not. It is a hint and no right: whoever works is told, and so is whoever
 * looks at the cards; only a workspace that says so keeps the second from beginning (`operations/work.ts`).
 */

import { elements, type WorkNode } from '../core/fold.ts'
import { globsIntersect } from '../core/glob.ts'
import type { NodeId } from '../core/ids.ts'
import { isDeleted } from '../core/readiness.ts'

const NO_IDS: readonly NodeId[] = []

export class FileLeases {
  readonly #files = new Map<NodeId, readonly string[]>()
  readonly #overlaps = new Map<NodeId, readonly NodeId[]>()

  /** The other tasks that are worked on and have files of this one, which is worked on itself. */
  overlapsOf(task: NodeId): readonly NodeId[] {
    return this.#overlaps.get(task) ?? NO_IDS
  }

  /** The tasks that are worked on and have some of these files, but for one. */
  havingAny(files: readonly string[], but: NodeId): NodeId[] {
    if (files.length === 0) return []
    return [...this.#files].flatMap(([id, theirs]) => (id !== but && doMeet(files, theirs) ? [id] : []))
  }

  /** Takes in what a task is now; answers the others whose overlaps are other ones than before. */
  take(node: WorkNode): readonly NodeId[] {
    const { work } = node
    const isHeld = !!work?.holder && work.candidates.length === 0 && !isDeleted(node)
    const files = isHeld ? elements(node, 'files') : []
    if (files.join('\n') === (this.#files.get(node.id) ?? []).join('\n')) return NO_IDS
    return this.#put(node.id, files)
  }

  /** As `take`, for one that is not there any more. */
  remove(id: NodeId): readonly NodeId[] {
    return this.#files.has(id) ? this.#put(id, []) : NO_IDS
  }

  #put(id: NodeId, files: readonly string[]): readonly NodeId[] {
    if (files.length > 0) this.#files.set(id, files)
    else this.#files.delete(id)
    const before = this.overlapsOf(id)
    const now = this.havingAny(files, id)
    this.#set(id, now)
    for (const other of before) if (!now.includes(other)) this.#set(other, without(this.overlapsOf(other), id))
    for (const other of now) if (!before.includes(other)) this.#set(other, [...this.overlapsOf(other), id])
    return [...new Set([...before, ...now])]
  }

  #set(id: NodeId, overlaps: readonly NodeId[]): void {
    if (overlaps.length > 0) this.#overlaps.set(id, overlaps.toSorted())
    else this.#overlaps.delete(id)
  }
}

function without(list: readonly NodeId[], id: NodeId): NodeId[] {
  return list.filter((other) => other !== id)
}

function doMeet(a: readonly string[], b: readonly string[]): boolean {
  return a.some((one) => b.some((other) => globsIntersect(one, other)))
}

/**
 * Which documents there are: by path, and on which task they hang. Part of the views, kept in step with the fold.
 *
 * A path is a fact of its node and never changes. Two who are apart can each make a document at one path; both stay, under ids of
 * their own, until somebody deletes one. The list is put in order when it is asked for, and is the same array until a document
 * comes, goes or is hung elsewhere; writing in one is no reason.
 */

import { read, type WorkNode } from '../core/fold.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { isDeleted } from '../core/readiness.ts'

const NO_IDS: readonly NodeId[] = []

interface Place {
  readonly path: string
  readonly at: string
  readonly task: NodeId | null
}

export class Documents {
  readonly #places = new Map<NodeId, Place>()
  readonly #at = new Map<string, readonly NodeId[]>()
  readonly #onTask = new Map<NodeId, readonly NodeId[]>()
  #sorted: readonly NodeId[] | null = null

  /** All that are not deleted, in the order of their paths. */
  get all(): readonly NodeId[] {
    return (this.#sorted ??= [...this.#places.keys()].toSorted((a, b) => this.#compare(a, b)))
  }

  /** Those at this path of a project, the first to be known here first. */
  at(path: string, project: NodeId | null): readonly NodeId[] {
    return this.#at.get(placeName(path, project)) ?? NO_IDS
  }

  /** Those that hang on a task, the first to be known here first. */
  on(task: NodeId): readonly NodeId[] {
    return this.#onTask.get(task) ?? NO_IDS
  }

  /** Takes in what a document is now; answers the tasks whose documents are others than before. */
  take(node: WorkNode): readonly NodeId[] {
    if (node.path === null || isDeleted(node)) return this.remove(node.id)
    const parent = read(node, 'parent')
    const task = isNodeId(parent) ? parent : null
    const before = this.#places.get(node.id)
    if (before?.task === task) return NO_IDS
    this.remove(node.id)
    const place: Place = { path: node.path, at: placeName(node.path, node.project), task }
    this.#places.set(node.id, place)
    this.#at.set(place.at, [...(this.#at.get(place.at) ?? NO_IDS), node.id])
    if (task) this.#onTask.set(task, [...this.on(task), node.id])
    this.#sorted = null
    return [before?.task, task].filter((id) => id !== null && id !== undefined)
  }

  /** As `take`, for one that is not there any more. */
  remove(id: NodeId): readonly NodeId[] {
    const place = this.#places.get(id)
    if (!place) return NO_IDS
    this.#places.delete(id)
    this.#sorted = null
    without(this.#at, place.at, id)
    if (place.task === null) return NO_IDS
    without(this.#onTask, place.task, id)
    return [place.task]
  }

  #compare(a: NodeId, b: NodeId): number {
    const [x, y] = [(this.#places.get(a) as Place).path, (this.#places.get(b) as Place).path]
    if (x !== y) return x < y ? -1 : 1
    return a < b ? -1 : 1
  }
}

function placeName(path: string, project: NodeId | null): string {
  return `${project ?? ''}/${path}`
}

function without<K>(lists: Map<K, readonly NodeId[]>, key: K, id: NodeId): void {
  const left = (lists.get(key) ?? NO_IDS).filter((other) => other !== id)
  if (left.length === 0) lists.delete(key)
  else lists.set(key, left)
}

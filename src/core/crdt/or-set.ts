/**
 * OR-set: every add leaves a tag (its change), a remove takes the tags it saw; an element is in while it has a tag.
 *
 * Adds win over concurrent removes. A removed tag leaves nothing behind: admission delivers an add before any remove that
 * saw it, and each batch once, so a tag cannot come back.
 */

import type { History, Ref } from '../history.ts'
import { own, putOwn } from './own.ts'

/** Element to its live tags; an element without tags is not there. */
export type Tagged = Record<string, readonly Ref[]>

export function addElement(set: Tagged, element: string, ref: Ref): void {
  putOwn<readonly Ref[]>(set, element, [...(own(set, element) ?? []), ref])
}

/** Only tags in the past of the remove count: naming a tag of the future does nothing. */
export function removeTags(history: History, set: Tagged, element: string, tags: readonly Ref[], ref: Ref): void {
  const there = own(set, element)
  if (!there) return
  const left = there.filter((tag) => !(tags.includes(tag) && history.saw(ref, tag)))
  if (left.length > 0) putOwn<readonly Ref[]>(set, element, left)
  else delete set[element]
}

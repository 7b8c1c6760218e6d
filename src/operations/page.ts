/**
 * Pages of a list: bounded by rows and, where rows can be long, by what they weigh. The end of a page says where the next begins.
 *
 * A list that is sorted by something that never changes is paged by it: what comes or goes between two pages moves nothing else.
 */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import { LOCAL } from '../core/limits.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; null where this is the last. */
  readonly next: string | null
}

export const pageInput = {
  limit: z._default(z.int().check(z.minimum(1), z.maximum(LOCAL.queryRows)), LOCAL.queryRowsDefault),
  cursor: z.optional(z.string().check(z.maxLength(LOCAL.cursorChars))),
}

export function isPage(value: unknown): value is Page<unknown> {
  return typeof value === 'object' && value !== null && 'items' in value && 'next' in value && Array.isArray(value.items)
}

/** A page of a list that is here as a whole and keeps its order. */
export function pageOf<T>(list: readonly T[], limit: number, cursor: string | undefined): Result<Page<T>> {
  const from = cursor === undefined ? 0 : Number(/^\d{1,9}$/.exec(cursor)?.[0] ?? -1)
  if (from < 0) return badCursor()
  const to = from + limit
  return ok({ items: list.slice(from, to), next: to < list.length ? String(to) : null })
}

/**
 * A page of what is sorted by `keyOf`: those after the cursor, which is the key of the last that was given. `show` makes what is
 * answered; a page ends early where that gets too heavy.
 */
export function pageAfter<T, Shown>(
  sorted: Iterable<T>,
  limit: number,
  cursor: string | undefined,
  keyOf: (item: T) => string,
  show: (item: T) => Shown,
  weightOf: (shown: Shown) => number,
): Page<Shown> {
  const items: Shown[] = []
  let weight = 0
  let last = ''
  for (const item of sorted) {
    const key = keyOf(item)
    if (cursor !== undefined && key <= cursor) continue
    if (items.length === limit || weight > LOCAL.pageChars) return { items, next: last }
    const shown = show(item)
    items.push(shown)
    weight += weightOf(shown)
    last = key
  }
  return { items, next: null }
}

export function badCursor(): Result<never> {
  return refuse({ code: 'bad_request', detail: 'This is no cursor of this list: begin again without one.' })
}

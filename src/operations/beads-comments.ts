/**
 * Comments of an issue. Each becomes a node of its own whose `ext` keeps author, time and id as they came:
 *
 *   ext = {system: 'beads', key, raw, mark}      `mark`: a short hash of the text as imported
 *
 * `key` tells comments of one issue apart: their id, be it a number or text; without one, what was said, when and by whom.
 */

import type { Value } from '../core/batch.ts'
import { wellFormed } from '../base/well-formed.ts'
import { read, type WorkNode } from '../core/fold.ts'
import { at } from './beads-map.ts'
import type { BeadsRecord } from './beads-parse.ts'
import { fingerprint, fromValue, isJsonMap, type Json, type JsonMap, toValue } from './beads-values.ts'

export interface PlanComment {
  readonly key: string
  readonly text: string
  /** All keys but the text; the text too where it is not well formed. */
  readonly raw: JsonMap
}

/** Null where the record has none, or something else under that key. */
export function commentsIn({ fields }: BeadsRecord): readonly PlanComment[] | null {
  const list = at(fields, 'comments')
  if (!Array.isArray(list) || list.length === 0) return null
  const comments: PlanComment[] = []
  const seen = new Map<string, number>()
  for (const entry of list as readonly Json[]) {
    if (!isJsonMap(entry)) return null
    const said = at(entry, 'text')
    if (typeof said !== 'string') return null
    const text = wellFormed(said)
    const kept = Object.entries(entry).filter(([key]) => !(key === 'text' && text === said))
    const plain = keyOf(entry)
    const times = (seen.get(plain) ?? 0) + 1
    seen.set(plain, times)
    comments.push({ key: times === 1 ? plain : `${plain}#${times}`, text, raw: Object.fromEntries(kept) })
  }
  return comments
}

export function commentExt({ key, text, raw }: PlanComment): Value {
  return { key, raw: toValue(raw), mark: fingerprint(text), system: 'beads' }
}

/** What a comment node remembers; null where it was written here. */
export function commentSource(node: WorkNode): { readonly key: string; readonly raw: JsonMap; readonly mark: number } | null {
  const ext = read(node, 'ext') as { readonly [key: string]: Value } | null | undefined
  if (!ext || ext['system'] !== 'beads' || typeof ext['key'] !== 'string') return null
  const raw = fromValue(ext['raw'] ?? null)
  return { key: ext['key'], raw: isJsonMap(raw) ? raw : {}, mark: typeof ext['mark'] === 'number' ? ext['mark'] : 0 }
}

function keyOf(entry: JsonMap): string {
  const id = at(entry, 'id')
  if (typeof id === 'number' || (typeof id === 'string' && id !== '' && id.length <= 200))
    return wellFormed(`id ${typeof id} ${id}`)
  return `said ${fingerprint(JSON.stringify([at(entry, 'author') ?? null, at(entry, 'created_at') ?? null, at(entry, 'text') ?? null]))}`
}

/**
 * Ranked fuzzy search over lines of text, by uFuzzy: words in any order, a slip in each, the whole and the beginnings of words first.
 * Of very many hits the first ones are taken as they come: nobody who typed so little looks for one of them.
 */

import UFuzzy from '@leeoniya/ufuzzy'

/** Every script has letters, not just the Latin one. */
const fuzzy = new UFuzzy({
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
  intraMode: 1,
})

const RANKED = 1000

export interface Hit {
  readonly at: number
  /** Where the line fits what was typed: beginnings and ends, one after the other. */
  readonly ranges: readonly number[]
}

/** The best first, `most` of them. */
export function rank(lines: readonly string[], query: string, most: number): readonly Hit[] {
  const [found, info, order] = fuzzy.search(lines as string[], query, 1, RANKED)
  if (!found) return []
  if (!info || !order) return found.slice(0, most).map((at) => ({ at, ranges: [] }))
  return order.slice(0, most).map((at) => ({ at: info.idx[at] as number, ranges: info.ranges[at] ?? [] }))
}

/** What can be typed next in the filter: a key, or a value of the key that is being typed. */

import { parseQuery, printTerm, QUERY_KEYS, QUERY_WORDS, type QueryKey } from '../../core/task-query.ts'

export interface Suggestion {
  /** What the field holds once it is taken. */
  readonly text: string
  readonly label: string
  readonly hint: string
  /** Whether it makes a whole term. */
  readonly whole: boolean
}

export interface InUse {
  readonly labels: readonly string[]
  readonly agents: readonly string[]
}

const HINTS: Readonly<Record<QueryKey, string>> = {
  status: 'the column it is in',
  agent: 'who has it',
  label: 'what it is marked with',
  priority: 'how urgent it is',
  is: 'ready, blocked or mine',
  has: 'an open question, a conflict',
  stale: 'not changed for a while',
}
const TIMES = ['>15m', '>1h', '>1d', '>1w']
const SHOWN = 8

/** `typed` is all of the field; what its last word begins is completed. */
export function suggestionsFor(typed: string, inUse: InUse): readonly Suggestion[] {
  const [, before = '', not = '', word = ''] = /^([\s\S]*?)(-?)((?:[a-z]+:(?:"[^"]*|[^\s"]*))|\S*)$/i.exec(typed) ?? []
  const colon = word.indexOf(':')
  if (colon < 0) {
    const isOffered = (key: string): boolean => key.startsWith(word.toLowerCase()) && (word !== '' || before === '')
    return QUERY_KEYS.filter(isOffered).map((key) => ({
      text: `${before}${not}${key}:`,
      label: `${key}:`,
      hint: HINTS[key],
      whole: false,
    }))
  }
  const key = QUERY_KEYS.find((one) => one === word.slice(0, colon).toLowerCase())
  if (key === undefined) return []
  const start = word
    .slice(colon + 1)
    .replaceAll('"', '')
    .toLowerCase()
  return valuesOf(key, inUse)
    .filter((value) => value.replaceAll('_', ' ').toLowerCase().includes(start.replaceAll('_', ' ')))
    .slice(0, SHOWN)
    .map((value) => ({
      text: `${before}${not}${termText(key, value)} `,
      label: value.replaceAll('_', ' '),
      hint: '',
      whole: true,
    }))
}

function valuesOf(key: QueryKey, { labels, agents }: InUse): readonly string[] {
  if (key === 'agent') return ['me', 'none', ...agents]
  if (key === 'label') return [...labels, 'none']
  return key === 'stale' ? TIMES : QUERY_WORDS[key]
}

/** `agent:"Ada Byron"`. */
function termText(key: QueryKey, value: string): string {
  const [term] =
    key === 'agent' || key === 'label' ? [{ key, values: [value], not: false } as const] : parseQuery(`${key}:${value}`)
  return term ? printTerm(term) : ''
}

/**
 * The words in which people ask for tasks: `status:ready label:bug -agent:ada is:blocked stale:>15m "free text"`.
 *
 * A query is a list of terms, each of which a task has to fit; commas within one mean "or", a leading `-` means "not". Terms of
 * what a task has only one of (status, priority) widen each other. `parseQuery` takes any text and never fails: what it does not
 * understand becomes a term that says why and asks nothing. `printQuery` writes the same query again, in one form; asking is left
 * to the predicates of `query.ts`.
 */

import { STATUSES } from './fields.ts'
import type { Predicate } from './query.ts'

export const PRIORITIES = ['urgent', 'high', 'medium', 'low', 'someday'] as const
/** The words that these keys take. */
export const QUERY_WORDS = {
  status: STATUSES,
  priority: PRIORITIES,
  is: ['ready', 'blocked', 'mine'],
  has: ['question', 'conflict'],
} as const satisfies Readonly<Record<string, readonly string[]>>
/** In the order in which they are offered. */
export const QUERY_KEYS = ['status', 'agent', 'label', 'priority', 'is', 'has', 'stale'] as const
export type QueryKey = (typeof QUERY_KEYS)[number]
/** Stands for no agent, or no label. */
export const NONE = 'none'

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

export type Term =
  | { readonly key: Exclude<QueryKey, 'stale'>; readonly values: readonly string[]; readonly not: boolean }
  | {
      readonly key: 'stale'
      readonly longer: boolean
      readonly amount: number
      readonly unit: keyof typeof UNIT_MS
      readonly not: boolean
    }
  | { readonly key: 'text'; readonly text: string; readonly not: boolean }
  | { readonly key: 'unclear'; readonly source: string; readonly problem: string }

/** What a term of a query can be asked of: names and texts in lower case, `updated` in milliseconds. */
export const QUERY_FIELDS: ReadonlySet<string> = new Set([
  'status',
  'priority',
  'agents',
  'agentCount',
  'labels',
  'labelCount',
  'ready',
  'blocked',
  'question',
  'conflict',
  'updated',
  'text',
])

export function parseQuery(source: string): readonly Term[] {
  return tokensIn(source).flatMap((token) => termOf(token) ?? [])
}

export function printQuery(terms: readonly Term[]): string {
  return terms.map(printTerm).join(' ')
}

export function printTerm(term: Term): string {
  if (term.key === 'unclear') return term.source
  const not = term.not ? '-' : ''
  if (term.key === 'text') return not + quoted(term.text, /[\s"]|^-|^[a-z]+:/i)
  if (term.key === 'stale') return `${not}stale:${term.longer ? '>' : '<'}${term.amount}${term.unit}`
  return `${not}${term.key}:${term.values.map((value) => quoted(value, /[\s",]/)).join(',')}`
}

/** The predicate over `QUERY_FIELDS` that all terms together ask. `me`: what the asker is called as an assignee. */
export function queryPredicate(
  terms: readonly Term[],
  { now, me }: { readonly now: number; readonly me: readonly string[] },
): Predicate {
  const all: Predicate[] = []
  const widening = new Map<string, string[]>()
  for (const term of terms) {
    if ((term.key === 'status' || term.key === 'priority') && !term.not)
      widening.set(term.key, [...(widening.get(term.key) ?? []), ...term.values])
    else if (term.key !== 'unclear') all.push(term.not ? { not: askOf(term, now, me) } : askOf(term, now, me))
  }
  for (const [field, value] of widening) all.push({ field, op: 'in', value })
  return { all }
}

function askOf(term: Exclude<Term, { key: 'unclear' }>, now: number, me: readonly string[]): Predicate {
  switch (term.key) {
    case 'status':
    case 'priority':
      return { field: term.key, op: 'in', value: term.values }
    case 'agent':
      return { any: term.values.flatMap((value) => agentIs(value.toLowerCase(), me)) }
    case 'label':
      return {
        any: term.values.map((value) =>
          value.toLowerCase() === NONE
            ? { field: 'labelCount', op: 'eq', value: 0 }
            : { field: 'labels', op: 'has', value: value.toLowerCase() },
        ),
      }
    case 'is':
      return {
        any: term.values.flatMap((value) =>
          value === 'mine' ? agentIs('me', me) : [{ field: value, op: 'eq', value: true } as const],
        ),
      }
    case 'has':
      return { any: term.values.map((field) => ({ field, op: 'eq', value: true }) as const) }
    case 'stale':
      return { field: 'updated', op: term.longer ? 'lt' : 'gte', value: now - term.amount * UNIT_MS[term.unit] }
    case 'text':
      return { field: 'text', op: 'contains', value: term.text }
  }
}

function agentIs(name: string, me: readonly string[]): Predicate[] {
  if (name === NONE) return [{ field: 'agentCount', op: 'eq', value: 0 }]
  const names = name === 'me' ? me.map((own) => own.toLowerCase()) : [name]
  return names.map((value) => ({ field: 'agents', op: 'has', value }) as const)
}

function termOf(source: string): Term | null {
  const not = source.startsWith('-') && source.length > 1
  const rest = not ? source.slice(1) : source
  const key = /^([a-z]+):/i.exec(rest)?.[1]
  if (key === undefined) {
    const text = partsOf(rest, false)[0] ?? ''
    return text === '' ? null : { key: 'text', text, not }
  }
  const values = [...new Set(partsOf(rest.slice(key.length + 1), true).filter((value) => value !== ''))]
  return keyedTerm(source, key.toLowerCase(), values, not)
}

function keyedTerm(source: string, key: string, values: readonly string[], not: boolean): Term {
  const unclear = (problem: string): Term => ({ key: 'unclear', source, problem })
  if (!isQueryKey(key)) return unclear(`There is no “${key}:”. Put the words in quotes to search for them.`)
  if (key === 'stale') {
    const [, sign, amount = '', unit = ''] = /^([<>]?)(\d{1,6})([mhdw])$/i.exec(values.join(',')) ?? []
    if (amount === '') return unclear('“stale:” takes a time without changes, such as >15m, >3h, >2d or >1w.')
    return { key, longer: sign !== '<', amount: Number(amount), unit: unit.toLowerCase() as keyof typeof UNIT_MS, not }
  }
  if (key === 'agent' || key === 'label') {
    if (values.length === 0) return unclear(`“${key}:” takes a name, or “${NONE}”.`)
    return { key, values, not }
  }
  const words: readonly string[] = QUERY_WORDS[key]
  const meant = values.map((value) => wordOf(key, value))
  const wrong = meant.findIndex((value) => !words.includes(value))
  if (values.length === 0) return unclear(`“${key}:” takes ${listed(words)}.`)
  if (wrong >= 0) return unclear(`“${key}:” does not know “${values[wrong]}”. It takes ${listed(words)}.`)
  return { key, values: [...new Set(meant)], not }
}

/** Status words come as people write them, priorities also by number. */
function wordOf(key: keyof typeof QUERY_WORDS, value: string): string {
  const word = value.toLowerCase()
  if (key === 'status') return word.replace(/[\s-]+/g, '_')
  if (key === 'priority') return PRIORITIES[Number(/^p?([0-4])$/.exec(word)?.[1] ?? -1)] ?? word
  return word
}

function isQueryKey(key: string): key is QueryKey {
  return (QUERY_KEYS as readonly string[]).includes(key)
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** Cuts at white space outside of quotes; an open quote reaches to the end. */
function tokensIn(source: string): string[] {
  return source.match(/(?:[^\s"]|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$))+/g) ?? []
}

/** The parts between commas outside of quotes, without the quotes; one part where commas do not count. */
function partsOf(text: string, cutting: boolean): string[] {
  const parts = ['']
  let inQuotes = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (char === '"') inQuotes = !inQuotes
    else if (char === ',' && cutting && !inQuotes) parts.push('')
    else parts[parts.length - 1] += char === '\\' && inQuotes ? (text[++i] ?? '') : char
  }
  return parts
}

function quoted(text: string, unsafe: RegExp): string {
  return unsafe.test(text) || text === '' ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}

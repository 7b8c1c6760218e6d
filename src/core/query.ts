/**
 * Queries: bounded predicates over plain rows, the same for people, agents and scripts.
 *
 *   predicate = {all: [predicate…]} | {any: [predicate…]} | {not: predicate} | {field, op, value}
 *
 * Depth and terms are bounded (`limits.ts`); a query over a bound is refused, never cut short.
 */

import { ok, type Refusal, refuse, type Result } from '../base/result.ts'
import { LOCAL } from './limits.ts'

export const COMPARISONS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'has', 'contains'] as const
export type Comparison = (typeof COMPARISONS)[number]

export type Predicate =
  | { readonly all: readonly Predicate[] }
  | { readonly any: readonly Predicate[] }
  | { readonly not: Predicate }
  | { readonly field: string; readonly op: Comparison; readonly value: unknown }

export type Row = Readonly<Record<string, unknown>>
type Test = (row: Row) => boolean

/** Turns untrusted data into a test, or says what is wrong with it. `fields` are the names that may be asked for. */
export function compilePredicate(input: unknown, fields: ReadonlySet<string>): Result<Test> {
  let terms = 0
  const compile = (node: unknown, depth: number): Result<Test> => {
    if (depth > LOCAL.queryDepth) return bad(`A query may be nested ${LOCAL.queryDepth} deep at most.`)
    if (++terms > LOCAL.queryTerms) return bad(`A query may have ${LOCAL.queryTerms} terms at most.`)
    if (typeof node !== 'object' || node === null)
      return bad('A predicate is an object: {all}, {any}, {not} or {field, op, value}.')
    const keys = Object.keys(node)
    if (keys.length === 1 && ('all' in node || 'any' in node)) {
      const parts: unknown = 'all' in node ? node.all : node.any
      if (!Array.isArray(parts)) return bad('"all" and "any" take a list.')
      const tests: Test[] = []
      for (const part of parts) {
        const test = compile(part, depth + 1)
        if (!test.ok) return test
        tests.push(test.value)
      }
      return ok('all' in node ? (row) => tests.every((test) => test(row)) : (row) => tests.some((test) => test(row)))
    }
    if (keys.length === 1 && 'not' in node) {
      const test = compile(node.not, depth + 1)
      return test.ok ? ok((row) => !test.value(row)) : test
    }
    return compileTerm(node, fields)
  }
  return compile(input, 1)
}

function compileTerm(node: object, fields: ReadonlySet<string>): Result<Test> {
  const { field, op, value } = node as { field?: unknown; op?: unknown; value?: unknown }
  if (typeof field !== 'string' || !fields.has(field))
    return bad(`There is no field ${JSON.stringify(field)}. Fields: ${[...fields].join(', ')}.`)
  switch (op) {
    case 'eq':
      return ok((row) => row[field] === value)
    case 'ne':
      return ok((row) => row[field] !== value)
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      if (typeof value !== 'number' && typeof value !== 'string') return bad(`"${op}" compares with a number or a text.`)
      return ok((row) => typeof row[field] === typeof value && ordered(op, row[field] as never, value as never))
    case 'in':
      if (!Array.isArray(value) || value.length > LOCAL.queryTerms)
        return bad(`"in" takes a list of ${LOCAL.queryTerms} values at most.`)
      return ok((row) => value.includes(row[field]))
    case 'has':
      return ok((row) => Array.isArray(row[field]) && row[field].includes(value))
    case 'contains': {
      if (typeof value !== 'string') return bad('"contains" takes a text.')
      const needle = value.toLowerCase()
      return ok((row) => typeof row[field] === 'string' && row[field].toLowerCase().includes(needle))
    }
    default:
      return bad(`There is no comparison ${JSON.stringify(op)}. Comparisons: ${COMPARISONS.join(', ')}.`)
  }
}

function ordered(op: 'lt' | 'lte' | 'gt' | 'gte', a: number, b: number): boolean {
  if (op === 'lt') return a < b
  if (op === 'lte') return a <= b
  return op === 'gt' ? a > b : a >= b
}

function bad(detail: string): { readonly ok: false; readonly refusal: Refusal } {
  return refuse({ code: 'bad_request', detail })
}

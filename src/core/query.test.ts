import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOCAL } from './limits.ts'
import { COMPARISONS, compilePredicate, type Predicate, type Row } from './query.ts'

const FIELDS = new Set(['title', 'priority', 'labels', 'due'])
const rows: fc.Arbitrary<Row> = fc.record({
  title: fc.constantFrom('Alpha', 'beta', ''),
  priority: fc.nat(4),
  labels: fc.subarray(['red', 'blue']),
  due: fc.option(fc.constantFrom('2026-01-01', '2026-02-01')),
})
const term = fc.record({
  field: fc.constantFrom(...FIELDS),
  op: fc.constantFrom(...COMPARISONS),
  value: fc.oneof(fc.nat(4), fc.constantFrom('Alpha', 'red', '2026-01-15', 'ET'), fc.array(fc.nat(4), { maxLength: 3 })),
})
const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { depthSize: 'small', maxDepth: LOCAL.queryDepth - 1 },
    term as fc.Arbitrary<Predicate>,
    fc.record({ all: fc.array(tie('predicate'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('predicate'), { maxLength: 3 }) }),
    fc.record({ not: tie('predicate') }),
  ),
}))

test('a predicate answers what its words say', () => {
  fc.assert(
    fc.property(predicate, rows, (predicate, row) => {
      const test = compilePredicate(predicate, FIELDS)
      if (test.ok) expect(test.value(row)).toBe(means(predicate, row))
      else expect(JSON.stringify(predicate)).toMatch(/"op":"(lt|lte|gt|gte|in|contains)"/)
    }),
    { numRuns: 300 },
  )
})

test('data of any shape is compiled or refused, and never throws', () => {
  fc.assert(
    fc.property(fc.anything(), (input) => {
      const answer = compilePredicate(input, FIELDS)
      if (!answer.ok) expect(answer.refusal.code).toBe('bad_request')
    }),
  )
})

test('depth, terms and rows are bounded, and what is over is refused, not cut', () => {
  const leaf: Predicate = { field: 'priority', op: 'gte', value: 0 }
  const nested = (depth: number): Predicate => (depth === 1 ? leaf : { not: nested(depth - 1) })
  const wide = (terms: number): Predicate => ({ all: Array.from({ length: terms - 1 }, () => leaf) })
  expect(compilePredicate(nested(LOCAL.queryDepth), FIELDS).ok).toBe(true)
  expect(compilePredicate(nested(LOCAL.queryDepth + 1), FIELDS)).toMatchObject({ ok: false, refusal: { code: 'bad_request' } })
  expect(compilePredicate(wide(LOCAL.queryTerms), FIELDS).ok).toBe(true)
  expect(compilePredicate(wide(LOCAL.queryTerms + 1), FIELDS)).toMatchObject({ ok: false, refusal: { code: 'bad_request' } })
  const many = { field: 'priority', op: 'in', value: Array.from({ length: LOCAL.queryTerms + 1 }, (_, i) => i) }
  expect(compilePredicate(many, FIELDS).ok).toBe(false)
})

test('fields that are not offered cannot be asked for, those that objects inherit neither', () => {
  for (const field of ['secret', 'constructor', '__proto__', '', 7])
    expect(compilePredicate({ field, op: 'eq', value: 1 }, FIELDS).ok).toBe(false)
})

function means(predicate: Predicate, row: Row): boolean {
  if ('all' in predicate) return predicate.all.every((part) => means(part, row))
  if ('any' in predicate) return predicate.any.some((part) => means(part, row))
  if ('not' in predicate) return !means(predicate.not, row)
  const { op, value } = predicate
  const found = row[predicate.field]
  const isOrdered = typeof found === typeof value && (typeof found === 'number' || typeof found === 'string')
  const [less, same] = [isOrdered && (found as number) < (value as number), found === value]
  switch (op) {
    case 'eq':
      return same
    case 'ne':
      return !same
    case 'lt':
      return less
    case 'lte':
      return isOrdered && (less || same)
    case 'gt':
      return isOrdered && !less && !same
    case 'gte':
      return isOrdered && !less
    case 'in':
      return (value as unknown[]).includes(found)
    case 'has':
      return Array.isArray(found) && found.includes(value)
    case 'contains':
      return typeof found === 'string' && found.toLowerCase().includes((value as string).toLowerCase())
  }
}

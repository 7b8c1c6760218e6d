/** The conformance list against REST; and that the list itself says something. */

import { expect, test } from 'vitest'
import { EVERY_OPERATION } from '../operations/every-operation.ts'
import { CASES, faultIn } from './conformance-case.fixture.ts'
import { conformance } from './conformance.contract.ts'
import { restDoor } from './conformance.fixture.ts'
import { PROBLEMS } from './problem.ts'

conformance('REST', () => restDoor())

test('the list has every operation, and every code that a caller can bring about', () => {
  const steps = CASES.flatMap((one) => one.steps)
  const operations = new Set(steps.map(({ op }) => op))
  expect(Object.keys(EVERY_OPERATION).filter((name) => !operations.has(name))).toEqual([])
  const codes = new Set(steps.map(({ expect: wanted }) => wanted?.code))
  // A host that stops, or whose disk is full, or that has a fault.
  const others = new Set(['unavailable', 'internal'])
  expect(Object.keys(PROBLEMS).filter((code) => !codes.has(code) && !others.has(code))).toEqual([])
  expect(CASES.length).toBeGreaterThanOrEqual(60)
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
})

test.each([
  [{ a: 1, b: [1, 2] }, { a: 1 }, true],
  [{ a: 1 }, { a: 2 }, false],
  [[1, 2], [1], false],
  [[1, 2], { $length: 2 }, true],
  [[1, 2], { $has: [2] }, true],
  [[1, 2], { $has: [3] }, false],
  [[1, 2], { $hasNot: [2] }, false],
  [undefined, { $hasNot: [2] }, false],
  ['abc', { $match: '^a' }, true],
  [3, { $atLeast: 4 }, false],
  [null, { $is: 'null' }, true],
  [{}, { a: { $is: 'string' } }, false],
  ['x', { $not: 'x' }, false],
  ['x', { $like: 'x' }, false],
])('%j against %j', (value, pattern, fits) => {
  expect(faultIn(value, pattern, 'here') === null).toBe(fits)
})

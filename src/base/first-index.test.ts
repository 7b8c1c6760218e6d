import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstIndex } from './first-index.ts'

test('it is the first that passes, as looking at each in turn finds it, and the length where none does', () => {
  const ascending = fc.array(fc.integer({ min: 0, max: 20 })).map((list) => list.toSorted((a, b) => a - b))
  fc.assert(
    fc.property(ascending, fc.integer({ min: -1, max: 21 }), (list, limit) => {
      const found = list.findIndex((item) => item >= limit)
      expect(firstIndex(list, (item) => item >= limit)).toBe(found < 0 ? list.length : found)
    }),
  )
})

test('what is known not to pass is not looked at', () => {
  const asked: number[] = []
  const passes = (item: number): boolean => {
    asked.push(item)
    return item >= 7
  }
  expect(firstIndex([1, 3, 5, 7, 9], passes, 2)).toBe(3)
  expect(asked.every((item) => item >= 5)).toBe(true)
})

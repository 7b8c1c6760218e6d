import fc from 'fast-check'
import { generateKeyBetween } from 'fractional-indexing'
import { expect, test } from 'vitest'
import { isOrder, orderBetween } from './order.ts'

test('what is taken for a place is exactly what another place can be made from', () => {
  const letters = fc.string({ unit: fc.constantFrom('0', '1', '5', '9', 'A', 'Y', 'Z', 'a', 'y', 'm', 'z'), maxLength: 40 })
  fc.assert(
    fc.property(
      fc.oneof(
        letters,
        fc.constantFrom('a', 'z'),
        fc.constantFrom(`A${'0'.repeat(26)}`, `A${'0'.repeat(25)}1`, `z${'z'.repeat(26)}`),
      ),
      (text) => {
        let makes = text !== ''
        try {
          generateKeyBetween(text, null)
        } catch {
          makes = false
        }
        expect(isOrder(text)).toBe(makes)
      },
    ),
    { numRuns: 500 },
  )
})

test('a place lies between its neighbours, wherever one was put before', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 200 }), (places) => {
      const list: string[] = []
      for (const place of places) {
        const at = place % (list.length + 1)
        list.splice(at, 0, orderBetween(list[at - 1] ?? null, list[at] ?? null))
      }
      expect(list.every(isOrder)).toBe(true)
      expect(list.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(list)
      expect(new Set(list).size).toBe(list.length)
    }),
  )
})

test('after the longest place there is still one: its own', () => {
  const longest = 'z'.repeat(512)
  expect(isOrder(longest)).toBe(true)
  expect(orderBetween(longest, null)).toBe(longest)
  expect(isOrder(`${longest}z`)).toBe(false)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasHalf, isWellFormed, startOf, wellFormed } from './well-formed.ts'

const anyText = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', '\uD83D', '\uDE00') })
const wholeText = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀') })

const throughUtf8 = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text))

test('what is well formed comes through UTF-8 as it was, and nothing else does', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(isWellFormed(text)).toBe(throughUtf8(text) === text)
      expect(wellFormed(text)).toBe(throughUtf8(text))
    }),
  )
})

test('a beginning is as long as it may be, and cuts no character in two', () => {
  fc.assert(
    fc.property(wholeText, fc.nat(12), (text, most) => {
      const start = startOf(text, most)
      expect(isWellFormed(start)).toBe(true)
      expect(text.startsWith(start)).toBe(true)
      expect(start.length).toBeLessThanOrEqual(most)
      expect(start.length).toBeGreaterThanOrEqual(Math.min(text.length, most - 1))
    }),
  )
})

test('half of a character is found wherever it stands, as deep as one likes, and where things lead back to themselves', () => {
  fc.assert(
    fc.property(fc.anything({ key: anyText, values: [anyText, fc.integer()] }), (value) => {
      // JSON escapes every half that stands alone, and nothing else above ASCII.
      const plain: unknown = JSON.parse(JSON.stringify(value) ?? 'null')
      expect(hasHalf(plain)).toBe(/\\ud[89a-f]/.test(JSON.stringify(plain)))
    }),
  )
  const turning: Record<string, unknown> = { text: 'whole' }
  turning.self = turning
  expect(hasHalf(turning)).toBe(false)
  let deep: unknown = '\uD800'
  for (let level = 0; level < 100_000; level++) deep = [deep]
  expect(hasHalf(deep)).toBe(true)
})

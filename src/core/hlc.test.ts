import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Hlc } from './batch.ts'
import { compareHlc, hlcFromText, hlcToText, nextHlc } from './hlc.ts'

const LAST_MS = 253_402_300_799_999
const hlcs: fc.Arbitrary<Hlc> = fc.tuple(
  fc.oneof(fc.nat(5), fc.integer({ min: 0, max: LAST_MS })),
  fc.oneof(fc.nat(3), fc.constantFrom(65_534, 65_535), fc.nat(65_535)),
)

test('what is written next is later than all that was seen, whatever the wall clock says', () => {
  fc.assert(
    fc.property(hlcs, fc.integer({ min: 0, max: LAST_MS }), (seen, now) => {
      const next = nextHlc(seen, now)
      expect(compareHlc(next, seen)).toBeGreaterThan(0)
      expect(next[1]).toBeLessThan(65_536)
      // It runs ahead of the wall clock by what was seen at most, and a full counter's millisecond.
      expect(next[0]).toBeLessThanOrEqual(Math.max(now, seen[0] + 1))
      expect(next[0]).toBeGreaterThanOrEqual(Math.max(now, seen[0]))
    }),
  )
})

test('a full counter moves the milliseconds on', () => {
  expect(nextHlc([7, 65_535], 7)).toEqual([8, 0])
  expect(nextHlc([7, 65_534], 3)).toEqual([7, 65_535])
  expect(nextHlc([7, 9], 8)).toEqual([8, 0])
})

test('a clock that counts parts of milliseconds makes whole ones', () => {
  expect(nextHlc([7, 9], 8.75)).toEqual([8, 0])
  expect(nextHlc([7, 9], 7.75)).toEqual([7, 10])
})

test('as text they sort as they are, and read back the same', () => {
  fc.assert(
    fc.property(hlcs, hlcs, (a, b) => {
      const [x, y] = [hlcToText(a), hlcToText(b)]
      expect(x < y ? -1 : x > y ? 1 : 0).toBe(Math.sign(compareHlc(a, b)))
      expect(hlcFromText(x)).toEqual(a)
    }),
  )
})

test('other text is no clock', () => {
  for (const text of [
    '',
    '2026-01-01',
    '2026-13-01T00:00:00.000Z-0000',
    '2026-01-01T00:00:00.000Z-00000',
    '2026-01-01T00:00:00.000Z-00A1',
  ])
    expect(hlcFromText(text)).toBeNull()
})

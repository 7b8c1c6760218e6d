import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenBucket } from './token-bucket.ts'

test('a burst passes at once, the next one waits for its token', () => {
  const bucket = createTokenBucket(2, 3, 0)
  expect([0, 0, 0, 0, 400, 500, 600].map((now) => bucket.take(now))).toEqual([true, true, true, false, false, true, false])
})

test('no span of time lets more through than its burst and its rate', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: -5, max: 400 }), { maxLength: 200 }),
      (perSecond, burst, gaps) => {
        const bucket = createTokenBucket(perSecond, burst, 0)
        let now = 0
        let latest = 0
        const passed: number[] = []
        for (const gap of gaps) {
          now += gap
          latest = Math.max(latest, now)
          if (bucket.take(now)) passed.push(latest)
        }
        for (const [first, from] of passed.entries()) {
          for (let last = first; last < passed.length; last++) {
            const seconds = ((passed[last] as number) - from) / 1000
            // A hair of room for the rounding of many small refills.
            expect(last - first + 1).toBeLessThanOrEqual(burst + seconds * perSecond + 1e-6)
          }
        }
      },
    ),
  )
})

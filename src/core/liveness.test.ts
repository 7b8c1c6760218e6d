import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginWatch, type Liveness, livenessOf, type Signs, tickWatch, type Watch, WINDOWS } from './liveness.ts'

const { quietMs, stalledMs, goneMs, gapMs } = WINDOWS

/** The watch of a device that was awake all the time. */
function awakeUntil(now: number, from = 0): Watch {
  let watch = beginWatch(from)
  for (let at = from; at < now; at += 1000) watch = tickWatch(watch, at)
  return tickWatch(watch, now)
}

function after(silence: number, busy = true): Liveness {
  return livenessOf({ heardAt: 0, busy }, awakeUntil(silence))
}

test('an agent with a task works, falls quiet, stalls and is gone as its silence grows', () => {
  expect([0, quietMs - 1].map((ms) => after(ms))).toEqual(['working', 'working'])
  expect([quietMs, stalledMs - 1].map((ms) => after(ms))).toEqual(['quiet', 'quiet'])
  expect([stalledMs, goneMs - 1].map((ms) => after(ms))).toEqual(['stalled', 'stalled'])
  expect([goneMs, goneMs * 9].map((ms) => after(ms))).toEqual(['gone', 'gone'])
})

test('without a task there is nothing to stall on', () => {
  expect([0, quietMs, stalledMs, goneMs].map((ms) => after(ms, false))).toEqual(['idle', 'quiet', 'gone', 'gone'])
})

test('a sign of life brings it back at once', () => {
  expect(livenessOf({ heardAt: goneMs, busy: true }, awakeUntil(goneMs + 1))).toBe('working')
})

test('who was never heard is not called at work, and counts from when this page began to listen', () => {
  const never: Signs = { heardAt: null, busy: true }
  expect(livenessOf(never, beginWatch(5))).toBe('quiet')
  expect(livenessOf(never, awakeUntil(5 + stalledMs, 5))).toBe('stalled')
  expect(livenessOf(never, awakeUntil(5 + goneMs, 5))).toBe('gone')
})

test('a device that slept counts anew: nobody is called gone for its own sleep', () => {
  const slept = tickWatch(awakeUntil(10_000), 8 * 3_600_000)
  expect(livenessOf({ heardAt: 9000, busy: true }, slept)).toBe('quiet')
  // What is heard after waking counts at once, and silence from then on does.
  expect(livenessOf({ heardAt: slept.tickedAt, busy: true }, slept)).toBe('working')
  expect(livenessOf({ heardAt: 9000, busy: true }, awakeUntil(slept.tickedAt + stalledMs, slept.tickedAt))).toBe('stalled')
})

test('a page in the background ticks once a minute, and that is no sleep', () => {
  let watch = beginWatch(0)
  for (let at = 0; at <= goneMs; at += 60_000) watch = tickWatch(watch, at)
  expect(livenessOf({ heardAt: 0, busy: true }, watch)).toBe('gone')
  expect(gapMs).toBeGreaterThan(61_000)
})

test('only time differences count: the same story at another hour reads the same, and longer silence never looks better', () => {
  const worse: readonly Liveness[] = ['working', 'idle', 'quiet', 'stalled', 'gone']
  const offset = fc.integer({ min: -1e9, max: 1e9 })
  const silence = fc.integer({ min: 0, max: goneMs * 2 })
  fc.assert(
    fc.property(offset, silence, silence, fc.boolean(), (shift, one, two, busy) => {
      const at = (ms: number): Liveness => livenessOf({ heardAt: shift, busy }, { tickedAt: shift + ms, since: shift })
      expect(at(one)).toBe(livenessOf({ heardAt: 0, busy }, { tickedAt: one, since: 0 }))
      const [less, more] = one < two ? [one, two] : [two, one]
      expect(worse.indexOf(at(more))).toBeGreaterThanOrEqual(worse.indexOf(at(less)))
    }),
  )
})

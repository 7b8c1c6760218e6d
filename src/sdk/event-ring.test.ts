import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { transformWithOxc } from 'vite'
import { expect, test } from 'vitest'
import type { ArrivedEvent } from './door.ts'
import { openFeed, shareEvents, transferOf } from './event-feed.ts'
import { createRing, readRing, writeRing } from './event-ring.ts'

test('what was written is read in order, by whoever was there', () => {
  const ring = createRing(256)
  const write = writeRing(ring)
  write('before')
  const [late, early] = [readRing(ring), readRing(ring, { fromTail: true })]
  write({ a: 'é€😀' })
  write(null)
  expect([early.next(), early.next(), early.next(), early.next()]).toEqual(['before', { a: 'é€😀' }, null, undefined])
  expect([late.next(), late.next(), late.next()]).toEqual([{ a: 'é€😀' }, null, undefined])
})

test('whatever is written and read when, a reader gets a run of the newest, in order, or says that it missed some', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(40), fc.constant('read' as const)), { maxLength: 200 }),
      fc.constantFrom(0, -64, 2 ** 31 - 64),
      (steps, start) => {
        const ring = createRing(128)
        // Positions wrap at 32 bits, which nobody waits for.
        new Int32Array(ring).fill(start, 0, 2)
        const write = writeRing(ring)
        const reader = readRing(ring)
        let [written, expected, missed] = [0, 0, 0]
        for (const step of steps) {
          if (step !== 'read') {
            write([written++, 'x'.repeat(step)])
            continue
          }
          const value = reader.next() as [number, string] | undefined
          if (value === undefined) {
            expect(expected).toBe(written)
            continue
          }
          if (value[0] !== expected) expect(reader.missedBytes).toBeGreaterThan(missed)
          expect(value[0]).toBeGreaterThanOrEqual(expected)
          missed = reader.missedBytes
          expected = value[0] + 1
        }
      },
    ),
  )
})

test('what is too large for the ring is left out, and a ring has a power of two', () => {
  const ring = createRing(64)
  expect(writeRing(ring)('x'.repeat(40))).toBe(false)
  expect(readRing(ring, { fromTail: true }).next()).toBeUndefined()
  expect(() => createRing(100)).toThrow(RangeError)
})

/** Reads until the last number, with no rest in between, and answers whether all came in order and whole. */
const READER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const reader = readRing(workerData.ring, { fromTail: true })
  parentPort.postMessage('reading')
  let [last, count, torn] = [-1, 0, 0]
  while (last < workerData.count - 1) {
    const value = reader.next(1000)
    if (value === undefined) break
    if (value.n <= last || value.text !== String(value.n).repeat(1 + (value.n % 4000))) torn++
    last = value.n
    count++
  }
  parentPort.postMessage({ last, count, torn, missed: reader.missedBytes })
`

test('a thread that never rests reads what another writes at full speed: whole, in order, and it knows what it missed', async () => {
  const source = readFileSync(new URL('./event-ring.ts', import.meta.url), 'utf8')
  const { code } = await transformWithOxc(source, 'event-ring.ts')
  const count = 20_000
  // Records of nearly half of it: whoever reads one is soon overtaken.
  const ring = createRing(65_536)
  const worker = new Worker(`${code.replaceAll(/^export /gm, '')}${READER}`, { eval: true, workerData: { ring, count } })
  await once(worker, 'message')
  const write = writeRing(ring)
  for (let n = 0; n < count; n++) write({ n, text: String(n).repeat(1 + (n % 4000)) })
  const [said] = (await once(worker, 'message')) as [{ last: number; count: number; torn: number; missed: number }]
  expect(said).toMatchObject({ last: count - 1, torn: 0 })
  expect(said.missed > 0).toBe(said.count < count)
  await worker.terminate()
})

test.each([true, false])('a feed tells another realm of events, where memory can be shared (%s) or not', async (isIsolated) => {
  async function* events(): AsyncGenerator<ArrivedEvent> {
    for (const id of ['a', 'b', 'c']) yield { id, cursor: id } as ArrivedEvent
  }
  const { share, done } = shareEvents(events(), { isIsolated })
  expect(transferOf(share)).toHaveLength(isIsolated ? 0 : 1)
  const reader = openFeed(share)
  await done
  const read: ArrivedEvent[] = []
  while (read.length < 3) {
    read.push(...reader.read())
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(read.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  expect([reader.read(), reader.hasMissed]).toEqual([[], false])
})

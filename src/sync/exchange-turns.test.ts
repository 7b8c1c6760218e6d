import { expect, test } from 'vitest'
import { createTurns, type Turns } from './exchange-turns.ts'
import { createVirtualClock, type VirtualClock } from './pair-clock.ts'

const PIECE = 8 * 1024
const PIECE_MS = 20

/** Brings piece after piece, each of which the log takes 20 ms to judge; `lanes` of them are asked for at once. */
function bulk(turns: Turns, clock: VirtualClock, peer: string, lanes = 2): { readonly pieces: () => number } {
  let pieces = 0
  async function lane(): Promise<void> {
    for (;;) {
      const judged = await turns.take(peer, PIECE)
      await new Promise<void>((resolve) => clock.after(PIECE_MS, resolve))
      judged()
      pieces++
    }
  }
  for (let n = 0; n < lanes; n++) void lane()
  return { pieces: () => pieces }
}

async function run(clock: VirtualClock, ms: number): Promise<void> {
  for (let at = 0; at < ms; at++) {
    for (let n = 0; n < 20; n++) await Promise.resolve()
    clock.advance(1)
  }
  for (let n = 0; n < 20; n++) await Promise.resolve()
}

/** How long one small piece waits for its turn. */
async function small(turns: Turns, clock: VirtualClock): Promise<number> {
  const asked = clock.now()
  let waited: number | null = null
  void turns.take('writer', 300).then((judged) => {
    waited = clock.now() - asked
    clock.after(1, judged)
  })
  while (waited === null) await run(clock, 1)
  return waited
}

test('one who is alone has two pieces in work at all times', async () => {
  const clock = createVirtualClock()
  const turns = createTurns(clock)
  const one = bulk(turns, clock, 'one')
  await run(clock, 2000)
  expect(one.pieces()).toBeGreaterThan((2000 / PIECE_MS) * 2 * 0.95)
})

test('among those who send alike nobody rests, and each gets its half', async () => {
  const clock = createVirtualClock()
  const turns = createTurns(clock)
  const all = ['one', 'two'].map((peer) => bulk(turns, clock, peer))
  await run(clock, 4000)
  for (const one of all) expect(one.pieces()).toBeGreaterThan((4000 / PIECE_MS) * 0.8)
})

test('while another writes, who sends without end waits twice as long as it works, and the other hardly at all', async () => {
  const clock = createVirtualClock()
  const turns = createTurns(clock)
  const flooder = bulk(turns, clock, 'flooder', 8)
  await run(clock, 500)
  const before = flooder.pieces()
  const began = clock.now()
  for (let n = 0; n < 40; n++) {
    expect(await small(turns, clock)).toBeLessThanOrEqual(PIECE_MS)
    await run(clock, 50)
  }
  const most = (clock.now() - began) / PIECE_MS
  expect(flooder.pieces() - before).toBeLessThanOrEqual(most / 3 + 3)
  // It does go on, though.
  expect(flooder.pieces() - before).toBeGreaterThan(most / 4)
  // And freely, once it is alone again.
  await run(clock, 3000)
  const then = flooder.pieces()
  await run(clock, 1000)
  expect(flooder.pieces() - then).toBeGreaterThan((1000 / PIECE_MS) * 1.8)
})

test('somebody who writes on this device is at work as well', async () => {
  const clock = createVirtualClock()
  const turns = createTurns(clock)
  const flooder = bulk(turns, clock, 'flooder')
  await run(clock, 500)
  const before = flooder.pieces()
  for (let n = 0; n < 20; n++) {
    turns.writtenHere()
    await run(clock, 100)
  }
  expect(flooder.pieces() - before).toBeLessThanOrEqual(2000 / PIECE_MS / 3 + 3)
})

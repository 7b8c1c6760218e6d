import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import { createAssembler, createChannel, framesOf, HIGH_WATER } from './frames.ts'
import { createVirtualClock } from './pair-clock.ts'
import { createPair } from './pair.ts'

const LIMITS = { messageBytes: 1000, unreadBytes: 3000, opening: { messages: 1, bytes: 100 } }

describe('messages cut into frames', () => {
  test('come out as they went in, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 10 }),
        fc.integer({ min: 6, max: 300 }),
        (messages, frameBytes) => {
          const assemble = createAssembler(() => 500)
          const out: Bytes[] = []
          for (const message of messages) {
            for (const frame of framesOf(message, frameBytes)) {
              expect(frame.length).toBeLessThanOrEqual(frameBytes)
              const assembled = assemble(frame)
              if (!assembled.ok) throw new Error(assembled.reason)
              if (assembled.message) out.push(assembled.message.slice())
            }
          }
          expect(out).toEqual(messages)
        },
      ),
    )
  })

  test('anything that is not a message in order is an error with a plain reason', () => {
    const table: [frames: number[][], reason: RegExp][] = [
      [[[]], /no known kind/],
      [[[9, 1, 2]], /no known kind/],
      [[[2, 1]], /end of a message without its start/],
      [[[1, 0, 0, 0]], /without content/],
      [[[1, 0, 0, 0, 5]], /without content/],
      [[[1, 0, 0, 0, 0, 1]], /more than it had announced/],
      [[[1, 0, 0, 0, 5, 1], [2]], /without content/],
      [
        [
          [1, 0, 0, 0, 3, 1],
          [2, 1, 1, 1],
        ],
        /more than it had announced/,
      ],
      [
        [
          [1, 0, 0, 0, 3, 1],
          [0, 1],
        ],
        /inside another/,
      ],
      [
        [
          [1, 0, 0, 0, 3, 1],
          [1, 0, 0, 0, 3, 1],
        ],
        /inside another/,
      ],
      [[[1, 255, 255, 255, 255, 1]], /4294967295 bytes; at most 10/],
      [[[0, ...Array.from({ length: 11 }, () => 1)]], /11 bytes; at most 10/],
    ]
    for (const [frames, reason] of table) {
      const assemble = createAssembler(() => 10)
      const last = frames.map((frame) => assemble(Uint8Array.from(frame))).at(-1)
      expect(last).toMatchObject({ ok: false, reason: expect.stringMatching(reason) })
    }
  })

  test('garbage never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 }), (frames) => {
        const assemble = createAssembler(() => 30)
        for (const frame of frames) if (!assemble(frame).ok) return
      }),
    )
  })

  test('a claimed total takes no memory before the bytes come', () => {
    const before = process.memoryUsage().arrayBuffers
    const kept = Array.from({ length: 200 }, () => {
      const assemble = createAssembler(() => 16 * 1024 * 1024)
      assemble(Uint8Array.of(1, 1, 0, 0, 0, 7))
      return assemble
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024)
    expect(kept.length).toBe(200)
  })
})

describe('a channel', () => {
  test('hands messages over in order, and null once the link has closed', async () => {
    const { a, b, clock } = channels()
    await Promise.all([0, 1, 2, 3, 4].map((i) => a.send(new Uint8Array(90).fill(i))))
    clock.advance(10)
    for (let i = 0; i < 4; i++) expect((await b.next())?.[0]).toBe(i)
    a.close('enough')
    clock.advance(10)
    expect(await b.next()).toBe(null)
    expect(b.closedBecause).toBe('enough')
    await a.send(new Uint8Array(5))
  })

  test('takes little from somebody who has proved nothing', async () => {
    const { a, b, clock } = channels()
    await a.send(new Uint8Array(101))
    clock.advance(10)
    expect(b.closedBecause).toBe('The peer sent a message of 101 bytes; at most 100 are allowed.')
  })

  test('keeps only so much that nobody reads', async () => {
    const { a, b, clock } = channels()
    await a.send(new Uint8Array(1))
    for (let i = 0; i < 4; i++) await a.send(new Uint8Array(900))
    clock.advance(10)
    expect(b.closedBecause).toBe('The peer sends faster than was agreed.')
  })

  test('two senders never mix their frames, and wait for a full link', async () => {
    const clock = createVirtualClock()
    const { links } = createPair({ after: clock.after, travelMs: () => 1 })
    const wide = { messageBytes: 8 * 1024 * 1024, unreadBytes: 64 * 1024 * 1024, opening: { messages: 0, bytes: 0 } }
    const [a, b] = [createChannel(links[0], wide), createChannel(links[1], wide)]
    let maxBuffered = 0
    const watched = { ...links[0], send: links[0].send }
    const sent = Promise.all([1, 2, 3].map((byte) => a.send(new Uint8Array(3_000_000).fill(byte))))
    const got: Bytes[] = []
    for (let i = 0; i < 3; i++) {
      const next = b.next()
      let isThere = false
      void next.then(() => (isThere = true))
      while (!isThere) {
        maxBuffered = Math.max(maxBuffered, watched.buffered())
        clock.advance(1)
        await Promise.resolve()
      }
      got.push((await next) as Bytes)
    }
    await sent
    expect(got.map((message) => [message.length, message[0], message.at(-1)])).toEqual(
      [1, 2, 3].map((byte) => [3_000_000, byte, byte]),
    )
    expect(maxBuffered).toBeLessThanOrEqual(HIGH_WATER + 64 * 1024)
  })
})

function channels() {
  const clock = createVirtualClock()
  const { links } = createPair({ after: clock.after, travelMs: () => 1, maxFrame: 2048 })
  return { clock, a: createChannel(links[0], LIMITS), b: createChannel(links[1], LIMITS) }
}

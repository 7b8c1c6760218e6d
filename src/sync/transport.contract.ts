/** What every transport must do. The harness gives two transports that can find each other, and a way to let time pass. */

import { afterEach, describe, expect, test } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import type { Link, Transport } from './transport.ts'

export interface TransportHarness {
  readonly a: Transport
  readonly b: Transport
  /** Lets something that is under way happen: turns a virtual clock, or waits for the next event. */
  pump(): void | Promise<void>
  close(): void | Promise<void>
}

interface Meeting {
  readonly linksOfA: Link[]
  readonly linksOfB: Link[]
  readonly a: Link
  readonly b: Link
}

export function transportContract(name: string, setup: () => TransportHarness | Promise<TransportHarness>): void {
  describe(`${name} keeps the transport contract`, () => {
    let harness: TransportHarness

    afterEach(async () => {
      harness.a.stop()
      harness.b.stop()
      await harness.close()
    })

    async function until(what: string, holds: () => boolean): Promise<void> {
      for (let turn = 0; turn < 5000 && !holds(); turn++) await harness.pump()
      expect(holds(), what).toBe(true)
    }

    async function meet(): Promise<Meeting> {
      harness = await setup()
      const linksOfA: Link[] = []
      const linksOfB: Link[] = []
      harness.a.start((link) => linksOfA.push(link))
      harness.b.start((link) => linksOfB.push(link))
      await until('both have a link', () => linksOfA.length > 0 && linksOfB.length > 0)
      return { linksOfA, linksOfB, a: linksOfA[0] as Link, b: linksOfB[0] as Link }
    }

    test('two transports that start find each other, once', async () => {
      const { linksOfA, linksOfB, a, b } = await meet()
      let arrived = false
      b.onFrame(() => (arrived = true))
      a.send(Uint8Array.of(1))
      await until('a frame arrived', () => arrived)
      expect([linksOfA.length, linksOfB.length]).toEqual([1, 1])
      expect(a.transport).toBe(harness.a.name)
      expect(harness.a.status()).toMatchObject({ state: 'ready', links: 1 })
    })

    test('frames arrive whole, in order, each once, both ways', async () => {
      const { a, b } = await meet()
      const atB: Bytes[] = []
      const atA: Bytes[] = []
      b.onFrame((frame) => atB.push(frame))
      a.onFrame((frame) => atA.push(frame))
      const sent = [0, 1, 2, 3, 4].map((i) => new Uint8Array(i * 1000 + 1).fill(i))
      for (const frame of sent) a.send(frame)
      for (const frame of sent.toReversed()) b.send(frame)
      await until('all frames arrived', () => atB.length === 5 && atA.length === 5)
      expect(atB).toEqual(sent)
      expect(atA).toEqual(sent.toReversed())
    })

    test('a frame of the largest size passes', async () => {
      const { a, b } = await meet()
      const frame = new Uint8Array(a.maxFrame).map((_, i) => i)
      const arrived: Bytes[] = []
      b.onFrame((got) => arrived.push(got))
      a.send(frame)
      await until('it arrived', () => arrived.length === 1)
      expect(arrived[0]).toEqual(frame)
    })

    test('a frame over the largest size closes the link and is not sent', async () => {
      const { a, b } = await meet()
      const arrived: Bytes[] = []
      const reasons: string[] = []
      b.onFrame((got) => arrived.push(got))
      b.onClose((reason) => reasons.push(reason))
      a.send(new Uint8Array(a.maxFrame + 1))
      await until('the other end closed', () => reasons.length === 1)
      expect(arrived).toEqual([])
    })

    test('what the sender does to its buffer afterwards changes nothing', async () => {
      const { a, b } = await meet()
      const arrived: Bytes[] = []
      b.onFrame((frame) => arrived.push(frame))
      const frame = Uint8Array.of(1, 2, 3)
      a.send(frame)
      frame.fill(9)
      await until('it arrived', () => arrived.length === 1)
      expect(arrived[0]).toEqual(Uint8Array.of(1, 2, 3))
    })

    test('frames that come before there is a listener wait for it', async () => {
      const { a, b } = await meet()
      a.send(Uint8Array.of(1))
      a.send(Uint8Array.of(2))
      let answered = false
      a.onFrame(() => (answered = true))
      b.send(Uint8Array.of(0))
      await until('the answer arrived', () => answered)
      const arrived: number[] = []
      b.onFrame((frame) => arrived.push(frame[0] as number))
      a.send(Uint8Array.of(3))
      await until('all arrived', () => arrived.length === 3)
      expect(arrived).toEqual([1, 2, 3])
    })

    test('a link that closes says so once at both ends, and later listeners hear it at once', async () => {
      const { a, b } = await meet()
      const atA: string[] = []
      const atB: string[] = []
      a.onClose((reason) => atA.push(reason))
      b.onClose((reason) => atB.push(reason))
      a.close('enough')
      expect(atA).toEqual(['enough'])
      a.close('again')
      await until('the other end heard', () => atB.length === 1)
      expect(atA).toEqual(['enough'])
      a.onClose((reason) => atA.push(`late ${reason}`))
      expect(atA).toEqual(['enough', 'late enough'])
    })

    test('sending on a closed link does nothing, and nobody waits for it to drain', async () => {
      const { a } = await meet()
      a.close('enough')
      a.send(Uint8Array.of(1))
      expect(a.buffered()).toBe(0)
      await a.drained()
    })

    test('whoever waits while the buffer is full goes on when it has drained', async () => {
      const { a, b } = await meet()
      let arrived = 0
      b.onFrame((frame) => (arrived += frame.length))
      for (let i = 0; i < 32; i++) a.send(new Uint8Array(a.maxFrame))
      let drained = false
      void a.drained().then(() => (drained = true))
      await until('it drained', () => drained)
      expect(a.buffered()).toBeLessThan(32 * a.maxFrame)
      await until('all arrived', () => arrived === 32 * a.maxFrame)
    })

    test('stop closes the links at both ends, and start finds the peer again', async () => {
      const { linksOfA, linksOfB, a, b } = await meet()
      const closed: string[] = []
      a.onClose(() => closed.push('a'))
      b.onClose(() => closed.push('b'))
      harness.a.stop()
      await until('both ends closed', () => closed.length === 2)
      expect(harness.a.status()).toMatchObject({ state: 'off', links: 0 })
      harness.a.start((link) => linksOfA.push(link))
      await until('they met again', () => linksOfA.length === 2 && linksOfB.length === 2)
    })

    test('status tells its listeners, and no more once they leave', async () => {
      const { a } = await meet()
      const heard: number[] = []
      const leave = harness.a.onStatus((status) => heard.push(status.links))
      a.close('enough')
      await until('the status changed', () => heard.at(-1) === 0)
      leave()
      const before = heard.length
      harness.a.stop()
      expect(heard.length).toBe(before)
    })
  })
}

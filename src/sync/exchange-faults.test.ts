/** Peers that do not play by the rules. Each is dropped with a reason, and what was valid stays. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { seededBytes } from '../base/random.ts'
import { encodeCbor } from '../core/cbor.ts'
import { createWorld, fakeIdentity, fakeVerify, type Peer, sameLogs, type World } from './exchange.fixture.ts'
import { decodeMessage, encodeMessage, MESSAGE_BYTES, type Message } from './exchange-messages.ts'
import { type Channel, createChannel } from './frames.ts'
import { OPENING, shakeHands } from './hello.ts'
import { createPair } from './pair.ts'

const HEX = Array.from({ length: 16 }, (_, digit) => digit.toString(16))
const ID = new Uint8Array(32).fill(3)

describe('a peer that sends', () => {
  const table: [what: string, bytes: Bytes, reason: RegExp][] = [
    ['garbage', Uint8Array.of(255, 1, 2), /garbage/],
    ['no array', encodeCbor('hi'), /garbage/],
    ['an unknown message', encodeCbor([99]), /not known here/],
    ['a hello again', encodeCbor([0, 1]), /not known here/],
    ['heads of the wrong shape', encodeCbor([2, false, true, [[ID, 0, ID]]]), /malformed/],
    ['a field too many', encodeCbor([7, 0]), /malformed/],
    ['a negative credit', encodeCbor([6, -1, 0, []]), /malformed/],
    ['more ends than batches', encodeCbor([5, [ID], [ID, ID]]), /malformed/],
    ['an answer to nothing', encodeMessage({ type: 'known', taken: 0, bitmap: new Uint8Array() }), /malformed answer/],
    ['an answer of the wrong size', encodeMessage({ type: 'known', taken: 0, bitmap: new Uint8Array(3) }), /malformed answer/],
    ['batches without credit', encodeMessage({ type: 'batches', wires: [new Uint8Array(9)], ids: [] }), /more than was agreed/],
    ['a message over the size', new Uint8Array(MESSAGE_BYTES + 1), /at most 1048576/],
  ]
  test.each(table)('%s is dropped with a reason, and backed off', async (_, bytes, reason) => {
    const world = createWorld()
    const victim = world.peer('victim')
    victim.log.append(victim.feed)
    const rogue = await intrude(world, victim)
    void rogue.send(bytes)
    await world.turn(20)
    expect(victim.exchange.status().closed.at(-1)?.reason).toMatch(reason)
    const again = await intrude(world, victim, false)
    expect(again.closedBecause).toMatch(/has to wait [12] more seconds/)
    await world.turn(2100)
    expect((await intrude(world, victim)).closedBecause).toBe(null)
  })

  test('refused batches is dropped, and the valid ones that came before stay', async () => {
    const world = createWorld()
    const [victim, honest] = [world.peer('victim'), world.peer('honest')]
    for (let i = 0; i < 5; i++) honest.log.append(honest.feed)
    const rogue = await intrude(world, victim)
    await world.turn(10)
    void rogue.send(encodeMessage({ type: 'heads', wantsAnswer: false, isLast: true, heads: [] }))
    await world.turn(30)
    void rogue.send(encodeMessage({ type: 'batches', wires: honest.log.wiresByOrdinal, ids: [] }))
    void rogue.send(encodeMessage({ type: 'batches', wires: [Uint8Array.of(255)], ids: [] }))
    await world.turn(30)
    expect(victim.exchange.status().closed.at(-1)?.reason).toBe('The peer sent what cannot be: It is garbage.')
    expect(victim.log.history.count).toBe(5)
    world.link(victim, honest)
    await world.turn(100)
    expect(victim.exchange.status().peers).toMatchObject([{ peer: 'honest' }])
  })

  test('batches twice, replayed and out of order does no harm', async () => {
    const world = createWorld()
    const [victim, honest] = [world.peer('victim'), world.peer('honest')]
    for (let i = 0; i < 20; i++) honest.log.append(honest.feed)
    const rogue = await intrude(world, victim)
    void rogue.send(encodeMessage({ type: 'heads', wantsAnswer: false, isLast: true, heads: [] }))
    await world.turn(30)
    const wires = [...honest.log.wiresByOrdinal.toReversed(), ...honest.log.wiresByOrdinal]
    for (const wire of [...wires, ...wires]) void rogue.send(encodeMessage({ type: 'batches', wires: [wire], ids: [] }))
    await world.turn(50)
    expect(rogue.closedBecause).toBe(null)
    expect(victim.log.ids()).toEqual(honest.log.ids())
  })

  test('more than its credit is dropped, whatever the log does', async () => {
    const world = createWorld()
    const victim = world.peer('victim')
    victim.log.storing = () => new Promise(() => {})
    const rogue = await intrude(world, victim)
    void rogue.send(encodeMessage({ type: 'heads', wantsAnswer: false, isLast: true, heads: [] }))
    await world.turn(30)
    const batch = new Uint8Array(200_000)
    for (let i = 0; i < 30; i++) void rogue.send(encodeMessage({ type: 'batches', wires: [batch, batch, batch, batch], ids: [] }))
    await world.turn(100)
    expect(victim.exchange.status().closed.at(-1)?.reason).toMatch(/than was agreed/)
  })

  test('questions without end is dropped', async () => {
    const world = createWorld()
    const victim = world.peer('victim')
    const rogue = await intrude(world, victim)
    for (let i = 0; i < 600; i++) void rogue.send(encodeMessage({ type: 'probe', ids: [ID] }))
    await world.turn(50)
    expect(victim.exchange.status().closed.at(-1)?.reason).toBe('The peer asks without end.')
  })

  test('nothing is dropped, and blocked no longer than others', async () => {
    const world = createWorld()
    const victim = world.peer('victim')
    const { links } = createPair({ after: world.clock.after })
    victim.exchange.connect(links[0])
    await world.turn(50)
    world.clock.advance(20_000)
    await world.turn(10)
    expect(victim.exchange.status().closed.at(-1)?.reason).toBe('The peer did not introduce itself in time.')
  })
})

test('a peer of another workspace, or without the secret, gets nothing', async () => {
  const world = createWorld()
  const victim = world.peer('victim')
  victim.log.append(victim.feed)
  for (const identity of [fakeIdentity('x', 'room', 'elsewhere'), fakeIdentity('y', 'another room')]) {
    const stranger = world.peer('stranger', { identity })
    const link = world.link(victim, stranger)
    await world.turn(100)
    expect(victim.exchange.status().closed.at(-1)?.reason).toMatch(/another workspace|does not know the secret/)
    expect(link.a.said).toEqual([])
    expect(stranger.log.history.count).toBe(0)
    await world.turn(3000)
  }
})

test('backing off takes longer each time, and ends', async () => {
  const world = createWorld()
  const victim = world.peer('victim')
  const waits: number[] = []
  for (let i = 0; i < 4; i++) {
    const rogue = await intrude(world, victim)
    void rogue.send(Uint8Array.of(255))
    await world.turn(10)
    const again = await intrude(world, victim, false)
    waits.push(Number(/wait (\d+)/.exec(again.closedBecause ?? '')?.[1]))
    world.clock.advance(waits.at(-1)! * 1000)
  }
  expect(waits).toEqual([2, 4, 8, 16])
})

test('whatever bytes a peer sends, nothing is thrown and others are served', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(anyMessage(), fc.uint8Array({ maxLength: 60 })), { maxLength: 12 }), async (messages) => {
      const world = createWorld()
      const [victim, honest] = [world.peer('victim'), world.peer('honest')]
      for (let i = 0; i < 3; i++) honest.log.append(honest.feed)
      const rogue = await intrude(world, victim)
      for (const message of messages) void rogue.send(message)
      await world.turn(10)
      world.link(victim, honest)
      await world.until(() => sameLogs(victim, honest), 20_000)
    }),
    { numRuns: 150 },
  )
})

test('messages survive encoding, and cut ones are refused', () => {
  fc.assert(
    fc.property(anyMessage(), (bytes) => {
      const decoded = decodeMessage(bytes)
      if (!decoded.ok) throw new Error(decoded.reason)
      expect(encodeMessage(decoded.message)).toEqual(bytes)
      for (let length = 0; length < bytes.length; length++) expect(decodeMessage(bytes.slice(0, length)).ok).toBe(false)
      expect(decodeMessage(concatBytes(bytes, Uint8Array.of(0))).ok).toBe(false)
    }),
  )
})

function anyMessage(): fc.Arbitrary<Bytes> {
  const id = fc.uint8Array({ minLength: 32, maxLength: 32 }) as fc.Arbitrary<Bytes>
  const ids = fc.array(id, { maxLength: 4 })
  const count = fc.nat({ max: 2 ** 40 })
  const feed = fc.string({ unit: fc.constantFrom(...HEX), minLength: 82, maxLength: 82 })
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.record({
      type: fc.constant('heads' as const),
      wantsAnswer: fc.boolean(),
      isLast: fc.boolean(),
      heads: fc.array(fc.record({ feed, seq: count, id }), { maxLength: 4 }),
    }),
    fc.record({ type: fc.constant('known' as const), taken: count, bitmap: fc.uint8Array({ maxLength: 3 }) }),
    fc.record({ type: fc.constant('probe' as const), ids }),
    fc.record({ type: fc.constant('batches' as const), wires: fc.array(id, { minLength: 4, maxLength: 5 }), ids }),
    fc.record({ type: fc.constant('have' as const), credit: count, taken: count, ids }),
    fc.constant({ type: 'done' as const }),
    fc.record({ type: fc.constant('digest' as const), hash: id }),
  )
  return message.map(encodeMessage)
}

/** A member with the secret and a key, who then says what it likes. */
async function intrude(world: World, victim: Peer, isLetIn = true): Promise<Channel> {
  const { links } = createPair({ after: world.clock.after, names: ['victim', 'rogue'] })
  const channel = createChannel(links[1], { messageBytes: 8 * MESSAGE_BYTES, unreadBytes: 64 * MESSAGE_BYTES, opening: OPENING })
  victim.exchange.connect(links[0])
  const meeting = shakeHands(channel, {
    identity: fakeIdentity('rogue'),
    verify: fakeVerify,
    randomBytes: seededBytes(world.random),
    after: world.clock.after,
  })
  await world.turn(20)
  expect((await meeting).ok).toBe(isLetIn)
  return channel
}

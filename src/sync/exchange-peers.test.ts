/** Several peers at once: what passes through one in the middle, and what one of them takes of the others' time. */

import { describe, expect, test } from 'vitest'
import { createWorld, fakeIdentity, fill, type Peer, sameLogs } from './exchange.fixture.ts'

describe('several peers', () => {
  test('batches pass through a peer in the middle, both ways', async () => {
    const world = createWorld()
    const [a, b, c] = [world.peer('a'), world.peer('b'), world.peer('c')]
    fill(a, 300)
    world.link(a, b)
    world.link(b, c)
    await world.until(() => sameLogs(a, b, c))
    fill(c, 10)
    fill(a, 10)
    await world.until(() => sameLogs(a, b, c), 2000)
    expect(a.log.duplicates + b.log.duplicates + c.log.duplicates).toBe(0)
  })

  test('in a mesh a batch goes to each peer once', async () => {
    const world = createWorld()
    const peers = ['a', 'b', 'c', 'd', 'e'].map((name) => world.peer(name))
    peers.forEach((a, i) => peers.slice(i + 1).forEach((b) => world.link(a, b)))
    await world.turn(200)
    for (const peer of peers) fill(peer, 1)
    for (let i = 0; i < 10; i++) {
      for (const peer of peers) fill(peer, 1)
      await world.turn(50)
    }
    await world.turn(1000)
    expect(sameLogs(...peers)).toBe(true)
    expect(peers.map(({ log }) => log.received)).toEqual([44, 44, 44, 44, 44])
  })

  test('a batch that need not wait does not overtake one of its feed that does', async () => {
    const world = createWorld()
    const [a, b, c] = [world.peer('a'), world.peer('b'), world.peer('c')]
    world.link(a, b)
    world.link(b, c)
    await world.turn(100)
    fill(a, 1)
    await world.until(() => b.log.history.count === 1)
    // As when another tab of the profile has stored it: it does not come by a link.
    fill(b, 1, 40, a.feed)
    await world.until(() => sameLogs(b, c), 1000)
  })

  test('two tabs of a profile do not both send what one of them wrote', async () => {
    const world = createWorld()
    const identity = fakeIdentity('profile')
    const [one, two] = ['one', 'two'].map((name, n) => {
      const tab: Peer = world.peer(name, { identity, isWrittenHere: (feed) => feed === tab.otherFeed(n) })
      return tab
    }) as [Peer, Peer]
    const remote = world.peer('remote')
    world.link(one, two)
    world.link(one, remote)
    world.link(two, remote)
    await world.turn(200)
    fill(one, 3, 40, one.otherFeed(0))
    fill(two, 2, 40, two.otherFeed(1))
    await world.until(() => sameLogs(one, two, remote))
    await world.turn(500)
    expect(remote.log.received).toBe(5)
  })

  test('a newcomer that meets many full peers gets everything from one', async () => {
    const world = createWorld()
    const full = ['a', 'b', 'c', 'd'].map((name) => world.peer(name))
    fill(full[0] as Peer, 2000, 500)
    for (const peer of full.slice(1)) await peer.log.receive(full[0]?.log.wiresByOrdinal ?? [])
    const newcomer = world.peer('n')
    for (const peer of full) world.link(peer, newcomer)
    await world.until(() => sameLogs(newcomer, ...full))
    await world.turn(300)
    expect(newcomer.log.received).toBe(2000)
  })

  test('a peer that promises and does not deliver is not waited for', async () => {
    const world = createWorld()
    const [liar, honest, newcomer] = [world.peer('liar'), world.peer('honest'), world.peer('n')]
    fill(liar, 50)
    await honest.log.receive(liar.log.wiresByOrdinal)
    liar.log.wires = async function* () {
      yield await new Promise<never>(() => {})
    }
    world.link(liar, newcomer)
    await world.turn(100)
    world.link(honest, newcomer)
    await world.turn(1000)
    expect(newcomer.log.history.count).toBe(0)
    await world.until(() => sameLogs(honest, newcomer), 10_000)
  })

  test('the digest finds what was lost, and it is sent again', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    world.link(a, b)
    await world.turn(100)
    const receive = b.log.receive.bind(b.log)
    b.log.receive = async () => ({ admitted: 0, duplicate: 0, delayed: 1, refused: [], waitMs: 0 })
    fill(a, 5)
    fill(a, 3, 40, a.otherFeed(1))
    await world.turn(100)
    b.log.receive = receive
    await world.turn(1000)
    expect(b.log.history.count).toBe(0)
    await world.until(() => b.log.history.count > 0, 20_000)
    await world.turn(50)
    expect(sameLogs(a, b)).toBe(true)
  })
})

describe('a peer that takes more than its share', () => {
  /** Each call to the log takes a while, longer for more. */
  function slow(world: ReturnType<typeof createWorld>, peer: Peer): void {
    const receive = peer.log.receive.bind(peer.log)
    peer.log.receive = async (wires) => {
      await new Promise<void>((resolve) => world.clock.after(1 + wires.length / 10, resolve))
      return receive(wires)
    }
  }

  /** How many batches of others the log judged until those of the honest peer were through. */
  async function workUntilThrough(links: number): Promise<number> {
    const world = createWorld()
    const [honest, target] = [world.peer('honest'), world.peer('target')]
    const identity = fakeIdentity('flooder')
    const flooders = Array.from({ length: links }, (_, n) => world.peer(`flooder ${n}`, { identity }))
    slow(world, target)
    for (const peer of [...flooders, honest]) world.link(peer, target)
    await world.turn(200)
    flooders.forEach((flooder, n) => fill(flooder, 5000, 40, flooder.otherFeed(n)))
    await world.turn(50)
    const before = target.log.received
    fill(honest, 500)
    const hasAll = (): boolean =>
      target.log.history.chainsOf(honest.feed).some((chain) => target.log.history.chainSince(chain, -1).length === 500)
    await world.until(hasAll)
    return target.log.received - before - 500
  }

  test('by several links does no more of the log’s work than an honest peer, until that is through', async () => {
    expect(await workUntilThrough(0)).toBe(0)
    const work = await workUntilThrough(3)
    expect(work).toBeGreaterThan(200)
    // Beyond equal shares: what was in work when the honest peer began.
    expect(work).toBeLessThan(500 + 2 * 650)
  }, 30_000)

  test('a single batch waits for what is in work, and for nothing else', async () => {
    const world = createWorld()
    const [flooder, honest, target] = [world.peer('flooder'), world.peer('honest'), world.peer('target')]
    slow(world, target)
    world.link(flooder, target)
    world.link(honest, target)
    await world.turn(200)
    fill(flooder, 12_000)
    await world.turn(200)
    const before = target.log.received
    expect(before).toBeLessThan(7000)
    fill(honest, 1)
    await world.until(() => target.log.history.chainsOf(honest.feed).length > 0, 2000)
    expect(target.log.received - before).toBeLessThan(2 * 2600)
  }, 30_000)

  test('is not heard for as long as the log says, and others are', async () => {
    const world = createWorld()
    const [flooder, honest, target] = [world.peer('flooder'), world.peer('honest'), world.peer('target')]
    world.link(flooder, target)
    world.link(honest, target)
    await world.turn(200)
    target.log.waitMs = 5000
    fill(flooder, 1)
    await world.turn(100)
    target.log.waitMs = 0
    for (let i = 0; i < 20; i++) {
      fill(flooder, 100, 4000)
      await world.turn(10)
    }
    await world.turn(1000)
    // One way in is still open, up to its credit; both are shut when both have brought too much.
    target.log.waitMs = 5000
    fill(flooder, 1)
    await world.turn(1000)
    const stopped = target.log.received
    fill(flooder, 500)
    fill(honest, 10)
    await world.turn(500)
    expect(target.log.received - stopped).toBe(10)
    target.log.waitMs = 0
    await world.until(() => sameLogs(flooder, target), 30_000)
  })

  test('does not keep others from filling us up by never coming to an end', async () => {
    const world = createWorld()
    const [dripping, honest, newcomer] = [world.peer('dripping'), world.peer('honest'), world.peer('n')]
    fill(dripping, 60, 40_000)
    fill(honest, 50)
    const { wires } = dripping.log
    dripping.log.wires = async function* (ordinals) {
      for await (const page of wires.call(dripping.log, ordinals))
        for (const one of page) {
          yield [one]
          await new Promise<void>((resolve) => world.clock.after(1000, resolve))
        }
    }
    world.link(dripping, newcomer)
    await world.turn(100)
    world.link(honest, newcomer)
    await world.turn(5000)
    expect(newcomer.log.history.chainsOf(honest.feed)).toEqual([])
    await world.until(() => newcomer.log.history.chainsOf(honest.feed).length > 0, 30_000)
  })
})

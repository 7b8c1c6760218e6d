import { utf8 } from '../base/bytes.ts'
import { describe, expect, test } from 'vitest'
import { createWorld, fill, sameLogs, type Tapped } from './exchange.fixture.ts'

function expectNothingTwice(...ends: readonly Tapped[]): void {
  for (const end of ends) expect(new Set(end.wires()).size).toBe(end.wires().length)
}

describe('two peers', () => {
  test('an empty peer gets everything, once, and sends nothing back', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 3000)
    const link = world.link(a, b)
    await world.until(() => sameLogs(a, b))
    await world.turn(500)
    expect(b.log.received).toBe(3000)
    expect(link.b.wires()).toEqual([])
    expectNothingTwice(link.a)
    expect(link.a.said.filter(({ type }) => type === 'batches').length).toBeLessThan(15)
  })

  test('both fill each other up at once', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 1000)
    fill(b, 1500)
    const link = world.link(a, b)
    await world.until(() => sameLogs(a, b))
    await world.turn(500)
    expect([a.log.received, b.log.received]).toEqual([1500, 1000])
    expectNothingTwice(link.a, link.b)
  })

  test('of a shared past only the rest is sent', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 500)
    const first = world.link(a, b)
    await world.until(() => sameLogs(a, b))
    first.cut('enough')
    fill(a, 7)
    fill(b, 5)
    fill(b, 3, 40, b.otherFeed(1))
    const second = world.link(a, b)
    await world.until(() => sameLogs(a, b))
    expect([second.a.wires().length, second.b.wires().length]).toEqual([7, 8])
  })

  test('what becomes durable goes out at once, and its receipt comes back', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    world.link(a, b)
    await world.turn(100)
    fill(a, 1)
    expect(a.exchange.shared()).toEqual({ ownUnacknowledged: 1 })
    await world.turn(10)
    expect(b.log.history.count).toBe(1)
    await world.turn(40)
    expect(a.exchange.shared()).toEqual({ ownUnacknowledged: 0 })
    expect(a.exchange.status().peers).toMatchObject([{ peer: 'b', transport: 'pair', behind: 0, ahead: false }])
    expect(a.exchange.status().peers[0]?.lagMs).toBeGreaterThan(3)
    expect(a.exchange.sharedUpTo()).toEqual([a.log.history.idOf(0)])
  })

  test('the key that batches are sealed under is handed out before them, once a link and key', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    a.log.epoch = utf8('first')
    fill(a, 300)
    world.link(a, b)
    await world.until(() => sameLogs(a, b))
    a.log.epoch = utf8('second')
    fill(a, 2)
    await world.until(() => sameLogs(a, b))
    const { story } = b.log
    expect(story.filter((line) => line.startsWith('learns'))).toEqual(['learns key of first', 'learns key of second'])
    expect(story[0]).toBe('learns key of first')
    expect(story.slice(story.indexOf('learns key of second') + 1)).toContain('takes batches')
  })

  test('what cannot be looked through for keys ends the link, and nothing is thrown past it', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    b.log.learn = () => Promise.reject(new Error('the Worker is gone'))
    a.log.epoch = utf8('first')
    fill(a, 3)
    world.link(a, b)
    await world.until(() => b.exchange.status().closed.length > 0)
    expect(b.exchange.status().closed[0]?.reason).toContain('the Worker is gone')
  })

  test('batches that are not durable are neither named nor sent', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 5)
    for (const ordinal of [3, 4]) a.log.history.setArrival(ordinal, 0)
    const c = world.peer('c', { log: a.log })
    const link = world.link(c, b)
    await world.turn(1000)
    expect(b.log.history.count).toBe(3)
    expect(link.a.said.flatMap((message) => (message.type === 'heads' ? message.heads.map(({ seq }) => seq) : []))).toEqual([2])
  })

  test('status tells how far the peer is behind, and its listeners hear of it', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    b.log.storing = () => new Promise((resolve) => world.clock.after(1000, resolve))
    fill(a, 10)
    const heard: number[] = []
    a.exchange.onStatus((status) => heard.push(status.peers[0]?.behind ?? -1))
    const link = world.link(a, b)
    await world.turn(500)
    expect(a.exchange.status().peers[0]).toMatchObject({ behind: 10 })
    expect(b.exchange.status().peers[0]).toMatchObject({ ahead: true, behind: 0 })
    await world.turn(1000)
    expect(a.exchange.status().peers[0]).toMatchObject({ behind: 0 })
    link.cut('gone')
    await world.turn(500)
    expect(heard).toEqual(expect.arrayContaining([10, 0, -1]))
    expect(a.exchange.status()).toMatchObject({ peers: [], closed: [{ peer: 'b', reason: 'gone' }] })
  })
})

describe('a link that drops', () => {
  test('10 MB arrive over three drops, with nothing sent again but what was on its way', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 2600, 4096)
    const total = a.log.wiresByOrdinal.reduce((sum, wire) => sum + wire.length, 0)
    expect(total).toBeGreaterThan(10 * 1024 * 1024)
    const slowly = (): Promise<void> => new Promise((resolve) => world.clock.after(1, resolve))
    b.log.storing = slowly
    let bytes = 0
    const resent: number[] = []
    for (const stopAt of [600, 1200, 1800, 2600]) {
      const had = new Set(b.log.ids())
      const link = world.link(a, b, { travelMs: () => 1 })
      await world.until(() => b.log.history.count >= stopAt)
      link.cut('dropped')
      expectNothingTwice(link.a)
      resent.push(link.a.wires().filter((id) => had.has(id)).length)
      bytes += link.a.bytes()
      await world.turn(50)
    }
    expect(sameLogs(a, b)).toBe(true)
    expect(resent).toEqual([0, 0, 0, 0])
    // Three windows may have been on their way in vain.
    expect(bytes).toBeLessThan(total * 1.03 + 3 * 4 * 1024 * 1024)
  })

  test('what came before the drop is kept', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 2000, 1000)
    b.log.storing = () => new Promise((resolve) => world.clock.after(20, resolve))
    const link = world.link(a, b, { travelMs: () => 1 })
    await world.until(() => b.log.history.count > 0)
    link.cut('dropped')
    const now = b.log.history.count
    await world.turn(500)
    expect(b.log.history.count).toBeGreaterThan(now)
  })
})

test('what is kept beside the log is not sent again', async () => {
  const world = createWorld()
  const [a, b] = [world.peer('a'), world.peer('b')]
  b.log.receive = async () => ({ admitted: 0, duplicate: 0, delayed: 5, refused: [], waitMs: 0 })
  fill(a, 5)
  for (const id of a.log.ids()) b.log.setAside.add(id)
  const link = world.link(a, b)
  await world.turn(60_000)
  expect(link.a.wires()).toEqual([])
})

describe('forks', () => {
  test('both branches reach both, and little of the common past is sent again', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 1000)
    await b.log.receive(a.log.wiresByOrdinal)
    const at = a.log.history.count - 1
    fill(a, 20)
    b.log.append(a.feed, 41, at)
    fill(b, 9, 41, a.feed)
    const link = world.link(a, b)
    await world.until(() => sameLogs(a, b), 5000)
    await world.turn(500)
    expect(a.log.history.chainsOf(a.feed).length).toBe(2)
    expect(link.a.wires().length).toBeLessThan(20 + 20)
    expect(link.b.wires().length).toBeLessThan(10 + 20)
    expectNothingTwice(link.a, link.b)
  })

  test('a branch that starts deep in the past reaches a peer that has the other', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 100)
    await b.log.receive(a.log.wiresByOrdinal)
    b.log.append(a.feed, 41, 10)
    const link = world.link(a, b)
    await world.until(() => sameLogs(a, b), 5000)
    expect(link.a.wires()).toEqual([])
    expect(link.b.wires().length).toBe(1)
  })

  test('whoever has a branch has what it branched off from', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 100)
    const branch = a.log.append(a.feed, 41, 10)
    await b.log.receive([...a.log.wiresByOrdinal.slice(0, 11), branch])
    const link = world.link(a, b)
    await world.until(() => sameLogs(a, b), 5000)
    expect(link.a.wires().length).toBe(89)
  })

  test('forks made at three peers reach all, through one in the middle', async () => {
    const world = createWorld()
    const [a, b, c] = [world.peer('a'), world.peer('b'), world.peer('c')]
    fill(a, 30)
    for (const peer of [b, c]) await peer.log.receive(a.log.wiresByOrdinal)
    a.log.append(a.feed, 41, 9)
    b.log.append(a.feed, 42, 9)
    b.log.append(a.feed, 43, 20)
    c.log.append(a.feed, 44, 29)
    world.link(a, b)
    world.link(b, c)
    await world.until(() => sameLogs(a, b, c), 5000)
    expect(a.log.history.count).toBe(34)
  })
})

describe('a slow reader', () => {
  test('bounds what the sender keeps in memory and on its way', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 2500, 4096)
    b.log.storing = () => new Promise(() => {})
    const link = world.link(a, b, { travelMs: () => 1 })
    await world.turn(3000)
    expect(link.a.maxBuffered()).toBeLessThan(1024 * 1024 + 128 * 1024)
    expect(link.a.bytes()).toBeLessThan(4 * 1024 * 1024 + 64 * 1024)
    expect(link.a.bytes()).toBeGreaterThan(3 * 1024 * 1024)
  })

  test('a log that admits and cannot store stops the sender too', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 2500, 4096)
    const setArrival = b.log.history.setArrival.bind(b.log.history)
    b.log.history.setArrival = () => {}
    const link = world.link(a, b, { travelMs: () => 1 })
    await world.turn(2000)
    expect(link.a.bytes()).toBeLessThan(4 * 1024 * 1024 + 64 * 1024)
    b.log.history.setArrival = setArrival
  })

  test('a link that does not drain holds the sender back', async () => {
    const world = createWorld()
    const [a, b] = [world.peer('a'), world.peer('b')]
    fill(a, 2500, 4096)
    let travelMs = 1
    const link = world.link(a, b, { travelMs: () => travelMs })
    await world.turn(20)
    travelMs = 1_000_000
    await world.turn(1000)
    expect(link.a.maxBuffered()).toBeLessThan(1024 * 1024 + 128 * 1024)
  })
})

test('a stopped exchange closes its links and takes no more', async () => {
  const world = createWorld()
  const [a, b] = [world.peer('a'), world.peer('b')]
  world.link(a, b)
  await world.turn(100)
  a.exchange.close()
  await world.turn(100)
  expect(b.exchange.status()).toMatchObject({ peers: [], closed: [{ reason: 'This side stopped.' }] })
  world.link(a, b)
  await world.turn(100)
  expect(b.exchange.status().closed.at(-1)).toMatchObject({ reason: 'This side works offline.' })
})

test('what a peer named while it was kept beside the log is known to be its own once it is let in', async () => {
  const world = createWorld()
  const [a, b] = [world.peer('a'), world.peer('b')]
  const receive = b.log.receive.bind(b.log)
  b.log.receive = async () => ({ admitted: 0, duplicate: 0, delayed: 5, refused: [], waitMs: 0 })
  fill(a, 5)
  for (const id of a.log.ids()) b.log.setAside.add(id)
  world.link(a, b)
  await world.turn(1000)
  b.log.receive = receive
  b.log.setAside.clear()
  await b.log.receive(a.log.wiresByOrdinal)
  await world.turn(1000)
  expect(b.exchange.status().peers).toMatchObject([{ behind: 0, ahead: false }])
  expect(a.exchange.status().peers).toMatchObject([{ behind: 0, ahead: false }])
})

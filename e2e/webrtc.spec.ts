/** The WebRTC transport in real browsers: that it carries frames, and each known hazard of y-webrtc, cured. */
import { expect, test, type Tab, type World } from './webrtc/world.ts'

const MB = 1024 * 1024

test('two browsers meet, frames pass both ways, and both know the same certificates', async ({ world }) => {
  const [a, b] = await meet(world)
  expect(await ping(world, a)).toBe(1)
  expect(await ping(world, b)).toBe(1)
  const [ofA, ofB] = [await state(world, a), await state(world, b)]
  expect(ofA.status).toMatchObject({ state: 'ready', links: 1, detail: 'connected to 1 peer' })
  expect(ofA.links[0]?.binding).toMatch(/^[0-9a-f]{64}$/)
  expect(ofA.links[0]?.binding).toBe(ofB.links[0]?.binding)
  expect([ofA.links[0]?.peer, ofB.links[0]?.peer]).toEqual([b.id(), a.id()])
})

test('with a secret, signalling sees no address and no fingerprint, and a stranger is not heard', async ({ world }) => {
  const secret = [1, 2, 3]
  const [a, b, stranger] = [await world.tab(), await world.tab(), await world.tab()]
  await a.open({ secret })
  await b.open({ secret })
  await stranger.open()
  await linked(world, 1, a, b)
  expect(await ping(world, a)).toBe(1)
  const sealed = world.relay.heard.filter(({ data }) => typeof data === 'string')
  expect(sealed.length).toBeGreaterThan(3)
  expect(world.relay.heard.length - sealed.length).toBe(1)
  expect((await state(world, stranger)).links).toEqual([])
})

test('hazard 1: 50 MB arrive whole, in frames no larger than 64 KiB, about as fast as a bare channel carries them', async ({
  world,
}) => {
  const [a, b] = await meet(world)
  const bytes = 50 * MB
  const raw = await a.page.evaluate((size) => window.peer.rawSeconds(size), bytes)
  expect((await state(world, a)).links[0]?.maxFrame).toBeLessThanOrEqual(64 * 1024)
  const startedAt = Date.now()
  await a.page.evaluate(([room, size]) => window.peer.bulk(room, size, true), [world.room, bytes] as const)
  await b.page.waitForFunction(([room, size]) => window.peer.state(room).bulkBytes === size, [world.room, bytes] as const)
  const ours = (Date.now() - startedAt) / 1000
  console.log(`lane ${(50 / ours).toFixed(1)} MB/s between two pages, bare channel ${(50 / raw).toFixed(1)} MB/s within one`)
  expect(await ping(world, a)).toBe(1)
  // A ratio of one run, with much room: only a lane that stalls falls below it.
  expect(ours).toBeLessThan(raw * 5)
})

test('hazard 1: a sender that does not wait is cut off, rather than losing frames without a word', async ({ world }) => {
  const [a, b] = await meet(world)
  await a.page.evaluate((room) => window.peer.bulk(room, 64 * 1024 * 1024, false), world.room)
  expect((await state(world, a)).closed).toEqual(['the sender did not wait for the link to drain'])
  await expect.poll(async () => (await state(world, b)).closed).toEqual(['the connection was lost'])
})

test('hazard 2: peers that announce themselves at the same instant get a link that is not mute', async ({ world }) => {
  const tabs = [await world.tab(), await world.tab(), await world.tab()]
  world.relay.hold()
  for (const tab of tabs) await tab.open()
  world.relay.release()
  await linked(world, 2, ...tabs)
  for (const [i, tab] of tabs.entries()) {
    await tab.page.evaluate(([room, words]) => window.peer.say(room, words), [world.room, `tab ${i}`] as const)
  }
  for (const [i, tab] of tabs.entries()) {
    const others = [0, 1, 2].filter((one) => one !== i).map((one) => `tab ${one}`)
    await expect.poll(async () => (await state(world, tab)).heard.toSorted()).toEqual(others)
    expect(await ping(world, tab)).toBe(2)
  }
})

const strays = {
  'a candidate': {
    type: 'candidate',
    candidate: { candidate: 'candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host ufrag abcd', sdpMid: '0', sdpMLineIndex: 0 },
  },
  'an answer': { type: 'answer', sdp: 'v=0' },
  'a wish to renegotiate': { renegotiate: true },
  nothing: null,
}
for (const [what, signal] of Object.entries(strays)) {
  test(`hazard 3: ${what} from somebody unknown leaves no phantom that hides that peer`, async ({ world }) => {
    const [a, b] = [await world.tab(), await world.tab()]
    world.relay.hold()
    await a.open()
    await b.open()
    const [caller, other] = a.id() > b.id() ? [a.id(), b.id()] : [b.id(), a.id()]
    world.relay.inject(world.room, { type: 'signal', to: caller, from: other, token: 1, signal })
    world.relay.release()
    await linked(world, 1, a, b)
    expect([(await state(world, a)).pageErrors, (await state(world, b)).pageErrors]).toEqual([[], []])
  })
}

test('hazard 3: what is forged into a link that works does not break it', async ({ world }) => {
  const [a, b] = await meet(world)
  const [idOfA, idOfB] = [a.id(), b.id()]
  const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 50000 typ host ufrag abcd', sdpMid: '7', sdpMLineIndex: 7 }
  for (const [to, from] of [
    [idOfA, idOfB],
    [idOfB, idOfA],
  ]) {
    for (const signal of [
      { type: 'candidate', candidate },
      { type: 'answer', sdp: 'v=0' },
      { type: 'offer', sdp: 'v=0' },
      { type: 'offer' },
    ]) {
      world.relay.inject(world.room, { type: 'signal', to, from, token: 1e15, signal })
    }
  }
  await a.page.evaluate((room) => window.peer.say(room, 'still here'), world.room)
  await expect.poll(async () => (await state(world, b)).heard).toEqual(['still here'])
  expect(await ping(world, b)).toBe(1)
  expect((await state(world, a)).closed).toEqual([])
})

test('hazard 3: an attempt that came to nothing is given up, and made again', async ({ world }) => {
  const [a, b] = [await world.tab(), await world.tab()]
  let answers = 0
  world.relay.lose(({ signal }) => signal?.type === 'answer' && ++answers === 1)
  await a.open()
  await b.open()
  await expect.poll(() => answers).toBe(1)
  // The time that an attempt has is over for the first at both, and only then another begins: however long a machine takes for one.
  world.relay.hold()
  for (const tab of [a, b]) await tab.page.evaluate(() => window.peer.attemptsAreOver())
  world.relay.release()
  await linked(world, 1, a, b)
  expect(answers).toBe(2)
})

test('hazard 4: strangers that announce themselves without end and never connect keep nobody out', async ({ world }) => {
  const [a, b] = [await world.tab(), await world.tab()]
  await a.open()
  let strangers = 0
  // Smaller ids than any: so that this end has to call them all.
  const flood = () => {
    for (let i = 0; i < 60; i++) world.relay.inject(world.room, { type: 'announce', from: `00000000-stranger-${strangers++}` })
  }
  flood()
  const flooding = setInterval(flood, 2000)
  await b.open()
  await linked(world, 1, a, b)
  clearInterval(flooding)
  expect(await ping(world, a)).toBe(1)
})

test('hazard 5: a peer can say nothing on the awareness channel but small awareness', async ({ world }) => {
  const [evil, victim] = await meet(world)
  const newcomer = await world.tab()
  world.relay.hold()
  await newcomer.open()
  const id = newcomer.id()
  const bytesOf = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)]
  const update = [1, 1, 7, 0, 1, 1, 1, 120, 1, 97, 0] // a Y.Doc update of one letter: whoever applies it holds one client
  const long = JSON.stringify({ words: 'x'.repeat(5000) })
  const state5000 = [5, 1, (long.length & 127) | 128, long.length >> 7, ...new TextEncoder().encode(long)]
  const awareness = [1, ...state5000]
  const messages = [
    [4, 1, ...bytesOf(id)],
    [0, 2, update.length, ...update],
    [1, (awareness.length & 127) | 128, awareness.length >> 7, ...awareness],
    [1, 200],
    [9],
    [],
  ]
  for (const message of messages) {
    await evil.page.evaluate(([room, bytes]) => window.peer.misuse(room, bytes), [world.room, message] as const)
  }
  await evil.page.evaluate((room) => window.peer.say(room, 'after all that'), world.room)
  await expect.poll(async () => (await state(world, victim)).heard).toEqual(['after all that'])
  expect(await state(world, victim)).toMatchObject({ docClients: 0, pageErrors: [] })
  world.relay.release()
  await linked(world, 2, evil, victim, newcomer)
})

test('hazard 6: a page that only asks whether to leave stays whole', async ({ world }) => {
  const [a, b] = await meet(world)
  await a.page.evaluate(() => window.dispatchEvent(new Event('beforeunload', { cancelable: true })))
  await a.page.evaluate((room) => window.peer.say(room, 'did not leave'), world.room)
  await expect.poll(async () => (await state(world, b)).heard).toEqual(['did not leave'])
  expect(await ping(world, a)).toBe(1)
  expect((await state(world, a)).closed).toEqual([])
})

test('hazard 7: two tabs of one browser are peers like others, not a shortcut past the gate', async ({ world, browser }) => {
  const context = await browser.newContext()
  const [a, b] = [await world.tab(context), await world.tab(context)]
  await a.open()
  await b.open()
  await linked(world, 1, a, b)
  expect(await ping(world, a)).toBe(1)
})

test('hazard 9: links outlive the signalling server, the status says so, and newcomers join once it is back', async ({
  world,
}) => {
  const [a, b] = await meet(world)
  await world.relay.stop()
  await expect
    .poll(async () => (await state(world, a)).status)
    .toMatchObject({
      state: 'unreachable',
      links: 1,
      detail: 'signalling unreachable: 1 peer stay connected, new ones cannot join',
    })
  expect(await ping(world, a)).toBe(1)
  await world.relay.start()
  const c = await world.tab()
  await c.open()
  await linked(world, 2, a, b, c)
})

test('hazard 9: of several signalling servers one is enough', async ({ world }) => {
  const [a, b] = [await world.tab(), await world.tab()]
  await a.open({ signalling: ['ws://127.0.0.1:1/', world.relay.url, 'ftp://nowhere/'] })
  await b.open({ signalling: [world.relay.url, 'ws://127.0.0.1:1/'] })
  await linked(world, 1, a, b)
  expect((await state(world, a)).status.state).toBe('ready')
})

test('hazard 14: the first thing a peer says of itself is heard at once', async ({ world }) => {
  const [a, b] = await meet(world)
  // Nobody has said anything since, and nothing is said again with time: the state each began with is what the other must have.
  await expect.poll(async () => (await state(world, b)).heard).toEqual([''])
  await expect.poll(async () => (await state(world, a)).heard).toEqual([''])
})

test('hazard 16: to work offline closes links and signalling, is quiet, and comes back', async ({ world }) => {
  const [a, b] = await meet(world)
  await a.page.evaluate((room) => window.peer.say(room, 'me'), world.room)
  await b.page.evaluate((room) => window.peer.say(room, 'you'), world.room)
  await expect.poll(async () => (await state(world, b)).heard).toEqual(['me'])
  await expect.poll(async () => (await state(world, a)).heard).toEqual(['you'])
  await a.page.evaluate((room) => window.peer.stop(room), world.room)
  expect((await state(world, a)).heard).toEqual([])
  expect((await state(world, a)).status).toMatchObject({ state: 'off', links: 0 })
  await expect.poll(async () => (await state(world, b)).links).toEqual([])
  await expect.poll(() => world.relay.sockets()).toBe(1)
  await expect.poll(async () => (await state(world, b)).heard).toEqual([])
  const idOfA = a.id()
  const before = world.relay.heard.filter(({ data }) => data.from === idOfA).length
  await a.page.evaluate((room) => window.peer.start(room), world.room)
  await linked(world, 1, a, b)
  expect(world.relay.heard.filter(({ data }) => data.from === idOfA).length).toBe(before)
  await expect.poll(async () => (await state(world, b)).heard).toEqual(['me'])
  // Nothing was said meanwhile: what was heard before is heard again.
  await expect.poll(async () => (await state(world, a)).heard).toEqual(['you'])
})

test('hazard 20: the ICE servers set are the only ones, and none means none', async ({ world }) => {
  const [a, b] = [await world.tab(), await world.tab()]
  const iceServers = [{ urls: 'stun:127.0.0.1:1' }]
  await a.open({ iceServers })
  await b.open()
  await linked(world, 1, a, b)
  expect((await state(world, a)).configs).toEqual([iceServers])
  expect((await state(world, b)).configs).toEqual([[]])
})

test('hazard 21: a page that comes back from the back/forward cache meets its peers again', async ({ world }) => {
  const [a, b] = await meet(world)
  await a.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
  await expect.poll(async () => (await state(world, b)).links).toEqual([])
  await expect.poll(() => world.relay.sockets()).toBe(1)
  await a.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await linked(world, 1, a, b)
  expect(await ping(world, b)).toBe(1)
})

test('a link that breaks is dialled again within seconds, and is not mute', async ({ world }) => {
  const [a, b] = await meet(world)
  // Both at one instant, so that both look for each other at once.
  await Promise.all([a, b].map((tab) => tab.page.evaluate((room) => window.peer.cut(room), world.room)))
  for (const tab of [a, b]) await expect.poll(async () => (await state(world, tab)).closed).toEqual(['the connection was lost'])
  await linked(world, 1, a, b)
  await a.page.evaluate((room) => window.peer.say(room, 'back'), world.room)
  await expect.poll(async () => (await state(world, b)).heard).toEqual(['back'])
  expect(await ping(world, b)).toBe(1)
})

test('a link that one end hangs up is gone at both, and is not dialled again at once', async ({ world }) => {
  const [a, b] = await meet(world)
  await a.page.evaluate((room) => window.peer.close(room, 'garbage'), world.room)
  await expect.poll(async () => (await state(world, b)).closed).toEqual(['the connection was lost'])
  const c = await world.tab()
  await c.open()
  await linked(world, 2, c)
  await linked(world, 1, a)
  expect((await state(world, a)).links.map((link) => link.peer)).toEqual([c.id()])
  expect((await state(world, a)).closed).toEqual(['garbage'])
})

test('a tab that is closed is gone for the others within seconds', async ({ world }) => {
  const [a, b] = await meet(world)
  await a.page.close()
  await expect.poll(async () => (await state(world, b)).links).toEqual([])
})

async function meet(world: World): Promise<readonly [Tab, Tab]> {
  const tabs = [await world.tab(), await world.tab()] as const
  for (const tab of tabs) await tab.open()
  await linked(world, 1, ...tabs)
  return tabs
}

async function linked(world: World, count: number, ...tabs: readonly Tab[]): Promise<void> {
  for (const tab of tabs) await expect.poll(async () => (await state(world, tab)).links.length).toBe(count)
}

function state(world: World, tab: Tab) {
  return tab.page.evaluate((room) => window.peer.state(room), world.room)
}

function ping(world: World, tab: Tab): Promise<number> {
  return tab.page.evaluate((room) => window.peer.ping(room), world.room)
}

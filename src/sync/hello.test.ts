import { describe, expect, test } from 'vitest'
import { type Bytes, toHex } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import { sign, signingKeys } from '../log/keys.ts'
import { verifySignature } from '../log/signature.ts'
import { createChannel } from './frames.ts'
import { type HelloPorts, type Identity, type Meeting, OPENING, shakeHands } from './hello.ts'
import { createVirtualClock } from './pair-clock.ts'
import { createPair, type PairOptions } from './pair.ts'
import type { Link } from './transport.ts'

const LIMITS = { messageBytes: 1000, unreadBytes: 3000, opening: OPENING }
const WORKSPACE = new Uint8Array(32).fill(7)
const SECRET = new Uint8Array(16).fill(9)

describe('two peers that meet', () => {
  test('learn each other’s key', async () => {
    const [ada, ben] = [await identity(1), await identity(2)]
    expect(await meet(ada, ben)).toEqual([
      { ok: true, actor: toHex(ben.key) },
      { ok: true, actor: toHex(ada.key) },
    ])
  })

  test('meet as well over a link that both ends know by the same bytes', async () => {
    expect((await meet(await identity(1), await identity(2), { binding: Uint8Array.of(1, 2, 3) })).map(({ ok }) => ok)).toEqual([
      true,
      true,
    ])
  })

  test('may be two tabs with one key', async () => {
    const ada = await identity(1)
    expect((await meet(ada, ada)).map(({ ok }) => ok)).toEqual([true, true])
  })

  test.each<[string, Partial<Identity>, RegExp, boolean]>([
    ['another workspace', { workspace: new Uint8Array(32).fill(8) }, /another workspace/, false],
    ['another secret', { roomSecret: new Uint8Array(16).fill(8) }, /does not know the secret/, true],
    ['a key that is not theirs', { key: new Uint8Array(33).fill(1) }, /could not prove who it is/, true],
  ])('part over %s', async (_, wrong, reason, blame) => {
    const [ada, ben] = [await identity(1), await identity(2)]
    const [atAda] = await meet(ada, { ...ben, ...wrong })
    expect(atAda).toMatchObject({ ok: false, reason: expect.stringMatching(reason), blame })
  })

  test('part when somebody between them passes everything on, as the link is not the same', async () => {
    const [ada, ben] = [await identity(1), await identity(2)]
    const clock = createVirtualClock()
    const left = createPair({ after: clock.after, binding: Uint8Array.of(1) })
    const right = createPair({ after: clock.after, binding: Uint8Array.of(2) })
    left.links[1].onFrame((frame) => right.links[0].send(frame))
    right.links[0].onFrame((frame) => left.links[1].send(frame))
    const both = Promise.all([shake(left.links[0], ada, clock, 1), shake(right.links[1], ben, clock, 2)])
    expect(await turned(clock, both)).toMatchObject([{ ok: false, reason: expect.stringMatching(/secret/) }, { ok: false }])
  })
})

describe('a peer that does not play by the rules', () => {
  test('cannot answer with our own words', async () => {
    expect(await against((message) => message)).toMatchObject({
      ok: false,
      reason: 'The peer sent our own hello back.',
      blame: true,
    })
  })

  test('of a newer version is told so, not blamed', async () => {
    expect(await against(() => encodeCbor([0, 2, 'who knows']))).toMatchObject({
      ok: false,
      reason: 'The peer speaks another version (2, here 1).',
      blame: false,
    })
  })

  test.each<[string, Bytes]>([
    ['garbage', Uint8Array.of(255, 255)],
    ['no array', encodeCbor('hello')],
    ['something else first', encodeCbor([2, false, true, []])],
    ['a short nonce', encodeCbor([0, 1, WORKSPACE, new Uint8Array(31), new Uint8Array(33)])],
    ['a field too many', encodeCbor([0, 1, WORKSPACE, new Uint8Array(32), new Uint8Array(33), 0])],
  ])('is refused for %s', async (_, bytes) => {
    expect(await against(() => bytes)).toMatchObject({ ok: false, blame: true })
  })

  test('cannot use a proof of another meeting', async () => {
    const [ada, ben] = [await identity(1), await identity(2)]
    const heard: Bytes[] = []
    const clock = createVirtualClock()
    const { links } = createPair({ after: clock.after })
    const spied: Link = { ...links[1], send: (frame) => (heard.push(frame.slice()), links[1].send(frame)) }
    await turned(clock, Promise.all([shake(links[0], ada, clock, 1), shake(spied, ben, clock, 2)]))
    let next = 0
    const replayed = await against(() => (heard[next++] as Bytes).subarray(1), 3)
    expect(replayed).toMatchObject({ ok: false, reason: 'The peer does not know the secret of this workspace.' })
  })

  test('that says nothing is not waited for', async () => {
    const ada = await identity(1)
    const clock = createVirtualClock()
    const { links } = createPair({ after: clock.after })
    const meeting = shake(links[0], ada, clock, 1)
    clock.advance(20_000)
    expect(await meeting).toEqual({ ok: false, reason: 'The peer did not introduce itself in time.', blame: false })
  })
})

async function identity(seed: number): Promise<Identity> {
  const pair = await signingKeys(new Uint8Array(32).fill(seed))
  return { workspace: WORKSPACE, roomSecret: SECRET, key: pair.key, sign: (message) => sign(pair, message) }
}

type Clock = ReturnType<typeof createVirtualClock>

function shake(link: Link, who: Identity, clock: Clock, seed: number): Promise<Meeting> {
  const ports: HelloPorts = {
    identity: who,
    verify: verifySignature,
    randomBytes: seededBytes(seededRandom(seed)),
    after: clock.after,
  }
  return shakeHands(createChannel(link, LIMITS), ports)
}

async function meet(a: Identity, b: Identity, options: Partial<PairOptions> = {}): Promise<[Meeting, Meeting]> {
  const clock = createVirtualClock()
  const { links } = createPair({ after: clock.after, ...options })
  const [first, second] = [shake(links[0], a, clock, 1), shake(links[1], b, clock, 2)]
  // Who finds fault hangs up, as the exchange does.
  for (const [meeting, link] of [
    [first, links[0]],
    [second, links[1]],
  ] as const)
    void meeting.then((met) => met.ok || link.close(met.reason))
  return turned(clock, Promise.all([first, second]))
}

/** Our side against one that answers each message as it likes. */
async function against(answer: (message: Bytes) => Bytes, seed = 1): Promise<Meeting> {
  const ada = await identity(1)
  const clock = createVirtualClock()
  const { links } = createPair({ after: clock.after })
  const other = createChannel(links[1], LIMITS)
  void (async () => {
    for (let message = await other.next(); message !== null; message = await other.next()) void other.send(answer(message))
  })()
  return turned(clock, shake(links[0], ada, clock, seed))
}

/** Real signatures take real time. */
async function turned<T>(clock: Clock, promise: Promise<T>): Promise<T> {
  let isDone = false
  void promise.then(() => (isDone = true))
  while (!isDone) {
    clock.advance(1)
    await new Promise((resolve) => setTimeout(resolve))
  }
  return promise
}

test('hello and proof fit into what a stranger may send', async () => {
  const ada = await identity(1)
  const sizes: number[] = []
  const clock = createVirtualClock()
  const { links } = createPair({ after: clock.after, binding: new Uint8Array(64) })
  const spied: Link = { ...links[0], send: (frame) => (sizes.push(frame.length), links[0].send(frame)) }
  await turned(clock, Promise.all([shake(spied, ada, clock, 1), shake(links[1], ada, clock, 2)]))
  expect(sizes.length).toBe(2)
  for (const size of sizes) expect(size).toBeLessThan(OPENING.bytes)
  expect(decodeCbor(new Uint8Array()).ok).toBe(false)
})

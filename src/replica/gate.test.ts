/** What peers send is taken in at the pace that its authors may write, and of what is in vain only so much is kept. */

import { describe, expect, test } from 'vitest'
import { concatBytes, fromHex } from '../base/bytes.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import type { Right } from '../core/change.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { generateCapability } from '../core/roles.ts'
import { signingKeys } from '../log/keys.ts'
import { exchange, founded, joined, testPeer } from './cluster.fixture.ts'
import { Hand } from './hand.fixture.ts'
import { grantTo, removeActor, revoke, undoCut } from './membership.ts'
import { openReplica, type Replica } from './replica.ts'

const keys = (seed: number) => signingKeys(seededBytes(seededRandom(seed))(32))

/** An owner with a task, somebody with a role, and a second replica that is honest. */
async function scene(role: 'member' | 'agent', rights?: readonly Right[]) {
  const { owner, clock } = await founded()
  const task = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'as it was']] }))
  const pair = await keys(77)
  const granted = grantTo(owner, { key: pair.key, box: null }, { role, ...(rights && { rights }) })
  if (!granted.ok) throw new Error(granted.refusal.detail)
  await owner.saved()
  const { member: honest } = await joined(owner, 9, clock)
  await exchange(owner, honest)
  return { owner, honest, clock, task, hand: new Hand(pair, owner) }
}

async function titles(hand: Hand, task: NodeId, count: number, ms: number, stepMs = 0): Promise<Uint8Array<ArrayBuffer>[]> {
  const wires: Uint8Array<ArrayBuffer>[] = []
  for (let i = 0; i < count; i++) {
    const { wire } = await hand.set(task, 'title', `${i}`, { hlc: [ms + i * stepMs, i % 65_536], after: [] })
    wires.push(wire)
  }
  return wires
}

describe('an author’s allowance', () => {
  test('lets a burst through; what goes beyond stays outside until its time, and comes in by itself', async () => {
    const { honest, owner, clock, task, hand } = await scene('agent')
    const first = await hand.set(task, 'title', 'first')
    // A change in a batch of its own costs twice what one among many does.
    const flood = [first.wire, ...(await titles(hand, task, LOCAL.agentBurst / 2 + 200, clock.ms + 1))]
    const report = await honest.receive(flood, owner.actor)
    expect([report.waitMs, report.refused]).toEqual([0, []])
    const { outside } = honest.delayed
    expect(outside).toBeGreaterThan(200)
    expect(outside).toBeLessThan(300)
    expect(honest.isSetAside(await idOf(flood.at(-1) as Uint8Array<ArrayBuffer>))).toBe(true)
    expect(honest.floods()).toEqual([{ actor: hand.actor, outside }])
    clock.ms += 1000
    honest.tick()
    await honest.receive([], owner.actor)
    // A second's worth of them.
    expect(outside - honest.delayed.outside).toBeGreaterThan(20)
    expect(outside - honest.delayed.outside).toBeLessThan(80)
    clock.ms += 60_000
    await honest.receive([], owner.actor)
    expect(honest.delayed.outside).toBe(0)
    expect(honest.history.count).toBe(owner.history.count + flood.length)
  }, 30_000)

  test('holds up no honest work: what hangs on a part that stays outside brings it in', async () => {
    const { honest, owner, clock, task, hand } = await scene('agent')
    const first = await hand.set(task, 'title', 'first')
    const flood = [first.wire, ...(await titles(hand, task, LOCAL.agentBurst / 2 + 200, clock.ms + 1))]
    await honest.receive(flood, hand.actor)
    // The owner was quicker, by whatever clock.
    clock.ms += 1_000_000
    await owner.receive(flood, hand.actor)
    clock.ms -= 1_000_000
    owner.transact(null, (tx) => tx.set(task, 'priority', 0))
    await exchange(owner, honest)
    expect(honest.views.task(task)?.priority).toBe(0)
    expect(honest.delayed).toMatchObject({ outside: 0, waiting: 0 })
  }, 30_000)

  test('counts the author’s own time: what was written at a fair pace and comes late, all at once, waits for nothing', async () => {
    const { honest, clock, task, hand } = await scene('agent')
    const first = await hand.set(task, 'title', 'first')
    const from = clock.ms + 1
    const pace = Math.ceil(2100 / LOCAL.agentChangesPerSecond)
    const slow = [first.wire, ...(await titles(hand, task, LOCAL.agentBurst + 400, from, pace))]
    clock.ms = from + slow.length * pace
    expect((await honest.receive(slow, hand.actor)).admitted).toBe(slow.length)
    expect(honest.floods()).toEqual([])
  }, 30_000)

  test('once much of it stays outside, who brings it waits, whoever it is', async () => {
    const { honest, owner, clock, task, hand } = await scene('agent')
    const first = await hand.set(task, 'title', 'first')
    const flood = await titles(hand, task, LOCAL.agentBurst / 2 + LOCAL.authorOutside + 100, clock.ms + 1)
    const { waitMs } = await honest.receive([first.wire, ...flood], owner.actor)
    expect(waitMs).toBeGreaterThan((100 * 2 * 1000) / LOCAL.agentChangesPerSecond)
    expect(waitMs).toBeLessThan((200 * 2 * 1000) / LOCAL.agentChangesPerSecond)
  }, 30_000)

  test('people have more of it than agents', async () => {
    const { honest, clock, task, hand } = await scene('member')
    const first = await hand.set(task, 'title', 'first')
    const flood = [first.wire, ...(await titles(hand, task, LOCAL.agentBurst + 400, clock.ms + 1))]
    expect((await honest.receive(flood, hand.actor)).admitted).toBe(flood.length)
  }, 30_000)

  test('is used up fifty times as fast by what counts nowhere', async () => {
    const { honest, clock, task, hand } = await scene('agent', ['comment'])
    const first = await hand.set(task, 'title', 'first')
    const count = LOCAL.agentBurst / 50 / 2
    await honest.receive([first.wire, ...(await titles(hand, task, count + 50, clock.ms + 1))], hand.actor)
    expect(honest.quarantine.size).toBeLessThanOrEqual(count + 1)
    expect(honest.delayed.outside).toBeGreaterThanOrEqual(50)
  })
})

describe('spam.revoked-lazy: who has no right any more', () => {
  /** Ended, and goes on writing as if it had not heard of it. */
  async function revoked(count: number) {
    const world = await scene('member')
    const { owner, honest, hand, task, clock } = world
    const before = await hand.set(task, 'title', 'honest')
    await owner.receive([before.wire], hand.actor)
    await exchange(owner, honest)
    expect(removeActor(owner, hand.actor as never)).toMatchObject({ ok: true })
    await owner.saved()
    await exchange(owner, honest)
    const seen = owner.history.ordinalOf(before.id) as number
    // Slowly: it is not for its pace that it is kept out.
    const spam = await titles(hand, task, count, clock.ms + 10, 1000)
    clock.ms += count * 1000
    return { ...world, before, spam, seen }
  }

  test('is kept up to a bound; the rest stays outside, is not asked for again, and nothing of it counts', async () => {
    const { honest, spam, task, hand } = await revoked(LOCAL.vainBatches + 50)
    const { waitMs } = await honest.receive(spam, hand.actor)
    expect(waitMs).toBe(0)
    expect([honest.quarantine.size, honest.delayed.outside]).toEqual([LOCAL.vainBatches, 50])
    expect(honest.views.task(task)?.title).toBe('honest')
    expect(honest.floods()).toMatchObject([{ outside: 50 }])
    const last = honest.history.ordinalOf(await idOf(spam.at(-1) as Uint8Array<ArrayBuffer>))
    expect(last).toBeNull()
    expect(honest.isSetAside(await idOf(spam.at(-1) as Uint8Array<ArrayBuffer>))).toBe(true)
    expect(honest.isSetAside(await idOf(spam[0] as Uint8Array<ArrayBuffer>))).toBe(false)
  }, 60_000)

  test('comes in where honest work hangs on it, with all that it hangs on itself', async () => {
    const { honest, owner, spam, clock, hand } = await revoked(LOCAL.vainBatches + 50)
    await honest.receive(spam, hand.actor)
    // The owner, who kept more, adopts one of the last: their adopt hangs on it.
    const more = LOCAL.vainBatches + 20
    const { vainBatches } = LOCAL
    Object.assign(LOCAL, { vainBatches: 1_000_000 })
    await owner.receive(spam.slice(0, more), hand.actor)
    Object.assign(LOCAL, { vainBatches })
    const last = owner.history.ordinalOf(await idOf(spam[more - 1] as Uint8Array<ArrayBuffer>)) as number
    clock.ms += 60_000
    owner.publish({ op: 'adopt', changes: [[owner.history.idOf(last), 0]] }, owner.held[0]?.id as string)
    await owner.saved()
    const wires: Uint8Array<ArrayBuffer>[] = []
    for await (const page of owner.wires([owner.history.count - 1])) wires.push(...page.map(({ wire }) => wire))
    await honest.receive(wires, 'owner')
    expect(honest.history.ordinalOf(await idOf(spam[more - 1] as Uint8Array<ArrayBuffer>))).not.toBeNull()
    expect(honest.delayed).toMatchObject({ waiting: 0, outside: 30 })
    expect(await honest.stateHash()).toBe(await owner.stateHash())
  }, 60_000)

  test('comes in when its author may write again', async () => {
    const { honest, owner, spam, hand } = await revoked(LOCAL.vainBatches + 50)
    await honest.receive(spam, hand.actor)
    const cut = owner.authority.entries.findLast(({ change }) => change.op === 'revoke')
    // Drawn anew without a line that ends it: what was outside is let in with the next that comes.
    const [held] = hand.held
    expect(undoCut(owner, cut?.ref as number)).toMatchObject({ ok: true })
    const again = grantTo(owner, { key: fromHex(hand.actor), box: null }, { role: 'member' })
    expect([again.ok, held === undefined]).toEqual([true, false])
    await owner.saved()
    await exchange(owner, honest)
    expect(honest.delayed.outside).toBe(0)
    expect(honest.history.count).toBe(owner.history.count + spam.length)
  }, 60_000)

  test('answers for the keys that it brings in', async () => {
    const { honest, owner, hand, before, seen, clock } = await revoked(0)
    const puppets: Hand[] = []
    const wires: Uint8Array<ArrayBuffer>[] = []
    const [held] = hand.held
    for (let n = 0; n < 3; n++) {
      const pair = await keys(500 + n)
      const grant = generateCapability(
        held?.grant as never,
        held?.depth as number,
        { key: pair.key, box: null },
        { role: 'agent' },
        owner.random(8),
      )
      if (!grant.ok) throw new Error(grant.refusal.detail)
      const batch = await hand.authority(
        { op: 'grant', grant: grant.value },
        { after: [seen], prev: n === 0 ? before : (undefined as never) },
      )
      wires.push(batch.wire)
      puppets.push(new Hand(pair, owner))
      await owner.receive([batch.wire], hand.actor)
    }
    await honest.receive(wires, hand.actor)
    const { vainBatches } = LOCAL
    Object.assign(LOCAL, { vainBatches: 20 })
    for (const puppet of puppets) {
      const first = await puppet.create({}, 'mine')
      await honest.receive([first.batch.wire, ...(await titles(puppet, first.id, 30, clock.ms + 50))], hand.actor)
    }
    Object.assign(LOCAL, { vainBatches })
    // Three of its own are kept already.
    expect(honest.history.count - owner.history.count).toBeLessThanOrEqual(20)
    expect(honest.delayed.outside).toBeGreaterThanOrEqual(3 * 31 - 20)
  }, 30_000)
})

test('a newcomer takes in the work of a removed member as fast as anybody’s', async () => {
  const { owner, clock, task, hand } = await scene('member')
  const first = await hand.set(task, 'title', 'first')
  await owner.receive([first.wire, ...(await titles(hand, task, LOCAL.vainBatches + 100, clock.ms))], hand.actor)
  revoke(owner, hand.held[0]?.id as string)
  await owner.saved()
  const { ports } = await testPeer(33, owner.workspace, clock)
  const newcomer: Replica = await openReplica(owner.workspace, ports)
  await exchange(owner, newcomer)
  expect([newcomer.delayed.outside, newcomer.history.count]).toEqual([0, owner.history.count])
  expect(await newcomer.stateHash()).toBe(await owner.stateHash())
}, 60_000)

async function idOf(wire: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { decodeWire } = await import('../log/batch-codec.ts')
  const { batchId } = await import('../log/digest.ts')
  const decoded = decodeWire(wire)
  if (!decoded.ok) throw new Error(decoded.detail)
  return batchId(concatBytes(decoded.value.header))
}

/** Tabs of one profile on one store, and a store read again under another clock: found by the simulation, told here one by one. */

import { expect, test } from 'vitest'
import { type Bytes, toHex } from '../base/bytes.ts'
import { read } from '../core/fold.ts'
import { LOCAL } from '../core/limits.ts'
import type { NodeId } from '../core/ids.ts'
import { actorKey } from '../log/keys.ts'
import { acquireFeed } from '../store/feed-lock.ts'
import { memoryLocks } from '../store/locks.ts'
import { cutPower, memoryStore } from '../store/memory-store.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { openReplica, type Replica } from './replica.ts'

function addTask(replica: Replica, title: string): NodeId {
  return replica.transact('New task', (tx) => tx.create({ type: 'task', number: 1, fields: [['title', title]] }))
}

function rename(replica: Replica, node: NodeId, title: string): void {
  replica.transact('Edit', (tx) => tx.set(node, 'title', title))
}

async function logOf(replica: Replica): Promise<Bytes[]> {
  const wires: Bytes[] = []
  for await (const page of replica.exportLog()) wires.push(...page)
  return wires
}

/** What the replica would give a peer, in the order it would: ids that have an arrival. */
async function served(replica: Replica): Promise<string[]> {
  const { history } = replica
  const ordinals = Array.from({ length: history.count }, (_, i) => i).filter((ordinal) => history.arrivalOf(ordinal) > 0)
  const ids: string[] = []
  for await (const page of replica.wires(ordinals)) ids.push(...page.map(({ ordinal }) => toHex(history.idOf(ordinal))))
  return ids
}

/** An owner with two tabs on one disk, and a member far away. */
async function twoTabs() {
  const { owner, peer, clock } = await founded()
  const node = addTask(owner, 'One')
  await owner.saved()
  const { member } = await joined(owner, 7, clock)
  const other = await openReplica(owner.workspace, { ...peer.ports, store: memoryStore({ disk: peer.disk }) })
  return { owner, other, member, node, clock, peer }
}

test('what another tab stored on top of a batch that both have comes after it, also for peers', async () => {
  const { owner, other, member, node } = await twoTabs()
  rename(member, node, 'Two')
  await member.saved()
  const news = await logOf(member)
  // Both hear it from the member. The other tab stores it and goes on, before this one stores it as well.
  await other.receive(news, member.actor)
  rename(other, node, 'Three')
  await other.saved()
  await owner.receive(news, member.actor)
  await owner.catchUp()
  const ids = Array.from({ length: owner.history.count }, (_, ordinal) => toHex(owner.history.idOf(ordinal)))
  expect(await served(owner)).toEqual(ids)
  expect(await owner.stateHash()).toBe(await other.stateHash())
})

test('what waited here for a batch that another tab stored is stored itself', async () => {
  const { owner, other, member, node, peer } = await twoTabs()
  const before = (await logOf(member)).length
  rename(member, node, 'Two')
  await member.saved()
  rename(member, node, 'Three')
  await member.saved()
  const [two, three] = (await logOf(member)).slice(before) as [Bytes, Bytes]
  expect(await owner.receive([three], member.actor)).toMatchObject({ delayed: 1 })
  await other.receive([two], member.actor)
  await owner.catchUp()
  await owner.saved()
  expect(read(owner.nodes.get(node) as never, 'title')).toBe('Three')
  const again = await openReplica(owner.workspace, { ...peer.ports, store: memoryStore({ disk: peer.disk }) })
  expect(await again.stateHash()).toBe(await owner.stateHash())
  expect(new Set(await served(owner)).size).toBe(owner.history.count)
})

test('what is held here and was stored by another tab meanwhile is in the snapshot', async () => {
  const { owner, other, member, node, clock, peer } = await twoTabs()
  clock.ms += LOCAL.clockLeadMs * 3
  rename(member, node, 'From the future')
  await member.saved()
  const news = await logOf(member)
  clock.ms -= LOCAL.clockLeadMs * 3
  expect(await owner.receive(news, member.actor)).toMatchObject({ delayed: 1 })
  clock.ms += LOCAL.clockLeadMs * 3
  await other.receive(news, member.actor)
  expect(await owner.snapshot()).toBe(true)
  expect(owner.delayed).toEqual({ waiting: 0, held: 0, sealed: 0, outside: 0 })
  const again = await openReplica(owner.workspace, { ...peer.ports, store: memoryStore({ disk: peer.disk }) })
  expect(await again.stateHash()).toBe(await other.stateHash())
})

test('a profile whose clock was set back opens with all it wrote, and writes on', async () => {
  const { owner, peer, clock } = await founded()
  const locks = memoryLocks()
  const open = (): Promise<Replica> => {
    const store = memoryStore({ disk: peer.disk })
    const openFeed = () => acquireFeed({ store, key: owner.actor, locks: locks.tab(), random: peer.ports.random })
    return openReplica(owner.workspace, { ...peer.ports, store, openFeed })
  }
  clock.ms += 3_600_000
  const early = await open()
  const node = addTask(early, 'An hour ahead')
  await early.close()
  clock.ms -= 3_600_000
  const late = await open()
  expect(late.feedName).toBe(early.feedName)
  rename(late, node, 'Now')
  await late.saved()
  expect([late.saveState.problem, read(late.nodes.get(node) as never, 'title')]).toEqual([null, 'Now'])
})

test('of a forked feed a profile goes on with the branch that its own disk ends in', async () => {
  const { owner, peer, clock } = await founded()
  addTask(owner, 'Shared')
  await owner.saved()
  const diskOf = () => structuredClone(peer.disk)
  const open = (disk: ReturnType<typeof diskOf>, seed: number): Promise<Replica> => {
    const store = memoryStore({ disk })
    const locks = memoryLocks()
    const random = (length: number): Bytes => peer.ports.random(length + seed).slice(seed)
    return openReplica(owner.workspace, {
      ...peer.ports,
      store,
      random,
      openFeed: () => acquireFeed({ store, key: owner.actor, locks: locks.tab(), random }),
    })
  }
  const first = diskOf()
  const begun = await open(first, 0)
  addTask(begun, 'Begins a feed')
  await begun.close()
  // The whole profile is copied, and both copies go on where it ended.
  const copy = structuredClone(first)
  const [here, there] = [await open(first, 1), await open(copy, 2)]
  clock.ms += 5
  addTask(here, 'Here')
  addTask(there, 'There')
  await Promise.all([here.close(), there.close()])
  await exchange(there, here)
  await exchange(here, there)
  for (const disk of [first, copy]) {
    const again = await open(disk, 3)
    const own = [...disk.feeds.values()].find(({ feed }) => again.feedName.endsWith(feed)) as { id: Bytes }
    const node = addTask(again, 'Goes on')
    await again.saved()
    const { history } = again
    const mine = history.chainOf(Math.floor((again.nodes.get(node) as { created: number }).created / 256))
    expect(history.ordinalOf(own.id) === null ? -1 : history.chainOf(history.ordinalOf(own.id) as number)).toBe(mine)
  }
  expect(actorKey(peer.signer.key)).toBe(here.actor)
})

test('a snapshot of more than the disk has kept is not gone by', async () => {
  const { owner, peer, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  member.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'from a peer']] }))
  owner.transact(null, (tx) => tx.create({ type: 'task', number: 2, fields: [['title', 'own']] }))
  await owner.saved()
  await exchange(member, owner)
  expect(await owner.snapshot()).toBe(true)
  const { snapshot } = peer.disk
  // What peers sent is lost with the power; by some accident the snapshot is not.
  cutPower(peer.disk)
  peer.disk.snapshot = snapshot
  const again = await openReplica(owner.workspace, { ...peer.ports, store: memoryStore({ disk: peer.disk }) })
  expect(again.history.count).toBeLessThan(owner.history.count)
  await exchange(member, again)
  expect(await again.stateHash()).toBe(await owner.stateHash())
})

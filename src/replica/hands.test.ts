/** One log in several hands: a person and the agents whose keys are kept on the same device. */

import { expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import { read } from '../core/fold.ts'
import { type ActorKey, type NodeId, shortKey } from '../core/ids.ts'
import { LOCAL, PROTOCOL } from '../core/limits.ts'
import { signingKeys } from '../log/keys.ts'
import { acquireFeed } from '../store/feed-lock.ts'
import { memoryLocks } from '../store/locks.ts'
import { exchange, founded, joined, portsOf, signerOf, type TestPeer } from './cluster.fixture.ts'
import { grantTo, revoke } from './membership.ts'
import { takeOver } from './rewrite.ts'
import { openReplica, type Replica } from './replica.ts'
import type { Signer } from './writer.ts'

async function agentOf(owner: Replica, seed: number): Promise<Signer> {
  const signer = signerOf(await signingKeys(new Uint8Array(32).fill(seed)))
  const granted = grantTo(owner, { key: signer.key, box: null }, { role: 'agent' })
  if (!granted.ok) throw new Error(granted.refusal.detail)
  return signer
}

/** Feeds with real locks and clean marks. */
function feedsOf({ ports }: TestPeer): (signer: Signer) => Parameters<Replica['as']>[0] {
  const locks = memoryLocks().tab()
  return (signer) => ({
    signer,
    openFeed: () => acquireFeed({ store: ports.store, key: toHex(signer.key), locks, random: ports.random }),
  })
}

function task(replica: Replica, title: string): NodeId {
  return replica.transact('New task', (tx) => tx.create({ type: 'task', number: 1, fields: [['title', title]] }))
}

function lastBy(replica: Replica, id: NodeId): ActorKey {
  return replica.byOf(replica.refsOf(id)[0] as number).actor
}

test('hands that write in turns within one moment each sign their own, and every replica reads the same', async () => {
  const { owner, peer, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  const as = feedsOf(peer)
  const hands = [owner, await owner.as(as(await agentOf(owner, 1))), await owner.as(as(await agentOf(owner, 2)))]
  const id = task(owner, 'Build it')
  const made: (readonly [NodeId, ActorKey])[] = []
  for (let turn = 0; turn < 30; turn++)
    for (const hand of hands) {
      made.push([task(hand, `${turn}`), hand.actor])
      hand.transact(null, (tx) => tx.set(id, 'progress', turn))
      expect(owner.nodes.get(id) && read(owner.nodes.get(id) as never, 'progress')).toBe(turn)
    }
  await exchange(owner, member)
  for (const replica of [owner, member]) {
    for (const [node, actor] of made) expect(lastBy(replica, node)).toBe(actor)
    expect(replica.quarantine.size).toBe(0)
  }
  expect(await member.stateHash()).toBe(await owner.stateHash())
})

test('what is received while hands write does not come between an edit and what it stands on', async () => {
  const { owner, peer, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  const agent = await owner.as(feedsOf(peer)(await agentOf(owner, 1)))
  await exchange(owner, member)
  for (let turn = 0; turn < PROTOCOL.after * 2; turn++) {
    task(member, `theirs ${turn}`)
    const receiving = exchange(member, owner)
    for (const hand of [agent, owner, agent]) {
      task(hand, `ours ${turn}`)
      await Promise.resolve()
    }
    await receiving
  }
  await exchange(owner, member)
  expect(member.delayed).toMatchObject({ waiting: 0 })
  expect(await member.stateHash()).toBe(await owner.stateHash())
})

test('a hand has its own rights, and loses them the moment that they end', async () => {
  const { owner, peer } = await founded()
  const signer = await agentOf(owner, 1)
  const agent = await owner.as(feedsOf(peer)(signer))
  expect([owner.may('revoke', 'task'), agent.may('revoke', 'task')]).toEqual([true, false])
  expect(agent.may('create', 'task')).toBe(true)
  const [capability] = agent.held
  expect(revoke(owner, (capability as { id: string }).id, { reason: 'test' })).toMatchObject({ ok: true })
  expect(agent.held).toEqual([])
  expect(agent.may('create', 'task')).toBe(false)
  expect(() => task(agent, 'too late')).toThrow('the actor may')
})

test('each hand takes back its own steps only', async () => {
  const { owner, peer } = await founded()
  const agent = await owner.as(feedsOf(peer)(await agentOf(owner, 1)))
  const id = task(owner, 'One')
  agent.transact('Agent', (tx) => tx.set(id, 'priority', 1))
  owner.transact('Owner', (tx) => tx.set(id, 'title', 'Two'))
  expect(agent.undo()).toMatchObject({ label: 'Agent' })
  expect(agent.undo()).toBeNull()
  expect(owner.undo()).toMatchObject({ label: 'Owner' })
})

test('a hand that is closed frees its feed in good order, writes no more, and leaves the others at work', async () => {
  const { owner, peer } = await founded()
  const as = feedsOf(peer)
  const signer = await agentOf(owner, 1)
  const first = await owner.as(as(signer))
  task(first, 'One')
  await first.close()
  expect(() => task(first, 'Two')).toThrow('who writes holds their feed')
  task(owner, 'Three')
  const again = await owner.as(as(signer))
  expect(again.feedName).toBe(first.feedName)
  const id = task(again, 'Four')
  await owner.saved()
  const reopened = await openReplica(owner.workspace, peer.ports)
  expect(lastBy(reopened, id)).toBe(again.actor)
  expect(await reopened.stateHash()).toBe(await owner.stateHash())
  expect(owner.saveState).toEqual({ pending: 0, problem: null })
})

test('when an agent cannot sign, its person is told whose key it was, and one more try saves what both wrote', async () => {
  const { owner, peer } = await founded()
  const signer = await agentOf(owner, 1)
  await owner.saved()
  let fails = true
  const agent = await owner.as(
    feedsOf(peer)({
      key: signer.key,
      // At once, as a key that was taken away does.
      sign(draft) {
        if (fails) throw new Error('no key')
        return signer.sign(draft)
      },
    }),
  )
  const ids = [task(agent, 'By the agent'), task(owner, 'By the person')]
  await owner.saved()
  expect(owner.saveState).toEqual({
    pending: ids.length,
    problem: `A change could not be signed with ${shortKey(agent.actor)}: no key`,
  })
  await owner.retrySaving()
  expect(owner.saveState).toMatchObject({ pending: ids.length, problem: expect.stringContaining('could not be signed') })
  fails = false
  await owner.retrySaving()
  expect(owner.saveState).toEqual({ pending: 0, problem: null })
  task(owner, 'As ever')
  await owner.saved()
  const reopened = await openReplica(owner.workspace, peer.ports)
  expect(ids.map((id) => lastBy(reopened, id))).toEqual([agent.actor, owner.actor])
  expect(await reopened.stateHash()).toBe(await owner.stateHash())
})

test.each([
  ['fails', (): Promise<never> => Promise.reject(new Error('no key'))],
  ['never answers', (): Promise<never> => new Promise(() => undefined)],
])(
  'a key that %s stops nobody else: a fresh replica takes over what the others wrote, and takes that key in no more',
  async (_, sign) => {
    const { owner, peer } = await founded()
    const [mute, good] = [await agentOf(owner, 1), await agentOf(owner, 2)]
    await owner.saved()
    const as = feedsOf(peer)
    const silent = await owner.as(as({ key: mute.key, sign }))
    const agent = await owner.as(as(good))
    const stuck = new Promise<void>((resolve) => owner.onStuck(resolve))
    const lost = task(silent, 'By the key that does not sign')
    const made = task(agent, 'By the other agent')
    owner.transact(null, (tx) => tx.set(made, 'title', 'Named by the person'))
    owner.transact(null, (tx) => tx.set(lost, 'title', 'About what is lost'))
    const last = task(owner, 'By the person')
    agent.transact(null, (tx) => tx.set(last, 'priority', 1))
    for (let looks = 0; looks <= LOCAL.signingTicks; looks++) {
      await Promise.resolve()
      owner.tick()
    }
    await stuck
    await agent.close()

    const fresh = await openReplica(owner.workspace, peer.ports)
    expect(await takeOver(fresh, owner, as)).toBe(1)
    expect(fresh.saveState).toEqual({ pending: 0, problem: null })
    const reopened = await openReplica(owner.workspace, peer.ports)
    expect([...reopened.views.tasks()].toSorted()).toEqual([made, last].toSorted())
    expect([made, last].map((id) => read(reopened.nodes.get(id) as never, 'title'))).toEqual([
      'Named by the person',
      'By the person',
    ])
    expect([lastBy(reopened, made), lastBy(reopened, last)]).toEqual([owner.actor, agent.actor])
    expect(reopened.quarantine.size).toBe(0)
    await expect(fresh.as(as(mute))).rejects.toThrow('does not sign')
    task(await fresh.as(as(good)), 'Goes on')
    await fresh.saved()
    expect(fresh.saveState).toEqual({ pending: 0, problem: null })
  },
)

test('what hangs on a key that does not sign is left out, and what was written after it is kept', async () => {
  const { owner, peer } = await founded()
  const mute = signerOf(await signingKeys(new Uint8Array(32).fill(1)))
  expect(grantTo(owner, { key: mute.key, box: null }, { role: 'coordinator' })).toMatchObject({ ok: true })
  await owner.saved()
  const as = feedsOf(peer)
  const silent = await owner.as(as({ key: mute.key, sign: () => Promise.reject(new Error('no key')) }))
  const stuck = new Promise<void>((resolve) => owner.onStuck(resolve))
  const { key } = signerOf(await signingKeys(new Uint8Array(32).fill(2)))
  expect(grantTo(silent, { key, box: null }, { role: 'agent' })).toMatchObject({ ok: true })
  const [granted] = owner.authority.registry.heldBy(toHex(key) as ActorKey)
  // Of a capability that nobody will ever have heard of.
  expect(revoke(owner, granted?.id ?? '', { reason: 'Nobody asked' })).toMatchObject({ ok: true })
  const kept = task(owner, 'Kept')
  await stuck
  const fresh = await openReplica(owner.workspace, peer.ports)
  expect(await takeOver(fresh, owner, as)).toBe(2)
  await fresh.saved()
  const reopened = await openReplica(owner.workspace, peer.ports)
  expect([...reopened.views.tasks()]).toEqual([kept])
  expect(reopened.quarantine.size).toBe(0)
})

test('when another tab took over the feed of an agent, what it and its person wrote since is taken over, in order and by each their own', async () => {
  const { owner, peer, clock } = await founded()
  const signer = await agentOf(owner, 1)
  const as = feedsOf(peer)
  const agent = await owner.as(as(signer))
  const kept = task(agent, 'Kept')
  await owner.saved()
  const feed = agent.feedName.slice(66)
  const head = (await peer.ports.store.feeds(agent.actor)).find((one) => one.feed === feed)
  const elsewhere = await openReplica(owner.workspace, portsOf(peer.signer, peer.disk, owner.workspace, clock, peer.ports.random))
  const thief = await elsewhere.as({ signer, openFeed: async () => ({ feed, head: head ?? null, release: async () => {} }) })
  task(thief, 'Was first')
  await elsewhere.saved()

  const stuck = new Promise<void>((resolve) => owner.onStuck(resolve))
  const made = task(agent, 'Made')
  owner.transact(null, (tx) => tx.set(made, 'title', 'Renamed'))
  agent.transact(null, (tx) => tx.set(kept, 'priority', 1))
  await stuck
  const fresh = await openReplica(owner.workspace, peer.ports)
  expect(await takeOver(fresh, owner, as)).toBe(0)
  const reopened = await openReplica(owner.workspace, peer.ports)
  expect([...reopened.views.tasks()]).toHaveLength(3)
  expect(read(reopened.nodes.get(made) as never, 'title')).toBe('Renamed')
  expect([lastBy(reopened, made), lastBy(reopened, kept)]).toEqual([owner.actor, agent.actor])
  expect(await reopened.stateHash()).toBe(await fresh.stateHash())
})

import { expect, test } from 'vitest'
import { toHex } from '../base/bytes.ts'
import type { Result } from '../base/result.ts'
import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { signingKeys } from '../log/keys.ts'
import { startLeases } from './lease-runner.ts'
import { run } from './table.ts'
import { exchange, founded, joined, portsOf, signerOf } from '../replica/cluster.fixture.ts'
import { grantTo } from '../replica/membership.ts'
import { type ActorPorts, openReplica, type Replica } from '../replica/replica.ts'
import { takeOver, writeText } from '../replica/rewrite.ts'
import { textClientId, textName, textOf, projectText } from '../replica/text.ts'

test('when another writer took the feed, what was not saved is written anew and nothing is lost', async () => {
  const { owner, peer, clock } = await founded()
  run({ replica: owner }, 'create_task', { title: 'Kept', body: 'Hello', labels: ['old'] })
  await owner.saved()
  const feed = owner.feedName.slice(66)
  const head = (await peer.ports.store.feeds(owner.actor)).find((one) => one.feed === feed)
  // A second writer goes on with the same feed, as a lost lock or a copied profile would have it.
  const thief = await openReplica(owner.workspace, {
    ...portsOf(peer.signer, peer.disk, owner.workspace, clock, peer.ports.random),
    openFeed: async () => ({ feed, head: head ?? null, release: async () => {} }),
  })
  run({ replica: thief }, 'create_task', { title: 'Thief was first' })
  await thief.saved()

  let moved = false
  owner.onStuck(() => (moved = true))
  const node = owner.views.find('WN-1') as never
  const doc = projectText(owner.nodes.get(node) as never, 'body', owner.history)
  doc.clientID = textClientId(owner.feedName, node, 'body')
  owner.transact(null, (tx) => {
    doc.on('update', (update: Uint8Array) => tx.text(node, 'body', update as Uint8Array<ArrayBuffer>))
    doc.getText(textName(node, 'body')).insert(5, ', world')
  })
  run({ replica: owner }, 'update_task', { id: 'WN-1', title: 'Renamed', labels: ['new'] })
  run({ replica: owner }, 'create_task', { title: 'Unsaved' })
  await owner.saved()
  expect(moved).toBe(true)
  expect(owner.saveState.problem).toContain('Another tab')

  const fresh = await openReplica(owner.workspace, peer.ports)
  await takeOver(fresh, owner, () => peer.ports)
  await fresh.saved()
  const again = await openReplica(owner.workspace, peer.ports)
  const titles = new Set([...again.views.tasks()].map((id) => again.views.task(id)?.title))
  expect(titles).toEqual(new Set(['Renamed', 'Thief was first', 'Unsaved']))
  expect(again.views.task(node)?.labels).toEqual(['new'])
  expect(textOf(again.nodes.get(node) as never, 'body', again.history)).toBe('Hello, world')
})

test('typed text is taken over letter by letter, also in a field that nobody has saved, and beside words that are lost', async () => {
  const { owner, peer } = await founded()
  const signer = signerOf(await signingKeys(new Uint8Array(32).fill(1)))
  expect(grantTo(owner, { key: signer.key, box: null }, { role: 'agent' })).toMatchObject({ ok: true })
  const old = done(run({ replica: owner }, 'create_task', { title: 'Old', body: 'Hello' })).id
  await owner.saved()
  const { random } = peer.ports
  const openFeed: ActorPorts['openFeed'] = async () => ({ feed: toHex(random(8)), head: null, release: async () => {} })
  const mute = await owner.as({ signer: { key: signer.key, sign: () => Promise.reject(new Error('no key')) }, openFeed })
  const stuck = new Promise<void>((resolve) => owner.onStuck(resolve))
  mute.transact(null, (tx) => writeText(mute, tx, old, 'body', 'Hello, and more of the agent'))
  const made = done(run({ replica: owner }, 'create_task', { title: 'New', body: 'First' })).id
  for (const id of [old, made])
    for (const letter of ' by me 🙂')
      owner.transact(null, (tx) => writeText(owner, tx, id, 'body', `${bodyOf(owner, id)}${letter}`))
  owner.transact(null, (tx) => writeText(owner, tx, made, 'body', bodyOf(owner, made).replace('First', '1st')))
  await stuck

  const fresh = await openReplica(owner.workspace, peer.ports)
  await takeOver(fresh, owner, () => ({ signer, openFeed }))
  expect(bodyOf(fresh, made)).toBe('1st by me 🙂')
  expect(bodyOf(fresh, old)).toBe('Hello by me 🙂')
  await fresh.saved()
  const again = await openReplica(owner.workspace, peer.ports)
  expect([old, made].map((id) => bodyOf(again, id))).toEqual([old, made].map((id) => bodyOf(fresh, id)))
})

test('a lease that nobody has heard of is not given again by itself: another may have one by then', async () => {
  const { owner, peer, clock } = await founded()
  const signer = signerOf(await signingKeys(new Uint8Array(32).fill(1)))
  expect(grantTo(owner, { key: signer.key, box: null }, { role: 'agent' })).toMatchObject({ ok: true })
  const agents = [
    (await joined(owner, 7, clock, { role: 'agent' })).member,
    (await joined(owner, 8, clock, { role: 'agent' })).member,
  ]
  const [early, late] = agents as [Replica, Replica]
  done(run({ replica: owner }, 'set_policy', { leaseAuthority: owner.actor }))
  const { id } = done(run({ replica: owner }, 'create_task', { title: 'Pay it', status: 'ready', claimMode: 'strict' }))
  for (const agent of agents) {
    await exchange(owner, agent)
    clock.ms += 10
    done(run({ replica: agent }, 'claim_task', { id }))
    await agent.saved()
  }
  await exchange(late, owner)
  const openFeed: ActorPorts['openFeed'] = async () => ({
    feed: toHex(peer.ports.random(8)),
    head: null,
    release: async () => {},
  })
  const mute = await owner.as({ signer: { key: signer.key, sign: () => Promise.reject(new Error('no key')) }, openFeed })
  const stuck = new Promise<void>((resolve) => owner.onStuck(resolve))
  done(run({ replica: mute }, 'create_task', { title: 'Lost' }))
  const give = async (replica: Replica): Promise<void> => {
    const runner = startLeases(replica)
    await Promise.resolve()
    runner.stop()
  }
  await give(owner)
  await stuck
  const leases = (replica: Replica): number => replica.runsOf(id).filter(({ lease }) => lease?.given).length
  const fresh = await openReplica(owner.workspace, peer.ports)
  await exchange(early, fresh)
  await give(fresh)
  expect([leases(owner), leases(fresh)]).toEqual([1, 1])
  await takeOver(fresh, owner, () => ({ signer, openFeed }))
  expect(leases(fresh)).toBe(1)
})

function bodyOf(replica: Replica, id: NodeId): string {
  return textOf(replica.nodes.get(id) as WorkNode, 'body', replica.history)
}

function done<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.refusal.detail)
  return result.value
}

/** What a hostile reader found: each once lost work, hung a tab or showed something untrue. */

import { expect, test } from 'vitest'
import { generateKeys, keyPairOf } from '../log/keys.ts'
import { exchange, founded, joined, signerOf } from '../replica/cluster.fixture.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { publishInvite, redeemInvite } from '../replica/workspace.ts'
import { answer } from './every-operation.ts'
import { run } from './table.ts'

test('what is typed while an invite is being redeemed is saved, here and everywhere', async () => {
  const { owner, clock } = await founded()
  run({ replica: owner }, 'create_task', { title: 'One' })
  const { member, peer } = await joined(owner, 7, clock)
  const second = await keyPairOf((await generateKeys()).signing)
  publishInvite(owner, { role: 'member' }, { key: second.key, box: null })
  await owner.saved()
  await exchange(owner, member)
  const redeeming = redeemInvite(member, signerOf(second), null)
  for (let turn = 0; turn < 3; turn++) {
    run({ replica: member }, 'update_task', { id: 'WN-1', title: `typed while joining ${turn}` })
    await Promise.resolve()
  }
  expect(await redeeming).toMatchObject({ ok: true })
  await member.saved()
  await exchange(member, owner)
  const reopened = await openReplica(member.workspace, peer.ports)
  for (const replica of [owner, reopened]) {
    expect(replica.delayed).toEqual({ waiting: 0, held: 0, sealed: 0, outside: 0 })
    expect(rowOf(replica, 'WN-1').title).toBe('typed while joining 2')
  }
})

test('an element that somebody added thousands of times can be removed', async () => {
  const { owner } = await founded()
  run({ replica: owner }, 'create_task', { title: 'One' })
  const id = owner.views.find('WN-1') as never
  for (let i = 0; i < 9000; i++)
    owner.transact(null, (tx) => tx.write({ op: 'add', node: id, field: 'labels', element: 'again' }))
  await owner.saved()
  expect(run({ replica: owner }, 'label_task', { id: 'WN-1', label: 'again', remove: true })).toMatchObject({
    ok: true,
    value: { labels: [] },
  })
  await owner.saved()
  expect(owner.saveState).toEqual({ pending: 0, problem: null })
})

test('when signing fails the tab says so, keeps the work, and does not hang', async () => {
  const { owner, peer } = await founded()
  const sign = peer.signer.sign
  let isBroken = false
  const broken = await openReplica(owner.workspace, {
    ...peer.ports,
    signer: { key: peer.signer.key, sign: (draft) => (isBroken ? Promise.reject(new Error('no key')) : sign(draft)) },
  })
  isBroken = true
  run({ replica: broken }, 'create_task', { title: 'Unsigned' })
  await broken.saved()
  expect(broken.saveState).toMatchObject({ pending: 1, problem: expect.stringContaining('could not be signed') })
  await expect(broken.stateHash()).rejects.toThrow('could not be signed')
  expect(broken.unsaved()).toHaveLength(1)
})

test('half of a character is refused wherever it stands, by every door alike, and nothing is written', async () => {
  const { owner } = await founded()
  run({ replica: owner }, 'create_task', { title: 'One' })
  await owner.saved()
  const before = await owner.stateHash()
  const half = 'a \uD83D'
  const inputs = [
    ['create_task', { title: half }],
    ['create_task', { title: 'Two', labels: ['whole', half] }],
    ['plan_tasks', { tasks: [{ ref: 'a', title: half }] }],
    ['update_task', { id: 'WN-1', body: half }],
    ['comment_task', { id: 'WN-1', body: half }],
    ['create_document', { path: 'a.md', content: half }],
    ['query_tasks', { where: { field: 'title', is: [half] } }],
    ['import_tasks', { plan: `{"id":"a","title":"${half}"}` }],
  ] as const
  for (const [name, input] of inputs)
    expect(await answer({ replica: owner }, name, input), name).toMatchObject({
      refusal: { code: 'invalid', detail: expect.stringContaining('Half of a character') },
    })
  expect(await owner.stateHash()).toBe(before)
  expect(run({ replica: owner }, 'create_task', { title: 'a \uD83D\uDE00' })).toMatchObject({
    ok: true,
    value: { title: 'a 😀' },
  })
})

test('a chain of invites ends with words, not half-way', async () => {
  const { owner, clock } = await founded()
  let at: Replica = owner
  let refusal: string | null = null
  for (let level = 0; level < 12 && refusal === null; level++) {
    const invite = await keyPairOf((await generateKeys()).signing)
    const published = publishInvite(at, { role: 'member' }, { key: invite.key, box: null })
    if (published.ok) at = (await joined(at, 100 + level, clock)).member
    else refusal = published.refusal.detail
  }
  expect(refusal).toContain('too long a chain')
  run({ replica: at }, 'create_task', { title: 'Still works' })
  await at.saved()
  expect(at.saveState).toEqual({ pending: 0, problem: null })
})

test('one absurd number does not spoil the short keys that come after it', async () => {
  const { owner } = await founded()
  owner.transact(null, (tx) => tx.create({ type: 'task', number: 999_999_999, fields: [['title', 'Absurd']] }))
  expect(run({ replica: owner }, 'create_task', { title: 'Next' })).toMatchObject({ ok: true, value: { key: 'WN-1' } })
})

test('a task becomes ready when its time has come, while the tab is open', async () => {
  const { owner, clock } = await founded()
  run({ replica: owner }, 'create_task', {
    title: 'Later',
    status: 'ready',
    notBefore: new Date(clock.ms + 60_000).toISOString(),
  })
  expect(rowOf(owner, 'WN-1').ready).toBe(false)
  clock.ms += 61_000
  owner.tick()
  expect(rowOf(owner, 'WN-1').ready).toBe(true)
})

test('making a task is not taken back once others have worked on it', async () => {
  const { owner, clock } = await founded()
  run({ replica: owner }, 'create_task', { title: 'Mine' })
  const { member } = await joined(owner, 7, clock)
  run({ replica: member }, 'update_task', { id: 'WN-1', title: 'Ours', status: 'in_progress' })
  await member.saved()
  await exchange(member, owner)
  expect(owner.undo()).toMatchObject({ label: 'New task', skipped: 1 })
  expect(rowOf(owner, 'WN-1')).toMatchObject({ title: 'Ours', deleted: false })
})

test('a register that one step wrote twice goes back to what it was before the step', async () => {
  const { owner } = await founded()
  run({ replica: owner }, 'create_task', { title: 'First' })
  const id = owner.views.find('WN-1') as never
  owner.transact('Twice', (tx) => {
    tx.set(id, 'title', 'Second')
    tx.set(id, 'title', 'Third')
  })
  owner.undo()
  expect(rowOf(owner, 'WN-1').title).toBe('First')
})

function rowOf(replica: Replica, key: string): TaskRow {
  return replica.views.task(replica.views.find(key) as never) as TaskRow
}

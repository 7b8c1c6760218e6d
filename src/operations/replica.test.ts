import { expect, test } from 'vitest'
import { run } from './table.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import { openReplica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'

test('a task that is created is on the board at once and saved soon', async () => {
  const { owner } = await founded()
  const made = run({ replica: owner }, 'create_task', { title: 'Write the log', body: 'All of it.', labels: ['core'] })
  expect(made).toMatchObject({ ok: true, value: { key: 'WN-1', title: 'Write the log', status: 'backlog', labels: ['core'] } })
  expect(owner.views.column('backlog')).toHaveLength(1)
  expect(owner.saveState.pending).toBeGreaterThan(0)
  await owner.saved()
  expect(owner.saveState).toEqual({ pending: 0, problem: null })
})

test('what was saved is there again after the tab was killed', async () => {
  const { owner, peer } = await founded()
  for (let i = 0; i < 300; i++) run({ replica: owner }, 'create_task', { title: `Task ${i}`, body: i % 7 === 0 ? 'Words' : '' })
  await owner.saved()
  const hash = await owner.stateHash()
  const again = await openReplica(owner.workspace, peer.ports)
  expect(await again.stateHash()).toBe(hash)
  expect(again.views.column('backlog')).toEqual(owner.views.column('backlog'))
})

test('a snapshot gives the same replica as the whole log, and goes on from there', async () => {
  const { owner, peer } = await founded()
  for (let i = 0; i < 300; i++) run({ replica: owner }, 'create_task', { title: `Task ${i}` })
  expect(await owner.snapshot()).toBe(true)
  run({ replica: owner }, 'update_task', { id: 'WN-7', title: 'After the snapshot' })
  await owner.saved()
  const again = await openReplica(owner.workspace, peer.ports)
  expect(await again.stateHash()).toBe(await owner.stateHash())
  run({ replica: again }, 'update_task', { id: 'WN-8', status: 'done' })
  await again.snapshot()
  const third = await openReplica(owner.workspace, peer.ports)
  expect(await third.stateHash()).toBe(await again.stateHash())
  expect(third.unsnapshotted).toBe(0)
})

test('a member who joins by an invite sees everything and may write', async () => {
  const { owner, clock } = await founded()
  run({ replica: owner }, 'create_task', { title: 'Shared' })
  const { member } = await joined(owner, 7, clock)
  expect(run({ replica: member }, 'update_task', { id: 'WN-1', status: 'in_progress' })).toMatchObject({ ok: true })
  await member.saved()
  await exchange(member, owner)
  expect(owner.views.column('in_progress')).toHaveLength(1)
  expect(await owner.stateHash()).toBe(await member.stateHash())
})

test('concurrent edits of one field are one conflict, seen alike, and settled by a choice', async () => {
  const { owner, clock } = await founded()
  run({ replica: owner }, 'create_task', { title: 'One' })
  const { member } = await joined(owner, 7, clock)
  clock.ms += 1000
  run({ replica: owner }, 'update_task', { id: 'WN-1', title: 'Owner says', priority: 1 })
  run({ replica: member }, 'update_task', { id: 'WN-1', title: 'Member says', priority: 1 })
  await Promise.all([owner.saved(), member.saved()])
  await exchange(member, owner)
  await exchange(owner, member)
  const rows = [owner, member].map((replica) => replica.views.task(replica.views.find('WN-1') as never) as TaskRow)
  expect(rows[0]?.conflicts).toHaveLength(1)
  expect(rows[0]).toEqual(rows[1])
  run({ replica: member }, 'resolve_conflict', { id: 'WN-1', field: 'title', choice: 1 })
  await member.saved()
  await exchange(member, owner)
  expect(owner.views.task(owner.views.find('WN-1') as never)?.conflicts).toEqual([])
})

test('undo takes back what is still ours and leaves what others wrote since', async () => {
  const { owner, clock } = await founded()
  run({ replica: owner }, 'create_task', { title: 'One', status: 'ready' })
  const { member } = await joined(owner, 7, clock)
  run({ replica: owner }, 'update_task', { id: 'WN-1', title: 'Two', priority: 0 })
  await owner.saved()
  await exchange(owner, member)
  run({ replica: member }, 'update_task', { id: 'WN-1', title: 'Three' })
  await member.saved()
  await exchange(member, owner)
  expect(owner.undo()).toMatchObject({ label: 'Edit WN-1', skipped: 1 })
  expect(owner.views.task(owner.views.find('WN-1') as never)).toMatchObject({ title: 'Three', priority: 2 })
  expect(owner.redo()).toMatchObject({ label: 'Edit WN-1' })
  expect(owner.views.task(owner.views.find('WN-1') as never)).toMatchObject({ title: 'Three', priority: 0 })
})

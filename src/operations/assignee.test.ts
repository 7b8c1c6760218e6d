import { expect, test } from 'vitest'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import { describeSelf } from '../replica/people.ts'
import type { Replica } from '../replica/replica.ts'
import { type InputOf, run } from './table.ts'

function keysOf(replica: Replica, assignee: string): readonly string[] {
  const found = run({ replica }, 'list_tasks', { assignee })
  return found.ok ? found.value.items.map(({ key }) => key) : []
}

const ways: readonly (readonly [string, (replica: Replica) => void])[] = [
  ['create_task', (replica) => run({ replica }, 'create_task', { title: 'x', assignees: ['me'] })],
  ['assign_task', (replica) => run({ replica }, 'assign_task', { id: made(replica), assignee: 'Me' })],
  ['update_task', (replica) => run({ replica }, 'update_task', { id: made(replica), assignees: ['me'] })],
  ['update_tasks', (replica) => run({ replica }, 'update_tasks', { ids: [made(replica)], assign: ['me'] })],
]

function made(replica: Replica): string {
  const task = run({ replica }, 'create_task', { title: 'x' } satisfies InputOf<'create_task'>)
  if (!task.ok) throw new Error(task.refusal.detail)
  return task.value.id
}

test.each(ways)('who gives a task to "me" by %s has it, whoever looks', async (_, give) => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock, { role: 'admin' })
  give(owner)
  await exchange(owner, member)
  expect([keysOf(owner, 'me'), keysOf(member, owner.actor), keysOf(member, 'me')]).toEqual([['WN-1'], ['WN-1'], []])
})

test.each([
  ['assign_task', { id: 'WN-1', assignee: 'me', remove: true }],
  ['update_tasks', { ids: ['WN-1'], unassign: ['me'] }],
] as const)('by %s "me" gives it back by whatever name it was given', async (operation, input) => {
  const { owner } = await founded()
  describeSelf(owner, { name: 'Ada', color: '' })
  run({ replica: owner }, 'create_task', { title: 'x', assignees: ['Ada', 'me', 'Bob'] })
  expect(run({ replica: owner }, operation, input as never)).toMatchObject({ ok: true })
  expect(run({ replica: owner }, 'get_task', { id: 'WN-1' })).toMatchObject({ value: { assignees: ['Bob'] } })
})

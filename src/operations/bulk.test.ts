import { beforeEach, expect, test } from 'vitest'
import { founded, joined, exchange } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/replica.ts'
import { LOCAL } from '../core/limits.ts'
import { run } from './table.ts'
import type { Status } from '../core/fields.ts'

let replica: Replica
beforeEach(async () => {
  replica = (await founded()).owner
  for (const title of ['One', 'Two', 'Three', 'Four'])
    expect(run({ replica }, 'create_task', { title, status: 'ready' }).ok).toBe(true)
})

const keysIn = (status: Status): (string | undefined)[] => replica.views.column(status).map((id) => replica.views.task(id)?.key)
const row = (key: string) => replica.views.task(replica.views.find(key) as never)

test('many tasks change in one step, keep their order, and one undo takes all of it back', () => {
  const changed = run({ replica }, 'update_tasks', {
    ids: ['WN-1', 'WN-3', 'WN-4'],
    status: 'done',
    priority: 0,
    assign: ['Ada'],
    label: ['bug'],
    before: null,
  })
  expect(changed).toEqual({ ok: true, value: { tasks: 3 } })
  expect(keysIn('done')).toEqual(['WN-1', 'WN-3', 'WN-4'])
  expect(row('WN-3')).toMatchObject({ priority: 0, assignees: ['Ada'], labels: ['bug'] })
  expect(replica.undo()?.skipped).toBe(0)
  expect(keysIn('ready')).toEqual(['WN-1', 'WN-2', 'WN-3', 'WN-4'])
  expect(row('WN-3')).toMatchObject({ priority: 2, assignees: [], labels: [] })
  replica.redo()
  expect(keysIn('done')).toEqual(['WN-1', 'WN-3', 'WN-4'])
})

test('tasks are put before one that is not among them, also where some stand there already', () => {
  run({ replica }, 'update_tasks', { ids: ['WN-4', 'WN-2'], status: 'ready', before: 'WN-1' })
  expect(keysIn('ready')).toEqual(['WN-4', 'WN-2', 'WN-1', 'WN-3'])
  run({ replica }, 'update_tasks', { ids: ['WN-4', 'WN-1'], before: null })
  expect(keysIn('ready')).toEqual(['WN-2', 'WN-3', 'WN-4', 'WN-1'])
  // Who is there stays where it is, if no place is asked for.
  run({ replica }, 'update_tasks', { ids: ['WN-2', 'WN-3'], status: 'ready' })
  expect(keysIn('ready')).toEqual(['WN-2', 'WN-3', 'WN-4', 'WN-1'])
})

test('a thousand tasks find their places', () => {
  const ids = Array.from({ length: LOCAL.tasksAtOnce - 4 }, (_, i) => {
    const made = run({ replica }, 'create_task', { title: `Task ${i}` })
    return made.ok ? made.value.id : ''
  })
  run({ replica }, 'update_tasks', { ids, status: 'ready', before: 'WN-2' })
  expect(replica.views.column('ready').slice(1, -3)).toEqual(ids)
  const tooMany = Array.from({ length: LOCAL.tasksAtOnce + 1 }, () => 'WN-1')
  expect(run({ replica }, 'update_tasks', { ids: tooMany, priority: 1 })).toMatchObject({
    ok: false,
    refusal: { code: 'invalid' },
  })
})

test('deleting many is one step too', () => {
  run({ replica }, 'update_tasks', { ids: ['WN-1', 'WN-2'], deleted: true })
  expect(keysIn('ready')).toEqual(['WN-3', 'WN-4'])
  replica.undo()
  expect(keysIn('ready')).toEqual(['WN-1', 'WN-2', 'WN-3', 'WN-4'])
})

test('where one may not change so, none does', () => {
  run({ replica }, 'move_task', { id: 'WN-2', parent: 'WN-1' })
  const before = replica.changes
  for (const wrong of [
    { ids: ['WN-3', 'WN-99'], priority: 1 },
    { ids: ['WN-3', 'WN-1'], parent: 'WN-2' },
    { ids: ['WN-3'], parent: 'WN-3' },
    { ids: [], priority: 1 },
    { ids: ['WN-3', 'WN-4'], label: Array.from({ length: LOCAL.labelsPerTask }, (_, i) => `l${i}`), before: 'WN-99' },
  ])
    expect(run({ replica }, 'update_tasks', wrong).ok).toBe(false)
  expect(replica.changes).toBe(before)
})

test('who may only look changes nothing, and nobody gets more labels than a task holds', async () => {
  const { owner, clock } = await founded()
  run({ replica: owner }, 'create_task', { title: 'One', labels: Array.from({ length: LOCAL.labelsPerTask }, (_, i) => `l${i}`) })
  expect(run({ replica: owner }, 'update_tasks', { ids: ['WN-1'], label: ['more'] })).toMatchObject({
    refusal: { code: 'too_large' },
  })
  expect(run({ replica: owner }, 'update_tasks', { ids: ['WN-1'], label: ['more'], unlabel: ['l0'] }).ok).toBe(true)
  const { member: viewer } = await joined(owner, 7, clock, { role: 'viewer' })
  await exchange(owner, viewer)
  expect(run({ replica: viewer }, 'update_tasks', { ids: ['WN-1'], priority: 0 })).toMatchObject({
    refusal: { code: 'permission_denied' },
  })
})

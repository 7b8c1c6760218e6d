import { expect, test } from 'vitest'
import { workspaceNodeId } from '../core/ids.ts'
import { columnLimit, sharedViews } from '../replica/board-settings.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/replica.ts'
import { run } from './table.ts'

const workspaceOf = (replica: Replica) => replica.nodes.get(workspaceNodeId(replica.workspace))
const namesIn = (replica: Replica): string[] => sharedViews(workspaceOf(replica)).map(({ name }) => name)

test('a view that one saves all see; it is renamed, deleted and brought back', async () => {
  const { owner, clock } = await founded()
  const saved = run({ replica: owner }, 'save_view', { name: 'Waits for review', query: 'q=status:in_review' })
  if (!saved.ok) throw new Error(saved.refusal.detail)
  const { member } = await joined(owner, 7, clock)
  expect(sharedViews(workspaceOf(member))).toEqual([{ ...saved.value, query: 'q=status:in_review' }])
  expect(run({ replica: member }, 'save_view', { view: saved.value.id, name: 'Reviews' }).ok).toBe(true)
  run({ replica: owner }, 'save_view', { name: 'Mine', query: 'q=is:mine' })
  await exchange(member, owner)
  expect(namesIn(owner)).toEqual(['Mine', 'Reviews'])
  expect(run({ replica: owner }, 'delete_view', { view: saved.value.id }).ok).toBe(true)
  expect(namesIn(owner)).toEqual(['Mine'])
  expect(run({ replica: owner }, 'save_view', { view: saved.value.id, name: 'x' })).toMatchObject({
    refusal: { code: 'not_found' },
  })
  expect(run({ replica: owner }, 'save_view', { query: '' })).toMatchObject({ refusal: { code: 'invalid' } })
  owner.undo()
  expect(namesIn(owner)).toEqual(['Mine', 'Reviews'])
})

test('a column has a limit until it has none', async () => {
  const { owner } = await founded()
  const limit = (): number | null => columnLimit(workspaceOf(owner), 'in_progress')
  run({ replica: owner }, 'limit_column', { status: 'in_progress', limit: 3 })
  expect(limit()).toBe(3)
  owner.undo()
  expect(limit()).toBe(null)
  owner.redo()
  run({ replica: owner }, 'limit_column', { status: 'in_progress', limit: null })
  expect(limit()).toBe(null)
  expect(run({ replica: owner }, 'limit_column', { status: 'done', limit: 0 }).ok).toBe(false)
})

test('what does not fit is read as not being there: anybody may write such fields', async () => {
  const { owner } = await founded()
  const node = workspaceNodeId(owner.workspace)
  owner.transact(null, (tx) => {
    for (const limit of ['3', 1.5, -1, [], Number.NaN]) tx.set(node, 'wip/done', limit)
    tx.add(node, 'views', '__proto__')
    tx.add(node, 'views', 'a')
    tx.set(node, 'views/a/name', 7)
    tx.set(node, 'views/a/query', 'q=x')
  })
  expect(columnLimit(workspaceOf(owner), 'done')).toBe(null)
  expect(namesIn(owner)).toEqual([])
})

test('who may only look shares nothing', async () => {
  const { owner, clock } = await founded()
  const { member: viewer } = await joined(owner, 7, clock, { role: 'viewer' })
  for (const done of [
    run({ replica: viewer }, 'save_view', { name: 'x', query: '' }),
    run({ replica: viewer }, 'limit_column', { status: 'done', limit: 1 }),
  ])
    expect(done).toMatchObject({ refusal: { code: 'permission_denied' } })
})

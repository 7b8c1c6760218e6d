import { afterEach, expect, test } from 'vitest'
import type { NodeId } from '../core/ids.ts'
import type { InputOf, OperationName } from '../operations/table.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { attempt } from './act.ts'
import { dismiss, notices } from './notices.ts'
import { createTestSession, type TestSession } from './test-session.ts'

afterEach(() => {
  for (const { id } of notices.get()) dismiss(id)
})

/** A workspace with two tasks, the first of which has one of everything. */
async function scene() {
  const session = await createTestSession(0)
  const made = (input: InputOf<'create_task'>): NodeId => {
    const task = session.run('create_task', input)
    if (!task.ok) throw new Error(task.refusal.detail)
    return task.value.id
  }
  const other = made({ title: 'Other', status: 'ready' })
  const id = made({ title: 'One', status: 'ready', labels: ['bug'], assignees: ['Ada'], dependencies: [{ to: other }] })
  expect(session.run('update_task', { id, due: '2027-01-01T00:00:00.000Z' }).ok).toBe(true)
  expect(session.run('add_check', { id, text: 'Tested' }).ok).toBe(true)
  const comment = session.run('comment_task', { id, body: 'Seen' })
  if (!comment.ok) throw new Error(comment.refusal.detail)
  await session.replica.saved()
  return { session, id, other, comment: comment.value.id }
}

type Scene = Awaited<ReturnType<typeof scene>>
type Act = (scene: Scene) => void

function doing<N extends OperationName>(name: N, input: (scene: Scene) => InputOf<N>): readonly [name: string, act: Act] {
  return [`${name} ${input.toString().replace(/^.*?=>/, '')}`, (at) => expect(attempt(at.session, name, input(at))).toBeNull()]
}

/** What a person would miss. */
function shownIn({ replica }: TestSession): unknown {
  const rows = [...replica.views.tasks()].map((task) => replica.views.task(task) as TaskRow)
  return rows.map(({ id, status, parent, labels, assignees, dependencies, due, checks, deleted }) => ({
    ...{ id, status, parent, labels, assignees, dependencies, due, deleted },
    checks: checks.map(({ text }) => text),
    comments: replica.views.commentsOn(id),
  }))
}

test.each([
  doing('delete_task', ({ id }) => ({ id })),
  doing('order_task', ({ id }) => ({ id, status: 'done', before: null })),
  doing('order_task', ({ id, other }) => ({ id, status: 'ready', before: other })),
  doing('move_task', ({ id, other }) => ({ id, parent: other })),
  doing('update_task', ({ id }) => ({ id, status: 'blocked' })),
  doing('update_task', ({ id }) => ({ id, due: null })),
  doing('assign_task', ({ id }) => ({ id, assignee: 'Grace' })),
  doing('assign_task', ({ id }) => ({ id, assignee: 'Ada', remove: true })),
  doing('label_task', ({ id }) => ({ id, label: 'bug', remove: true })),
  doing('link_task', ({ id, other }) => ({ id, to: other, remove: true })),
  doing('update_check', ({ id, session }) => ({ id, check: session.replica.views.task(id)!.checks[0]!.id, remove: true })),
  doing('delete_comment', ({ comment }) => ({ id: comment })),
])('%s offers Undo, which brings back what there was, whatever was done meanwhile', async (_name, act) => {
  const at = await scene()
  const before = shownIn(at.session)
  act(at)
  expect(shownIn(at.session)).not.toEqual(before)
  const notice = notices.get().at(-1)
  expect(notice?.action?.label).toBe('Undo')
  expect(notice?.text).not.toContain('undefined')
  const later = at.session.run('update_task', { id: at.other, title: 'Renamed meanwhile' })
  expect(later.ok).toBe(true)
  notice?.action?.run()
  expect(shownIn(at.session)).toEqual(before)
  expect(at.session.replica.views.task(at.other)?.title).toBe('Renamed meanwhile')
})

test('settling a conflict offers Undo', async () => {
  const { session, id } = await scene()
  // Written apart: neither knew of the other.
  await session.remote((other) => {
    other.transact(null, (tx) => tx.set(id, 'title', 'Theirs'))
    session.replica.transact(null, (tx) => tx.set(id, 'title', 'Mine'))
  })
  const [conflict] = session.replica.views.task(id)!.conflicts
  expect(conflict?.field).toBe('title')
  expect(attempt(session, 'resolve_conflict', { id, field: 'title', choice: 1 })).toBeNull()
  expect(notices.get().at(-1)).toMatchObject({ text: 'Conflict over the title of WN-2 settled', action: { label: 'Undo' } })
})

test('what loses nothing says nothing', async () => {
  const { session, id } = await scene()
  for (const { id: shown } of notices.get()) dismiss(shown)
  attempt(session, 'update_task', { id, title: 'Another title' })
  attempt(session, 'label_task', { id, label: 'new' })
  expect(notices.get()).toEqual([])
})

test('a step that was taken back already is said to be so', async () => {
  const { session, id } = await scene()
  attempt(session, 'delete_task', { id })
  const undo = notices.get().at(-1)?.action?.run
  session.replica.undo()
  undo?.()
  expect(notices.get().at(-1)?.text).toBe('That was taken back already')
})

import { expect, test } from 'vitest'
import type { NodeId } from '../../core/ids.ts'
import { settable, createTestSession, type TestSession } from '../test-session.ts'
import { conflictNeeds } from './conflict-needs.ts'
import { type Need, needsOf } from './needs.ts'

async function conflicted(): Promise<{ session: TestSession; id: NodeId; write: (title: string) => Promise<void> }> {
  const session = await createTestSession(0)
  const made = session.run('create_task', { title: 'One' })
  if (!made.ok) throw new Error(made.refusal.detail)
  const { id } = made.value
  await session.replica.saved()
  /** Here and elsewhere at once: neither knew of the other. */
  const write = (title: string): Promise<void> =>
    session.remote((other) => {
      other.transact(null, (tx) => tx.set(id, 'title', `${title} there`))
      session.replica.transact(null, (tx) => tx.set(id, 'title', `${title} here`))
    })
  return { session, id, write }
}

test('a conflict needs a person until it is settled, as one thing', async () => {
  const { session, id, write } = await conflicted()
  const needs = conflictNeeds(session)
  let told = 0
  const stop = needs.subscribe(() => told++)
  await write('One')
  expect(needs.get()).toMatchObject([
    { cause: `conflict ${id}`, words: expect.stringMatching(/^Two versions of the title of WN-1 One/) },
  ])
  const before = told
  session.run('create_task', { title: 'Another' })
  session.run('update_task', { id, priority: 1 })
  expect(told).toBe(before)
  expect(session.run('resolve_conflict', { id, field: 'title', choice: 0 }).ok).toBe(true)
  expect(needs.get()).toEqual([])
  stop()
})

test('what is deleted needs nobody', async () => {
  const { session, id, write } = await conflicted()
  await write('One')
  const needs = conflictNeeds(session)
  const stop = needs.subscribe(() => undefined)
  expect(needs.get()).toHaveLength(1)
  session.run('delete_task', { id })
  expect(needs.get()).toEqual([])
  stop()
})

test('sources are put together, and the list is another only when one of them is', async () => {
  const session = await createTestSession(0)
  const need = (cause: string): Need => ({ cause, words: cause, address: '/' })
  const [questions, failures] = [settable<readonly Need[]>([need('a')]), settable<readonly Need[]>([])]
  const all = needsOf(session, [() => questions, () => failures])
  let told = 0
  const stop = all.subscribe(() => told++)
  expect(all.get().map(({ cause }) => cause)).toEqual(['a'])
  expect(all.get()).toBe(all.get())
  failures.set([need('b')])
  expect(all.get().map(({ cause }) => cause)).toEqual(['a', 'b'])
  expect(told).toBe(1)
  stop()
  failures.set([])
  expect(told).toBe(1)
})

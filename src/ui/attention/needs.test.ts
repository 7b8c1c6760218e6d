import { expect, test } from 'vitest'
import type { NodeId } from '../../core/ids.ts'
import type { Observable } from '../session.ts'
import { createTestSession, type TestSession } from '../test-session.ts'
import { inboxIn } from '../inbox/inbox-watch.ts'
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
  const needs = needsOf(session)
  let told = 0
  const stop = needs.subscribe(() => told++)
  await write('One')
  await until(needs, (all) => all.length === 1)
  expect(needs.get()).toMatchObject([
    { cause: `conflict ${id}`, words: expect.stringMatching(/^Two versions of the title of WN-1 One/) },
  ])
  const [before, list] = [told, needs.get()]
  session.run('create_task', { title: 'Another' })
  expect(session.run('resolve_conflict', { id, field: 'title', choice: 0 }).ok).toBe(true)
  await until(needs, (all) => all.length === 0)
  expect(told).toBe(before + 1)
  expect(needs.get()).toBe(needs.get())
  expect(list).not.toBe(needs.get())
  stop()
})

test('what is deleted needs nobody', async () => {
  const { session, id, write } = await conflicted()
  await write('One')
  const needs = needsOf(session)
  const stop = needs.subscribe(() => undefined)
  expect(needs.get()).toHaveLength(1)
  session.run('delete_task', { id })
  await until(needs, (all) => all.length === 0)
  stop()
})

test('what was put away calls nobody', async () => {
  const { session, write } = await conflicted()
  await write('One')
  const needs = needsOf(session)
  const stop = needs.subscribe(() => undefined)
  expect(needs.get()).toHaveLength(1)
  const inbox = inboxIn(session)
  for (const entry of inbox.get()) inbox.putOff(entry)
  expect(needs.get()).toEqual([])
  stop()
})

function until(needs: Observable<readonly Need[]>, is: (all: readonly Need[]) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!is(needs.get())) return
      stop()
      resolve()
    }
    const stop = needs.subscribe(look)
    look()
  })
}

/** What a reader of the stream has before them: every event once, nothing moves while they read, and no more is kept than is read. */

import { expect, test } from 'vitest'
import { exchange, founded, joined } from '../../replica/cluster.fixture.ts'
import { ANY_EVENT } from '../../replica/event-pages.ts'
import type { Replica } from '../../replica/replica.ts'
import { createEventStream, type EventStream, type StreamState } from './event-stream.ts'

function until(stream: EventStream, is: (state: StreamState) => boolean): Promise<StreamState> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!is(stream.get())) return
      stop()
      resolve(stream.get())
    }
    const stop = stream.subscribe(look)
    look()
  })
}

function addTasks(replica: Replica, count: number): void {
  for (let i = 0; i < count; i++)
    replica.transact(null, (tx) => tx.create({ type: 'task', number: i, fields: [['title', `task ${i}`]] }))
}

function refsOf({ events }: StreamState): number[] {
  return events.map(({ ref }) => ref)
}

async function readAll(stream: EventStream): Promise<StreamState> {
  for (;;) {
    const state = await until(stream, ({ isReading }) => !isReading)
    if (state.isWhole) return state
    stream.more()
  }
}

test('work that is not saved when the stream begins is in it once, and so is what comes while it is read', async () => {
  const { owner } = await founded(1)
  addTasks(owner, 200)
  const stream = createEventStream(owner, ANY_EVENT)
  const close = stream.open()
  addTasks(owner, 50)
  await owner.saved()
  await readAll(stream)
  addTasks(owner, 3)
  await owner.saved()
  const { events } = await until(stream, ({ events }) => events.length >= 254)
  const refs = events.map(({ ref }) => ref)
  expect(new Set(refs).size).toBe(refs.length)
  expect(events.filter(({ event }) => event.type === 'task.created')).toHaveLength(253)
  expect(events.at(-1)?.event.type).toBe('workspace.created')
  close()
})

test('while one reads further down, what is new waits and is counted', async () => {
  const { owner, clock } = await founded(1)
  const { member } = await joined(owner, 7, clock)
  const stream = createEventStream(owner, { ...ANY_EVENT, type: 'task' })
  const close = stream.open()
  await readAll(stream)
  stream.follow(false)
  addTasks(member, 3)
  await exchange(member, owner)
  const before = await until(stream, ({ waiting }) => waiting === 3)
  expect(before.events).toEqual([])
  stream.showWaiting()
  expect(stream.get()).toMatchObject({ waiting: 0 })
  expect(stream.get().events).toHaveLength(3)
  close()
})

test('of very much that waits only the number is kept, and the top is read anew', async () => {
  const { owner } = await founded(1)
  const stream = createEventStream(owner, { ...ANY_EVENT, type: 'task' })
  const close = stream.open()
  await readAll(stream)
  stream.follow(false)
  addTasks(owner, 700)
  await owner.saved()
  await until(stream, ({ waiting }) => waiting === 700)
  stream.showWaiting()
  const state = await readAll(stream)
  expect(new Set(refsOf(state)).size).toBe(700)
  close()
})

test('at the top the far end is let go, and is there again for who scrolls back', async () => {
  const { owner } = await founded(1)
  const stream = createEventStream(owner, { ...ANY_EVENT, type: 'task' })
  const close = stream.open()
  await readAll(stream)
  let longest = 0
  stream.subscribe(() => (longest = Math.max(longest, stream.get().events.length)))
  for (let i = 0; i < 8; i++) {
    addTasks(owner, 500)
    await owner.saved()
    await until(stream, ({ events }) => events.some(({ ref }) => ref >= (owner.history.count - 1) * 256))
  }
  expect(longest).toBeLessThanOrEqual(3000)
  expect(stream.get().events.length).toBeLessThanOrEqual(3000)
  const state = await readAll(stream)
  expect(new Set(refsOf(state)).size).toBe(4000)
  expect(state.events).toHaveLength(4000)
  close()
})

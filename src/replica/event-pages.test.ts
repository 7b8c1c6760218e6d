/** The event stream in pages: nothing left out, nothing twice, whatever is filtered; and the same lines as a check of the log. */

import { expect, test } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import type { Event } from '../core/event.ts'
import type { NodeId } from '../core/ids.ts'
import { signingKeys } from '../log/keys.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { ANY_EVENT, type EventFilter, eventLines, readEventsBefore, readEventsOf } from './event-pages.ts'
import { Hand } from './hand.fixture.ts'
import { CROSSING_MS, Lateness } from './lateness.ts'
import { adopt, grantTo } from './membership.ts'
import type { Replica } from './replica.ts'
import { verifyLog } from './verify-log.ts'

/** Two who write, comments, and some changes that do not count. */
async function story() {
  const { owner, clock } = await founded(1)
  const { member } = await joined(owner, 7, clock)
  const tasks: NodeId[] = []
  for (let i = 0; i < 100; i++) {
    const writer = i % 3 === 0 ? member : owner
    const task = writer.transact(null, (tx) => tx.create({ type: 'task', number: i, fields: [['title', `task ${i}`]] }))
    writer.transact(null, (tx) => tx.set(task, 'status', i % 2 === 0 ? 'ready' : 'done'))
    if (i === 40)
      writer.transact(null, (tx) => tx.create({ type: 'comment', subject: task, number: 1, fields: [['title', 'well']] }))
    tasks.push(task)
    clock.ms += 1000
    await writer.saved()
  }
  await exchange(member, owner)
  const pair = await signingKeys(new Uint8Array(32).fill(3))
  grantTo(owner, { key: pair.key, box: null }, { role: 'viewer' })
  await owner.saved()
  const viewer = new Hand(pair, owner)
  const forbidden = [
    await viewer.set(tasks[40] as NodeId, 'title', 'mine'),
    await viewer.set(tasks[1] as NodeId, 'title', 'mine'),
  ]
  await owner.receive(
    forbidden.map(({ wire }) => wire),
    'peer',
  )
  // Of two in one batch somebody keeps the first.
  const [kept, left] = [tasks[2] as NodeId, tasks[3] as NodeId]
  const both = await viewer.edit([
    [{ op: 'set', node: kept, field: 'title', value: 'kept' }, 'update'],
    [{ op: 'set', node: left, field: 'title', value: 'left' }, 'update'],
  ])
  await owner.receive([both.wire], 'peer')
  expect(adopt(owner, [(owner.history.ordinalOf(both.id) as number) * 256])).toEqual({ ok: true, value: 1 })
  await owner.settled()
  await owner.saved()
  return { owner, member, tasks, viewer }
}

async function allPages(replica: Replica, filter: EventFilter): Promise<Event[]> {
  const found: Event[] = []
  for (let below: number | null = replica.history.count; below !== null;) {
    const page = await readEventsBefore(replica, filter, below, 10)
    found.push(...page.events.map(({ event }) => event))
    below = page.next
  }
  return found
}

async function checkedEvents(replica: Replica): Promise<Event[]> {
  async function* wires(): AsyncGenerator<Bytes> {
    for await (const page of replica.exportLog()) yield* page
  }
  const events: Event[] = []
  const checked = await verifyLog(wires(), { onEvent: (event) => events.push(event) })
  expect(checked.ok && checked.value.problems).toEqual([])
  return events
}

test('pages that follow each other hold every event once, and the filters leave out what they say', async () => {
  const { owner, member, tasks, viewer } = await story()
  const all = (await checkedEvents(owner)).toReversed()
  expect(await allPages(owner, ANY_EVENT)).toEqual(all)
  const comment = all.find(({ type }) => type === 'comment.created')
  const about = new Set<unknown>([tasks[40], comment?.target])
  const filters: [Partial<EventFilter>, (event: Event) => boolean][] = [
    [{ actor: member.actor }, ({ actor }) => actor === member.actor],
    [{ type: 'task.completed' }, ({ type }) => type === 'task.completed'],
    [{ type: 'capability' }, ({ type }) => type.startsWith('capability.')],
    [{ about: tasks[40] as NodeId }, ({ target }) => about.has(target)],
    [{ isVoid: true }, ({ valid }) => !valid],
    [{ isVoid: true, about: tasks[40] as NodeId }, ({ valid, target }) => !valid && target === tasks[40]],
    [{ actor: viewer.actor, type: 'task' }, ({ actor, type }) => actor === viewer.actor && type.startsWith('task.')],
  ]
  for (const [filter, fits] of filters) {
    const expected = all.filter(fits)
    expect(expected.length).toBeGreaterThan(0)
    expect(await allPages(owner, { ...ANY_EVENT, ...filter })).toEqual(expected)
  }
})

test('a page reads no more than it needs', async () => {
  const { owner } = await story()
  const page = await readEventsBefore(owner, ANY_EVENT, owner.history.count, 10)
  expect(page.events.length).toBeLessThan(150)
  expect(page.next).toBeGreaterThan(0)
  const one = await readEventsOf(owner, ANY_EVENT, [3])
  expect(new Set(one.map(({ event }) => event.id.split(':')[0])).size).toBe(1)
})

test('the lines are those that a check of the exported log writes', async () => {
  const { owner } = await story()
  let [lines, batches] = ['', 0]
  for await (const part of eventLines(owner)) {
    lines += part.lines
    batches = part.batches
  }
  expect(batches).toBe(owner.history.count)
  expect(lines).toBe((await checkedEvents(owner)).map((event) => `${JSON.stringify(event)}\n`).join(''))
})

test('late is what is older than what was here when it came, and not what was here before oneself', async () => {
  const { owner, clock } = await founded(1)
  const early = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'early']] }))
  clock.ms += 3 * CROSSING_MS
  owner.transact(null, (tx) => tx.set(early, 'title', 'before the member came'))
  await owner.saved()
  const { member } = await joined(owner, 7, clock)
  member.transact(null, (tx) => tx.set(early, 'status', 'done'))
  await member.saved()
  const offline = clock.ms
  clock.ms += 2 * CROSSING_MS
  owner.transact(null, (tx) => tx.set(early, 'priority', 0))
  await exchange(member, owner)
  await exchange(owner, member)
  const late = (replica: Replica): number[] => {
    const lateness = new Lateness(replica.history, replica.actor)
    return Array.from({ length: replica.history.count }, (_, ordinal) => lateness.of(ordinal)).filter((by) => by > 0)
  }
  expect(late(owner)).toEqual([clock.ms - offline])
  expect(late(member)).toEqual([])
})

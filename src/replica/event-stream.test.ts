/** The stream forwards: nothing is told twice, nothing is left out, however it came. */

import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { Arrivals } from './arrivals.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { ANY_EVENT, type EventFilter } from './event-pages.ts'
import { type ArrivedEvent, placeSince, readArrived } from './event-stream.ts'
import { memoryStore } from '../store/memory-store.ts'
import { adopt, revoke } from './membership.ts'
import { openReplica, type Replica } from './replica.ts'

interface Told {
  readonly events: readonly ArrivedEvent[]
  readonly next: string
}

async function read(replica: Replica, since: string | null, filter: EventFilter = ANY_EVENT, limit = 1000): Promise<Told> {
  const from = await placeSince(replica, since)
  if (!from.ok) throw new Error(from.refusal.code)
  return readArrived(replica, filter, from.value, limit)
}

async function all(replica: Replica, limit: number): Promise<ArrivedEvent[]> {
  const found: ArrivedEvent[] = []
  let since: string | null = null
  for (;;) {
    const page: Told = await read(replica, since, ANY_EVENT, limit)
    if (page.events.length === 0) return found
    found.push(...page.events)
    since = page.next
  }
}

function task(replica: Replica, title: string): void {
  replica.transact(null, (tx) => {
    const id = tx.create({ type: 'task', number: replica.views.keys.next, fields: [['title', title]] })
    for (const label of ['a', 'b']) tx.add(id, 'labels', label)
  })
}

const idsOf = (events: readonly ArrivedEvent[]): string[] => events.map(({ event }) => event.id)

test.each([1, 2, 3, 7])(
  'pages of %i, and any of their cursors, tell every event once, in the order in which they came',
  async (limit) => {
    const { owner, clock } = await founded()
    for (let i = 0; i < 6; i++) {
      task(owner, `Task ${i}`)
      clock.ms += 10
      await owner.saved()
    }
    const whole = (await read(owner, null)).events
    expect(whole.map(({ event }) => event.type)).toContain('task.labelled')
    expect(idsOf(await all(owner, limit))).toEqual(idsOf(whole))
    for (const [i, { cursor }] of whole.entries())
      expect(idsOf((await read(owner, cursor)).events)).toEqual(idsOf(whole.slice(i + 1)))
  },
)

test('what an offline peer did an hour ago reaches a reader who is long past it, and is marked', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  task(member, 'From the train')
  clock.ms += 3_600_000
  task(owner, 'At the desk')
  await owner.saved()
  const { events, next } = await read(owner, null)
  const newest = events.at(-1)?.event.hlc as string
  await exchange(member, owner)
  for (const since of [next, newest]) {
    const late = (await read(owner, since)).events
    expect(late.map(({ event }) => event.type)).toContain('task.created')
    expect(late.every((one) => one.late && one.event.hlc < newest)).toBe(true)
  }
  expect(events.some(({ late }) => late)).toBe(false)
})

test('nought is the beginning, and a time is that moment; what is neither is refused', async () => {
  const { owner, clock } = await founded()
  task(owner, 'Before')
  await owner.saved()
  clock.ms += 1000
  task(owner, 'After')
  await owner.saved()
  const whole = (await read(owner, null)).events
  for (const since of ['0', '', '1999-12-31']) expect(idsOf((await read(owner, since)).events)).toEqual(idsOf(whole))
  const late = whole.filter(({ event }) => event.hlc >= new Date(clock.ms).toISOString())
  expect(late).toHaveLength(3)
  expect(idsOf((await read(owner, new Date(clock.ms).toISOString())).events)).toEqual(idsOf(late))
  expect(await placeSince(owner, 'yesterday')).toMatchObject({ ok: false, refusal: { code: 'bad_request' } })
})

test('“now” tells only what is to come', async () => {
  const { owner } = await founded()
  task(owner, 'Before')
  await owner.saved()
  const { next } = await read(owner, 'now')
  expect((await read(owner, 'now')).events).toEqual([])
  task(owner, 'After')
  await owner.saved()
  expect((await read(owner, next)).events[0]?.event).toMatchObject({ type: 'task.created' })
})

test('a verdict that turns is told again to who was told before, and to nobody twice', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  clock.ms += 1000
  const frontier = [...owner.history.heads]
  task(member, 'Will not count')
  await exchange(member, owner)
  const { next } = await read(owner, null)
  const capability = member.held[0]?.id as string
  const revoked = revoke(owner, capability, { frontier, reason: 'test' })
  expect(revoked.ok).toBe(true)
  await owner.saved()
  const told = (await read(owner, next)).events
  const turned = told.filter((one) => one.turned)
  expect(told[0]?.event.type).toBe('capability.revoked')
  expect(turned.map(({ event }) => event)).toEqual(
    expect.arrayContaining([expect.objectContaining({ type: 'event.revalidated', valid: false, actor: member.actor })]),
  )
  expect(new Set(idsOf(turned)).size).toBe(turned.length)
  expect((await read(owner, turned.at(-1)?.cursor as string)).events).toEqual([])
  // One who reads from the beginning is told as it is now, and of no turn.
  expect((await read(owner, null)).events.some((one) => one.turned)).toBe(false)
})

test('a cursor of an earlier process hears of all that does not count now; one of another store is refused', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  const frontier = [...owner.history.heads]
  task(member, 'Will not count')
  await exchange(member, owner)
  const { next } = await read(owner, null)
  revoke(owner, member.held[0]?.id as string, { frontier, reason: 'test' })
  await owner.saved()
  const older = next.replace(/\.[0-9a-f]{8}\.\d+$/, '.00000000.5')
  const { events } = await read(owner, older)
  expect(events.filter((one) => one.turned).length).toBe(owner.quarantine.size)
  expect(await placeSince(owner, next.replace(/^[^.]+/, 'other'))).toMatchObject({ ok: false, refusal: { code: 'gone' } })
  expect(await placeSince(owner, 'nonsense')).toMatchObject({ ok: false, refusal: { code: 'bad_request' } })
})

test('where more has turned than is kept, what turned last is told, though it does not count now', () => {
  const others = Array.from({ length: LOCAL.turnsKept }, (_, i) => i + 512)
  const replica = {
    random: (length: number) => new Uint8Array(length),
    quarantine: new Map([[256, 'revoked']]),
    turnedEver: new Set([...others, 256]),
    onDurable: () => () => undefined,
    onTurned: () => () => undefined,
  }
  const told = new Arrivals(replica as unknown as Replica).turnsFrom(0).map(({ ref }) => ref)
  expect(told).toEqual([...others.slice(1), 256])
})

test.each([
  ['from its snapshot', true],
  ['from its log alone', false],
])('a host that is started anew %s tells a reader from before what came to count again meanwhile', async (_how, isSnapshot) => {
  const { owner, clock, peer } = await founded()
  const { member } = await joined(owner, 7, clock)
  const frontier = [...owner.history.heads]
  task(member, 'Counts, then not, then again')
  task(member, 'Counts, then not')
  await exchange(member, owner)
  revoke(owner, member.held[0]?.id as string, { frontier, reason: 'test' })
  await owner.settled()
  const cut = [...owner.quarantine.keys()].filter((ref) => owner.history.feedOf(Math.floor(ref / 256)).startsWith(member.actor))
  await owner.saved()
  const { events, next } = await read(owner, null)
  const idOf = new Map(events.map(({ ref, event }) => [ref, event.id]))
  const back = cut.slice(0, 3)
  expect(back).toHaveLength(3)
  // Nobody who follows is here while it turns back, and then the host ends.
  expect(adopt(owner, back)).toMatchObject({ ok: true })
  await owner.settled()
  await owner.saved()
  if (isSnapshot) expect(await owner.snapshot()).toBe(true)
  const again = await openReplica(owner.workspace, { ...peer.ports, store: memoryStore({ disk: peer.disk }) })
  const told = (await read(again, next)).events.filter((one) => one.turned)
  const verdicts = new Map(told.map(({ event }) => [(event.data as { event: string }).event, event.valid || event.adopted]))
  expect(back.map((ref) => verdicts.get(idOf.get(ref) as string))).toEqual(back.map(() => true))
  expect(cut.slice(3).map((ref) => verdicts.get(idOf.get(ref) as string))).toEqual(cut.slice(3).map(() => false))
  expect((await read(again, told.at(-1)?.cursor as string)).events).toEqual([])
})

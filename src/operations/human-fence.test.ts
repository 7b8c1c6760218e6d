/** An agent does not write over what a person has changed and it has not read; whoever has read it, and all others, may. */

import { beforeEach, describe, expect, test } from 'vitest'
import { exchange, founded, joined, type TestClock, type TestPeer } from '../replica/cluster.fixture.ts'
import { revoke } from '../replica/membership.ts'
import { liveOf } from '../replica/standing.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import { answer, type EveryOperationName } from './every-operation.ts'
import { type HumanFence, isHumanFence } from './human-fence.ts'
import { done } from './operate.fixture.ts'
import { type InputOf, type OperationName, run } from './table.ts'

function fence<N extends OperationName>(replica: Replica, name: N, input: InputOf<N>): HumanFence {
  const result = run({ replica }, name, input)
  if (result.ok) throw new Error(`${name} was done`)
  if (!isHumanFence(result.refusal)) throw new Error(`${result.refusal.code}: ${result.refusal.detail}`)
  return result.refusal
}

async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
}

const TASK = 'WN-1'
let owner: Replica
let peer: TestPeer
let one: Replica
let two: Replica
let clock: TestClock
const seenBy = (replica: Replica): string => done(replica, 'get_task', { id: TASK }).seen
const title = (replica: Replica): string => done(replica, 'get_task', { id: TASK }).title

beforeEach(async () => {
  ;({ owner, peer, clock } = await founded())
  done(owner, 'create_task', { title: 'Build it', status: 'ready', body: 'One.\nTwo.\nThree.\n', labels: ['a', 'b'] })
  ;({ member: one } = await joined(owner, 7, clock, { role: 'agent' }))
  ;({ member: two } = await joined(owner, 8, clock, { role: 'agent' }))
  await meet(owner, one, two)
})

describe('what a person has changed since an agent read it', () => {
  test('holds its write back before anything is written, says what was changed, by whom and when, and lets it go on with what it says', async () => {
    const seen = seenBy(one)
    clock.ms += 60_000
    done(owner, 'set_profile', { name: 'Ada' })
    done(owner, 'update_task', { id: TASK, title: 'Build that', body: 'One.\n2.\nThree.\n', labels: ['a', 'c'] })
    await meet(owner, one)
    const { changes: before } = one
    const held = fence(one, 'update_task', { id: TASK, title: 'Mine', priority: 0, seen })
    expect(one.changes).toBe(before)
    expect(title(one)).toBe('Build that')
    const by = { by: owner.actor, name: 'Ada', at: new Date(clock.ms).toISOString() }
    expect(held.changes).toMatchObject([
      { field: 'title', was: 'Build it', now: 'Build that', ...by },
      { field: 'labels', was: ['a', 'b'], now: ['a', 'c'], ...by },
      { field: 'body', diff: '@@ -1 +1 @@\n One.\n-Two.\n+2.\n Three.', ...by },
    ])
    expect(held.node).toBe(done(one, 'get_task', { id: TASK }).id)
    expect(held.seen).toBe(seenBy(one))
    done(one, 'update_task', { id: TASK, title: 'Mine', priority: 0, seen: held.seen })
    expect(title(one)).toBe('Mine')
  })

  test('is known for what it is where only a removal was made, or a word was ticked off', async () => {
    const { checks } = done(owner, 'add_check', { id: TASK, text: 'It runs' })
    await meet(owner, one)
    const seen = seenBy(one)
    done(owner, 'label_task', { id: TASK, label: 'b', remove: true })
    await meet(owner, one)
    expect(fence(one, 'report_progress', { id: TASK, progress: 3, seen }).changes).toMatchObject([
      { field: 'labels', was: ['a', 'b'], now: ['a'] },
    ])
    const again = seenBy(one)
    done(owner, 'update_check', { id: TASK, check: checks[0]?.id as string, done: true })
    await meet(owner, one)
    expect(fence(one, 'label_task', { id: TASK, label: 'x', seen: again }).changes).toMatchObject([
      { field: `checks/${checks[0]?.id}/done`, now: true },
    ])
  })

  test('is a frontier, not a last change: what a device wrote apart and what came late holds back as well', async () => {
    const { member: device } = await joined(owner, 9, clock, 'device')
    await meet(owner, device, one)
    done(device, 'update_task', { id: TASK, priority: 0 })
    clock.ms += 60_000
    done(owner, 'update_task', { id: TASK, title: 'Later' })
    await meet(owner, one)
    const seen = seenBy(one)
    await exchange(device, one)
    expect(fence(one, 'move_task', { id: TASK, parent: null, seen }).changes).toMatchObject([{ field: 'priority', now: 0 }])
    done(one, 'move_task', { id: TASK, parent: null, seen: seenBy(one) })
    // Both are read or neither, in whichever order they came.
    await meet(owner, device, two)
    const ends = seenBy(one).split('.')
    expect(ends).toHaveLength(2)
    expect([owner, device, two].map(seenBy)).toEqual([ends, ends, ends].map((names) => names.join('.')))
    for (const end of ends) expect(fence(one, 'move_task', { id: TASK, parent: null, seen: end }).changes).toHaveLength(1)
  })

  test('means the same on every replica, after a restart too', async () => {
    await owner.saved()
    const seen = seenBy(one)
    expect([seenBy(owner), seenBy(two)]).toEqual([seen, seen])
    done(owner, 'update_task', { id: TASK, title: 'Other' })
    await meet(owner, one, two)
    for (const replica of [one, two]) fence(replica, 'update_task', { id: TASK, title: 'Mine', seen })
    done(two, 'update_task', { id: TASK, title: 'Mine', seen: seenBy(one) })
    await owner.saved()
    const again = await openReplica(owner.workspace, peer.ports)
    expect(seenBy(again)).toBe(seenBy(owner))
  })

  test('is named before its batch is signed, each change of a batch by itself', async () => {
    const [first] = [seenBy(owner)]
    done(owner, 'update_task', { id: TASK, title: 'A' })
    const open = seenBy(owner)
    done(owner, 'update_task', { id: TASK, title: 'B' })
    const later = seenBy(owner)
    expect(new Set([first, open, later]).size).toBe(3)
    await owner.saved()
    expect(seenBy(owner)).toBe(later)
    await meet(owner, one)
    expect(fence(one, 'update_task', { id: TASK, title: 'Mine', seen: open }).changes).toMatchObject([
      { field: 'title', now: 'B' },
    ])
    done(one, 'update_task', { id: TASK, title: 'Mine', seen: later })
  })

  test('is told without what stood there where nobody here knows what was read', async () => {
    const seen = seenBy(two)
    done(owner, 'update_task', { id: TASK, title: 'Other', labels: ['a'] })
    await meet(owner, one)
    const { changes } = fence(one, 'update_task', { id: TASK, title: 'Mine', seen })
    expect(changes).toEqual([
      { field: 'title', now: 'Other', by: owner.actor, name: expect.any(String) as string, at: expect.any(String) as string },
    ])
  })
})

describe('nobody is held back', () => {
  test('by agents, by their own changes, by comments, and by records of their run', async () => {
    const seen = seenBy(one)
    done(two, 'update_task', { id: TASK, title: 'Two’s', labels: [] })
    done(one, 'update_task', { id: TASK, body: 'One’s' })
    done(owner, 'comment_task', { id: TASK, body: 'Well?' })
    await meet(owner, one, two)
    done(one, 'claim_task', { id: TASK })
    done(one, 'confirm_task', { id: TASK })
    done(one, 'submit_task', { id: TASK, seen })
    await meet(owner, one, two)
    done(owner, 'reject_task', { id: TASK, note: 'More.' })
    await meet(owner, one, two)
    done(one, 'report_progress', { id: TASK, progress: 50, seen })
    done(one, 'submit_task', { id: TASK, seen })
  })

  test('without a word of what they have read, nor a person with one', async () => {
    const seen = seenBy(one)
    done(owner, 'update_task', { id: TASK, title: 'Other' })
    await meet(owner, one)
    done(one, 'update_task', { id: TASK, priority: 1 })
    const { member: person } = await joined(owner, 9, clock)
    await meet(owner, person)
    done(person, 'update_task', { id: TASK, title: 'Theirs', seen })
  })

  test('by what does not count: the changes of a person whose rights were taken', async () => {
    const { member: guest } = await joined(owner, 9, clock)
    await meet(owner, guest, one)
    const seen = seenBy(one)
    done(guest, 'update_task', { id: TASK, title: 'Theirs' })
    await meet(guest, one)
    fence(one, 'update_task', { id: TASK, priority: 1, seen })
    const [right] = liveOf(owner.authority, guest.actor)
    const result = revoke(owner, right?.id as string, { frontier: [] })
    if (!result.ok) throw new Error(result.refusal.detail)
    await meet(owner, one)
    await one.saved()
    expect(seenBy(one)).toBe(seen)
    done(one, 'update_task', { id: TASK, priority: 1, seen })
  })
})

describe('a word of what was read', () => {
  test('may be made up: it lets nobody do more than with the true one, or with none', async () => {
    expect(run({ replica: one }, 'update_task', { id: TASK, seen: 'no such thing!' })).toMatchObject({
      refusal: { code: 'invalid' },
    })
    expect(fence(one, 'update_task', { id: TASK, title: 'Mine', seen: 'AAAAAAAAAAA' }).seen).toContain(seenBy(one))
    fence(one, 'update_task', { id: TASK, title: 'Mine', seen: '0' })
  })

  test('can be of several things at once, for a step about several', async () => {
    done(owner, 'create_task', { title: 'Two' })
    await meet(owner, one)
    const other = done(one, 'get_task', { id: 'WN-2' }).seen
    const ids = [TASK, 'WN-2']
    expect(fence(one, 'update_tasks', { ids, priority: 0, seen: other }).seen.split('.').toSorted()).toEqual(
      [...seenBy(one).split('.'), ...other.split('.')].toSorted(),
    )
    done(one, 'update_tasks', { ids, priority: 0, seen: `${other}.${seenBy(one)}` })
  })
})

describe('a document', () => {
  const path = 'docs/plan.md'

  test('is not written over where a person wrote meanwhile; the lines that differ are told', async () => {
    const { id, seen } = done(one, 'create_document', { path, content: 'a\nb\nc\nd\ne\n' })
    await meet(owner, one)
    done(owner, 'update_document', { id, content: 'a\nb\nc\nd\nE\n' })
    await meet(owner, one)
    const held = fence(one, 'update_document', { id, content: 'A\nb\nc\nd\ne\n', seen })
    expect(held.changes).toMatchObject([{ field: 'content', diff: '@@ -4 +4 @@\n d\n-e\n+E', by: owner.actor }])
    expect(done(one, 'get_document', { id })).toMatchObject({ content: 'a\nb\nc\nd\nE\n', seen: held.seen })
    done(one, 'update_document', { id, content: 'A\nb\nc\nd\nE\n', seen: held.seen })
    await meet(owner, one)
    expect(done(owner, 'get_document', { id }).content).toBe('A\nb\nc\nd\nE\n')
  })

  test('of which much is otherwise is told in a bounded way', async () => {
    const { id, seen } = done(one, 'create_document', { path, content: 'short\n' })
    await meet(owner, one)
    const content = Array.from({ length: 5000 }, (_, i) => `line ${i}`).join('\n')
    done(owner, 'update_document', { id, content })
    await meet(owner, one)
    const [change] = fence(one, 'update_document', { id, mime: 'text/plain', seen }).changes
    expect(change?.diff?.length).toBeLessThan(4100)
    expect(change?.diff).toMatch(/… and \d+ lines more: read it again\.$/)
  })
})

test('every answer that shows a task says what its reader has seen, and the same for all of them', async () => {
  const ask = async (name: EveryOperationName, input: object): Promise<unknown> => {
    const result = await answer({ replica: one }, name, input)
    if (!result.ok) throw new Error(result.refusal.detail)
    return result.value
  }
  const seen = seenBy(one)
  const id = done(one, 'get_task', { id: TASK }).id
  expect(await ask('list_tasks', {})).toMatchObject({ items: [{ id, seen }] })
  expect(await ask('next_tasks', { id: 'me' })).toMatchObject({ tasks: [{ id, seen }] })
  expect(await ask('claim_task', { id })).toMatchObject({ task: { id, seen } })
  expect(await ask('confirm_task', { id })).toMatchObject({ id, seen })
  expect(await ask('report_progress', { id, progress: 3, seen })).toMatchObject({ id, seen })
})

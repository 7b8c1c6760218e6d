/** A log that is checked from zero: what a whole one proves, and that nothing can be changed, left out or added unseen. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import type { Event } from '../core/event.ts'
import { signingKeys } from '../log/keys.ts'
import { decodeLog, encodeLog, LogFileError } from '../log/log-file.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { Hand } from './hand.fixture.ts'
import { adopt, grantTo, removeActor } from './membership.ts'
import type { Replica } from './replica.ts'
import { openText } from './text-session.ts'
import { verifyLog } from './verify-log.ts'

async function* one(bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes
}

async function wiresOf(replica: Replica): Promise<Bytes[]> {
  const wires: Bytes[] = []
  for await (const page of replica.exportLog()) wires.push(...page)
  return wires
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** A workspace in which some things count and some do not, and one was adopted. */
async function story() {
  const { owner, clock } = await founded(1, { ms: Date.UTC(2026, 0, 1) }, { sealed: true })
  const { member } = await joined(owner, 7, clock)
  const task = member.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'by the member']] }))
  const body = openText(member, task, 'body', () => () => {})
  body.text.insert(0, 'Words.')
  body.close()
  await exchange(member, owner)
  const pair = await signingKeys(new Uint8Array(32).fill(3))
  grantTo(owner, { key: pair.key, box: null }, { role: 'viewer' })
  await owner.saved()
  const viewer = new Hand(pair, owner)
  const forbidden = [await viewer.set(task, 'title', 'by the viewer'), await viewer.set(task, 'priority', 0)]
  await owner.receive(
    forbidden.map(({ wire }) => wire),
    'peer',
  )
  removeActor(owner, member.actor)
  // The key is turned for it, which takes a while.
  await owner.rekey()
  member.transact(null, (tx) => tx.set(task, 'status', 'done'))
  await exchange(member, owner)
  await owner.saved()
  const late = [...owner.quarantine].filter(([, why]) => why === 'revoked').map(([ref]) => ref)
  adopt(owner, late)
  await owner.settled()
  await owner.saved()
  return { owner, member, viewer, task }
}

test('a whole log: as many batches, the state of the replica, and what has no effect by its reason', async () => {
  const { owner, task, viewer } = await story()
  const events: Event[] = []
  const checked = await verifyLog(each(await wiresOf(owner)), { onEvent: (event) => events.push(event) })
  if (!checked.ok) throw new Error(checked.refusal.detail)
  const { problems, workspace, batches, stateHash, withoutEffect, adopted } = checked.value
  expect(problems).toEqual([])
  expect([workspace, batches, stateHash]).toEqual([toHex(owner.workspace), owner.history.count, await owner.stateHash()])
  expect([...withoutEffect]).toEqual([
    ['right', 2],
    ['revoked', 1],
  ])
  expect(adopted).toBe(1)
  const ofTask = events.filter(({ target }) => target === task)
  expect(ofTask.map(({ type, valid, why, adopted }) => [type, valid, why, adopted])).toEqual([
    ['task.created', true, null, false],
    ['task.edited', true, null, false],
    ['task.updated', false, 'right', false],
    ['task.updated', false, 'right', false],
    ['task.completed', true, 'revoked', true],
  ])
  // Who, under which right, when: all of it is in the event.
  const viewed = ofTask.find(({ actor }) => actor === viewer.actor)
  expect(viewed).toMatchObject({ capability: viewer.held[0]?.id, data: { field: 'title', value: 'by the viewer' } })
  expect(viewed?.hlc).toMatch(/^2026-01-01T00:00:00\.\d{3}Z-[0-9a-f]{4}$/)
  expect(events[0]).toMatchObject({ type: 'workspace.created', capability: null, valid: true })
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['capability.granted', 'capability.revoked', 'key.handed_out', 'change.adopted']),
  )
})

test('no bit of it can be turned without being noticed', async () => {
  const { owner } = await story()
  const wires = await wiresOf(owner)
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: wires.length - 1 }), fc.nat(), fc.nat({ max: 7 }), async (nth, place, bit) => {
      const wire = (wires[nth] as Bytes).slice()
      const at = place % wire.length
      wire[at] = (wire[at] as number) ^ (1 << bit)
      const checked = await verifyLog(each(wires.with(nth, wire)), { workspace: toHex(owner.workspace) })
      expect(checked.ok ? checked.value.problems.length : 1).toBeGreaterThan(0)
    }),
    { numRuns: 60 },
  )
})

test('nothing can be left out between, and a batch of another workspace does not fit in', async () => {
  const { owner } = await story()
  const wires = await wiresOf(owner)
  for (let nth = 1; nth < wires.length - 1; nth++) {
    const checked = await verifyLog(each(wires.toSpliced(nth, 1)))
    // What nothing hangs on is an end, which may as well not have been there.
    const isEnd = [...owner.history.heads].some((head) => owner.history.arrivalOf(head) === nth + 1)
    expect(checked.ok && checked.value.problems.length > 0).toBe(!isEnd)
  }
  const { owner: other } = await founded(99)
  other.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', 'elsewhere']] }))
  const foreign = await wiresOf(other)
  const mixed = await verifyLog(each([...wires, ...foreign.slice(1)]))
  expect(mixed.ok && mixed.value.problems.length).toBe(foreign.length - 1)
  expect(await verifyLog(each(foreign), { workspace: toHex(owner.workspace) })).toMatchObject({ ok: false })
  expect(await verifyLog(each(wires.slice(1)))).toMatchObject({ ok: false })
  expect(await verifyLog(each([]))).toMatchObject({ ok: false })
})

test('a log file comes back as it was, in pieces of any size; one that is cut off or is none says so', async () => {
  const { owner } = await story()
  const wires = await wiresOf(owner)
  const file = Buffer.concat(await all(encodeLog(each([wires.slice(0, 3), [], wires.slice(3)]))))
  for (const size of [1, 7, 4096, file.length]) {
    const pieces = Array.from({ length: Math.ceil(file.length / size) }, (_, i) => file.subarray(i * size, (i + 1) * size))
    expect((await all(decodeLog(one(pieces)))).map(toHex)).toEqual(wires.map(toHex))
  }
  const whole = async (bytes: Uint8Array): Promise<unknown> => all(decodeLog(one([bytes])))
  await expect(whole(file.subarray(0, file.length - 1))).rejects.toThrow(LogFileError)
  await expect(whole(file.subarray(0, 5))).rejects.toThrow('no log')
  await expect(whole(Buffer.from('PK\u0003\u0004 something else'))).rejects.toThrow('no log')
  await expect(whole(Buffer.concat([file.subarray(0, 15), fromHex('ffffffff')]))).rejects.toThrow('damaged')
})

/**
 * Writes that are sent again after the host was killed: whatever of one was on the disk by then, it is not done twice, and what was done
 * is answered as it was. Each operation that writes is killed after each thing that it put there, as the conformance list does it.
 */

import { expect, test } from 'vitest'
import { memoryDisk, type MemoryDisk } from '../store/memory-store.ts'
import { StoreFullError } from '../store/store.ts'
import { CASES, fits, type ConformanceDoor, type Outcome, runCase } from './conformance-case.fixture.ts'
import { requestOf, restDoor } from './conformance.fixture.ts'
import { testDoor, type TestDoor } from './door.fixture.ts'
import { createRepeats } from './repeats.ts'
import { routesOf } from './routes.ts'

const WRITES = new Set(routesOf().flatMap(({ operation, isRead }) => (isRead ? [] : [operation as string])))

/** What the list sees refused only. */
const REFUSED_ONLY = [
  'adopt_changes',
  'close_invite',
  'reaffirm_revocation',
  'renounce_capability',
  'resolve_conflict',
  'unadopt_changes',
  'undo_revocation',
]

interface Said {
  readonly status: number
  readonly text: string
  readonly isAgain: boolean
}

/** A host that remembers how its disk was after each write. */
async function remembering(): Promise<{ readonly door: TestDoor; readonly disk: () => MemoryDisk; taken(): MemoryDisk[] }> {
  let live = memoryDisk()
  const copies: MemoryDisk[] = []
  const afterWrite = (_: unknown, disk: MemoryDisk): void => {
    live = disk
    copies.push(structuredClone(disk))
  }
  const door = await testDoor({ repeats: createRepeats(() => 0, []) }, { afterWrite })
  return { door, disk: () => live, taken: () => copies.splice(0) }
}

async function ask(
  to: Pick<TestDoor, 'request'>,
  {
    as,
    op,
    input,
    key,
  }: { readonly as: string; readonly op: string; readonly input: Readonly<Record<string, unknown>>; key: string },
): Promise<Said> {
  const { method, path, text } = requestOf(op, input)
  const response = await to.request(method, path, text, { 'Idempotency-Key': key, Authorization: `Bearer ${as}` })
  const isAgain = response.headers.get('Idempotent-Replayed') === 'true'
  return { status: response.status, text: await response.text(), isAgain }
}

test('every operation that writes is done once and answered alike, at whatever moment the host is killed and asked again', async () => {
  const { door, disk, taken } = await remembering()
  const list = await restDoor(undefined, door)
  const tried = new Set<string>()
  const faults: string[] = []

  async function call(...[as, op, input, options]: Parameters<ConformanceDoor['call']>): Promise<Outcome> {
    if (!WRITES.has(op) || tried.has(op) || Object.keys(options).length > 0) return list.call(as, op, input, options)
    const write = { as, op, input, key: `${tried.size}` }
    const before = disk().log.length
    taken()
    const first = await ask(door, write)
    const moments = taken()
    if (first.status < 300) {
      tried.add(op)
      for (const [i, moment] of moments.entries()) {
        const there = moment.log.length
        const again = await ask(await door.startedAnew(moment, 100 + tried.size * 10 + i), write)
        // Answered as it was, then all of it is there; told to look, then no more than a part; and else nothing.
        const isHonest =
          again.status === 409
            ? i < moments.length - 1
            : again.isAgain
              ? again.text === first.text && there === moments.at(-1)?.log.length
              : there === before && i < moments.length - 1
        const isOnce = !again.isAgain || moment.log.length === there
        if (!isHonest || !isOnce)
          faults.push(`${op}, ${i + 1} of ${moments.length}, ${there - before} batches: ${again.status} ${again.text}`)
      }
    }
    return list.call(as, op, input, { idempotencyKey: write.key })
  }

  for (const [i, one] of CASES.entries()) if (fits(list, one)) await runCase({ ...list, call }, one, `c${i}`)
  expect(faults).toEqual([])
  expect([...WRITES].filter((op) => !tried.has(op)).toSorted()).toEqual(REFUSED_ONLY)
})

test('a write that could not be saved is not done again by who asks again, and is answered once it is saved', async () => {
  let isFull = false
  const beforeWrite = (): void => {
    if (isFull) throw new StoreFullError('no space left')
  }
  const door = await testDoor({ repeats: createRepeats(() => 0, []) }, { beforeWrite })
  const write = { as: 'owner', op: 'create_task', input: { title: 'Once' }, key: 'k' }
  isFull = true
  expect([await ask(door, write), await ask(door, write)].map(({ status }) => status)).toEqual([503, 503])
  isFull = false
  await door.owner.retrySaving()
  expect(await ask(door, write)).toMatchObject({ status: 201, isAgain: true })
  expect([...door.owner.views.tasks()]).toHaveLength(1)
})

test('a key that was refused is free after the host was started anew', async () => {
  const { door, disk } = await remembering()
  // Several steps, so that it was noted down before it was refused.
  const claim = { as: 'agent', op: 'claim_next', input: { claim: 'WN-1' }, key: 'k' }
  expect((await ask(door, claim)).status).toBe(404)
  const again = await door.startedAnew(structuredClone(disk()), 5)
  await again.request('POST', '/tasks', { title: 'Here now', status: 'ready' })
  expect(await ask(again, claim)).toMatchObject({ status: 200, isAgain: false })
})

test('a write of more than one batch is answered again only where the last of them is there', async () => {
  const { door, disk, taken } = await remembering()
  const words = (of: string): string[] => Array.from({ length: 250 }, (_, i) => `${of} ${i}`)
  const write = { as: 'owner', op: 'create_task', input: { title: 'Large', labels: words('l'), assignees: words('a') }, key: 'k' }
  const before = disk().log.length
  taken()
  const first = await ask(door, write)
  const moments = taken()
  expect(moments.map(({ log }) => log.length - before)).toEqual([1, 2])
  const again: Said[] = []
  for (const [i, moment] of moments.entries()) again.push(await ask(await door.startedAnew(moment, i), write))
  expect(again.map(({ status }) => status)).toEqual([409, 201])
  expect(again[1]).toEqual({ ...first, isAgain: true })
})

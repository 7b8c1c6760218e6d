import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WorkNode } from './fold.ts'
import { Keys } from './keys.ts'
import { authorNamed, historyOf, randomDag } from './random-dag.fixture.ts'
import type { NodeId } from './ids.ts'

const dag = randomDag(3, 12, { feeds: 4, forks: 0, after: 2 })
const { history } = historyOf(dag)

function task(n: number, number: number, created = n * 256): WorkNode {
  const id = `0000000${n % 10}-0000-8000-8000-00000000${(4096 + n).toString(16)}` as NodeId
  const blank = {
    project: null,
    path: null,
    subject: null,
    creator: authorNamed('ann').actor,
    slot: n,
    updated: 0,
    edits: 0,
    recent: [],
    registers: {},
    sets: {},
    texts: {},
  }
  return { id, type: 'task', number, created, ...blank }
}

test('keys are resolved alike in whatever order tasks became known, and each leads back to its task', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 10 }),
      fc.infiniteStream(fc.nat()),
      (numbers, random) => {
        const tasks = numbers.map((number, n) => task(n, number))
        const shuffled = tasks
          .map((one) => [random.next().value, one] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, one]) => one)
        const [here, there] = [new Keys(history), new Keys(history)]
        for (const one of tasks) here.add(one)
        for (const one of [...shuffled, ...shuffled]) there.add(one)
        for (const one of tasks) {
          expect(there.keyOf(one)).toBe(here.keyOf(one))
          expect(there.resolve(here.keyOf(one))).toBe(one.id)
          expect(there.resolve(here.keyOf(one, 'abc').toLowerCase())).toBe(one.id)
        }
        expect(there.next).toBe(Math.max(...numbers) + 1)
        expect(new Set(tasks.map((one) => here.keyOf(one))).size).toBe(tasks.length)
      },
    ),
  )
})

test('the task that was created first keeps the plain key', () => {
  const [first, second] = [0, 256].toSorted((a, b) => history.compare(a, b)) as [number, number]
  const keys = new Keys(history)
  const [older, newer] = [task(1, 12, first), task(2, 12, second)]
  expect(keys.add(newer)).toEqual([])
  expect(keys.keyOf(newer)).toBe('WN-12')
  expect(keys.add(older)).toEqual([newer])
  expect([keys.keyOf(older), keys.keyOf(newer)]).toEqual(['WN-12', 'WN-12-1002'])
})

test('a task whose number changes, since an earlier create of it came late, lets the old one go', () => {
  const keys = new Keys(history)
  const [moving, staying] = [task(1, 5, 0), task(2, 5, 256)]
  for (const one of [moving, staying]) keys.add(one)
  moving.number = 7
  expect(keys.add(moving)).toEqual(history.compare(0, 256) < 0 ? [staying] : [])
  expect([keys.keyOf(moving), keys.keyOf(staying)]).toEqual(['WN-7', 'WN-5'])
  expect([keys.resolve('WN-5'), keys.resolve('WN-7')]).toEqual([staying.id, moving.id])
})

test('a number far beyond use does not move the next one', () => {
  const keys = new Keys(history)
  keys.add(task(1, 3))
  keys.add(task(2, Number.MAX_SAFE_INTEGER))
  expect(keys.next).toBe(4)
  keys.add(task(3, 999_999_999))
  expect(keys.next).toBe(4)
})

test("what is no key is nobody's", () => {
  const keys = new Keys(history)
  keys.add(task(1, 3))
  for (const text of ['', 'WN', 'WN-', 'WN-4', '3', 'WN-3-zzzz', 'WN-3-', '-3', 'WN-99999999999999999999'])
    expect(keys.resolve(text)).toBeNull()
  expect(keys.resolve(' wn-3 ')).toBe(task(1, 3).id)
})

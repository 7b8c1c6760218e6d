/** A plan appears at once or not at all, on every replica, and names nobody who is not here. */

import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { exchange, founded, joined, type TestClock } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/replica.ts'
import { type InputOf, type OutputOf, run } from './table.ts'

let owner: Replica
let clock: TestClock
beforeEach(async () => {
  ;({ owner, clock } = await founded())
  run({ replica: owner }, 'create_agent', { name: 'Backend' })
})

type PlanInput = InputOf<'plan_tasks'>

function planned(replica: Replica, input: PlanInput): OutputOf<'plan_tasks'>['tasks'] {
  const result = run({ replica }, 'plan_tasks', input)
  if (!result.ok) throw new Error(result.refusal.detail)
  return result.value.tasks
}

function refusalOf(input: PlanInput): string | null {
  const before = owner.changes
  const result = run({ replica: owner }, 'plan_tasks', input)
  if (!result.ok) expect(owner.changes).toBe(before)
  return result.ok ? null : result.refusal.code
}

const rowOf = (replica: Replica, key: string) => replica.views.task(replica.views.find(key) as never)
const THREE: PlanInput['tasks'] = [
  { ref: 'ui', title: 'Page', dependsOn: ['api'], assignees: ['Backend'] },
  {
    ref: 'api',
    title: 'Store',
    body: 'Keep the list.',
    files: ['src/api/**'],
    checks: ['It adds', 'It removes'],
    labels: ['api'],
  },
  { ref: 'docs', title: 'Words', dependsOn: ['ui', 'api'], status: 'backlog' },
]

test('a plan makes all its tasks, in what order they are named, with who waits on whom', () => {
  const tasks = planned(owner, { tasks: THREE, decisions: ['The app is called Larder.', 'The store is src/api/store.js.'] })
  expect(tasks.map(({ ref, key }) => `${ref} ${key}`)).toEqual(['ui WN-1', 'api WN-2', 'docs WN-3'])
  expect(rowOf(owner, 'WN-2')).toMatchObject({ ready: true, files: ['src/api/**'], labels: ['api'] })
  expect(rowOf(owner, 'WN-2')?.checks.map(({ text }) => text)).toEqual(['It adds', 'It removes'])
  expect(rowOf(owner, 'WN-1')).toMatchObject({ ready: false, assignees: ['Backend'], status: 'ready' })
  expect(
    rowOf(owner, 'WN-3')
      ?.dependencies.map(({ key }) => key)
      .toSorted(),
  ).toEqual(['WN-1', 'WN-2'])
  for (const key of ['WN-1', 'WN-2', 'WN-3']) {
    const task = run({ replica: owner }, 'get_task', { id: key })
    expect(task.ok && task.value.body).toContain('- The app is called Larder.')
  }
})

test('whoever gets any part of a plan gets the whole of it', async () => {
  const { member } = await joined(owner, 7, clock)
  // Something of the owner's own is still being written when the plan comes.
  run({ replica: owner }, 'create_task', { title: 'Before' })
  const seen = new Set<number>()
  member.views.onChanged(() => seen.add([...member.views.tasks()].length))
  const tasks = Array.from({ length: LOCAL.tasksPerPlan }, (_, i) => ({ ref: `t${i}`, title: `Task ${i}`, body: 'Do it.' }))
  const before = owner.history.count
  planned(owner, { tasks, decisions: ['One thing.'] })
  await owner.saved()
  expect(owner.history.count - before).toBe(1)
  await exchange(owner, member)
  expect([...seen].filter((count) => count > 1)).toEqual([LOCAL.tasksPerPlan + 1])
})

test('one undo takes the whole plan back', () => {
  planned(owner, { tasks: THREE })
  owner.undo()
  expect(owner.views.column('ready')).toEqual([])
})

test('a plan that cannot be is refused whole: circles, strangers, what is not there, what is too large', () => {
  const task = { ref: 'a', title: 'A' }
  expect(
    refusalOf({
      tasks: [
        { ...task, dependsOn: ['b'] },
        { ref: 'b', title: 'B', dependsOn: ['a'] },
      ],
    }),
  ).toBe('invalid')
  expect(refusalOf({ tasks: [{ ...task, dependsOn: ['a'] }] })).toBe('invalid')
  expect(refusalOf({ tasks: [task, task] })).toBe('invalid')
  expect(refusalOf({ tasks: [{ ...task, dependsOn: ['WN-99'] }] })).toBe('not_found')
  expect(refusalOf({ tasks: [{ ...task, assignees: ['Nobody'] }] })).toBe('not_found')
  expect(refusalOf({ tasks: [{ ...task, files: ['../secrets'] }] })).toBe('invalid')
  expect(refusalOf({ tasks: [] })).toBe('invalid')
  expect(refusalOf({ tasks: [{ ...task, body: 'x'.repeat(LOCAL.planChars) }] })).toBe('too_large')
  const checks = Array.from({ length: 64 }, (_, i) => `Check ${i}`)
  expect(refusalOf({ tasks: [{ ...task, checks }] })).toBe('too_large')
  expect(refusalOf({ tasks: [task], parent: 'WN-99' })).toBe('not_found')
})

test('who may create tasks and not assign them makes a plan without assignees only', async () => {
  const { member: worker } = await joined(owner, 7, clock, { role: 'agent' })
  await exchange(owner, worker)
  const withAssignee = run({ replica: worker }, 'plan_tasks', { tasks: [{ ref: 'a', title: 'A', assignees: ['Backend'] }] })
  expect(withAssignee).toMatchObject({ ok: false, refusal: { code: 'permission_denied' } })
  expect(planned(worker, { tasks: [{ ref: 'a', title: 'A' }] })).toHaveLength(1)
})

test('any plan without circles is taken, and nothing of it is ready before what it waits on', () => {
  const plans = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(plans, (picks) => {
      const tasks = picks.map((earlier, i) => ({
        ref: `t${i}`,
        title: `Task ${i}`,
        dependsOn: i === 0 ? [] : earlier.map((pick) => `t${pick % i}`),
      }))
      const made = planned(owner, { tasks: tasks.toReversed() })
      for (const { ref, key } of made) {
        const waits = new Set(tasks.find((task) => task.ref === ref)?.dependsOn)
        expect(rowOf(owner, key)?.ready).toBe(waits.size === 0)
      }
    }),
    { numRuns: 20 },
  )
})

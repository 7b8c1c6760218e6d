/** Taking a task: who asks for one thing at one time, and what each is told. */

import { expect, test, vi } from 'vitest'
import type { NodeId } from '../core/ids.ts'
import { workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { exchange, founded, joined, type TestClock } from '../replica/cluster.fixture.ts'
import type { InviteSpec } from '../replica/workspace.ts'
import type { Replica } from '../replica/replica.ts'
import { type Locks, memoryLocks } from '../store/locks.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { type ClaimPorts, claimAndSettle, settleMs } from './claim-and-settle.ts'
import { nextTask } from './next-task.ts'
import type { InputOf } from './table.ts'
import { done } from './operate.fixture.ts'

interface Scene {
  readonly owner: Replica
  readonly clock: TestClock
  readonly time: ReturnType<typeof createVirtualClock>
  ports(locks?: Locks, delays?: readonly (number | null)[]): ClaimPorts
  agent(seed: number, spec?: InviteSpec): Promise<Replica>
  task(title: string, over?: Partial<InputOf<'create_task'>>): NodeId
}

async function scene(): Promise<Scene> {
  const { owner, clock } = await founded()
  const time = createVirtualClock()
  return {
    owner,
    clock,
    time,
    ports: (locks = memoryLocks().tab(), delays = []) => ({ clock: time, locks, delays: () => delays }),
    agent: async (seed, spec = { role: 'agent' }) => (await joined(owner, seed, clock, spec)).member,
    task: (title, over = {}) => done(owner, 'create_task', { title, status: 'ready', ...over }).id,
  }
}

async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (let round = 0; round < 2; round++)
    for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
}

/** Lets everything that needs no time happen until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

test('whoever is alone begins at once', async () => {
  const { agent, task, owner, ports } = await scene()
  const one = await agent(7)
  const id = task('Build it')
  await meet(owner, one)
  const taken = await claimAndSettle(one, { task: 'next' }, ports())
  expect(taken).toMatchObject({ ok: true, value: { settledMs: 0, task: { id, status: 'in_progress' } } })
})

test('of two who ask at one time one begins, and the other has begun nothing and takes another task', async () => {
  const { agent, task, owner, ports, time } = await scene()
  const [one, two] = [await agent(7), await agent(8)]
  const id = task('Build it', { priority: 0 })
  const other = task('Paint it', { priority: 3 })
  await meet(owner, one, two)
  const asked = [one, two].map((replica) => claimAndSettle(replica, { task: 'next' }, ports(undefined, [120])))
  await until(() => time.pending() === 2)
  await meet(one, two)
  // Who hears that it was not the first waits no longer, and asks for the next.
  await until(() => time.pending() === 3)
  time.advance(200)
  const taken = await Promise.all(asked)
  expect(new Set(taken.map((result) => result.ok && result.value.task.id))).toEqual(new Set([id, other]))
  await meet(owner, one, two)
  expect(
    owner
      .runsOf(id)
      .map(({ state }) => state)
      .toSorted(),
  ).toEqual(['lost', 'working'])
  expect(owner.runsOf(id).every(({ state, began, since }) => state !== 'lost' || began <= since)).toBe(true)
})

test('a claim waits for the slowest peer, within bounds, and for nobody who is not here', async () => {
  const { owner } = await scene()
  expect(settleMs(owner, [])).toBe(0)
  expect(settleMs(owner, [null])).toBe(200)
  expect(settleMs(owner, [20, 450, null])).toBe(450)
  expect(settleMs(owner, [20, 60_000])).toBe(LOCAL.settleMs)
  const policy = (value: Record<string, string | number>): void =>
    owner.transact(null, (tx) => tx.set(workspaceNodeId(owner.workspace), 'policy', value))
  policy({ settleMs: 1000, offlineClaims: 'wait' })
  expect(settleMs(owner, [20])).toBe(1000)
  expect(settleMs(owner, [])).toBeNull()
  expect(
    await claimAndSettle(owner, { task: 'WN-1' }, { clock: createVirtualClock(), locks: memoryLocks().tab(), delays: () => [] }),
  ).toMatchObject({
    ok: false,
  })
  policy({ settleMs: -1, offlineClaims: 'never' })
  expect(settleMs(owner, [20])).toBe(200)
})

test('two tabs of one browser never work on one task, until its run is over', async () => {
  const { agent, task, owner, ports } = await scene()
  const [one, two] = [await agent(7), await agent(8)]
  task('Build it')
  await meet(owner, one, two)
  const browser = memoryLocks()
  const taken = await claimAndSettle(one, { task: 'WN-1' }, ports(browser.tab()))
  expect(taken.ok).toBe(true)
  // They have not heard of each other: only the lock stands between.
  expect(await claimAndSettle(two, { task: 'WN-1' }, ports(browser.tab()))).toMatchObject({ refusal: { code: 'claim_held' } })
  expect(two.runsOf(two.views.find('WN-1') as NodeId)).toEqual([])
  done(one, 'release_task', { id: 'WN-1' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(await claimAndSettle(two, { task: 'WN-1' }, ports(browser.tab()))).toMatchObject({ ok: true })
})

test('who is paused while its claim settles leaves the task to others', async () => {
  const { agent, task, owner, ports, time } = await scene()
  const one = await agent(7)
  task('Build it')
  await meet(owner, one)
  const asked = claimAndSettle(one, { task: 'WN-1' }, ports(undefined, [50]))
  await until(() => time.pending() === 1)
  done(owner, 'pause_agent', { id: one.actor })
  await meet(owner, one)
  time.advance(200)
  expect(await asked).toMatchObject({ refusal: { code: 'wrong_state' } })
  await meet(owner, one)
  expect(owner.runsOf(owner.views.find('WN-1') as NodeId)).toMatchObject([{ state: 'release' }])
  expect(await claimAndSettle(one, { task: 'next' }, ports())).toMatchObject({
    refusal: { code: 'nothing_ready', why: [{ code: 'paused' }] },
  })
})

test('what is next fits the agent, and the most urgent comes first', async () => {
  const { agent, task, owner } = await scene()
  const profile = done(owner, 'create_agent', { name: 'Bo', skills: ['rust'] })
  const one = await agent(7, { role: 'agent', files: ['src/api/**'] })
  done(owner, 'update_agent', { id: profile.id, actor: one.actor })
  const urgent = [
    task('b', { priority: 1 }),
    task('c', { priority: 1, assignees: ['Bo'] }),
    task('d', { priority: 1, assignees: [profile.id] }),
  ]
  const later = task('e', { priority: 4, assignees: [one.actor], labels: ['skill:rust'], files: ['src/**/*.ts'] })
  task('assigned', { priority: 0, assignees: ['Somebody'] })
  task('skill', { priority: 0, labels: ['skill:go'] })
  task('files', { priority: 0, files: ['src/api/x.ts', 'src/ui/**'] })
  const first = task('first', { status: 'backlog' })
  task('waits', { dependencies: [{ to: first, type: 'blocks' }] })
  await meet(owner, one)
  const { fitting, why } = nextTask(one)
  expect(fitting).toHaveLength(4)
  expect(new Set(fitting.slice(0, 3))).toEqual(new Set(urgent))
  expect(fitting[3]).toBe(later)
  expect(Object.fromEntries(why.map(({ code, tasks }) => [code, tasks]))).toEqual({
    assigned: 1,
    skills: 1,
    files: 1,
    not_ready: 1,
    waits_on: 1,
  })
})

test('to look for what is next costs what is open, whatever was done before', async () => {
  const { agent, task, owner } = await scene()
  const one = await agent(7)
  const open = [task('a'), task('b', { status: 'blocked' }), task('c', { status: 'in_review' })]
  const cost = async (): Promise<number> => {
    await meet(owner, one)
    const asked = vi.spyOn(one.nodes, 'get')
    expect(nextTask(one).fitting).toEqual(open.slice(0, 1))
    const { length } = asked.mock.calls
    asked.mockRestore()
    return length
  }
  const before = await cost()
  expect(before).toBeGreaterThanOrEqual(open.length)
  for (const status of ['done', 'cancelled'] as const) for (let n = 0; n < 50; n++) task(`${status} ${n}`, { status })
  expect(await cost()).toBe(before)
})

test('different agents begin with different tasks of one list', async () => {
  const { agent, task, owner } = await scene()
  for (let n = 0; n < 40; n++) task(`task ${n}`)
  const agents = [await agent(7), await agent(8), await agent(9), await agent(10)]
  await meet(owner, ...agents)
  expect(new Set(agents.map((one) => nextTask(one).fitting[0])).size).toBeGreaterThan(2)
})

test('who may not claim is told so', async () => {
  const { agent, task, owner, ports } = await scene()
  const viewer = await agent(7, { role: 'viewer' })
  task('Build it')
  await meet(owner, viewer)
  expect(await claimAndSettle(viewer, { task: 'next' }, ports())).toMatchObject({
    refusal: { code: 'nothing_ready', why: [{ code: 'permission', tasks: 1 }] },
  })
})

test('tasks about the same files are marked while both are worked on, and kept apart where the workspace says so', async () => {
  const { agent, task, owner, ports } = await scene()
  const [one, two] = [await agent(7), await agent(8)]
  const api = task('API', { files: ['src/api/**'] })
  const all = task('All', { files: ['**/*.ts'] })
  const docs = task('Docs', { files: ['docs/*.md'] })
  await meet(owner, one, two)
  expect(await claimAndSettle(one, { task: api }, ports())).toMatchObject({ ok: true })
  await meet(owner, one, two)
  expect(await claimAndSettle(two, { task: all }, ports())).toMatchObject({ ok: true })
  await meet(owner, one, two)
  for (const replica of [owner, one, two]) {
    expect(replica.views.task(api)?.sharesFilesWith).toEqual([all])
    expect(replica.views.task(all)?.sharesFilesWith).toEqual([api])
    expect(replica.views.task(docs)?.sharesFilesWith).toEqual([])
  }
  done(two, 'release_task', { id: all })
  await meet(owner, one, two)
  expect(owner.views.task(api)?.sharesFilesWith).toEqual([])

  owner.transact(null, (tx) => tx.set(workspaceNodeId(owner.workspace), 'policy', { fileLeases: 'enforce' }))
  await meet(owner, one, two)
  expect(nextTask(two).fitting).toEqual([docs])
  expect(await claimAndSettle(two, { task: all }, ports())).toMatchObject({ refusal: { code: 'claim_held' } })
  expect(two.runsOf(all).map(({ state }) => state)).toEqual(['release', 'release'])
  // Handed in, nobody writes.
  done(one, 'submit_task', { id: api })
  await meet(owner, one, two)
  expect(await claimAndSettle(two, { task: all }, ports())).toMatchObject({ ok: true })
})

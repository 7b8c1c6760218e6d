/** What runs teach: small histories of two agents, together and apart; times are the agents' own. */

import { beforeEach, expect, test } from 'vitest'
import type { ActorKey, NodeId } from '../core/ids.ts'
import type { EndReason, WorkOp } from '../core/work.ts'
import { exchange, founded, joined, type TestClock } from './cluster.fixture.ts'
import { type InsightsSummary } from './insights-summary.ts'
import { watchInsights } from './insights-watch.ts'
import type { Replica } from './replica.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

let owner: Replica
let one: Replica
let two: Replica
let clock: TestClock
let task: NodeId

beforeEach(async () => {
  ;({ owner, clock } = await founded(1))
  one = (await joined(owner, 7, clock, { role: 'agent' })).member
  two = (await joined(owner, 8, clock, { role: 'agent' })).member
  task = newTask(1)
  await meet()
})

test('a claim settles with its confirm; who was accepted has done the task, from claim to the last submit', async () => {
  const run = await claim(one)
  clock.ms += 3 * SECOND
  await say(one, run, 'confirm')
  one.transact(null, (tx) => tx.set(run, 'usage', { inputTokens: 10, outputTokens: 5, costMicros: 2_000_000 }))
  clock.ms += 10 * MINUTE
  await say(one, run, 'submit')
  await meet()
  clock.ms += MINUTE
  await say(owner, run, 'reject')
  await meet()
  clock.ms += 5 * MINUTE
  await say(one, run, 'submit')
  await meet()
  clock.ms += MINUTE
  await say(owner, run, 'accept')
  await owner.saved()

  const { runs, actors, byAttempts, byWork, bySubtasks } = await summary()
  expect(runs).toMatchObject({ runs: 1, costMicros: 2_000_000, wasted: 0, wastedMicros: 0, duplicates: 0, settleMs: 3 * SECOND })
  expect(runs.settles.map(({ runs: settled }) => settled)).toEqual([0, 1, 0, 0, 0])
  expect(runs.agents).toMatchObject([
    { actor: one.actor, runs: 1, accepted: 1, sentBack: 1, retries: 0, cycleMs: 16 * MINUTE + 3 * SECOND, workedMs: 16 * MINUTE },
  ])
  // Nobody set a status: it follows from the runs, here as on the board.
  expect(owner.views.task(task)?.status).toBe('done')
  expect(actors.find(({ actor }) => actor === one.actor)).toMatchObject({ done: 1, cycleMs: 17 * MINUTE })
  for (const lines of [byAttempts, byWork, bySubtasks]) expect(lines.reduce((sum, line) => sum + line.done, 0)).toBe(1)
  expect(byWork[1]).toMatchObject({ from: 10 * MINUTE, done: 1 })
})

test('two who begin one task apart are one duplicate start, and what the later one spent is wasted', async () => {
  const [first, second] = [await claim(one), await claim(two)]
  await say(one, first, 'confirm')
  clock.ms += SECOND
  await say(two, second, 'confirm')
  two.transact(null, (tx) => tx.set(second, 'usage', { inputTokens: 1, outputTokens: 1, costMicros: 500_000 }))
  await meet()
  const apart = (await summary()).runs
  expect(apart).toMatchObject({ runs: 2, duplicates: 1, wasted: 1, wastedMicros: 500_000 })
  expect(apart.outcomes.map(({ state }) => state).toSorted(byText)).toEqual(['superseded', 'working'])
  clock.ms += MINUTE
  await say(two, second, 'lost')
  await meet()
  expect((await summary()).runs).toMatchObject({ duplicates: 1, wasted: 1 })
})

test('who begins after the end of another’s run duplicates nothing; trying the same task again is a retry', async () => {
  const first = await claim(one)
  await say(one, first, 'confirm')
  await say(one, first, 'end', 'fail')
  await meet()
  clock.ms += MINUTE
  const second = await claim(two, 2)
  await say(two, second, 'confirm')
  await say(two, second, 'end', 'release')
  await meet()
  clock.ms += MINUTE
  const third = await claim(one, 3)
  await say(one, third, 'confirm')
  await meet()
  const { runs, byAttempts } = await summary()
  expect(runs).toMatchObject({ runs: 3, duplicates: 0, wasted: 1 })
  const of = (actor: ActorKey) => runs.agents.find((line) => line.actor === actor)
  expect(of(one.actor)).toMatchObject({ runs: 2, retries: 1, wasted: 1 })
  // What was given back, was given back: others begin where it stood.
  expect(of(two.actor)).toMatchObject({ runs: 1, retries: 0, wasted: 0 })
  expect(byAttempts.find(({ open }) => open === 1)).toMatchObject({ from: 3 })
})

test('a claim that was never confirmed settles nothing and wastes nothing', async () => {
  await say(one, await claim(one), 'end', 'release')
  await meet()
  expect((await summary()).runs).toMatchObject({ runs: 1, wasted: 0, settleMs: null, slowSettleMs: null, duplicates: 0 })
})

test('nineteen of twenty claims settle within the time that is called slow', async () => {
  for (let n = 1; n <= 20; n++) {
    const own = newTask(n + 1)
    await meet()
    const run = await claim(one, 1, own)
    clock.ms += n * 100
    await say(one, run, 'confirm', null, own)
    await say(one, run, 'end', 'release', own)
  }
  await meet()
  expect((await summary()).runs).toMatchObject({ settleMs: 1000, slowSettleMs: 1900 })
})

test('conflicts are counted for each pair, whoever wrote first', async () => {
  const { member } = await joined(owner, 9, clock)
  await meet(member)
  for (const [a, b] of [
    [owner, member],
    [member, owner],
  ] as const) {
    a.transact(null, (tx) => tx.set(task, 'title', `by a at ${clock.ms}`))
    clock.ms += SECOND
    await a.saved()
    b.transact(null, (tx) => tx.set(task, 'title', `by b at ${clock.ms}`))
    await meet(member)
    owner.transact(null, (tx) => tx.set(task, 'title', 'settled'))
    await meet(member)
  }
  const { pairs, conflicts, actors } = await summary()
  const edits = (actor: ActorKey): number => actors.find((line) => line.actor === actor)?.edits ?? 0
  const pair = [owner.actor, member.actor].toSorted(byText)
  expect(pairs).toEqual([{ pair, conflicts: 2, edits: edits(owner.actor) + edits(member.actor) }])
  expect(conflicts).toBe(2)
})

function newTask(number: number): NodeId {
  const fields = [
    ['title', `Task ${number}`],
    ['status', 'ready'],
  ] as const
  return owner.transact(null, (tx) => tx.create({ type: 'task', number, fields }))
}

async function claim(agent: Replica, epoch = 1, of = task): Promise<NodeId> {
  const made = agent.transact(null, (tx) => {
    const run = tx.create({ type: 'run', subject: of, fields: [] })
    tx.write({ op: 'claim', node: of, run, epoch, why: null, note: null })
    return run
  })
  // Each at its own time: what is not saved yet goes into one batch with what comes after it.
  await agent.saved()
  return made
}

async function say(by: Replica, run: NodeId, op: WorkOp, why: EndReason | null = null, of = task): Promise<void> {
  by.transact(null, (tx) => tx.write({ op, node: of, run, epoch: 1, why, note: null }))
  await by.saved()
}

async function meet(...others: readonly Replica[]): Promise<void> {
  const rest = [one, two, ...others]
  for (const replica of rest) await exchange(replica, owner)
  for (const replica of rest) await exchange(owner, replica)
}

/** Of a look that begins now. */
async function summary(): Promise<InsightsSummary> {
  await owner.saved()
  const watch = watchInsights(owner, queueMicrotask)
  return new Promise((resolve) => {
    const look = (): void => {
      const state = watch.get()
      if (state.summary === null || state.isReading) return
      stop()
      resolve(state.summary)
    }
    const stop = watch.subscribe(look)
  })
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

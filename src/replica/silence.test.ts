/** A run ends for silence and for nothing else: not for slowness, not for the sleep or the loneliness of who listens. */

import { beforeEach, expect, test } from 'vitest'
import type { NodeId } from '../core/ids.ts'
import { PROTOCOL } from '../core/limits.ts'
import { inOrderOf } from '../core/rendezvous.ts'
import { signingKeys } from '../log/keys.ts'
import { exchange, founded, joined, signerOf, type TestClock } from './cluster.fixture.ts'
import { grantTo } from './membership.ts'
import type { Replica } from './replica.ts'
import { SILENCE, type SilenceWatch, watchSilence } from './silence.ts'

let owner: Replica
let member: Replica
let agent: Replica
let clock: TestClock
let task: NodeId
let run: NodeId
/** What each hears of the agent over presence, and whom it sees. */
let heardAt: number | null
let isAlone: boolean
/** The clock that nobody sets. */
let now: number

const OVER = PROTOCOL.leaseMs + SILENCE.graceMs
const SECOND = 1000

async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (let round = 0; round < 2; round++)
    for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
}

beforeEach(async () => {
  ;({ owner, clock } = await founded())
  ;({ member } = await joined(owner, 6, clock))
  ;({ member: agent } = await joined(owner, 7, clock, { role: 'agent' }))
  task = owner.transact(null, (tx) =>
    tx.create({
      type: 'task',
      number: 1,
      fields: [
        ['title', 'Build it'],
        ['status', 'ready'],
      ],
    }),
  )
  await meet(owner, member, agent)
  run = agent.transact(null, (tx) => {
    const made = tx.create({ type: 'run', subject: task, fields: [] })
    for (const op of ['claim', 'confirm'] as const) tx.write({ op, node: task, run: made, epoch: 1, why: null, note: null })
    return made
  })
  await meet(owner, member, agent)
  heardAt = null
  isAlone = false
  now = 5_000_000
})

function watcher(replica: Replica, others: readonly Replica[]): SilenceWatch {
  return watchSilence(replica, {
    monotonic: () => now,
    heardOf: () => heardAt,
    present: () => (isAlone ? [] : others.map(({ actor }) => actor)),
  })
}

/** Lets so much time pass for all, in small steps, with a look at each; answers after how long the run was ended. */
function pass(ms: number, ...watches: readonly SilenceWatch[]): number | null {
  const from = now
  while (now - from < ms) {
    now += SECOND
    clock.ms += SECOND
    for (const watch of watches) if (watch.look().length > 0) return now - from
  }
  return null
}

const stateOf = (replica: Replica): string | undefined => replica.runsOf(task).find(({ id }) => id === run)?.state

test('who is silent for a lease and a grace is ended by whoever is first, and the task is free', async () => {
  const first = inOrderOf([owner.actor, member.actor], task)[0]
  const [one, other] = first === owner.actor ? [owner, member] : [member, owner]
  const [before, after] = [watcher(one, [other]), watcher(other, [one])]
  expect(pass(OVER - SECOND, after, before)).toBeNull()
  expect(stateOf(owner)).toBe('working')
  expect(pass(5 * SECOND, after, before)).not.toBeNull()
  expect(stateOf(one)).toBe('expire')
  await meet(owner, member, agent)
  for (const replica of [owner, member, agent]) expect(stateOf(replica)).toBe('expire')
  // The next had not come to its turn, and finds nothing to do.
  expect(pass(60 * SECOND, after)).toBeNull()
  expect(owner.nodes.get(task)?.work?.runs[0]?.records.filter(({ op }) => op === 'end')).toHaveLength(1)
})

test('whoever comes next does it where the first does not', () => {
  const order = inOrderOf([owner.actor, member.actor], task)
  const [second, first] = order[1] === owner.actor ? [owner, member] : [member, owner]
  // A second until the first look: silence is counted from then.
  expect(pass(OVER + 20 * SECOND, watcher(second, [first]))).toBe(OVER + SILENCE.turnMs + SECOND)
})

test('a beat, or a word in the log, is a sign of life however slow the work is', async () => {
  const watch = watcher(owner, [member])
  for (let minutes = 0; minutes < 60; minutes += 8) {
    expect(pass(8 * 60 * SECOND, watch)).toBeNull()
    if (minutes % 16 === 0) heardAt = now
    else {
      agent.transact(null, (tx) => tx.say(agent.nodes.get(task) as never, 'renew', run))
      await meet(agent, owner)
    }
  }
  expect(stateOf(owner)).toBe('working')
})

test('who slept, or heard nobody, counts anew', () => {
  const watch = watcher(owner, [member])
  pass(OVER - 60 * SECOND, watch)
  // The lid was closed for an hour.
  now += 3600 * SECOND
  clock.ms += 3600 * SECOND
  expect(watch.look()).toEqual([])
  expect(pass(OVER - 60 * SECOND, watch)).toBeNull()
  isAlone = true
  expect(pass(2 * OVER, watch)).toBeNull()
  isAlone = false
  expect(pass(OVER - 60 * SECOND, watch)).toBeNull()
  expect(pass(120 * SECOND, watch)).not.toBeNull()
})

test('who works on this very device is heard without any peer', async () => {
  const own = await signingKeys(new Uint8Array(32).fill(9))
  expect(grantTo(owner, { key: own.key, box: null }, { role: 'agent' }).ok).toBe(true)
  const acting = await owner.as({
    signer: signerOf(own),
    openFeed: async () => ({ feed: '00000000000000aa', head: null, release: async () => {} }),
  })
  const other = owner.transact(null, (tx) =>
    tx.create({
      type: 'task',
      number: 3,
      fields: [
        ['title', 'Here'],
        ['status', 'ready'],
      ],
    }),
  )
  acting.transact(null, (tx) => {
    const made = tx.create({ type: 'run', subject: other, fields: [] })
    for (const op of ['claim', 'confirm'] as const) tx.write({ op, node: other, run: made, epoch: 1, why: null, note: null })
  })
  isAlone = true
  expect(pass(OVER + 20 * SECOND, watcher(owner, [member]))).not.toBeNull()
  expect(owner.runsOf(other)).toMatchObject([{ state: 'expire' }])
  expect(stateOf(owner)).toBe('working')
})

test('what was handed in waits for a word, whatever becomes of its agent', async () => {
  agent.transact(null, (tx) => tx.say(agent.nodes.get(task) as never, 'submit', run))
  await meet(agent, owner)
  expect(pass(3 * OVER, watcher(owner, [member]))).toBeNull()
  expect(stateOf(owner)).toBe('submitted')
})

test('an end for silence by who had heard of the agent counts for nothing', async () => {
  agent.transact(null, (tx) => tx.say(agent.nodes.get(task) as never, 'renew', run))
  await meet(agent, owner)
  owner.transact(null, (tx) => tx.say(owner.nodes.get(task) as never, 'end', run, 'expire'))
  await meet(owner, agent)
  for (const replica of [owner, agent]) expect(stateOf(replica)).toBe('working')
})

test('nobody ends the run of a person for being silent', async () => {
  const own = member.transact(null, (tx) => {
    const other = tx.create({
      type: 'task',
      number: 2,
      fields: [
        ['title', 'Mine'],
        ['status', 'ready'],
      ],
    })
    const made = tx.create({ type: 'run', subject: other, fields: [] })
    for (const op of ['claim', 'confirm'] as const) tx.write({ op, node: other, run: made, epoch: 1, why: null, note: null })
    return { other, made }
  })
  await meet(member, owner)
  const watch = watcher(owner, [member])
  pass(3 * OVER, watch)
  pass(3 * OVER, watch)
  expect(owner.runsOf(own.other)).toMatchObject([{ id: own.made, state: 'working' }])
})

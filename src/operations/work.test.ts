/** The life of a run through operations, on replicas that meet and part: one holder in the end, and nothing visible by a loser. */

import { expect, test } from 'vitest'
import { type NodeId, nodeIdOf } from '../core/ids.ts'
import { PROTOCOL } from '../core/limits.ts'
import { signingKeys } from '../log/keys.ts'
import { exchange, founded, joined, type TestClock } from '../replica/cluster.fixture.ts'
import { performDuties } from '../replica/duties.ts'
import { liveOf } from '../replica/standing.ts'
import { Hand } from '../replica/hand.fixture.ts'
import { grantTo, removeActor, revoke } from '../replica/membership.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { done, refusal } from './operate.fixture.ts'

function row(replica: Replica): TaskRow {
  return replica.views.task(replica.views.find('WN-1') as NodeId) as TaskRow
}

async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (let round = 0; round < 2; round++)
    for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
}

async function swarm(): Promise<{ owner: Replica; one: Replica; two: Replica; clock: TestClock; all: Replica[] }> {
  const { owner, clock } = await founded()
  done(owner, 'create_task', { title: 'Build it', status: 'ready' })
  const { member: one } = await joined(owner, 7, clock, { role: 'agent' })
  const { member: two } = await joined(owner, 8, clock, { role: 'agent' })
  await meet(owner, one, two)
  return { owner, one, two, clock, all: [owner, one, two] }
}

test('a task is claimed, begun, asked about, submitted, sent back, submitted and accepted', async () => {
  const { owner, one, two, all } = await swarm()
  const { run: id } = done(one, 'claim_task', { id: 'WN-1' })
  expect(row(one)).toMatchObject({ status: 'ready', ready: false, run: { id, state: 'claimed', agent: one.actor } })
  expect(refusal(one, 'submit_task', { id: 'WN-1' })).toBe('wrong_state')
  done(one, 'confirm_task', { id: 'WN-1' })
  await meet(...all)
  for (const replica of all) expect(row(replica)).toMatchObject({ status: 'in_progress', run: { state: 'working' } })
  expect(owner.views.column('in_progress')).toHaveLength(1)
  expect(refusal(two, 'claim_task', { id: 'WN-1' })).toBe('claim_held')

  done(one, 'report_progress', {
    id: 'WN-1',
    progress: 40,
    step: 'Writing the server',
    usage: { inputTokens: 1000, outputTokens: 50, costMicros: 1200 },
  })
  const { id: question } = done(one, 'ask_task', {
    id: 'WN-1',
    question: 'Which port?',
    options: ['80', '8080'],
    freeForm: false,
  })
  await meet(...all)
  expect(row(owner)).toMatchObject({
    progress: 40,
    questions: 1,
    run: { step: 'Writing the server', usage: { costMicros: 1200 } },
  })
  expect(refusal(owner, 'answer_question', { id: question, answer: '22' })).toBe('invalid')
  done(owner, 'answer_question', { id: question, answer: '8080' })
  expect(row(owner).questions).toBe(0)
  await meet(...all)

  done(one, 'submit_task', { id: 'WN-1', summary: 'It runs.', checks: ['npm test'] })
  await meet(...all)
  expect(row(owner)).toMatchObject({ status: 'in_review', candidates: 1 })
  expect(refusal(one, 'accept_task', { id: 'WN-1' })).toBe('permission_denied')
  expect(refusal(owner, 'stop_task', { id: 'WN-1' })).toBe('wrong_state')
  done(owner, 'reject_task', { id: 'WN-1', note: 'The docs are missing.' })
  await meet(...all)
  expect(row(one)).toMatchObject({ status: 'in_progress', run: { said: 'The docs are missing.' } })
  done(one, 'submit_task', { id: 'WN-1', summary: 'With docs.' })
  await meet(...all)
  done(owner, 'accept_task', { id: 'WN-1' })
  await meet(...all)
  for (const replica of all) expect(row(replica)).toMatchObject({ status: 'done', run: null, candidates: 0 })
  expect(done(two, 'list_runs', { id: 'WN-1' })).toMatchObject([{ state: 'accepted', evidence: { summary: 'With docs.' } }])
  expect(await owner.stateHash()).toBe(await two.stateHash())
})

test('two who claim apart: one holds it everywhere, the other hears so and gives it up', async () => {
  const { owner, one, two, all } = await swarm()
  for (const agent of [one, two]) {
    done(agent, 'claim_task', { id: 'WN-1' })
    done(agent, 'confirm_task', { id: 'WN-1' })
  }
  await meet(...all)
  const holder = row(owner).run?.agent
  for (const replica of all) expect(row(replica).run?.agent).toBe(holder)
  const loser = holder === one.actor ? two : one
  expect(refusal(loser, 'submit_task', { id: 'WN-1' })).toBe('claim_held')
  expect(refusal(loser, 'confirm_task', { id: 'WN-1' })).toBe('claim_held')
  await meet(...all)
  expect(
    owner
      .runsOf(row(owner).id)
      .map(({ state }) => state)
      .toSorted(),
  ).toEqual(['lost', 'working'])
})

test('moving a card out of progress ends the run; calling a submitted one done accepts it', async () => {
  const { owner, one, two, all } = await swarm()
  done(one, 'claim_task', { id: 'WN-1' })
  done(one, 'confirm_task', { id: 'WN-1' })
  await meet(...all)
  done(owner, 'order_task', { id: 'WN-1', status: 'ready' })
  await meet(...all)
  expect(row(one)).toMatchObject({ status: 'ready', ready: true, run: null })
  expect(refusal(one, 'submit_task', { id: 'WN-1' })).toBe('wrong_state')
  done(two, 'claim_task', { id: 'WN-1' })
  done(two, 'confirm_task', { id: 'WN-1' })
  done(two, 'submit_task', { id: 'WN-1' })
  await meet(...all)
  done(owner, 'update_task', { id: 'WN-1', status: 'done' })
  await meet(...all)
  expect(row(two).status).toBe('done')
  expect(owner.runsOf(row(owner).id).map(({ state }) => state)).toEqual(['revoke', 'accepted'])
  // And it can be opened again, whatever was accepted.
  done(owner, 'update_task', { id: 'WN-1', status: 'ready' })
  await meet(...all)
  expect(row(one)).toMatchObject({ status: 'ready', ready: true })
  done(one, 'claim_task', { id: 'WN-1' })
  expect(row(one).run?.epoch).toBe(3)
})

test('whoever went silent is ended by others once the lease is over, and its submit then moves nothing', async () => {
  const { owner, one, two, clock, all } = await swarm()
  done(one, 'claim_task', { id: 'WN-1' })
  done(one, 'confirm_task', { id: 'WN-1' })
  await meet(...all)
  clock.ms += PROTOCOL.leaseMs
  done(owner, 'stop_task', { id: 'WN-1' })
  await meet(owner, two)
  done(two, 'claim_task', { id: 'WN-1' })
  done(two, 'confirm_task', { id: 'WN-1' })
  await meet(owner, two)
  // It has heard of nothing, and hands in.
  done(one, 'submit_task', { id: 'WN-1', summary: 'late' })
  await meet(...all)
  for (const replica of all) expect(row(replica)).toMatchObject({ status: 'in_progress', run: { agent: two.actor } })
})

test('what an agent wrote is cut with its rights: the task is free, on every replica, and from a snapshot too', async () => {
  const { owner, one, two, clock, all } = await swarm()
  const [before] = owner.history.heads
  done(one, 'claim_task', { id: 'WN-1' })
  done(one, 'confirm_task', { id: 'WN-1' })
  done(one, 'submit_task', { id: 'WN-1' })
  await meet(...all)
  clock.ms += 1000
  expect(row(two).status).toBe('in_review')
  await owner.snapshot()
  const [held] = liveOf(owner.authority, one.actor)
  expect(revoke(owner, held?.id as string, { frontier: [before as number] }).ok).toBe(true)
  await meet(owner, two)
  for (const replica of [owner, two]) expect(row(replica)).toMatchObject({ status: 'ready', run: null, ready: true })
  done(two, 'claim_task', { id: 'WN-1' })
  await meet(owner, two)
  expect(row(owner).run).toMatchObject({ agent: two.actor, epoch: 1 })
})

test('whoever is removed lets go of what they held', async () => {
  const { owner, one, two, all } = await swarm()
  done(one, 'claim_task', { id: 'WN-1' })
  done(one, 'confirm_task', { id: 'WN-1' })
  await meet(...all)
  expect(removeActor(owner, one.actor).ok).toBe(true)
  await meet(owner, two)
  expect(row(two)).toMatchObject({ status: 'ready', ready: true, run: null })
  done(two, 'claim_task', { id: 'WN-1' })
  expect(row(two).run).toMatchObject({ agent: two.actor, epoch: 2 })
})

test('an agent does not call its own work done: not by the status, and not by a batch of its own making', async () => {
  const { owner, one, two, all } = await swarm()
  done(one, 'claim_task', { id: 'WN-1' })
  done(one, 'confirm_task', { id: 'WN-1' })
  expect(refusal(one, 'update_task', { id: 'WN-1', status: 'done' })).toBe('wrong_state')
  done(one, 'submit_task', { id: 'WN-1', summary: 'trust me' })
  for (const status of ['done', 'in_review', 'cancelled']) one.transact(null, (tx) => tx.set(row(one).id, 'status', status))
  await meet(...all)
  for (const replica of all) expect(row(replica)).toMatchObject({ status: 'in_review', candidates: 1 })
  expect(refusal(two, 'accept_task', { id: 'WN-1' })).toBe('permission_denied')
  done(owner, 'accept_task', { id: 'WN-1' })
  expect(row(owner).status).toBe('done')
})

test('a person’s own run is judged by another person, and an agent may withdraw what waits too long', async () => {
  const { owner, one, all, clock } = await swarm()
  const { member } = await joined(owner, 9, clock)
  await meet(owner, member)
  for (const name of ['claim_task', 'confirm_task', 'submit_task'] as const) done(owner, name, { id: 'WN-1' })
  await meet(owner, member)
  expect(refusal(owner, 'accept_task', { id: 'WN-1' })).toBe('permission_denied')
  done(member, 'reject_task', { id: 'WN-1' })
  await meet(owner, member)
  done(owner, 'submit_task', { id: 'WN-1' })
  done(owner, 'release_task', { id: 'WN-1' })
  await meet(...all)
  expect(row(one)).toMatchObject({ status: 'ready', ready: true })
})

test('taken back, a card shows what it showed before; what was accepted is in review again', async () => {
  const { owner, one, all } = await swarm()
  for (const name of ['claim_task', 'confirm_task', 'submit_task'] as const) done(one, name, { id: 'WN-1' })
  await meet(...all)
  done(owner, 'update_task', { id: 'WN-1', status: 'done' })
  expect(row(owner).status).toBe('done')
  owner.undo()
  expect(row(owner)).toMatchObject({ status: 'in_progress', run: { state: 'working' } })
  await meet(...all)
  expect(row(one).status).toBe('in_progress')
  done(owner, 'update_task', { id: 'WN-1', status: 'blocked' })
  owner.undo()
  // The run stays ended, and the card does not say that somebody works.
  expect(row(owner)).toMatchObject({ status: 'ready', run: null })
})

test('taken back from review to any other column, the task is free', async () => {
  for (const status of ['ready', 'backlog', 'cancelled']) {
    const { owner, one, all } = await swarm()
    for (const name of ['claim_task', 'confirm_task', 'submit_task'] as const) done(one, name, { id: 'WN-1' })
    await meet(...all)
    done(owner, 'update_task', { id: 'WN-1', status })
    await meet(...all)
    expect(row(one)).toMatchObject({ status, run: null, candidates: 0 })
  }
})

test('with two candidates nobody is accepted by accident', async () => {
  const { owner, one, two, all } = await swarm()
  for (const agent of [one, two])
    for (const name of ['claim_task', 'confirm_task', 'submit_task'] as const) done(agent, name, { id: 'WN-1' })
  await meet(...all)
  expect(row(owner).candidates).toBe(2)
  expect(refusal(owner, 'accept_task', { id: 'WN-1' })).toBe('wrong_state')
  expect(refusal(owner, 'update_task', { id: 'WN-1', status: 'done' })).toBe('wrong_state')
  const [, second] = owner.runsOf(row(owner).id)
  done(owner, 'accept_task', { id: 'WN-1', run: second?.id })
  await meet(...all)
  for (const replica of all) expect(row(replica).status).toBe('done')
  expect(owner.runsOf(row(owner).id).map(({ state }) => state)).toEqual(['superseded', 'accepted'])
})

test('a run that nobody can see holds nothing', async () => {
  const { owner, all, two } = await swarm()
  const pair = await signingKeys(new Uint8Array(32).fill(9))
  expect(grantTo(owner, { key: pair.key, box: null }, { role: 'agent' })).toMatchObject({ ok: true })
  await meet(...all)
  const hand = new Hand(pair, owner)
  const facts = { type: 'run', project: null, path: null, subject: row(owner).id, nonce: new Uint8Array(16) } as const
  const node = nodeIdOf(owner.workspace, pair.key, facts)
  const said = (op: 'claim' | 'confirm') =>
    [{ op, node: row(owner).id, run: node, epoch: 1, why: null, note: null }, 'claim'] as const
  const batch = await hand.edit([
    [{ op: 'create', node, facts, number: 0, fields: [] }, 'update'],
    said('claim'),
    said('confirm'),
  ])
  for (const replica of all) await replica.receive([batch.wire], 'hand')
  for (const replica of all) expect(row(replica)).toMatchObject({ status: 'ready', ready: true, run: null })
  done(two, 'claim_task', { id: 'WN-1' })
})

test('who may nothing any more lets go of what they held, by whoever is nearest', async () => {
  const { owner, two, all } = await swarm()
  done(two, 'claim_task', { id: 'WN-1' })
  done(two, 'confirm_task', { id: 'WN-1' })
  await meet(...all)
  const [held] = liveOf(owner.authority, two.actor)
  done(owner, 'revoke_capability', { id: held?.id as string })
  await performDuties(owner)
  expect(row(owner)).toMatchObject({ status: 'ready', run: null })
  expect(owner.runsOf(row(owner).id).map(({ state }) => state)).toEqual(['revoke'])
})

test('many at once: what is submitted is accepted, what is held is let go, and nothing is accepted by accident', async () => {
  const { owner, one, two, all } = await swarm()
  for (const name of ['claim_task', 'confirm_task', 'submit_task'] as const) done(one, name, { id: 'WN-1' })
  await meet(...all)
  done(owner, 'update_tasks', { ids: ['WN-1'], status: 'done' })
  expect(owner.runsOf(row(owner).id).map(({ state }) => state)).toEqual(['accepted'])
  done(owner, 'update_tasks', { ids: ['WN-1'], status: 'ready' })
  await meet(...all)
  expect(row(two)).toMatchObject({ status: 'ready', ready: true, run: null })
  for (const agent of [one, two]) for (const name of ['claim_task', 'confirm_task'] as const) done(agent, name, { id: 'WN-1' })
  await meet(...all)
  const [holder, loser] = row(owner).run?.agent === one.actor ? [one, two] : [two, one]
  done(owner, 'update_tasks', { ids: ['WN-1'], status: 'ready' })
  await meet(...all)
  expect(row(owner).run?.agent).toBe(loser.actor)
  expect(refusal(holder, 'submit_task', { id: 'WN-1' })).toBe('wrong_state')
})

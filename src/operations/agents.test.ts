/** Agents through operations: a profile that whoever redeems its invite goes by, what is counted of their work, and holding them back. */

import { expect, test } from 'vitest'
import type { NodeId } from '../core/ids.ts'
import { agentRunsIn } from '../replica/agent-runs.ts'
import { exchange, founded, joined, type TestClock } from '../replica/cluster.fixture.ts'
import { describeSelf } from '../replica/people.ts'
import { removeActor } from '../replica/membership.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import { type InputOf, type OperationName, run } from './table.ts'
import { done } from './operate.fixture.ts'

function refusal<N extends OperationName>(replica: Replica, name: N, input: InputOf<N>): { code: string; detail: string } | null {
  const result = run({ replica }, name, input)
  return result.ok ? null : result.refusal
}

async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (let round = 0; round < 2; round++)
    for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
}

interface Scene {
  readonly owner: Replica
  readonly agent: Replica
  readonly clock: TestClock
  readonly profile: NodeId
}

/** Ada with two tasks and an agent that came in by the invite of its profile. */
async function scene(): Promise<Scene> {
  const { owner, clock } = await founded()
  describeSelf(owner, { name: 'Ada', color: '' })
  for (const title of ['Build it', 'Test it']) done(owner, 'create_task', { title, status: 'ready' })
  const { member: agent, invite } = await joined(owner, 7, clock, { role: 'agent' })
  const { id } = done(owner, 'create_agent', { name: 'coder-1', role: 'coder', model: 'opus', skills: ['ts', 'css'], invite })
  await meet(owner, agent)
  return { owner, agent, clock, profile: id as NodeId }
}

test('whoever redeems the invite of a profile is the agent of that profile, on every replica', async () => {
  const { owner, agent, profile } = await scene()
  for (const replica of [owner, agent])
    expect(done(replica, 'list_agents', {})).toMatchObject([
      { id: profile, name: 'coder-1', role: 'coder', skills: ['css', 'ts'], actor: agent.actor, state: 'idle', paused: false },
    ])
})

test('a profile before anybody came in has no key, and cannot be paused or stopped', async () => {
  const { owner } = await founded()
  const { id } = done(owner, 'create_agent', { name: 'later' })
  expect(done(owner, 'list_agents', {})).toMatchObject([{ id, actor: null, state: 'not_joined', role: null }])
  expect(refusal(owner, 'pause_agent', { id })?.code).toBe('wrong_state')
  expect(refusal(owner, 'stop_agent', { id: 'nobody' })?.code).toBe('not_found')
  done(owner, 'delete_agent', { id })
  expect(done(owner, 'list_agents', {})).toEqual([])
  done(owner, 'delete_agent', { id, restore: true })
  expect(done(owner, 'list_agents', {})).toHaveLength(1)
})

test('an agent without a profile is listed under its key, and gets one later by that', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock, { role: 'agent' })
  expect(done(owner, 'list_agents', {})).toMatchObject([{ id: member.actor, actor: member.actor, state: 'idle' }])
  const { id } = done(owner, 'create_agent', { name: 'coder-2', actor: member.actor })
  expect(done(owner, 'list_agents', {})).toMatchObject([{ id, name: 'coder-2', actor: member.actor }])
  // People who claim work are no agents.
  const { member: bob } = await joined(owner, 8, clock)
  await meet(owner, bob)
  expect(done(owner, 'list_agents', {})).toHaveLength(1)
  expect(refusal(owner, 'pause_agent', { id: bob.actor })?.code).toBe('not_found')
})

test('a profile is changed field by field, its prompt letter by letter', async () => {
  const { owner, agent, profile } = await scene()
  const limits = { costMicros: 5_000_000, minutes: 30 }
  done(owner, 'update_agent', { id: profile, skills: ['ts', 'sql'], limits, prompt: 'Write tests first. 🙂' })
  done(owner, 'update_agent', { id: profile, model: null, prompt: 'Write tests first, always. 🙂' })
  // Two that begin with the same half.
  done(owner, 'update_agent', { id: profile, prompt: 'Write tests first, always. 🙃' })
  await meet(owner, agent)
  expect(done(agent, 'get_agent', { id: profile })).toMatchObject({ prompt: 'Write tests first, always. 🙃', limits })
  expect(done(agent, 'list_agents', {})).toMatchObject([{ name: 'coder-1', model: null, skills: ['sql', 'ts'] }])
  expect(refusal(agent, 'update_agent', { id: profile, name: 'boss' })?.code).toBe('permission_denied')
})

test('a paused agent is refused its next step, in words that say who paused it, and loses nothing', async () => {
  const { owner, agent, profile } = await scene()
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'confirm_task', { id: 'WN-1' })
  await meet(owner, agent)
  done(owner, 'pause_agent', { id: profile })
  await meet(owner, agent)
  expect(refusal(agent, 'claim_task', { id: 'WN-2' })).toMatchObject({ code: 'wrong_state', detail: /Ada paused this agent/ })
  for (const name of ['confirm_task', 'report_progress', 'submit_task'] as const)
    expect(refusal(agent, name, { id: 'WN-1' })).toMatchObject({ code: 'wrong_state', detail: /Ada paused this agent/ })
  // What is ready stays ready for others, and the agent may ask, renew and let go.
  expect(owner.views.task(owner.views.find('WN-2') as NodeId)).toMatchObject({ ready: true, why: [] })
  expect(refusal(agent, 'ask_task', { id: 'WN-1', question: 'What is it?' })).toBeNull()
  expect(refusal(agent, 'renew_task', { id: 'WN-1' })).toBeNull()
  expect(done(agent, 'list_agents', {})).toMatchObject([{ paused: true, state: 'working' }])
  expect(refusal(agent, 'resume_agent', { id: agent.actor })?.code).toBe('permission_denied')
  done(owner, 'resume_agent', { id: profile })
  await meet(owner, agent)
  expect(refusal(agent, 'submit_task', { id: 'WN-1' })).toBeNull()
})

test('all agents are paused at once, and no person is; one cannot be let go on alone', async () => {
  const { owner, agent, clock } = await scene()
  const { member: bob } = await joined(owner, 9, clock)
  done(owner, 'pause_agent', { id: '*' })
  await meet(owner, agent, bob)
  expect(refusal(agent, 'claim_task', { id: 'WN-1' })).toMatchObject({ detail: /Ada paused all agents/ })
  expect(refusal(bob, 'claim_task', { id: 'WN-1' })).toBeNull()
  expect(refusal(bob, 'resume_agent', { id: agent.actor })?.code).toBe('wrong_state')
  done(bob, 'resume_agent', { id: '*' })
  await meet(owner, agent, bob)
  expect(refusal(agent, 'claim_task', { id: 'WN-2' })).toBeNull()
})

test('two pause apart and one resumes: what they had not seen stays paused', async () => {
  const { owner, agent, clock } = await scene()
  const { member: bob } = await joined(owner, 9, clock)
  await meet(owner, agent, bob)
  done(owner, 'pause_agent', { id: agent.actor })
  done(bob, 'pause_agent', { id: agent.actor })
  done(bob, 'resume_agent', { id: agent.actor })
  await meet(owner, agent, bob)
  for (const replica of [owner, agent, bob]) expect(done(replica, 'list_agents', {})).toMatchObject([{ paused: true }])
})

test('a stop ends the run and frees the task; what was handed in is not stopped', async () => {
  const { owner, agent, profile } = await scene()
  expect(refusal(owner, 'stop_agent', { id: profile })?.code).toBe('wrong_state')
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'confirm_task', { id: 'WN-1' })
  await meet(owner, agent)
  expect(refusal(agent, 'stop_agent', { id: profile })?.code).toBe('permission_denied')
  expect(done(owner, 'stop_agent', { id: profile }).stopped).toEqual([owner.views.find('WN-1')])
  await meet(owner, agent)
  for (const replica of [owner, agent])
    expect(replica.views.task(replica.views.find('WN-1') as NodeId)).toMatchObject({ status: 'ready', ready: true, run: null })
  done(agent, 'claim_task', { id: 'WN-2' })
  done(agent, 'confirm_task', { id: 'WN-2' })
  done(agent, 'submit_task', { id: 'WN-2' })
  await meet(owner, agent)
  expect(refusal(owner, 'stop_agent', { id: profile })).toMatchObject({ code: 'wrong_state', detail: /handed its work in/ })
  expect(done(owner, 'stop_all', {}).stopped).toEqual([])
})

test('stop all ends every run and pauses every agent', async () => {
  const { owner, agent, clock } = await scene()
  const { member: two } = await joined(owner, 8, clock, { role: 'agent' })
  await meet(owner, agent, two)
  done(agent, 'claim_task', { id: 'WN-1' })
  done(two, 'claim_task', { id: 'WN-2' })
  await meet(owner, agent, two)
  expect(done(owner, 'stop_all', {}).stopped).toHaveLength(2)
  await meet(owner, agent, two)
  for (const replica of [agent, two]) expect(refusal(replica, 'claim_task', { id: 'WN-1' })?.code).toBe('wrong_state')
  for (const key of ['WN-1', 'WN-2']) expect(two.views.task(two.views.find(key) as NodeId)).toMatchObject({ ready: true })
})

test('runs are counted by agent as they go, as by a replica that reads the whole log', async () => {
  const { owner, agent, clock } = await scene()
  const live = agentRunsIn(owner)
  let told = 0
  live.on(agent.actor, () => told++)
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'confirm_task', { id: 'WN-1' })
  await agent.saved()
  clock.ms += 5000
  const spent = { inputTokens: 10, outputTokens: 5, costMicros: 700 }
  done(agent, 'report_progress', { id: 'WN-1', step: 'Typing', usage: spent })
  await meet(owner, agent)
  expect(told).toBeGreaterThan(0)
  expect(live.of(agent.actor)).toMatchObject({ runs: 1, holds: [{ step: 'Typing' }], usage: spent, recordedAt: clock.ms })
  expect(live.of(agent.actor)).toBe(live.of(agent.actor))
  done(agent, 'submit_task', { id: 'WN-1' })
  await meet(owner, agent)
  expect(live.of(agent.actor)).toMatchObject({ holds: [], waiting: 1 })
  done(owner, 'reject_task', { id: 'WN-1' })
  await meet(owner, agent)
  done(agent, 'submit_task', { id: 'WN-1' })
  await meet(owner, agent)
  done(owner, 'accept_task', { id: 'WN-1' })
  await meet(owner, agent)
  done(agent, 'claim_task', { id: 'WN-2' })
  done(agent, 'report_progress', { id: 'WN-2', usage: { ...spent, costMicros: 300 } })
  done(agent, 'release_task', { id: 'WN-2', failed: true })
  await meet(owner, agent)
  const counted = { runs: 2, holds: [], waiting: 0, done: 1, failed: 1, sentBack: 1, usage: { costMicros: 1000 } }
  expect(live.of(agent.actor)).toMatchObject(counted)
  expect(live.recent(agent.actor, 1)).toHaveLength(1)
  expect(agentRunsIn(await reopened(owner, clock)).of(agent.actor)).toEqual(live.of(agent.actor))
  // What does not count any more is not counted.
  expect(removeActor(owner, agent.actor, { reason: 'removed' }).ok).toBe(true)
  expect(live.of(agent.actor)).toEqual(agentRunsIn(await reopened(owner, clock)).of(agent.actor))
})

/** Another replica that has read the log of this one from the beginning. */
async function reopened(owner: Replica, clock: TestClock): Promise<Replica> {
  const { peer } = await founded(1, { ms: clock.ms })
  const log: Uint8Array<ArrayBuffer>[] = []
  for await (const page of owner.exportLog()) log.push(...page)
  await peer.ports.store.append(log)
  return openReplica(owner.workspace, peer.ports)
}

/** Triggers: each acts once, for whoever switched it on, and never without end. */

import { expect, test } from 'vitest'
import { workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { exchange, founded, joined, type TestClock } from '../replica/cluster.fixture.ts'
import { removeActor } from '../replica/membership.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import { type InputOf, run } from './table.ts'
import { startTriggers, type TriggerRunner } from './trigger-runner.ts'
import { triggerField } from './triggers.ts'
import { done } from './operate.fixture.ts'

const HOUR = 3_600_000

/** A runner, and what it told its person. */
function runner(replica: Replica): { triggers: TriggerRunner; told: string[]; settled: () => Promise<void> } {
  const told: string[] = []
  const triggers = startTriggers(replica, {
    notify: (text) => told.push(text),
    report: (error) => {
      throw error
    },
  })
  const settled = async (): Promise<void> => {
    await replica.saved()
    await triggers.settled()
    await replica.saved()
    await triggers.settled()
  }
  return { triggers, told, settled }
}

type Saved = Omit<InputOf<'save_trigger'>, 'name' | 'trigger'>

/** Later than the trigger, as everything is that comes after it. */
function switchedOn(replica: Replica, clock: TestClock, trigger: Saved): string {
  const { id } = done(replica, 'save_trigger', { name: 'Follow up', ...trigger })
  expect(done(replica, 'switch_trigger', { trigger: id, on: true })).toMatchObject({ isOn: true, runner: replica.actor })
  clock.ms += 1000
  return id
}

function titles(replica: Replica): string[] {
  return done(replica, 'query_tasks', {})
    .items.map(({ title }) => title)
    .toSorted()
}

const MAKE: InputOf<'save_trigger'>['action'] = { do: 'create_task', title: 'Look at it', labels: ['follow-up'] }

test('a trigger is off at first, and an event sets it off once it is on, on the side of whoever switched it on', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  const [ours, theirs] = [runner(owner), runner(member)]
  const { id } = done(owner, 'save_trigger', { name: 'Review', when: { on: 'event', type: 'task.completed' }, action: MAKE })
  done(owner, 'create_task', { title: 'One', status: 'done' })
  await ours.settled()
  done(owner, 'switch_trigger', { trigger: id, on: true })
  clock.ms += 1000
  done(owner, 'update_task', { id: done(owner, 'create_task', { title: 'Two', status: 'ready' }).id, status: 'done' })
  await ours.settled()
  await exchange(owner, member)
  await theirs.settled()
  for (const replica of [owner, member]) expect(titles(replica)).toEqual(['Look at it', 'One', 'Two'])
})

test('what others do sets it off as well, and what was written before it was on does not', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  done(member, 'create_task', { title: 'Old', labels: ['urgent'] })
  clock.ms += 1000
  const { told, settled } = runner(owner)
  switchedOn(owner, clock, {
    when: { on: 'event', type: 'task.created', label: 'Urgent' },
    action: { do: 'notify', text: 'Come and look' },
  })
  await exchange(owner, member)
  done(member, 'create_task', { title: 'Calm' })
  done(member, 'create_task', { title: 'New', labels: ['urgent'] })
  await exchange(member, owner)
  await settled()
  expect(told).toEqual(['Come and look'])
  const noted = done(owner, 'query_tasks', {}).items.find(({ title }) => title === 'New')
  expect(owner.views.commentsOn(noted?.id as never)).toHaveLength(1)
})

test('nobody makes another’s replica act: a trigger that somebody else changed rests until it is switched on again', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock, { role: 'admin' })
  const { settled } = runner(owner)
  const id = switchedOn(owner, clock, { when: { on: 'event', type: 'task.created' }, action: MAKE })
  await exchange(owner, member)
  const node = workspaceNodeId(member.workspace)
  member.transact(null, (tx) => tx.set(node, triggerField(id, 'action'), { do: 'create_task', title: 'Evil', labels: [] }))
  await exchange(member, owner)
  expect(done(owner, 'list_triggers', {})).toMatchObject([{ isOn: true, runner: null }])
  done(owner, 'create_task', { title: 'One' })
  await settled()
  expect(titles(owner)).toEqual(['One'])
})

test.each(['name', 'when', 'action'] as const)('the %s of a trigger is the word of whoever carries it out, too', async (part) => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock, { role: 'admin' })
  const id = switchedOn(owner, clock, { when: { on: 'event', type: 'task.created' }, action: MAKE })
  await exchange(owner, member)
  const said = {
    name: 'Do as I say',
    when: { on: 'event', type: 'task', label: null },
    action: { do: 'notify', text: 'Do as I say' },
  }
  member.transact(null, (tx) => tx.set(workspaceNodeId(member.workspace), triggerField(id, part), said[part]))
  await exchange(member, owner)
  expect(done(owner, 'list_triggers', {})).toMatchObject([{ isOn: true, runner: null }])
})

test('whoever may no longer change the workspace carries nothing out, and nothing breaks', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  switchedOn(member, clock, { when: { on: 'schedule', from: 0, everyMinutes: 1 }, action: { do: 'notify', text: 'Again' } })
  await exchange(member, owner)
  expect(removeActor(owner, member.actor, { reason: 'removed' })).toMatchObject({ ok: true })
  await exchange(owner, member)
  clock.ms += HOUR
  const { triggers, told } = runner(member)
  triggers.tick()
  expect(told).toEqual([])
})

test('a schedule acts once an interval, once for all that was missed, and not again after a reload', async () => {
  const { owner, peer, clock } = await founded()
  const { triggers } = runner(owner)
  switchedOn(owner, clock, { when: { on: 'schedule', from: clock.ms + HOUR, everyMinutes: 60 }, action: MAKE })
  triggers.tick()
  expect(titles(owner)).toEqual([])
  clock.ms += HOUR
  triggers.tick()
  triggers.tick()
  expect(titles(owner)).toHaveLength(1)
  clock.ms += 5 * HOUR
  triggers.tick()
  triggers.tick()
  expect(titles(owner)).toHaveLength(2)
  await owner.saved()
  const reopened = await openReplica(owner.workspace, peer.ports)
  runner(reopened).triggers.tick()
  expect(titles(reopened)).toHaveLength(2)
})

test('a deadline that is near acts once for each due date of each open task', async () => {
  const { owner, clock } = await founded()
  const { triggers, told } = runner(owner)
  switchedOn(owner, clock, { when: { on: 'deadline', minutes: 60 }, action: { do: 'notify', text: 'Due soon' } })
  const due = (ms: number): string => new Date(clock.ms + ms).toISOString()
  const { id } = done(owner, 'create_task', { title: 'One', due: due(HOUR / 2) })
  done(owner, 'create_task', { title: 'Later', due: due(3 * HOUR) })
  done(owner, 'create_task', { title: 'Over', due: due(0), status: 'done' })
  triggers.tick()
  triggers.tick()
  expect(told).toHaveLength(1)
  done(owner, 'update_task', { id, due: due(HOUR / 4) })
  triggers.tick()
  expect(told).toHaveLength(2)
})

test('silence of a run acts on it once, and pauses its agent when that is asked for', async () => {
  const { owner, clock } = await founded()
  const { member: agent } = await joined(owner, 7, clock, { role: 'agent' })
  done(owner, 'create_task', { title: 'One', status: 'ready' })
  const { triggers } = runner(owner)
  switchedOn(owner, clock, { when: { on: 'silence', minutes: 30 }, action: { do: 'pause' } })
  await exchange(owner, agent)
  done(agent, 'claim_task', { id: 'WN-1' })
  done(agent, 'confirm_task', { id: 'WN-1' })
  await exchange(agent, owner)
  triggers.tick()
  expect(done(owner, 'list_agents', {})).toMatchObject([{ paused: false }])
  clock.ms += HOUR
  triggers.tick()
  expect(done(owner, 'list_agents', {})).toMatchObject([{ paused: true }])
  done(owner, 'resume_agent', { id: agent.actor })
  triggers.tick()
  expect(done(owner, 'list_agents', {})).toMatchObject([{ paused: false }])
})

test('a trigger that is set off without end switches itself off and says why', async () => {
  const { owner, clock } = await founded()
  const { told, settled } = runner(owner)
  const id = switchedOn(owner, clock, { when: { on: 'event', type: 'comment' }, action: { do: 'notify', text: 'Again' } })
  const { id: task } = done(owner, 'create_task', { title: 'One' })
  done(owner, 'comment_task', { id: task, body: 'And so it begins' })
  for (let round = 0; round < LOCAL.triggerFiringsPerHour; round++) await settled()
  expect(done(owner, 'list_triggers', {})).toMatchObject([
    { id, isOn: false, runner: null, stopped: expect.stringMatching('more than 30 times') },
  ])
  expect(told.at(-1)).toMatch('switched itself off')
  expect(owner.views.commentsOn(task)).toHaveLength(LOCAL.triggerFiringsPerHour + 1)
})

test('a schedule has nothing to assign, and a workspace has only so many triggers', async () => {
  const { owner } = await founded()
  const assign = { name: 'A', when: { on: 'schedule', from: 0, everyMinutes: 5 }, action: { do: 'assign', to: 'ada' } } as const
  expect(run({ replica: owner }, 'save_trigger', assign)).toMatchObject({ ok: false, refusal: { code: 'invalid' } })
  const one = { name: 'A', when: { on: 'event', type: 'task' }, action: { do: 'pause' } } as const
  for (let many = 0; many < LOCAL.triggers; many++) done(owner, 'save_trigger', one)
  expect(run({ replica: owner }, 'save_trigger', one)).toMatchObject({ ok: false, refusal: { code: 'too_large' } })
})

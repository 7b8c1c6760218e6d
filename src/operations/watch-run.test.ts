/** A run that is lost is heard of as soon as it can be known, and by nothing else. */

import { expect, test } from 'vitest'
import type { NodeId } from '../core/ids.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import { removeActor } from '../replica/membership.ts'
import type { Replica } from '../replica/replica.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { RunLost, type RunWatch, watchRun } from './watch-run.ts'
import { done } from './operate.fixture.ts'

async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (let round = 0; round < 2; round++)
    for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
}

async function working({ isHeard = true, expires }: { isHeard?: boolean; expires?: number } = {}) {
  const { owner, clock } = await founded()
  done(owner, 'create_task', { title: 'Build it', status: 'ready' })
  const { member: one } = await joined(owner, 7, clock, { role: 'agent', ...(expires ? { expires: clock.ms + expires } : {}) })
  const { member: two } = await joined(owner, 8, clock, { role: 'agent' })
  await meet(owner, one, two)
  const task = one.views.find('WN-1') as NodeId
  const { run: own } = done(one, 'claim_task', { id: task })
  done(one, 'confirm_task', { id: task })
  if (isHeard) await meet(owner, one)
  const time = createVirtualClock(clock.ms)
  const watch = watchRun(one, task, own, time.after)
  return { owner, one, two, task, own, watch, clock, time }
}

function lostTo({ signal }: RunWatch): string | null {
  return signal.aborted ? (signal.reason as RunLost).code : null
}

test('work that goes on, is handed in and is sent back stays its own', async () => {
  const { owner, one, task, watch } = await working()
  done(one, 'report_progress', { id: task, step: 'Begun' })
  done(one, 'submit_task', { id: task })
  await meet(owner, one)
  done(owner, 'reject_task', { id: task, note: 'Again.' })
  await meet(owner, one)
  expect(lostTo(watch)).toBeNull()
  done(one, 'submit_task', { id: task })
  await meet(owner, one)
  done(owner, 'accept_task', { id: task })
  await meet(owner, one)
  expect(lostTo(watch)).toBe('accepted')
})

test('who was quicker elsewhere is heard of in the turn in which their claim comes in', async () => {
  const { one, two, task, own, watch, clock, time } = await working({ isHeard: false })
  clock.ms -= 1000
  const { run: theirs } = done(two, 'claim_task', { id: task })
  done(two, 'confirm_task', { id: task })
  clock.ms += 1000
  const ours = watchRun(two, task, theirs, time.after)
  await two.saved()
  await meet(one, two)
  const holder = one.nodes.get(task)?.work?.holder
  expect([lostTo(watch), lostTo(ours)]).toEqual(holder === own ? [null, 'superseded'] : ['superseded', null])
})

test('an end by others, a pause and the loss of a right are each heard of', async () => {
  const stopped = await working()
  done(stopped.owner, 'stop_task', { id: stopped.task })
  await meet(stopped.owner, stopped.one)
  expect(lostTo(stopped.watch)).toBe('revoke')

  const paused = await working()
  done(paused.owner, 'pause_agent', { id: paused.two.actor })
  await meet(paused.owner, paused.one)
  expect(lostTo(paused.watch)).toBeNull()
  done(paused.owner, 'pause_agent', { id: '*' })
  await meet(paused.owner, paused.one)
  expect(lostTo(paused.watch)).toBe('paused')
  done(paused.owner, 'resume_agent', { id: '*' })
  await meet(paused.owner, paused.one)
  expect(lostTo(watchRun(paused.one, paused.task, paused.own, paused.time.after))).toBeNull()

  const removed = await working()
  removeActor(removed.owner, removed.one.actor)
  await meet(removed.owner, removed.one)
  expect(['not_allowed', 'revoke']).toContain(lostTo(removed.watch))
})

test('a right that runs out is lost without a word from anybody', async () => {
  const { watch, clock, time } = await working({ expires: 60_000 })
  clock.ms += 59_000
  time.advance(59_000)
  expect(lostTo(watch)).toBeNull()
  clock.ms += 1001
  time.advance(1001)
  expect(lostTo(watch)).toBe('not_allowed')
})

test('who has stopped watching hears nothing more', async () => {
  const { owner, one, task, watch } = await working()
  watch.close()
  done(owner, 'stop_task', { id: task })
  await meet(owner, one)
  expect(watch.signal.aborted).toBe(false)
})

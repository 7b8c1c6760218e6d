import { expect, test } from 'vitest'
import { toHex } from '../../base/bytes.ts'
import { run } from '../../operations/table.ts'
import { exchange, founded, joined } from '../../replica/cluster.fixture.ts'
import { claimDevice } from '../../replica/people.ts'
import type { Replica } from '../../replica/replica.ts'
import { publishInvite } from '../../replica/workspace.ts'
import type { Session } from '../session.ts'
import { changeRights, changesCut, endingsOf, holdersBelow, mayEnd, remove } from './removal.ts'
import { rosterOf } from './roster.ts'

/** As much of a session as rights need. */
function sessionOf(replica: Replica): Session {
  return { replica, run: (name, input) => run({ replica }, name, input) } as Session
}

async function graceAndHers() {
  const { owner, clock } = await founded()
  const { member: grace, peer } = await joined(owner, 5, clock)
  const { member: laptop } = await joined(grace, 6, clock, 'device')
  claimDevice(laptop, grace.actor)
  const { member: bob } = await joined(grace, 7, clock)
  const { member: coder } = await joined(laptop, 8, clock, { role: 'agent' })
  const unused = publishInvite(grace, { role: 'member' }, { key: new Uint8Array(33).fill(1), box: null })
  if (!unused.ok) throw new Error(unused.refusal.detail)
  for (const one of [grace, laptop, bob, coder]) await exchange(one, owner)
  const devices = [grace.actor, laptop.actor]
  return { owner, clock, grace, laptop, bob, coder, devices, peer }
}

function inNow(replica: Replica): string[] {
  const { people, agents } = rosterOf(replica)
  return [...people, ...agents].flatMap(({ devices }) => devices.map(({ actor }) => actor))
}

test('a person goes with all devices; whom they let in stays, and their unused links do not', async () => {
  const { owner, devices, bob, coder } = await graceAndHers()
  expect(holdersBelow(owner, devices).toSorted()).toEqual([bob.actor, coder.actor].toSorted())
  const removed = remove(sessionOf(owner), devices, { keepBelow: true, asOf: null })
  expect(removed.ok).toBe(true)
  expect(inNow(owner).toSorted()).toEqual([owner.actor, bob.actor, coder.actor].toSorted())
  expect(rosterOf(owner).invites).toEqual([])
})

test('a person goes with all that hangs on them where that is asked', async () => {
  const { owner, devices } = await graceAndHers()
  expect(remove(sessionOf(owner), devices, { keepBelow: false, asOf: null }).ok).toBe(true)
  expect(inNow(owner)).toEqual([owner.actor])
})

test('one device goes, and the others of its person stay, also those that hang on it', async () => {
  const { owner, grace, laptop, bob, coder } = await graceAndHers()
  expect(remove(sessionOf(owner), [grace.actor], { keepBelow: true, asOf: null }).ok).toBe(true)
  expect(inNow(owner).toSorted()).toEqual([owner.actor, laptop.actor, bob.actor, coder.actor].toSorted())
})

test('what would be cut is counted once, with those below and without, and comes back by undo', async () => {
  const { owner, clock, grace, laptop, bob, devices } = await graceAndHers()
  for (const one of [grace, laptop, bob]) await exchange(owner, one)
  const before = clock.ms
  clock.ms += 1000
  for (const one of [grace, laptop, bob]) {
    const made = run({ replica: one }, 'create_task', { title: `By ${one.actor.slice(-4)}` })
    expect(made.ok).toBe(true)
    await exchange(one, owner)
  }
  clock.ms += 1000
  const session = sessionOf(owner)
  expect(changesCut(session, endingsOf(owner, devices, true), before)).toBe(2)
  expect(changesCut(session, endingsOf(owner, devices, false), before)).toBe(3)
  const removed = remove(session, devices, { keepBelow: true, asOf: before })
  await owner.settled()
  expect([...owner.views.tasks()]).toHaveLength(1)
  const back = removed.ok ? await removed.value.undo() : removed
  await owner.settled()
  expect([back.ok, [...owner.views.tasks()].length]).toEqual([true, 3])
  expect(inNow(owner)).toEqual(expect.arrayContaining(devices))
  await exchange(owner, grace)
  expect(grace.may('update', 'task')).toBe(true)
})

test('nobody may end what is not below them, nor what is not there', async () => {
  const { owner, bob, grace, coder } = await graceAndHers()
  await exchange(owner, bob)
  expect([mayEnd(bob, [owner.actor]), mayEnd(bob, [grace.actor]), mayEnd(bob, [coder.actor])]).toEqual([false, false, true])
  expect(mayEnd(owner, [`01${'ee'.repeat(32)}` as typeof owner.actor])).toBe(false)
})

test('narrower rights take the place of the old ones, on every device, and those let in stay', async () => {
  const { owner, devices, bob, peer } = await graceAndHers()
  expect(changeRights(sessionOf(owner), devices, { role: 'viewer' }, true).ok).toBe(true)
  const roles = rosterOf(owner).people.map(({ role, devices: of }) => `${role} ${of.length}`)
  expect(roles.toSorted()).toEqual(['member 1', 'owner 1', 'viewer 2'])
  expect(inNow(owner)).toContain(bob.actor)
  const [grace] = devices
  const live = owner.authority.registry.heldBy(grace as typeof owner.actor).filter((one) => owner.authority.isLive(one))
  // Its keys are still sealed to the same box.
  expect(live.map(({ grant }) => grant.audienceBox && toHex(grant.audienceBox))).toEqual([toHex(peer.box.key)])
})

test('wider rights leave the old as they are, so that nothing done meanwhile is cut', async () => {
  const { owner, devices } = await graceAndHers()
  expect(changeRights(sessionOf(owner), devices, { role: 'admin' }, false).ok).toBe(true)
  expect(rosterOf(owner).people.map(({ role }) => role)).toEqual(['owner', 'admin', 'member'])
  expect(rosterOf(owner).ended).toEqual([])
})

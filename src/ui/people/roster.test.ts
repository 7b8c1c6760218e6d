import { expect, test } from 'vitest'
import { exchange, founded, joined } from '../../replica/cluster.fixture.ts'
import { claimDevice, describeSelf } from '../../replica/people.ts'
import { publishInvite } from '../../replica/workspace.ts'
import { joinedAt, rosterOf } from './roster.ts'
import { done } from '../../operations/operate.fixture.ts'

test('devices that agree are one person, agents stand apart, and each says who let them in', async () => {
  const { owner, clock } = await founded()
  const { member: phone } = await joined(owner, 5, clock, 'device')
  clock.ms += 1000
  const { member: grace } = await joined(owner, 6, clock)
  const { member: agent } = await joined(grace, 7, clock, { role: 'agent', files: ['src/**'] })
  claimDevice(phone, owner.actor)
  for (const one of [phone, grace, agent]) await exchange(one, owner)
  const { people, agents, invites, ended } = rosterOf(owner)
  expect(people).toMatchObject([
    {
      actor: owner.actor,
      role: 'owner',
      self: true,
      grantedBy: null,
      devices: [{ actor: owner.actor }, { actor: phone.actor }],
    },
    { actor: grace.actor, role: 'member', self: false, grantedBy: owner.actor, since: clock.ms },
  ])
  expect(agents).toMatchObject([{ actor: agent.actor, role: 'agent', grantedBy: grace.actor }])
  // Their invites were used: they are neither open nor something that ended.
  expect([invites, ended]).toEqual([[], []])
})

test('a device that only says so of itself stays a person of its own', async () => {
  const { owner, clock } = await founded()
  const { member: other } = await joined(owner, 5, clock)
  claimDevice(other, owner.actor)
  await exchange(other, owner)
  expect(rosterOf(owner).people.map(({ devices }) => devices.length)).toEqual([1, 1])
})

test('links that nobody used are open; a closed one and a removed member are over, with when, by whom and why', async () => {
  const { owner, clock, peer } = await founded()
  const { member: grace } = await joined(owner, 6, clock)
  const key = (byte: number) => ({ key: new Uint8Array(33).fill(byte).fill(1, 0, 1), box: peer.box.key })
  for (const byte of [3, 4]) publishInvite(owner, { role: 'viewer', expires: clock.ms + 60_000 }, key(byte))
  const [first] = rosterOf(owner).invites
  expect(rosterOf(owner).invites).toMatchObject([
    { row: { role: 'viewer' }, forDevice: false },
    { row: { role: 'viewer' }, forDevice: false },
  ])
  clock.ms += 1000
  done(owner, 'close_invite', { id: first?.row.id as string })
  clock.ms += 1000
  done(owner, 'remove_member', { actor: grace.actor })
  const { people, invites, ended } = rosterOf(owner)
  expect([people.length, invites.length]).toEqual([1, 1])
  expect(ended).toMatchObject([
    { row: { holder: grace.actor }, at: clock.ms, by: owner.actor, reason: 'removed' },
    { row: { isInvite: true }, at: clock.ms - 1000, by: owner.actor, reason: 'closed' },
  ])
})

test('what went with its grantor says so; what expired or was given up was ended by nobody', async () => {
  const { owner, clock } = await founded()
  const { member: grace } = await joined(owner, 6, clock)
  const { member: below } = await joined(grace, 7, clock)
  const { member: timed } = await joined(owner, 8, clock, { role: 'agent', expires: clock.ms + 1000 })
  const { member: leaver } = await joined(owner, 9, clock, { role: 'viewer' })
  for (const one of [grace, below, timed, leaver]) await exchange(one, owner)
  await exchange(owner, leaver)
  done(leaver, 'renounce_capability', { id: leaver.held[0]?.id as string })
  await exchange(leaver, owner)
  clock.ms += 5000
  done(owner, 'remove_member', { actor: grace.actor })
  const reasons = new Map(rosterOf(owner).ended.map(({ row, reason, by }) => [row.holder, [reason, by]]))
  expect(reasons.get(below.actor)).toEqual(['with whoever let them in', owner.actor])
  expect(reasons.get(timed.actor)).toEqual(['expired', null])
  expect(reasons.get(leaver.actor)).toEqual(['renounced', null])
})

test('work that was kept is listed until it is taken back', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  await exchange(owner, member)
  const before = clock.ms
  clock.ms += 1000
  done(member, 'create_task', { title: 'One' })
  await exchange(member, owner)
  clock.ms += 1000
  done(owner, 'revoke_capability', { id: owner.authority.registry.heldBy(member.actor)[0]?.id as string, asOf: before })
  const changes = done(owner, 'list_quarantine', {}).map(({ change }) => change)
  done(owner, 'adopt_changes', { changes })
  expect(rosterOf(owner).kept).toMatchObject([{ by: owner.actor, changes: [expect.any(Number)] }])
  await owner.settled()
  done(owner, 'unadopt_changes', { changes })
  expect(rosterOf(owner).kept).toEqual([])
})

test('who is removed as of the time they joined keeps the name that they said right then', async () => {
  const { owner, clock } = await founded()
  clock.ms += 1000
  const { member } = await joined(owner, 7, clock)
  const at = clock.ms
  clock.ms += 700
  describeSelf(member, { name: 'Grace', color: '' })
  clock.ms += 120_000
  describeSelf(member, { name: 'Grace Hopper', color: '' })
  await exchange(member, owner)
  expect(joinedAt(owner, member.actor)).toBe(at + 700)
})

/** What happens without anybody clicking: by whom, when, and that others leave it alone. */

import { expect, test } from 'vitest'
import type { Capability } from '../core/capability-registry.ts'
import type { NodeId } from '../core/ids.ts'
import { inviteKeys, keyPairOf } from '../log/keys.ts'
import { exchange, founded, joined, signerOf } from './cluster.fixture.ts'
import { performDuties } from './duties.ts'
import { renounce, revoke } from './membership.ts'
import type { Replica } from './replica.ts'
import { inviteState, publishInvite, redeemInvite } from './workspace.ts'

const HOUR = 3_600_000

function capabilityOf(replica: Replica, actor: string): Capability {
  return replica.authority.registry.all.find(({ audience }) => audience === actor) as Capability
}

function write(replica: Replica, title: string): NodeId {
  return replica.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [['title', title]] }))
}

test('an invite is closed by who made it once somebody came by it; the guest stays, a second one is turned away', async () => {
  const { owner, clock } = await founded()
  const { member: admin } = await joined(owner, 5, clock, { role: 'admin' })
  await exchange(owner, admin)
  const pair = await keyPairOf((await inviteKeys(new Uint8Array(32).fill(9))).signing)
  expect(publishInvite(admin, { role: 'member' }, { key: pair.key, box: null })).toMatchObject({ ok: true })
  await exchange(admin, owner)
  expect(await performDuties(admin)).toBe(0)
  expect((await redeemInvite(owner, signerOf(pair), null)).ok).toBe(true)
  const guest = owner.held.at(-1) as Capability
  await exchange(owner, admin)
  // The owner could close it, and leaves it to the admin, who is nearer.
  expect(await performDuties(owner)).toBe(1)
  expect(inviteState(owner, pair.key).state).toBe('open')
  expect(await performDuties(admin)).toBe(1)
  expect(await performDuties(admin)).toBe(0)
  expect(inviteState(admin, pair.key).state).toBe('closed')
  await exchange(admin, owner)
  expect(owner.authority.isLive(owner.authority.registry.get(guest.id) as Capability)).toBe(true)
  expect(await redeemInvite(owner, signerOf(pair), null)).toMatchObject({ ok: false, refusal: { code: 'permission_denied' } })
})

test('where the nearest senior is gone, the next one up does it', async () => {
  const { owner, clock } = await founded()
  const { member: admin } = await joined(owner, 5, clock, { role: 'admin' })
  await exchange(owner, admin)
  const { member } = await joined(admin, 6, clock)
  await exchange(admin, owner)
  const adminCap = capabilityOf(owner, admin.actor)
  revoke(owner, adminCap.id, { keep: adminCap.children.map(({ id }) => id) })
  // The admin's invite of the member was redeemed and is still open, and the admin cannot close it any more.
  const before = owner.authority.entries.length
  expect(await performDuties(owner)).toBeGreaterThan(0)
  expect(owner.authority.entries.length).toBeGreaterThan(before)
  expect(owner.authority.isLive(capabilityOf(owner, member.actor))).toBe(true)
})

test('expiry.autoclose: an agent whose time is over is ended once it is heard past that time, and its honest late work stays', async () => {
  const { owner, clock } = await founded()
  const { member: agent } = await joined(owner, 5, clock, { role: 'agent', expires: clock.ms + HOUR })
  await exchange(owner, agent)
  await performDuties(owner)
  const made = write(agent, 'in time')
  clock.ms += 2 * HOUR
  // Offline the agent wrote in time; nothing of it is here, so nothing is ended.
  expect(await performDuties(owner)).toBe(0)
  await exchange(agent, owner)
  expect(agent.may('create', 'task')).toBe(false)
  // A week of silence is enough.
  clock.ms += 8 * 24 * HOUR
  expect(await performDuties(owner)).toBe(1)
  expect(owner.nodes.has(made)).toBe(true)
  expect(owner.authority.isLive(capabilityOf(owner, agent.actor))).toBe(false)
})

test('a lasting invite that nobody used is closed when its time is over; the people who came before stay', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 5, clock, { role: 'member', expires: clock.ms + HOUR })
  clock.ms += 2 * HOUR
  expect(await performDuties(owner)).toBe(1)
  expect(owner.authority.isLive(capabilityOf(owner, member.actor))).toBe(true)
  await exchange(owner, member)
  write(member, 'still here')
  await exchange(member, owner)
  expect(owner.quarantine.size).toBe(0)
})

test('who leaves is ended for good: what they date back has no effect', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 5, clock)
  await exchange(owner, member)
  await performDuties(owner)
  expect(renounce(member, (member.held[0] as Capability).id)).toMatchObject({ ok: true })
  expect(member.may('create', 'task')).toBe(false)
  await exchange(member, owner)
  expect(await performDuties(owner)).toBe(1)
  expect(owner.authority.isStanding(capabilityOf(owner, member.actor))).toBe(false)
  expect(await performDuties(owner)).toBe(0)
})

test('fork.evidence: an agent with two histories is ended, a person with two is shown and stays', async () => {
  for (const [role, ends] of [
    ['agent', true],
    ['member', false],
  ] as const) {
    const { owner, clock } = await founded()
    const { member, peer } = await joined(owner, 5, clock, { role })
    await performDuties(owner)
    write(member, 'one')
    await member.saved()
    await exchange(member, owner)
    // The same place in its feed once more, signed by the same key.
    const { header, body } = await lastOf(member)
    const twin = await peer.signer.sign({ ...header, body: { ...body, salt: new Uint8Array(16).fill(7) } })
    await owner.receive([twin.wire], 'somebody')
    expect(owner.history.forks()).toMatchObject([{ seq: header.seq, ordinals: [expect.any(Number), expect.any(Number)] }])
    expect(await performDuties(owner)).toBe(ends ? 1 : 0)
    expect(owner.authority.isLive(capabilityOf(owner, member.actor))).toBe(!ends)
  }
})

async function lastOf(replica: Replica) {
  const { readStored } = await import('../log/stored.ts')
  const last = replica.history.count - 1
  for await (const page of replica.stored([last])) {
    const { header, body } = readStored(page[0]?.wire as never)
    if (body) return { header, body }
  }
  throw new Error('the last batch is stored')
}

/** Rights through operations, as every door offers them: refused in words before anything is written, judged again by all. */

import { describe, expect, test } from 'vitest'
import type { NodeId } from '../core/ids.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import { toHex } from '../base/bytes.ts'
import { attentionOf, comparisonCode } from '../replica/attention.ts'
import { performDuties } from '../replica/duties.ts'
import { askForAdmin, claimDevice, knownPeople, personOf } from '../replica/people.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { memoryStore } from '../store/memory-store.ts'
import { nameOf } from './authority.ts'
import type { InputOf } from './table.ts'
import { done, refusal } from './operate.fixture.ts'

function row(replica: Replica, key: string): TaskRow | null {
  return replica.views.task(replica.views.find(key) as NodeId)
}

test('a viewer sees the board and changes nothing of it, but says who they are', async () => {
  const { owner, clock } = await founded()
  done(owner, 'create_task', { title: 'One' })
  const { member: viewer } = await joined(owner, 7, clock, { role: 'viewer' })
  await exchange(owner, viewer)
  expect(row(viewer, 'WN-1')?.title).toBe('One')
  const tries = [
    refusal(viewer, 'create_task', { title: 'Two' }),
    refusal(viewer, 'update_task', { id: 'WN-1', title: 'Mine' }),
    refusal(viewer, 'comment_task', { id: 'WN-1', body: 'Hello' }),
    refusal(viewer, 'assign_task', { id: 'WN-1', assignee: 'me' }),
    refusal(viewer, 'delete_task', { id: 'WN-1' }),
    refusal(viewer, 'remove_member', { actor: owner.actor }),
  ]
  expect(tries).toEqual(tries.map(() => 'permission_denied'))
  done(viewer, 'set_profile', { name: 'Vera', color: '#123456' })
  await exchange(viewer, owner)
  expect(personOf(owner, viewer.actor)).toMatchObject({ name: 'Vera', color: '#123456' })
  expect(owner.quarantine.size).toBe(0)
})

test('nobody else says who somebody is', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  done(member, 'set_profile', { name: 'Ann' })
  await exchange(member, owner)
  const [ann] = owner.views.ofType('person')
  expect(() => owner.transact(null, (tx) => tx.set(ann as NodeId, 'name', 'Not Ann'))).toThrow('the actor may')
  expect(knownPeople(owner).map(({ name }) => name)).toEqual(['Ann'])
})

test('two devices are one person’s when both say so', async () => {
  const { owner, clock } = await founded()
  const { member: phone } = await joined(owner, 7, clock)
  claimDevice(phone, owner.actor)
  await exchange(phone, owner)
  expect(personOf(owner, phone.actor)?.devices).toEqual([])
  claimDevice(owner, phone.actor)
  expect(personOf(owner, phone.actor)?.devices).toEqual([owner.actor])
  expect(personOf(owner, owner.actor)?.devices).toEqual([phone.actor])
})

test('a device that came by an invite for one is its person’s once it says so; who came by another is not', async () => {
  const { owner, clock } = await founded()
  const { member: phone } = await joined(owner, 7, clock, 'device')
  const { member: other } = await joined(owner, 8, clock)
  for (const newcomer of [phone, other]) {
    claimDevice(newcomer, owner.actor)
    await exchange(newcomer, owner)
  }
  expect(personOf(owner, owner.actor)?.devices).toEqual([phone.actor])
  expect(personOf(owner, other.actor)?.devices).toEqual([])
  expect(phone.held[0]).toMatchObject({ rank: 11 })
  expect(phone.may('delete', 'task')).toBe(true)
})

describe('an agent with file patterns and a project', () => {
  async function withAgent() {
    const { owner, clock } = await founded()
    const project = done(owner, 'create_project', { title: 'App' })
    const inside = done(owner, 'create_task', { title: 'Inside', project: project.id })
    const outside = done(owner, 'create_task', { title: 'Outside' })
    const { member: agent } = await joined(owner, 7, clock, {
      role: 'agent',
      projects: [project.id],
      files: ['src/api/**'],
      expires: clock.ms + 3_600_000,
    })
    await exchange(owner, agent)
    return { owner, clock, agent, project, inside, outside }
  }

  test('works inside it, and is refused in words outside', async () => {
    const { owner, agent, inside, outside, project } = await withAgent()
    expect(refusal(agent, 'update_task', { id: inside.id, progress: 50 })).toBe('done')
    expect(refusal(agent, 'comment_task', { id: inside.id, body: 'Half done' })).toBe('done')
    expect(refusal(agent, 'create_task', { title: 'More', project: project.id })).toBe('done')
    expect(refusal(agent, 'update_task', { id: outside.id, progress: 50 })).toBe('permission_denied')
    expect(refusal(agent, 'comment_task', { id: outside.id, body: 'Hello' })).toBe('permission_denied')
    expect(refusal(agent, 'create_task', { title: 'Stray' })).toBe('permission_denied')
    expect(refusal(agent, 'delete_task', { id: inside.id })).toBe('permission_denied')
    expect(refusal(agent, 'assign_task', { id: inside.id, assignee: 'me' })).toBe('permission_denied')
    await exchange(agent, owner)
    expect(owner.quarantine.size).toBe(0)
    expect(owner.views.task(inside.id)).toMatchObject({ progress: 50, comments: 1 })
  })

  test('authorize says what it may, and why', async () => {
    const { agent, project, clock } = await withAgent()
    const ask = (over: Partial<InputOf<'authorize'>>) =>
      done(agent, 'authorize', { verb: 'update', type: 'document', project: project.id, ...over })
    expect(ask({ path: 'src/api/users.ts' })).toMatchObject({ allowed: true })
    expect(ask({ path: 'src/secrets/key' })).toMatchObject({ allowed: false, why: expect.stringContaining('file patterns') })
    expect(ask({ path: 'src/api/../secrets/key' })).toMatchObject({ allowed: false, why: expect.stringContaining('one form') })
    expect(ask({})).toMatchObject({ allowed: false })
    expect(ask({ type: 'task', project: null })).toMatchObject({ allowed: false, why: expect.stringContaining('project') })
    expect(ask({ type: 'agent' })).toMatchObject({ allowed: false, why: expect.stringContaining('type') })
    expect(ask({ verb: 'delete', path: 'src/api/users.ts' })).toMatchObject({
      allowed: false,
      why: expect.stringContaining('right'),
    })
    clock.ms += 3_600_001
    expect(ask({ path: 'src/api/users.ts' })).toMatchObject({ allowed: false, why: expect.stringContaining('over') })
  })
})

test('who may do what, since when, granted by whom; granted, narrowed and ended', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  done(member, 'set_profile', { name: 'Ann' })
  const agentKey = `01${'ab'.repeat(32)}`
  const granted = done(member, 'generate_capability', {
    to: agentKey,
    role: 'agent',
    files: ['src/**'],
    rights: ['update', 'comment'],
  })
  expect(granted).toMatchObject({
    holder: agentKey,
    issuer: member.actor,
    role: 'agent',
    rank: 70,
    rights: ['update', 'comment'],
    files: ['src/**'],
    state: 'live',
    grantedAt: clock.ms,
  })
  await exchange(member, owner)
  const rows = done(owner, 'list_capabilities', { live: true })
  expect(rows.map(({ role, isInvite }) => `${role}${isInvite ? ' invite' : ''}`)).toEqual([
    'owner',
    'member invite',
    'member',
    'agent',
  ])
  expect(refusal(member, 'generate_capability', { to: member.actor, role: 'agent' })).toBe('invalid')
  expect(refusal(member, 'generate_capability', { to: agentKey, role: 'admin' })).toBe('invalid')
  expect(refusal(member, 'generate_capability', { to: agentKey, role: 'agent', files: ['../etc/**'] })).toBe('invalid')
  const [ownerCap] = rows
  expect(refusal(member, 'revoke_capability', { id: ownerCap?.id as string })).toBe('permission_denied')
  expect(done(owner, 'revoke_capability', { id: granted.id, reason: 'enough' })).toMatchObject({ state: 'ended' })
  await exchange(owner, member)
  expect(done(member, 'list_capabilities', { holder: agentKey })).toMatchObject([{ state: 'ended' }])
})

test('Invite → join → work → revoke → adopt', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  await exchange(owner, member)
  clock.ms += 1000
  const task = done(member, 'create_task', { title: 'By the member' })
  await exchange(member, owner)
  const since = clock.ms - 500
  clock.ms += 1000
  const capability = done(owner, 'list_capabilities', { holder: member.actor })[0]
  done(owner, 'revoke_capability', { id: capability?.id as string, asOf: since })
  await owner.settled()
  expect(owner.nodes.has(task.id)).toBe(false)
  const quarantined = done(owner, 'list_quarantine', {})
  expect(quarantined).toMatchObject([{ actor: member.actor, why: 'revoked' }])
  expect(done(owner, 'adopt_changes', { changes: quarantined.map(({ change }) => change) })).toEqual({ adopted: 1 })
  await owner.settled()
  expect(row(owner, 'WN-1')).toMatchObject({ title: 'By the member', createdBy: member.actor })
  expect(done(owner, 'list_quarantine', {})).toEqual([])
  await exchange(owner, member)
  await member.settled()
  expect(await member.stateHash()).toBe(await owner.stateHash())
  expect(refusal(member, 'create_task', { title: 'More' })).toBe('permission_denied')
})

test('what was cut and adopted is so again after a restart, with a snapshot and without', async () => {
  const { owner, clock, peer } = await founded()
  const { member } = await joined(owner, 7, clock)
  await exchange(owner, member)
  clock.ms += 1000
  for (let i = 0; i < 5; i++) done(member, 'create_task', { title: `Task ${i}` })
  await exchange(member, owner)
  clock.ms += 1000
  const capability = done(owner, 'list_capabilities', { holder: member.actor })[0]
  done(owner, 'revoke_capability', { id: capability?.id as string, asOf: clock.ms - 1500 })
  await owner.settled()
  const adoptable = done(owner, 'list_quarantine', {}).slice(0, 2)
  done(owner, 'adopt_changes', { changes: adoptable.map(({ change }) => change) })
  const hash = await owner.stateHash()
  const reasons = [...owner.quarantine].map(([ref, why]) => `${nameOf(owner, ref)} ${why}`).toSorted()
  expect(reasons).toHaveLength(3)
  await owner.saved()
  for (const withSnapshot of [false, true]) {
    if (withSnapshot) expect(await owner.snapshot()).toBe(true)
    const again = await openReplica(owner.workspace, { ...peer.ports, store: memoryStore({ disk: structuredClone(peer.disk) }) })
    expect(await again.stateHash()).toBe(hash)
    expect([...again.quarantine].map(([ref, why]) => `${nameOf(again, ref)} ${why}`).toSorted()).toEqual(reasons)
    // And it goes on from there: bringing all back needs what the snapshot left in the log.
    const rest = done(again, 'list_quarantine', {})
    done(again, 'adopt_changes', { changes: rest.map(({ change }) => change) })
    await again.settled()
    expect([...again.views.tasks()]).toHaveLength(5)
  }
})

test('a revocation that cuts too much is seen before and after, brought back, and made again once it counts no more', async () => {
  const { owner, clock } = await founded()
  const { member: admin } = await joined(owner, 5, clock, { role: 'admin' })
  await exchange(owner, admin)
  const { member: agent } = await joined(admin, 6, clock, { role: 'agent' })
  await exchange(admin, owner)
  const start = clock.ms
  clock.ms += 1000
  for (let i = 0; i < 8; i++) done(agent, 'create_task', { title: `Task ${i}` })
  await exchange(agent, owner)
  await exchange(agent, admin)
  clock.ms += 1000
  const capability = done(owner, 'list_capabilities', { holder: agent.actor })[0]?.id as string
  expect(done(owner, 'preview_revocation', { id: capability, asOf: start })).toEqual({ changes: 8 })
  expect(done(owner, 'preview_revocation', { id: capability, asOf: clock.ms })).toEqual({ changes: 0 })
  // The admin ends the agent as of the start.
  done(admin, 'revoke_capability', { id: capability, asOf: start })
  await exchange(admin, owner)
  await owner.settled()
  expect([...owner.views.tasks()]).toHaveLength(0)
  const alarm = attentionOf(owner).find(({ kind }) => kind === 'cut')
  expect(alarm).toMatchObject({ kind: 'cut', by: admin.actor, changes: 8, mayUndo: true })
  const change = nameOf(owner, (alarm as { revocation: number }).revocation)
  done(owner, 'undo_revocation', { change })
  await owner.settled()
  expect([...owner.views.tasks()]).toHaveLength(8)
  expect(attentionOf(owner).some(({ kind }) => kind === 'cut')).toBe(false)
  expect(owner.authority.isLive(owner.authority.registry.get(capability) as never)).toBe(false)
})

test('what a removed admin had ended is offered to be ended again', async () => {
  const { owner, clock } = await founded()
  const { member: admin } = await joined(owner, 5, clock, { role: 'admin' })
  const { member: agent } = await joined(owner, 6, clock, { role: 'agent' })
  await exchange(owner, admin)
  const before = clock.ms
  clock.ms += 1000
  const capability = done(owner, 'list_capabilities', { holder: agent.actor })[0]?.id as string
  done(admin, 'revoke_capability', { id: capability })
  await exchange(admin, owner)
  clock.ms += 1000
  done(owner, 'revoke_capability', {
    id: done(owner, 'list_capabilities', { holder: admin.actor })[0]?.id as string,
    asOf: before,
  })
  const item = attentionOf(owner).find(({ kind }) => kind === 'voided')
  expect(item).toMatchObject({ kind: 'voided', by: admin.actor })
  done(owner, 'reaffirm_revocation', { change: nameOf(owner, (item as { revocation: number }).revocation) })
  expect(attentionOf(owner).some(({ kind }) => kind === 'voided')).toBe(false)
  expect(owner.authority.isLive(owner.authority.registry.get(capability) as never)).toBe(false)
})

test('who comes by an admin’s link asks, with a code that both sides can tell, and is let in', async () => {
  const { owner, clock } = await founded()
  const { member: grace, peer } = await joined(owner, 5, clock, { role: 'viewer' })
  askForAdmin(grace, true)
  await exchange(grace, owner)
  const [ask] = attentionOf(owner)
  expect(ask).toMatchObject({
    kind: 'asks',
    actor: grace.actor,
    code: comparisonCode(owner.workspace, peer.signer.key, peer.box.key),
  })
  expect((ask as { code: string }).code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
  done(owner, 'generate_capability', { to: grace.actor, box: toHex(peer.box.key), role: 'admin' })
  expect(attentionOf(owner).some(({ kind }) => kind === 'asks')).toBe(false)
  await exchange(owner, grace)
  expect(grace.may('delete', 'task')).toBe(true)
  await performDuties(grace)
  await exchange(grace, owner)
  expect(attentionOf(grace).some(({ kind }) => kind === 'asks')).toBe(false)
})

test('what was adopted is taken back', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  await exchange(owner, member)
  const before = clock.ms
  clock.ms += 1000
  done(member, 'create_task', { title: 'One' })
  await exchange(member, owner)
  clock.ms += 1000
  done(owner, 'revoke_capability', {
    id: done(owner, 'list_capabilities', { holder: member.actor })[0]?.id as string,
    asOf: before,
  })
  await owner.settled()
  const changes = done(owner, 'list_quarantine', {}).map(({ change }) => change)
  done(owner, 'adopt_changes', { changes })
  await owner.settled()
  expect([...owner.views.tasks()]).toHaveLength(1)
  expect(done(owner, 'unadopt_changes', { changes })).toEqual({ takenBack: 1 })
  await owner.settled()
  expect([...owner.views.tasks()]).toHaveLength(0)
  expect(refusal(owner, 'unadopt_changes', { changes })).toBe('not_found')
})

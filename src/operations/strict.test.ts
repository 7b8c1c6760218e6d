/** Strict tasks: begun by the word of the lease authority, and never on two sides. */

import { afterEach, describe, expect, test } from 'vitest'
import { type NodeId, workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { LEASE, strictUnder } from '../core/work.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import { givesLeases } from '../replica/lease-authority.ts'
import type { Replica } from '../replica/replica.ts'
import { memoryLocks } from '../store/locks.ts'
import { StoreFullError } from '../store/store.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { claimAndSettle, type ClaimPorts } from './claim-and-settle.ts'
import { type LeaseRunner, startLeases } from './lease-runner.ts'
import { nextTask } from './next-task.ts'
import { type InputOf, type OperationName, type OutputOf, run } from './table.ts'

const runners: LeaseRunner[] = []
afterEach(() => {
  for (const runner of runners.splice(0)) runner.stop()
})

function keeps(...replicas: readonly Replica[]): void {
  for (const replica of replicas) runners.push(startLeases(replica))
}

function done<N extends OperationName>(replica: Replica, name: N, input: InputOf<N>): OutputOf<N> {
  const result = run({ replica }, name, input)
  if (!result.ok) throw new Error(`${name}: ${result.refusal.detail}`)
  return result.value
}

async function scene() {
  const { owner, clock } = await founded()
  const time = createVirtualClock()
  const id = done(owner, 'create_task', { title: 'Deploy it', status: 'ready', claimMode: 'strict' }).id
  return {
    owner,
    time,
    id,
    ports: (): ClaimPorts => ({ clock: time, locks: memoryLocks().tab(), delays: () => [] }),
    agent: async (seed: number, role: 'agent' | 'coordinator' = 'agent') => (await joined(owner, seed, clock, { role })).member,
    person: async (seed: number, role: 'admin' | 'member' | 'viewer' = 'admin') =>
      (await joined(owner, seed, clock, { role })).member,
  }
}

/** Until nobody has anything new: a word may be answered by another. */
async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await turn()
    for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
  }
  await turn()
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}

const statesOf = (replica: Replica, id: NodeId): string[] => replica.runsOf(id).map(({ state }) => state)
const leasesOf = (replica: Replica, id: NodeId): number => replica.runsOf(id).filter(({ lease }) => lease?.given).length

/** Asks, and lets the wait for a lease pass where none comes. */
async function ask(replica: Replica, id: NodeId | 'next', s: Awaited<ReturnType<typeof scene>>) {
  const pending = s.time.pending()
  const asked = claimAndSettle(replica, { task: id }, s.ports())
  let isOver = false
  void asked.then(() => (isOver = true))
  await until(() => isOver || s.time.pending() > pending)
  for (let n = 0; n < 5; n++) await turn()
  if (!isOver) s.time.advance(LOCAL.leaseWaitMs)
  return asked
}

describe('a strict task', () => {
  test('is claimed by nobody where no lease authority is named, and who asks is told what to do', async () => {
    const s = await scene()
    const one = await s.agent(7)
    await meet(s.owner, one)
    const refused = run({ replica: one }, 'claim_task', { id: s.id })
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'unavailable' } })
    expect(!refused.ok && refused.refusal.detail).toMatch(/no lease authority: nothing was claimed or begun.*person can name/s)
    expect(nextTask(one)).toMatchObject({ fitting: [], why: [{ code: 'no_lease', tasks: 1 }] })
  })

  test('is begun at once where the authority answers, and is on the disk then', async () => {
    const s = await scene()
    keeps(s.owner)
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await turn()
    expect(await ask(s.owner, s.id, s)).toMatchObject({ ok: true, value: { task: { status: 'in_progress' } } })
    expect(s.owner.saveState.pending).toBe(0)
    expect(s.owner.runsOf(s.id)).toMatchObject([{ state: 'working', lease: { authority: s.owner.actor, given: true } }])
  })

  test('is not begun while the authority is away; the claim stands, and it begins once the authority has answered', async () => {
    const s = await scene()
    const one = await s.agent(7)
    keeps(s.owner)
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, one)
    const refused = await ask(one, s.id, s)
    expect(refused).toMatchObject({ refusal: { code: 'unavailable' } })
    expect(!refused.ok && refused.refusal.detail).toMatch(
      /has not answered\. Nothing was begun, and your claim stands\. Ask again/,
    )
    expect(statesOf(one, s.id)).toEqual(['claimed'])
    expect(run({ replica: one }, 'confirm_task', { id: s.id })).toMatchObject({ refusal: { code: 'unavailable' } })
    // Asked again, it is the same claim: no run is used up.
    expect(await ask(one, s.id, s)).toMatchObject({ refusal: { code: 'unavailable' } })
    expect(one.runsOf(s.id)).toHaveLength(1)
    await meet(s.owner, one)
    expect(await claimAndSettle(one, { task: 'next' }, s.ports())).toMatchObject({ ok: true, value: { task: { id: s.id } } })
    expect(statesOf(one, s.id)).toEqual(['working'])
  })

  test('is not begun where that cannot be saved: after a crash it would be begun again', async () => {
    let isFull = false
    const { owner } = await founded(1, undefined, {
      beforeWrite() {
        if (isFull) throw new StoreFullError()
      },
    })
    keeps(owner)
    done(owner, 'set_policy', { leaseAuthority: owner.actor })
    const { id } = done(owner, 'create_task', { title: 'Pay it', status: 'ready', claimMode: 'strict' })
    done(owner, 'claim_task', { id })
    await turn()
    await owner.saved()
    isFull = true
    const ports = { clock: createVirtualClock(), locks: memoryLocks().tab(), delays: () => [] }
    expect(await claimAndSettle(owner, { task: id }, ports)).toMatchObject({ refusal: { code: 'unavailable' } })
    expect(statesOf(owner, id)).toEqual(['release'])
    isFull = false
    await owner.retrySaving()
    const asked = claimAndSettle(owner, { task: id }, ports)
    expect(await asked).toMatchObject({ ok: true, value: { task: { status: 'in_progress' } } })
  })

  test('has one open lease at a time, however often the authority starts; the next is given once it is over', async () => {
    const s = await scene()
    const [one, two] = [await s.agent(7), await s.agent(8)]
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    keeps(s.owner)
    await meet(s.owner, one, two)
    // Both ask, and have not heard of each other.
    for (const agent of [one, two]) expect(await ask(agent, s.id, s)).toMatchObject({ refusal: { code: 'unavailable' } })
    keeps(s.owner)
    await meet(s.owner, one, two)
    keeps(s.owner)
    await meet(s.owner, one, two)
    expect(leasesOf(s.owner, s.id)).toBe(1)
    const [first, second] = s.owner.runsOf(s.id)
    expect(new Set([first?.state, second?.state])).toEqual(new Set(['claimed', 'superseded']))
    const holder = [one, two].find(
      ({ actor }) => actor === s.owner.runsOf(s.id).find(({ lease }) => lease?.given)?.agent,
    ) as Replica
    done(holder, 'confirm_task', { id: s.id })
    done(holder, 'release_task', { id: s.id })
    await meet(s.owner, one, two)
    expect(leasesOf(s.owner, s.id)).toBe(2)
    expect(s.owner.runsOf(s.id).filter(({ state }) => state === 'claimed')).toHaveLength(1)
  })

  test('is not taken by an agent that leaves the asking out, once another has its lease', async () => {
    const s = await scene()
    const [one, two] = [await s.agent(7), await s.agent(8)]
    keeps(s.owner)
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, one, two)
    const task = two.nodes.get(s.id)!
    const own = two.transact(null, (tx) => {
      const made = tx.create({ type: 'run', project: null, subject: s.id, fields: [] })
      tx.write({ op: 'claim', node: s.id, run: made, epoch: 1, why: null, note: null })
      return made
    })
    two.transact(null, (tx) => tx.say(task, 'confirm', own))
    two.transact(null, (tx) => tx.say(task, 'submit', own))
    void ask(one, s.id, s)
    await meet(s.owner, one)
    expect(leasesOf(s.owner, s.id)).toBe(1)
    await meet(s.owner, one, two)
    for (const replica of [s.owner, one, two])
      expect(replica.nodes.get(s.id)?.work).toMatchObject({
        candidates: [],
        holder: replica.runsOf(s.id).find(({ lease }) => lease)?.id,
      })
  })

  test('gets its lease from people only: an agent that is named gives none that counts', async () => {
    const s = await scene()
    // It may assign, as who gives leases must.
    const [one, two] = [await s.agent(7), await s.agent(8, 'coordinator')]
    await meet(s.owner, one, two)
    expect(run({ replica: s.owner }, 'set_policy', { leaseAuthority: two.actor })).toMatchObject({ refusal: { code: 'invalid' } })
    expect(run({ replica: s.owner }, 'set_policy', { leaseAuthority: '01' })).toMatchObject({ refusal: { code: 'invalid' } })
    const own = one.transact(null, (tx) => {
      const made = tx.create({ type: 'run', project: null, subject: s.id, fields: [] })
      tx.write({ op: 'claim', node: s.id, run: made, epoch: 1, why: null, note: strictUnder(two.actor) })
      return made
    })
    await meet(s.owner, one, two)
    const task = two.nodes.get(s.id)!
    expect(two.maySay('end', task, own, 'revoke')).toBe(true)
    expect(two.maySay('confirm', task, own, null, LEASE)).toBe(false)
    expect(s.owner.maySay('confirm', s.owner.nodes.get(s.id)!, own, null, LEASE)).toBe(true)
  })

  test('has no authority that could answer nobody, or never let go: somebody who only looks on is not named', async () => {
    const s = await scene()
    const { actor } = await s.person(7, 'viewer')
    expect(run({ replica: s.owner }, 'set_policy', { leaseAuthority: actor })).toMatchObject({ refusal: { code: 'invalid' } })
    const other = await s.person(8, 'member')
    expect(run({ replica: s.owner }, 'set_policy', { leaseAuthority: other.actor })).toMatchObject({ ok: true })
  })

  test('that was begun before it was strict stays with whoever began it', async () => {
    const s = await scene()
    const one = await s.agent(7)
    done(s.owner, 'update_task', { id: s.id, claimMode: 'optimistic' })
    await meet(s.owner, one)
    expect(await ask(one, s.id, s)).toMatchObject({ ok: true })
    done(s.owner, 'update_task', { id: s.id, claimMode: 'strict' })
    keeps(s.owner)
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, one)
    expect(statesOf(s.owner, s.id)).toEqual(['working'])
    done(one, 'submit_task', { id: s.id })
  })
})

describe('a task whose way to begin changes while a claim waits', () => {
  test('begins by no claim from before it was strict: that one is said anew, and asks', async () => {
    const s = await scene()
    const one = await s.agent(7)
    done(s.owner, 'update_task', { id: s.id, claimMode: 'optimistic' })
    await meet(s.owner, one)
    const { run: claimed } = done(one, 'claim_task', { id: s.id })
    done(s.owner, 'update_task', { id: s.id, claimMode: 'strict' })
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    keeps(s.owner)
    await meet(s.owner, one)
    expect(run({ replica: one }, 'confirm_task', { id: s.id, run: claimed })).toMatchObject({ refusal: { code: 'wrong_state' } })
    expect(statesOf(one, s.id)).toEqual(['claimed'])
    const { run: asking } = done(one, 'claim_task', { id: s.id })
    expect(statesOf(one, s.id)).toEqual(['release', 'claimed'])
    await meet(s.owner, one)
    expect(done(one, 'confirm_task', { id: s.id, run: asking })).toMatchObject({ status: 'in_progress' })
  })

  test('begins without a lease once it is strict no more, by the agent that waited as well', async () => {
    const s = await scene()
    const one = await s.agent(7)
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, one)
    expect(await ask(one, s.id, s)).toMatchObject({ refusal: { code: 'unavailable' } })
    // The authority is gone for good, and a person lets it go.
    done(s.owner, 'update_task', { id: s.id, claimMode: 'optimistic' })
    await meet(s.owner, one)
    expect(await ask(one, s.id, s)).toMatchObject({ ok: true })
    expect(statesOf(one, s.id)).toEqual(['release', 'working'])
  })

  test('is not held by an agent that has other work and asked somebody who gives leases no more', async () => {
    const s = await scene()
    const [one, other] = [await s.agent(7), await s.person(8)]
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, one, other)
    expect(await ask(one, s.id, s)).toMatchObject({ refusal: { code: 'unavailable' } })
    done(s.owner, 'create_task', { title: 'Other work', status: 'ready' })
    keeps(s.owner, other)
    done(s.owner, 'set_policy', { leaseAuthority: other.actor })
    await meet(s.owner, one, other)
    // It asks anew first, and goes on with what it can do meanwhile.
    expect(await ask(one, 'next', s)).toMatchObject({ ok: true, value: { task: { title: 'Other work' } } })
    expect(one.runsOf(s.id).map(({ state, lease }) => [state, lease?.authority])).toEqual([
      ['release', s.owner.actor],
      ['claimed', other.actor],
    ])
  })
})

describe('the lease authority is handed over', () => {
  test('and says nothing before the one before has let go', async () => {
    const s = await scene()
    const [other, one] = [await s.person(7), await s.agent(8)]
    keeps(s.owner, other)
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, other, one)
    // Named by another, who hears nothing of the owner meanwhile.
    done(other, 'set_policy', { leaseAuthority: other.actor })
    await meet(other, one)
    expect(givesLeases(other, other.actor)).toBe(false)
    expect(givesLeases(s.owner, s.owner.actor)).toBe(true)
    expect(done(one, 'get_policy', {})).toMatchObject({ leaseAuthority: other.actor, leaseWaitsOn: [s.owner.actor] })
    const refused = await ask(one, s.id, s)
    expect(!refused.ok && refused.refusal.detail).toMatch(/waits for the one before to let go/)
    await meet(s.owner, other, one)
    expect(givesLeases(other, other.actor)).toBe(true)
    expect(givesLeases(s.owner, s.owner.actor)).toBe(false)
    await meet(s.owner, other, one)
    expect(await ask(one, s.id, s)).toMatchObject({ ok: true })
  })

  test('by force at once, where people say that the one before gives no more', async () => {
    const s = await scene()
    const other = await s.person(7)
    keeps(other)
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, other)
    done(other, 'set_policy', { leaseAuthority: other.actor })
    expect(givesLeases(other, other.actor)).toBe(false)
    done(other, 'set_policy', { leaseAuthority: other.actor, leaseTakeOver: true })
    expect(givesLeases(other, other.actor)).toBe(true)
  })

  test('to two apart, and then nobody gives anything until people name one, even once the one before has let go of both', async () => {
    const s = await scene()
    const [a, b] = [await s.person(7), await s.person(8)]
    keeps(s.owner, a, b)
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, a, b)
    done(a, 'set_policy', { leaseAuthority: a.actor })
    done(b, 'set_policy', { leaseAuthority: b.actor })
    await meet(s.owner, a, b)
    for (const replica of [s.owner, a, b]) {
      expect(done(replica, 'get_policy', {}).leaseAuthority).toBeNull()
      expect(new Set(done(replica, 'get_policy', {}).leaseWaitsOn)).toEqual(new Set([a.actor, b.actor]))
    }
    const one = await s.agent(9)
    await meet(s.owner, one)
    expect(run({ replica: one }, 'claim_task', { id: s.id })).toMatchObject({ refusal: { code: 'unavailable' } })
    done(s.owner, 'set_policy', { leaseAuthority: a.actor })
    await meet(s.owner, a, b)
    expect([s.owner, a, b].map((replica) => givesLeases(replica, replica.actor))).toEqual([false, true, false])
  })

  test('to so many that they cannot all be waited for, and then to nobody: none of them is left out', async () => {
    const s = await scene()
    const other = await s.person(7)
    const key = (n: number): string => `01${String(n).padStart(64, '0')}`
    const after = Array.from({ length: LOCAL.leaseHandOvers }, (_, n) => key(n))
    const node = workspaceNodeId(s.owner.workspace)
    s.owner.transact(null, (tx) => tx.set(node, 'leaseAuthority', { after, key: key(99), term: 9 }))
    await meet(s.owner, other)
    for (const leaseAuthority of [other.actor, null])
      expect(run({ replica: other }, 'set_policy', { leaseAuthority })).toMatchObject({ refusal: { code: 'too_large' } })
    done(other, 'set_policy', { leaseAuthority: other.actor, leaseTakeOver: true })
    expect(givesLeases(other, other.actor)).toBe(true)
  })

  test('and a claim that asks the one before is said anew', async () => {
    const s = await scene()
    const [other, one] = [await s.person(7), await s.agent(8)]
    done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
    await meet(s.owner, other, one)
    await ask(one, s.id, s)
    keeps(s.owner, other)
    done(s.owner, 'set_policy', { leaseAuthority: other.actor })
    await meet(s.owner, other, one)
    expect(await ask(one, s.id, s)).toMatchObject({ refusal: { code: 'unavailable' } })
    expect(statesOf(one, s.id)).toEqual(['release', 'claimed'])
    await meet(s.owner, other, one)
    expect(await ask(one, s.id, s)).toMatchObject({ ok: true })
  })
})

test('of two parts of the network only the one with the authority begins, whatever it was told, and nothing is begun twice after', async () => {
  const s = await scene()
  const [one, two, other] = [await s.agent(7), await s.agent(8), await s.person(9)]
  keeps(s.owner, other)
  done(s.owner, 'set_policy', { leaseAuthority: s.owner.actor })
  await meet(s.owner, one, two, other)
  // One side: the owner and an agent. The other: an agent, which asked first, and a person who names themselves.
  expect(await ask(two, s.id, s)).toMatchObject({ refusal: { code: 'unavailable' } })
  done(other, 'set_policy', { leaseAuthority: other.actor })
  await meet(two, other)
  expect(await ask(two, s.id, s)).toMatchObject({ refusal: { code: 'unavailable' } })
  const asked = claimAndSettle(one, { task: s.id }, s.ports())
  await turn()
  await meet(s.owner, one)
  expect(await asked).toMatchObject({ ok: true })
  await meet(two, other)
  expect(statesOf(two, s.id)).not.toContain('working')
  await meet(s.owner, one, two, other)
  await meet(s.owner, one, two, other)
  expect(s.owner.runsOf(s.id).filter(({ state }) => state === 'working')).toMatchObject([{ agent: one.actor }])
  expect(leasesOf(s.owner, s.id)).toBe(1)
  const hashes = await Promise.all([s.owner, one, two, other].map((replica) => replica.stateHash()))
  expect(new Set(hashes).size).toBe(1)
})

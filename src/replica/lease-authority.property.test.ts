/** The law of handing over: whoever names whom, and whoever hears whom when, no two keys give leases at one time. */

import { expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { givesLeases, leaseAuthorityOf, letGoOfLeases, nameLeaseAuthority } from './lease-authority.ts'
import type { Replica } from './replica.ts'

const RUNS = Number(process.env['LEASE_RUNS'] ?? 12)
const STEPS = 60

const giving = (replicas: readonly Replica[]): Replica[] => replicas.filter((replica) => givesLeases(replica, replica.actor))

test('no two keys give leases at one time, whatever is named and heard, and once all have met one does again', async () => {
  let [gave, turns] = [0, 0]
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = seededRandom(seed)
    const upTo = (n: number): number => Math.floor(random() * n)
    const { owner, clock } = await founded()
    const replicas = [owner]
    for (const other of [7, 8, 9]) replicas.push((await joined(owner, other, clock, { role: 'admin' })).member)
    const pick = (): Replica => replicas[upTo(replicas.length)] as Replica
    let last: Replica | undefined
    for (let step = 0; step < STEPS; step++) {
      const [one, other] = [pick(), pick()]
      clock.ms += 10
      const chance = random()
      if (chance < 0.06) one.transact(null, (tx) => nameLeaseAuthority(one, tx, random() < 0.1 ? null : other.actor, false))
      else if (chance < 0.35) letGoOfLeases(one)
      else if (one !== other) await exchange(one, other)
      const now = giving(replicas)
      expect(now.length, `seed ${seed}, step ${step}`).toBeLessThanOrEqual(1)
      if (now.length === 1) gave++
      if (now[0] && now[0] !== last) turns++
      last = now[0] ?? last
    }
    const meet = async (): Promise<void> => {
      for (let round = 0; round < 2; round++)
        for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
    }
    await meet()
    owner.transact(null, (tx) => nameLeaseAuthority(owner, tx, pick().actor, false))
    await meet()
    for (const replica of replicas) letGoOfLeases(replica)
    await meet()
    expect(leaseAuthorityOf(owner).waitsOn).toEqual([])
    expect(giving(replicas)).toHaveLength(1)
  }
  // The stories are about something.
  expect(gave).toBeGreaterThan(RUNS * 3)
  expect(turns).toBeGreaterThan(RUNS / 3)
})

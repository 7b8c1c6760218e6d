/** The tab that keeps house, and the one that does so after it. */

import { afterEach, expect, test, vi } from 'vitest'
import { run } from '../operations/table.ts'
import { founded } from '../replica/cluster.fixture.ts'
import { openReplica } from '../replica/replica.ts'
import { keepHouse } from './tab-house.ts'

afterEach(() => vi.unstubAllGlobals())

test('a lease that the tab before gave at its end is known to the next one', async () => {
  vi.stubGlobal('reportError', (error: unknown) => {
    throw error
  })
  const { owner, peer } = await founded()
  run({ replica: owner }, 'set_policy', { leaseAuthority: owner.actor })
  run({ replica: owner }, 'create_task', { title: 'Deploy it', status: 'ready', claimMode: 'strict' })
  const stop = await keepHouse(owner, 'workspace')
  await owner.saved()
  run({ replica: owner }, 'claim_task', { id: 'WN-1' })
  await Promise.resolve()
  await stop()
  const next = await openReplica(owner.workspace, peer.ports)
  expect(run({ replica: next }, 'list_runs', { id: 'WN-1' })).toMatchObject({ value: [{ lease: { given: true } }] })
})

import { expect, test } from 'vitest'
import { workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import { run } from './table.ts'

test('what people say of how agents work stands for everybody, a part at a time, and what others know of it stays', async () => {
  const { owner, clock } = await founded()
  const { member: agent } = await joined(owner, 7, clock, { role: 'agent' })
  expect(run({ replica: agent }, 'get_policy', {})).toMatchObject({
    value: { settleMs: 200, offlineClaims: 'start', fileLeases: 'warn' },
  })
  owner.transact(null, (tx) => tx.set(workspaceNodeId(owner.workspace), 'policy', { newer: 'kept' }))
  run({ replica: owner }, 'set_policy', { fileLeases: 'enforce' })
  run({ replica: owner }, 'set_policy', { settleMs: 500 })
  await exchange(owner, agent)
  expect(run({ replica: agent }, 'get_policy', {})).toMatchObject({
    value: { settleMs: 500, offlineClaims: 'start', fileLeases: 'enforce' },
  })
  expect(agent.nodes.get(workspaceNodeId(agent.workspace))?.registers['policy']?.[0]).toMatchObject({ newer: 'kept' })
})

test('an agent does not make its own rules, and a wait has a bound', async () => {
  const { owner, clock } = await founded()
  const { member: agent } = await joined(owner, 7, clock, { role: 'agent' })
  expect(run({ replica: agent }, 'set_policy', { settleMs: 0 })).toMatchObject({ refusal: { code: 'permission_denied' } })
  expect(run({ replica: owner }, 'set_policy', { settleMs: LOCAL.settleMs + 1 })).toMatchObject({ refusal: { code: 'invalid' } })
})

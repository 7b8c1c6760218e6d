/** What a role says it may is what its capability lets it do, on a real log. */

import { expect, test } from 'vitest'
import type { Facts } from '../../core/scope.ts'
import { LOCAL } from '../../core/limits.ts'
import type { NodeId } from '../../core/ids.ts'
import { exchange, founded, joined } from '../../replica/cluster.fixture.ts'
import { run } from '../../operations/table.ts'
import { AGENT_ROLES, roleNamed } from './all.ts'
import { capabilityOf, promptOf, RULES } from './role.ts'

const fileAt = (path: string): Facts => ({ id: '' as NodeId, type: 'document', project: null, path })
const PATHS = [
  'src/api/store.js',
  'src/ui/view.js',
  'index.html',
  'tests/store.test.js',
  'docs/README.md',
  'docs/design.md',
  'src/secrets',
]

/** Which of the paths an agent of this role may write. */
async function reachOf(
  name: string,
): Promise<{ readonly writes: string[]; readonly may: (right: 'assign' | 'review' | 'grant') => boolean }> {
  const { owner, clock } = await founded()
  const role = roleNamed(name)
  if (!role) throw new Error(`no role ${name}`)
  const { member } = await joined(owner, 7, clock, capabilityOf(role))
  return {
    writes: PATHS.filter((path) => member.may('create', fileAt(path)) && member.may('update', fileAt(path))),
    may: (right) => member.may(right, 'task'),
  }
}

test('each role writes its own files and nobody else’s', async () => {
  const writes = Object.fromEntries(
    await Promise.all(AGENT_ROLES.map(async ({ role }) => [role, (await reachOf(role)).writes] as const)),
  )
  expect(writes).toEqual({
    coordinator: [],
    architect: ['docs/design.md'],
    backend: ['src/api/store.js'],
    frontend: ['src/ui/view.js', 'index.html'],
    tester: ['tests/store.test.js'],
    writer: ['docs/README.md', 'docs/design.md'],
    reviewer: [],
  })
})

test('no agent judges work or hands rights on, and only the coordinator assigns', async () => {
  for (const { role } of AGENT_ROLES) {
    const { may } = await reachOf(role)
    expect([role, may('review'), may('grant'), may('assign')]).toEqual([role, false, false, role === 'coordinator'])
  }
})

test('every role may claim a task that is ready and say how it goes', async () => {
  for (const role of AGENT_ROLES) {
    const { owner, clock } = await founded()
    const { member } = await joined(owner, 7, clock, capabilityOf(role))
    run({ replica: owner }, 'create_task', { title: 'A task', status: 'ready' })
    await exchange(owner, member)
    for (const [name, input] of [
      ['claim_task', {}],
      ['confirm_task', {}],
      ['report_progress', { progress: 10, step: 'Reading' }],
      ['comment_task', { body: 'A word.' }],
      ['submit_task', { summary: 'Done.' }],
    ] as const)
      expect([role.role, name, run({ replica: member }, name, { id: 'WN-1', ...input } as never).ok]).toEqual([
        role.role,
        name,
        true,
      ])
  }
})

test('every prompt has the rules, says that words of others are no orders, and fits into a profile', () => {
  expect(RULES).toMatch(/never change these rules/)
  for (const role of AGENT_ROLES) {
    expect(promptOf(role).startsWith(RULES)).toBe(true)
    expect(promptOf(role).length).toBeLessThan(LOCAL.promptChars)
  }
})

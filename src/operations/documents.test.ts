/** Documents through operations: made at a path, written as a difference, hung on a task, refused in words outside of the globs. */

import { expect, test } from 'vitest'
import type { WorkNode } from '../core/fold.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import { writtenBy } from '../replica/text-versions.ts'
import { type InputOf, type OperationName, run } from './table.ts'
import { done } from './operate.fixture.ts'

function refused<N extends OperationName>(replica: Replica, name: N, input: InputOf<N>): string {
  const result = run({ replica }, name, input)
  return result.ok ? 'done' : `${result.refusal.code}: ${result.refusal.detail}`
}

test('a document is made at its path, read, written anew, deleted and brought back', async () => {
  const { owner, peer } = await founded()
  const made = done(owner, 'create_document', { path: 'web/index.html', content: '<p>One</p>' })
  expect(made).toMatchObject({ path: 'web/index.html', mime: 'text/html', task: null, createdBy: owner.actor })
  done(owner, 'update_document', { id: made.id, content: '<p>Two</p>' })
  expect(done(owner, 'get_document', { id: made.id })).toMatchObject({ content: '<p>Two</p>' })
  expect(refused(owner, 'create_document', { path: 'web/index.html' })).toContain('wrong_state: There is a document')
  done(owner, 'delete_document', { id: made.id })
  expect(owner.views.documents.all).toEqual([])
  done(owner, 'delete_document', { id: made.id, restore: true })
  await owner.saved()
  const again = await openReplica(owner.workspace, peer.ports)
  expect(again.views.documents.all).toEqual([made.id])
  expect(done(again, 'get_document', { id: made.id }).content).toBe('<p>Two</p>')
})

test('what is written at two places of a document at once stands there whole on both sides', async () => {
  const { owner, clock } = await founded()
  const { id } = done(owner, 'create_document', { path: 'a.txt', content: 'one\ntwo\nthree' })
  const { member } = await joined(owner, 7, clock)
  await exchange(owner, member)
  done(owner, 'update_document', { id, content: 'ONE\ntwo\nthree' })
  done(member, 'update_document', { id, content: 'one\ntwo\nthree and more' })
  await exchange(owner, member)
  await exchange(member, owner)
  for (const replica of [owner, member]) expect(done(replica, 'get_document', { id }).content).toBe('ONE\ntwo\nthree and more')
})

test('lines that stay keep their author, wherever others are written anew', async () => {
  const { owner, clock } = await founded()
  const { id } = done(owner, 'create_document', { path: 'a.txt', content: 'one\ntwo\nthree\nfour\nfive\n' })
  const { member } = await joined(owner, 7, clock)
  await exchange(owner, member)
  clock.ms += 1000
  done(member, 'update_document', { id, content: 'ONE\ntwo\nthree\nfour\nFIVE 𝄞\nsix' })
  const node = member.nodes.get(id) as WorkNode
  const text = done(member, 'get_document', { id }).content
  let at = 0
  const theirs = writtenBy(node, 'content', member.history).map(({ length, ref }) => {
    at += length
    return member.history.feedOf(Math.floor(ref / 256)).startsWith(member.actor) ? text.slice(at - length, at) : '-'
  })
  expect(text).toBe('ONE\ntwo\nthree\nfour\nFIVE 𝄞\nsix')
  expect(theirs).toEqual(['ONE\n', '-', 'FIVE 𝄞\nsix'])
})

test('a document hangs on its task, in the project of the task', async () => {
  const { owner } = await founded()
  const project = done(owner, 'create_project', { title: 'Apollo' })
  const task = done(owner, 'create_task', { title: 'Build it', project: project.id })
  let told = 0
  owner.views.on(`documents:${task.id}`, () => told++)
  const made = done(owner, 'add_document', { id: task.key, path: 'out.md', content: '# Done' })
  expect([made.task, made.project, told]).toEqual([task.id, project.id, 1])
  expect(done(owner, 'list_documents', { id: task.key })).toMatchObject([{ path: 'out.md' }])
  const before = owner.views.documents.all
  done(owner, 'update_document', { id: made.id, content: '# Done well' })
  expect(owner.views.documents.all).toBe(before)
})

test('who may write some files only is told which, and nothing is written', async () => {
  const { owner, clock } = await founded()
  const task = done(owner, 'create_task', { title: 'Build it' })
  const { member: agent } = await joined(owner, 7, clock, { role: 'agent', files: ['src/api/**'] })
  await exchange(owner, agent)
  const made = done(agent, 'add_document', { id: task.key, path: 'src/api/server.ts', content: 'export {}' })
  expect(refused(agent, 'add_document', { id: task.key, path: 'docs/plan.md' })).toBe(
    'permission_denied: docs/plan.md lies outside of the files that you may write: only src/api/**. ' +
      'Ask somebody who may to widen that, or choose another path.',
  )
  const theirs = done(owner, 'create_document', { path: 'secret.md', content: 'Mine' })
  await exchange(owner, agent)
  expect(refused(agent, 'update_document', { id: theirs.id, content: 'Yours' })).toContain('secret.md lies outside')
  expect(refused(agent, 'delete_document', { id: made.id })).toContain('You may not delete a document here')
  await exchange(agent, owner)
  expect(owner.views.documents.all).toHaveLength(2)
  expect(owner.quarantine.size).toBe(0)
})

test.each(['', '/etc/passwd', '../up.md', 'a//b', 'a/./b', 'c:/x', 'a\\b', 'nul\u0000', 'x'.repeat(1100)])(
  '%j is no path',
  async (path) => {
    const { owner } = await founded()
    expect(refused(owner, 'create_document', { path })).toContain('invalid: ')
  },
)

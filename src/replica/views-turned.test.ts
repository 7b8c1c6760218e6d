/** When verdicts turn, the views follow: whatever was shown because of a change that does not count any more is shown no more. */

import { expect, test } from 'vitest'
import { read } from '../core/fold.ts'
import { type NodeId, workspaceNodeId } from '../core/ids.ts'
import { exchange, founded, joined, testPeer } from './cluster.fixture.ts'
import { frontierAt, revoke, undoCut } from './membership.ts'
import { openReplica, type Replica } from './replica.ts'
import { nameWorkspace } from './workspace.ts'

/** A member whose work of the last minute is cut, and brought back. */
async function scene() {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  const [parent, child] = ['parent', 'child'].map((title, n) =>
    owner.transact(null, (tx) => tx.create({ type: 'task', number: n + 1, fields: [['title', title]] })),
  ) as [NodeId, NodeId]
  const talk = owner.transact(null, (tx) => tx.create({ type: 'comment', subject: parent, fields: [] }))
  await owner.saved()
  await exchange(owner, member)
  const before = clock.ms
  clock.ms += 60_000
  const cut = async (): Promise<void> => {
    await exchange(member, owner)
    const [held] = owner.authority.registry.heldBy(member.actor)
    expect(revoke(owner, held?.id as string, { frontier: frontierAt(owner, before) })).toMatchObject({ ok: true })
    await owner.settled()
  }
  const mend = async (): Promise<void> => {
    const revocation = owner.authority.entries.findLast(({ change }) => change.op === 'revoke')
    expect(undoCut(owner, revocation?.ref as number)).toMatchObject({ ok: true })
    await owner.settled()
  }
  return { owner, member, clock, parent, child, talk, cut, mend }
}

test('a move that is cut leaves the task where it was, and moves it again when it counts again', async () => {
  const { owner, member, parent, child, cut, mend } = await scene()
  member.transact(null, (tx) => tx.set(child, 'parent', parent))
  const seen = (replica: Replica) => [replica.views.task(child)?.parent, replica.views.task(parent)?.subtasks.length]
  await cut()
  expect(seen(owner)).toEqual([null, 0])
  await mend()
  expect(seen(owner)).toEqual([parent, 1])
})

test('a day before which a task may not begin, and where it was imported from, go with the change that said so', async () => {
  const { owner, member, clock, child, cut, mend } = await scene()
  owner.transact(null, (tx) => tx.set(child, 'status', 'ready'))
  await exchange(owner, member)
  member.transact(null, (tx) => {
    tx.set(child, 'notBefore', clock.ms + 3_600_000)
    tx.set(child, 'ext', { system: 'beads', id: 'bd-1' })
  })
  const seen = (): unknown[] => [owner.views.task(child)?.ready, owner.views.byExternal('beads', 'bd-1')]
  await cut()
  expect(seen()).toEqual([true, null])
  await mend()
  expect(seen()).toEqual([false, child])
})

test('of several comments that change at once, those that vanish are in nobody’s way', async () => {
  const { owner, member, parent, talk, cut, mend } = await scene()
  member.transact(null, (tx) => tx.set(talk, 'answer', { text: 'mine' }))
  const made = [1, 2, 3].map(() => member.transact(null, (tx) => tx.create({ type: 'comment', subject: parent, fields: [] })))
  member.transact(null, (tx) => tx.set(talk, 'answer', { text: 'again' }))
  await cut()
  expect(owner.views.commentsOn(parent)).toEqual([talk])
  await mend()
  expect(owner.views.commentsOn(parent)).toEqual([talk, ...made])
})

test('the workspace stays, whoever renamed it and was removed for it', async () => {
  const { owner, member, cut, mend } = await scene()
  nameWorkspace(owner, 'Before')
  await owner.saved()
  await exchange(owner, member)
  nameWorkspace(member, 'Mine')
  const name = (): unknown => {
    const node = owner.nodes.get(workspaceNodeId(owner.workspace))
    return node && read(node, 'name')
  }
  await cut()
  expect(name()).toBe('Before')
  const { ports } = await testPeer(3, owner.workspace, { ms: owner.now() })
  const fresh = await openReplica(owner.workspace, ports)
  await exchange(owner, fresh)
  expect(await fresh.stateHash()).toBe(await owner.stateHash())
  await mend()
  expect(name()).toBe('Mine')
})

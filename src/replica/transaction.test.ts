import { expect, test } from 'vitest'
import { elements, read, type WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { memoryStore } from '../store/memory-store.ts'
import { exchange, founded, joined } from './cluster.fixture.ts'
import { openReplica, type Replica } from './replica.ts'

function nodeOf(replica: Replica, id: NodeId): WorkNode {
  return replica.nodes.get(id) as WorkNode
}

test('labels that are names of what every object inherits can be added, removed, undone, kept and shared', async () => {
  const { owner, peer, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  const id = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [] }))
  const words = ['__proto__', 'constructor', 'toString']
  for (const word of words) owner.transact(`Label ${word}`, (tx) => tx.add(id, 'labels', word))
  expect(elements(nodeOf(owner, id), 'labels')).toEqual(words)
  owner.transact('Label', (tx) => tx.remove(id, 'labels', 'constructor'))
  expect(owner.undo()).toMatchObject({ skipped: 0 })
  expect(owner.undo()).toMatchObject({ label: 'Label toString' })
  expect(elements(nodeOf(owner, id), 'labels')).toEqual(['__proto__', 'constructor'])
  await owner.snapshot()
  const again = await openReplica(owner.workspace, { ...peer.ports, store: memoryStore({ disk: peer.disk }) })
  await exchange(owner, member)
  for (const other of [again, member]) {
    expect(elements(nodeOf(other, id), 'labels')).toEqual(['__proto__', 'constructor'])
    expect(await other.stateHash()).toBe(await owner.stateHash())
  }
})

test('undo writes nothing that others could not read: a place that was never given cannot be taken back', async () => {
  const { owner, clock } = await founded()
  const { member } = await joined(owner, 7, clock)
  const id = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [] }))
  owner.transact('Move', (tx) => {
    tx.set(id, 'order', 'a0')
    tx.set(id, 'status', 'ready')
  })
  expect(owner.undo()).toEqual({ label: 'Move', skipped: 1 })
  expect([read(nodeOf(owner, id), 'order'), read(nodeOf(owner, id), 'status')]).toEqual(['a0', 'backlog'])
  await owner.saved()
  await exchange(owner, member)
  expect([...member.quarantine.values()]).toEqual([])
  expect(await member.stateHash()).toBe(await owner.stateHash())
})

test('an edit that others would call malformed is a bug of the caller and is not written', async () => {
  const { owner } = await founded()
  const id = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [] }))
  expect(() => owner.transact(null, (tx) => tx.set(id, 'priority', 9))).toThrow('can be read')
  expect(() => owner.transact(null, (tx) => tx.add(id, 'labels', ''))).toThrow('can be read')
  expect(owner.saveState.problem).toBeNull()
  await owner.saved()
  expect(owner.saveState.pending).toBe(0)
})

test('a step is taken back whatever came after it, once, and can be done again', async () => {
  const { owner } = await founded()
  const id = owner.transact(null, (tx) => tx.create({ type: 'task', number: 1, fields: [] }))
  owner.transact('Status', (tx) => tx.set(id, 'status', 'done'))
  const step = owner.nextUndo
  owner.transact('Title', (tx) => tx.set(id, 'title', 'Later'))
  expect(owner.undo(step)).toEqual({ label: 'Status', skipped: 0 })
  expect([read(nodeOf(owner, id), 'status'), read(nodeOf(owner, id), 'title')]).toEqual(['backlog', 'Later'])
  expect(owner.undo(step)).toBeNull()
  expect(owner.nextUndo?.label).toBe('Title')
  expect(owner.redo()?.label).toBe('Status')
  expect(read(nodeOf(owner, id), 'status')).toBe('done')
})

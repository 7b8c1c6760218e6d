import { expect, test } from 'vitest'
import type { NodeId } from '../../core/ids.ts'
import { createSelection } from './selection.ts'

const ids = ['a', 'b', 'c', 'd'] as NodeId[]
const [a, b, c, d] = ids as [NodeId, NodeId, NodeId, NodeId]

test('one by one, on and off', () => {
  const selection = createSelection()
  selection.toggle(a)
  selection.toggle(c)
  selection.toggle(a)
  expect([...selection.get()]).toEqual([c])
})

test('all between the last and this one, in both directions; elsewhere this one too', () => {
  const selection = createSelection()
  selection.toggle(c)
  selection.reach(a, ids)
  expect([...selection.get()].toSorted()).toEqual([a, b, c])
  selection.reach(d, ids)
  expect(selection.get().size).toBe(4)
  selection.clear()
  selection.toggle(a)
  selection.reach(d, [d])
  expect([...selection.get()]).toEqual([a, d])
  selection.reach(d, [d])
  expect([...selection.get()]).toEqual([a, d])
})

test('it tells of changes and of nothing else', () => {
  const selection = createSelection()
  let told = 0
  selection.subscribe(() => told++)
  selection.keep(() => false)
  expect(selection.clear()).toBe(false)
  expect(told).toBe(0)
  selection.add([a, b])
  selection.keep((id) => id === b)
  expect(told).toBe(2)
  expect(selection.clear()).toBe(true)
  expect(told).toBe(3)
})

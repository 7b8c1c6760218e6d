import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NodeId } from '../core/ids.ts'
import { Column, type Seat } from './column.ts'

const move = fc.record({
  task: fc.integer({ min: 0, max: 9 }),
  order: fc.constantFrom('', 'a', 'b', 'c'),
  leaves: fc.boolean(),
  look: fc.boolean(),
})

test('whatever comes, leaves and is looked at meanwhile, a column shows who is in it, by order and then by id', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const column = new Column('column:ready')
      const seats = new Map<string, Seat>()
      for (const { task, order, leaves, look } of moves) {
        const id = `task-${task}` as NodeId
        const old = seats.get(id)
        if (old) column.leave(old)
        seats.delete(id)
        if (!leaves) seats.set(id, column.add(id, order))
        if (look) expect(column.ids).toHaveLength(seats.size)
      }
      const inOrder = [...seats.values()].toSorted((a, b) => (`${a.order}/${a.id}` < `${b.order}/${b.id}` ? -1 : 1))
      expect(column.ids).toEqual(inOrder.map(({ id }) => id))
    }),
  )
})

test('the list is the same object until somebody moves', () => {
  const column = new Column('column:ready')
  const seat = column.add('a' as NodeId, 'a')
  const before = column.ids
  expect(column.ids).toBe(before)
  column.leave(seat)
  expect(column.ids).toEqual([])
  expect(before).toEqual(['a'])
})

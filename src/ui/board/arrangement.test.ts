import fc from 'fast-check'
import { expect, test } from 'vitest'
import { STATUSES } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { compilePredicate, type Row } from '../../core/query.ts'
import { parseQuery, QUERY_FIELDS, queryPredicate } from '../../core/task-query.ts'
import { createTestSession, type TestSession } from '../test-session.ts'
import { type Arrangement, cellOf, createArrangement, laneOf, type Layout, sizeOf } from './arrangement.ts'
import { GROUPS, LANES } from './board-address.ts'

const PEOPLE = ['Ada', 'coder-1', 'Grace']
const nameOf = (name: string): string => (name === 'coder-1' ? 'Coder' : name)
const NOW = Date.parse('2026-11-26T12:00:00Z')

function testFor(query: string): ((row: Row) => boolean) | null {
  if (query === '') return null
  const test = compilePredicate(queryPredicate(parseQuery(query), { now: NOW, me: ['Ada'] }), QUERY_FIELDS)
  if (!test.ok) throw new Error(test.refusal.detail)
  return test.value
}

const edit = fc.record({
  task: fc.nat(11),
  other: fc.nat(11),
  what: fc.constantFrom(
    'status',
    'assign',
    'unassign',
    'label',
    'parent',
    'priority',
    'delete',
    'restore',
    'order',
    'link',
    'create',
  ),
  status: fc.constantFrom(...STATUSES),
  person: fc.constantFrom(...PEOPLE),
  number: fc.nat(4),
})
type Edit = Parameters<Parameters<typeof edit.map>[0]>[0]

function tasksIn({ replica }: TestSession): readonly NodeId[] {
  return [...replica.nodes.values()].flatMap(({ id, type }) => (type === 'task' ? [id] : []))
}

function apply(session: TestSession, { task, other, what, status, person, number }: Edit): void {
  const ids = tasksIn(session)
  const id = ids[task % ids.length] as NodeId
  const to = ids[other % ids.length] as NodeId
  if (what === 'status') session.run('update_task', { id, status })
  else if (what === 'assign' || what === 'unassign')
    session.run('assign_task', { id, assignee: person, remove: what === 'unassign' })
  else if (what === 'label') session.run('label_task', { id, label: 'bug', remove: number > 2 })
  else if (what === 'parent') session.run('move_task', { id, parent: number === 0 ? null : to })
  else if (what === 'priority') session.run('update_task', { id, priority: number })
  else if (what === 'delete') session.run('delete_task', { id })
  else if (what === 'restore') session.run('restore_task', { id })
  else if (what === 'order') session.run('order_task', { id, status, before: to })
  else if (what === 'link') session.run('link_task', { id, to, remove: number > 2 })
  else session.run('create_task', { title: `Made ${number}`, status, assignees: [person] })
}

const columnsOf = (group: Layout['group']): readonly string[] => (group === 'status' ? STATUSES : ['', ...PEOPLE.map(nameOf)])

const all = (arrangement: Arrangement, columns: readonly string[]): unknown => {
  const lanes = arrangement.lanes()
  return {
    columns: arrangement.columns().toSorted(),
    lanes,
    cells: lanes.map((lane) => columns.map((column) => arrangement.ids(lane, column))),
    totals: columns.map((column) => [arrangement.total(column), arrangement.visible(column)]),
    sizes: lanes.map((lane) => arrangement.laneSize(lane)),
  }
}

test('after any changes an arrangement is what a new one would be, and has told of all it changed', async () => {
  const layouts = fc.record({
    group: fc.constantFrom(...GROUPS),
    lanes: fc.constantFrom(...LANES),
    query: fc.constantFrom('', 'label:bug', 'is:blocked', 'is:mine -status:done', 'agent:coder'),
  })
  await fc.assert(
    fc.asyncProperty(layouts, fc.array(edit, { minLength: 1, maxLength: 25 }), async ({ query, ...rest }, edits) => {
      const layout: Layout = { ...rest, fits: testFor(query), nameOf }
      const session = await createTestSession(8)
      const arrangement = createArrangement(session.replica, layout)
      // Something changed before anybody looked.
      apply(session, edits[0] as Edit)
      const stop = arrangement.connect()
      const told = new Set<string>()
      const columns = columnsOf(rest.group)
      const lanes = rest.lanes === 'none' ? [''] : ['', ...PEOPLE.map(nameOf), '0', '1', '2', '3', '4', ...tasksIn(session)]
      const topics = [
        'lanes',
        'columns',
        ...columns.map(sizeOf),
        ...lanes.map(laneOf),
        ...lanes.flatMap((lane) => columns.map((column) => cellOf(lane, column))),
      ]
      for (const topic of topics) arrangement.on(topic, () => told.add(topic))
      for (const one of edits) {
        const before = {
          lanes: arrangement.lanes(),
          cells: new Map(lanes.flatMap((lane) => columns.map((column) => [cellOf(lane, column), arrangement.ids(lane, column)]))),
        }
        told.clear()
        apply(session, one)
        if (arrangement.lanes() !== before.lanes) expect(told).toContain('lanes')
        for (const lane of lanes)
          for (const column of columns)
            if (arrangement.ids(lane, column) !== before.cells.get(cellOf(lane, column)))
              expect(told).toContain(cellOf(lane, column))
      }
      expect(all(arrangement, columns)).toEqual(all(createArrangement(session.replica, layout), columns))
      stop()
    }),
    { numRuns: 100 },
  )
})

test('a change among thousands looks at what it touched and no more', async () => {
  const session = await createTestSession(0)
  session.replica.transact(null, (tx) => {
    for (let i = 0; i < 3000; i++)
      tx.create({
        type: 'task',
        number: i + 1,
        fields: [
          ['title', `Task ${i}`],
          ['order', `b${String(i).padStart(2, '0')}V`.slice(0, 3)],
        ],
      })
  })
  let asked = 0
  const fits = (): boolean => ++asked > 0
  const arrangement = createArrangement(session.replica, { group: 'agent', lanes: 'none', fits, nameOf })
  expect(asked).toBe(3000)
  const stop = arrangement.connect()
  asked = 0
  session.run('assign_task', { id: 'WN-7', assignee: 'Ada' })
  expect(asked).toBe(1)
  expect(arrangement.ids('', 'Ada')).toHaveLength(1)
  expect(arrangement.total('')).toBe(2999)
  stop()
})

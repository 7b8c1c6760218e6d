import { expect, test } from 'vitest'
import type { TaskRow } from '../../replica/task-row.ts'
import { type Cell, type Change, changeInto } from './cells.ts'

const nameOf = (name: string): string => (name === 'id-1' ? 'Ada' : name)
const task = (...assignees: string[]): TaskRow => ({ assignees }) as unknown as TaskRow
const cell = (lane: string, column: string): Cell => ({ lane, column })
const byAgent = { group: 'agent', laneBy: 'none', nameOf } as const
const byStatus = (laneBy: 'none' | 'agent' | 'parent' | 'priority') => ({ group: 'status', laneBy, nameOf }) as const

test.each<[string, Change, Change]>([
  [
    'a column of a status is that status',
    changeInto(byStatus('none'), [task()], cell('', 'ready'), cell('', 'done')),
    { status: 'done' },
  ],
  ['from nobody to somebody', changeInto(byAgent, [task()], cell('', ''), cell('', 'Ada')), { assign: ['Ada'] }],
  [
    'from somebody to another, whatever they are written as',
    changeInto(byAgent, [task('id-1', 'Grace'), task('Bob')], cell('', 'Ada'), cell('', 'Bob')),
    { unassign: ['id-1'], assign: ['Bob'] },
  ],
  [
    'to nobody is from everybody',
    changeInto(byAgent, [task('Ada', 'Grace')], cell('', 'Ada'), cell('', '')),
    { unassign: ['Ada', 'Grace'] },
  ],
  ['in its own column nothing', changeInto(byAgent, [task('Ada')], cell('', 'Ada'), cell('', 'Ada')), {}],
  [
    'another lane is another priority',
    changeInto(byStatus('priority'), [task()], cell('0', 'done'), cell('3', 'done')),
    { status: 'done', priority: 3 },
  ],
  ['the same lane is not', changeInto(byStatus('priority'), [task()], cell('0', 'ready'), cell('0', 'done')), { status: 'done' }],
  [
    'a lane of a parent',
    changeInto(byStatus('parent'), [task()], cell('', 'done'), cell('p1', 'done')),
    { status: 'done', parent: 'p1' },
  ],
  ['out of it', changeInto(byStatus('parent'), [task()], cell('p1', 'done'), cell('', 'done')), { status: 'done', parent: null }],
  [
    'a lane of somebody',
    changeInto(byStatus('agent'), [task('Ada')], cell('Ada', 'ready'), cell('Bob', 'done')),
    { status: 'done', unassign: ['Ada'], assign: ['Bob'] },
  ],
])('%s', (_, change, expected) => {
  expect(change).toEqual(expected)
})

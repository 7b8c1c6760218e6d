import { expect, test } from 'vitest'
import type { Edit } from '../../core/change.ts'
import type { NodeId } from '../../core/ids.ts'
import { describeEdit, describeValue } from './describe-edit.ts'
import { actorName, assigneeName } from '../names.ts'
import { ago } from '../times.ts'

const words = { task: (id: string) => `WN-${id}`, assignee: (name: string) => name, check: () => 'Works offline' }
const node = '00000000-0000-8000-8000-000000000000' as NodeId
const set = (field: string, value: string | number | boolean | null): Edit => ({ op: 'set', node, field, value })

test.each<[Edit, string | null]>([
  [set('status', 'in_review'), 'moved it to In review'],
  [set('title', 'New'), 'renamed it to “New”'],
  [set('priority', 1), 'set the priority to High'],
  [set('due', Date.UTC(2026, 11, 3)), 'set the due date to Dec 3, 2026'],
  [set('due', null), 'set the due date to none'],
  [set('parent', '7'), 'put it under WN-7'],
  [set('deleted', true), 'deleted it'],
  [set('order', 'a0'), null],
  [set('checks/x/done', true), 'ticked “Works offline”'],
  [set('checks/x/order', 'a0'), null],
  [set('step', 'Runs the tests'), 'says “Runs the tests”'],
  [
    { op: 'set', node, field: 'usage', value: { costMicros: 182_000, inputTokens: 48_000, outputTokens: 2000 } },
    'has spent $0.18, 50,000 tokens',
  ],
  [set('usage', null), 'has spent nothing yet'],
  [set('triggers/a1/on', true), 'switched a trigger on'],
  [set('triggers/a1/name', 'Silent runs'), 'called a trigger “Silent runs”'],
  [{ op: 'set', node, field: 'triggers/a1/when', value: { on: 'silence', minutes: 30 } }, 'set when a trigger acts'],
  [{ op: 'add', node, field: 'triggers', element: 'a1' }, 'added a trigger'],
  [{ op: 'add', node, field: 'labels', element: 'bug' }, 'added the label bug'],
  [{ op: 'add', node, field: 'refused', element: 'write_document src/x' }, 'tried “write_document src/x”, and was refused'],
  [{ op: 'add', node, field: 'dependencies', element: 'blocks:3' }, 'made it wait on WN-3'],
  [{ op: 'remove', node, field: 'dependencies', element: 'related:3', tags: [] }, 'unlinked WN-3'],
  [{ op: 'remove', node, field: 'assignees', element: 'Ada', tags: [] }, 'unassigned Ada'],
  [{ op: 'text', node, field: 'body', update: new Uint8Array() }, 'wrote in the description'],
])('%o is told as %s', (edit, told) => {
  expect(describeEdit(edit, words)).toBe(told)
})

test('a value that nobody knows the words of is shown as it is', () => {
  expect(describeValue('shape', { a: [1] })).toBe('{"a":[1]}')
  expect(describeValue('status', 'strange')).toBe('strange')
})

test('who is not known by name is shown by the ends of the key', () => {
  const actor = `01${'ab12'.repeat(16)}`
  expect(actorName(actor, [])).toBe('key ab12·12')
  expect(actorName(actor, [{ actor, name: 'Ada' }])).toBe('Ada')
  expect([assigneeName('coder-1', new Map(), []), assigneeName(actor, new Map(), [{ actor, name: 'Ada' }])]).toEqual([
    'coder-1',
    'Ada',
  ])
})

test('times are said in words, and the future is now', () => {
  const now = Date.UTC(2026, 0, 10)
  expect([now + 5000, now - 30_000, now - 120_000, now - 86_400_000].map((at) => ago(at, now))).toEqual([
    'just now',
    'just now',
    '2 min. ago',
    'yesterday',
  ])
})

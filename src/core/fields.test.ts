import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Value } from './batch.ts'
import { decodeEdit, encodeEdit, fits, OP, type TagNames } from './change.ts'
import { fieldAccepts, rightFor, STATUSES } from './fields.ts'
import type { NodeId } from './ids.ts'

const names: TagNames = {
  ordinalOf: (id) => (id[0] === 1 ? 3 : null),
  idOf: (ordinal) => new Uint8Array(32).fill(ordinal === 3 ? 1 : 2),
}
const node = '00000000-0000-8000-8000-000000000000' as NodeId
const bytes = new Uint8Array(16)

test.each<[string, Value, Value]>([
  ['title', '', 7],
  ['status', 'done', 'finished'],
  ['priority', 4, 5],
  ['progress', 100, -1],
  ['parent', node, 'WN-1'],
  ['order', 'a0', 'a00'],
  ['due', 0, -1],
  ['estimate', null, 1e10],
  ['deleted', false, 0],
  ['ext', { a: 1 }, [1]],
  ['keyPrefix', 'WN', 'wn'],
  ['color', '#00ff00', 'red'],
  ['checks/ab/done', true, 'yes'],
  ['checks/ab/order', 'a1', ''],
  ['checks/__proto__/text', 'x', 1],
])('%s takes %j and not %j', (field, good, bad) => {
  expect(fieldAccepts(field, good)).toBe(true)
  expect(fieldAccepts(field, bad)).toBe(false)
})

test('fields of a newer version are kept, those that objects inherit are no exception', () => {
  for (const field of [
    'sparkle',
    'constructor',
    '__proto__',
    'hasOwnProperty',
    'checks/ab/sparkle',
    'checks/ab/__proto__',
    'checks/ab/hasOwnProperty',
    'checks/',
  ])
    for (const value of [1, null, 'text', { a: 1 }, bytes]) expect(fieldAccepts(field, value)).toBe(true)
})

test('each change needs the right of what it touches', () => {
  expect(rightFor('create', null, 'task', false)).toBe('create')
  expect(rightFor('set', 'title', 'task', false)).toBe('update')
  expect(rightFor('set', 'deleted', 'task', false)).toBe('delete')
  expect(rightFor('add', 'assignees', 'task', false)).toBe('assign')
  expect(rightFor('create', null, 'comment', false)).toBe('comment')
  expect(rightFor('text', 'body', 'comment', true)).toBe('comment')
  expect(rightFor('set', 'deleted', 'comment', true)).toBe('comment')
  expect(rightFor('set', 'answer', 'comment', false)).toBe('comment')
  expect(rightFor('text', 'body', 'comment', false)).toBe('update')
  expect(rightFor('set', 'deleted', 'comment', false)).toBe('delete')
  expect(rightFor('create', null, 'person', true)).toBe('emit')
  expect(rightFor('set', 'name', 'person', true)).toBe('emit')
})

test('no arguments, however odd, make decoding throw or write what does not fit', () => {
  const values: fc.Arbitrary<Value> = fc.oneof(
    fc.constantFrom<Value>(
      null,
      true,
      0,
      1,
      -1,
      300,
      2 ** 53 - 1,
      '',
      'title',
      'status',
      'order',
      '__proto__',
      'checks/a/__proto__',
      'task',
      bytes,
      new Uint8Array(32).fill(1),
    ),
    fc.constantFrom<Value>(
      [],
      {},
      [0, 300, [new Uint8Array(32).fill(1), 2], [bytes], 'x'],
      ['title', 'x', 'priority', 9],
      ['title'],
      [[['title']]],
    ),
    fc.string(),
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 70 }),
      fc.option(fc.constant(bytes)),
      fc.array(values, { maxLength: 8 }),
      (op, target, args) => {
        const edit = decodeEdit([op, 1, target, 0, args], 5, names)
        if (edit === null) return
        expect(op).toBeLessThanOrEqual(OP.text)
        expect(fits(edit)).toBe(true)
      },
    ),
    { numRuns: 1000 },
  )
})

test('an edit reads back as it was written', () => {
  const facts = { type: 'task', project: node, path: null, subject: null, nonce: bytes } as const
  const edits = [
    {
      op: 'create',
      node,
      facts,
      number: 3,
      fields: [
        ['title', 'One'],
        ['priority', 0],
      ],
    },
    { op: 'set', node, field: 'status', value: STATUSES[0] },
    { op: 'add', node, field: 'labels', element: 'red' },
    { op: 'remove', node, field: 'labels', element: 'red', tags: [3 * 256 + 7, 5 * 256 + 1] },
    { op: 'text', node, field: 'body', update: bytes },
  ] as const
  for (const edit of edits) expect(decodeEdit(encodeEdit(edit, 'update', 0, 5, names), 5, names)).toEqual(edit)
})

test('a removed tag of a batch that is not here is left out, the others count', () => {
  const args = ['labels', 'red', [[new Uint8Array(32).fill(2), 0], 4, [new Uint8Array(32).fill(1), 1]]]
  expect(decodeEdit([OP.remove, 1, bytes, 0, args], 5, names)).toMatchObject({ tags: [5 * 256 + 4, 3 * 256 + 1] })
})

test('a create keeps the fields that fit and drops those that do not', () => {
  const args: Value[] = ['task', null, null, null, bytes, 1, ['title', 'One', 'priority', 9, 'sparkle', [1]]]
  expect(decodeEdit([OP.create, 0, bytes, 0, args], 5, names)).toMatchObject({
    fields: [
      ['title', 'One'],
      ['sparkle', [1]],
    ],
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Value } from '../core/batch.ts'
import type { WorkNode } from '../core/fold.ts'
import { packNodes, unpackNodes } from './node-chunk.ts'

const bytes = fc.uint8Array({ maxLength: 8 }).map((given) => new Uint8Array(given))
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true),
    fc.maxSafeInteger().map((whole) => whole + 0),
    fc.string({ unit: 'binary' }),
    bytes,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))
const name = fc.oneof(fc.constantFrom('title', 'ext', '__proto__', 'constructor', '0'), fc.string({ minLength: 1 }))
const record = <T>(item: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(name, item), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs) as Record<string, T>)
const ref = fc.integer({ min: 0, max: 1e9 })
const node = fc.record(
  {
    id: fc.uuid(),
    type: fc.constant('task'),
    project: fc.constant(null),
    path: fc.option(fc.string()),
    subject: fc.option(fc.uuid()),
    creator: fc.constantFrom('01aa', '01bb'),
    created: ref,
    number: ref,
    updated: ref,
    edits: ref,
    recent: fc.array(ref, { maxLength: 3 }),
    registers: record(fc.tuple(value, ref)),
    sets: record(record(fc.array(ref, { minLength: 1, maxLength: 2 }))),
    texts: record(
      fc.array(fc.record({ ref, update: bytes, masked: fc.constant(true as const) }, { requiredKeys: ['ref', 'update'] }), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
    createdAgain: fc.array(ref, { minLength: 1, maxLength: 2 }),
    voidCreates: fc.array(ref, { minLength: 1, maxLength: 2 }),
  },
  {
    requiredKeys: [
      'id',
      'type',
      'project',
      'path',
      'subject',
      'creator',
      'created',
      'number',
      'updated',
      'edits',
      'recent',
      'registers',
      'sets',
      'texts',
    ],
  },
) as unknown as fc.Arbitrary<WorkNode>

test('nodes come back as they were, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(node, { maxLength: 4 }), (nodes) => {
      const numbered = nodes.map((node, i) => ({ ...node, slot: 512 + i }))
      expect(unpackNodes(structuredClone(packNodes(numbered)), 512)).toEqual(numbered)
    }),
  )
})

test('a plain task is text alone', () => {
  const task = { id: 'a', creator: 'b', registers: { title: ['Hello', 1] }, sets: {}, texts: {} } as unknown as WorkNode
  expect(packNodes([task])).toMatchObject({ texts: [], whole: [] })
})

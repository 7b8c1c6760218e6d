import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { conflictsOf } from './conflicts.ts'
import { elements, Fold, read, type WorkNode } from './fold.ts'
import { History, type Ref } from './history.ts'
import { type NodeFacts, nodeIdOf } from './ids.ts'
import { authorNamed, randomDag, shuffledDag } from './random-dag.fixture.ts'
import { bruteForce, folded, randomEdits, WORKSPACE } from './random-edits.fixture.ts'

const INHERITED = Object.getOwnPropertyNames(Object.prototype).toSorted()
afterEach(() => expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(INHERITED))

test('the state is a function of the set of changes, whatever order they came in, and the one that the definitions give', () => {
  const shape = fc.record({
    feeds: fc.integer({ min: 1, max: 6 }),
    forks: fc.constantFrom(0, 0.4),
    after: fc.constantFrom(1, 3, 16),
  })
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 40 }),
      shape,
      fc.array(fc.integer(), { minLength: 1, maxLength: 3 }),
      (seed, count, shape, orders) => {
        const dag = randomDag(seed, count, shape)
        const edits = randomEdits(dag, seed)
        const expected = bruteForce(dag, edits)
        for (const order of [dag, ...orders.map((order) => shuffledDag(dag, order))])
          expect(folded(order, edits)).toEqual(expected)
      },
    ),
    { numRuns: 150 },
  )
})

test('more changes than are remembered as recent leave the last ones in canonical order', () => {
  const dag = randomDag(5, 120, { feeds: 3, forks: 0.2, after: 2 })
  const edits = randomEdits(dag, 5)
  expect(folded(shuffledDag(dag, 9), edits)).toEqual(bruteForce(dag, edits))
})

const ann = authorNamed('ann')
const bob = authorNamed('bob')
const facts: NodeFacts = { type: 'task', project: null, path: null, subject: null, nonce: new Uint8Array(16) }
const node = nodeIdOf(WORKSPACE, ann.key, facts)
const create = { op: 'create', node, facts, number: 1, fields: [['title', 'One']] } as const

/** A small history by hand: each batch is one of `feed`, after those it names. */
function byHand() {
  const history = new History()
  const fold = new Fold(history, WORKSPACE)
  const ends = new Map<string, number>()
  return {
    history,
    fold,
    batch(feed: string, ms: number, after: readonly number[] = []): number {
      const prev = ends.get(feed) ?? null
      const id = new Uint8Array(32)
      new DataView(id.buffer).setUint32(0, history.count + 1)
      const ordinal = history.append({ id, feed, seq: prev === null ? 0 : history.seqOf(prev) + 1, hlc: [ms, 0], prev, after })
      ends.set(feed, ordinal)
      return ordinal
    },
  }
}

test('a write that saw another wins, however late its author believed it to be', () => {
  const { fold, batch } = byHand()
  fold.apply(create, ann, batch('ann', 100) * 256)
  fold.apply({ op: 'set', node, field: 'title', value: 'Two' }, bob, batch('bob', 101, [0]) * 256)
  expect(read(fold.nodes.get(node) as WorkNode, 'title')).toBe('Two')
  expect(conflictsOf(fold.nodes.get(node) as WorkNode)).toEqual([])
})

test('writes that had not seen each other are a conflict with both values, winner first; equal values are none', () => {
  const { fold, batch } = byHand()
  fold.apply(create, ann, batch('ann', 100) * 256)
  const [first, second] = [batch('bob', 103, [0]) * 256, batch('ann', 102) * 256]
  fold.apply({ op: 'set', node, field: 'title', value: 'Bob says' }, bob, first)
  fold.apply({ op: 'set', node, field: 'title', value: 'Ann says' }, ann, second)
  fold.apply({ op: 'set', node, field: 'status', value: 'done' }, bob, first + 1)
  fold.apply({ op: 'set', node, field: 'status', value: 'done' }, ann, second + 1)
  expect(conflictsOf(fold.nodes.get(node) as WorkNode)).toEqual([
    {
      field: 'title',
      versions: [
        { value: 'Bob says', ref: first },
        { value: 'Ann says', ref: second },
      ],
    },
  ])
  fold.apply({ op: 'set', node, field: 'title', value: 'Agreed' }, bob, batch('bob', 200, [second / 256]) * 256)
  expect(conflictsOf(fold.nodes.get(node) as WorkNode)).toEqual([])
})

test('an element added again is not taken away by a remove that had not seen the second add', () => {
  const { fold, batch } = byHand()
  const there = (): string[] => elements(fold.nodes.get(node) as WorkNode, 'labels')
  fold.apply(create, ann, batch('ann', 100) * 256)
  const first: Ref = batch('ann', 101) * 256
  fold.apply({ op: 'add', node, field: 'labels', element: 'red' }, ann, first)
  const second: Ref = batch('ann', 103) * 256
  fold.apply({ op: 'add', node, field: 'labels', element: 'red' }, ann, second)
  const remove = batch('bob', 102, [first / 256]) * 256
  fold.apply({ op: 'remove', node, field: 'labels', element: 'red', tags: [first, second] }, bob, remove)
  expect(there()).toEqual(['red'])
  fold.apply(
    { op: 'remove', node, field: 'labels', element: 'red', tags: [second] },
    bob,
    batch('bob', 104, [second / 256]) * 256,
  )
  expect(there()).toEqual([])
})

test('a node is made by nobody but its creator, and only of the facts that its id commits to', () => {
  const { fold, batch } = byHand()
  expect(fold.apply(create, bob, batch('bob', 100) * 256)).toBeNull()
  expect(fold.apply({ ...create, facts: { ...facts, type: 'comment' } }, ann, batch('ann', 100) * 256)).toBeNull()
  expect(
    fold.apply({ ...create, facts: { ...facts, nonce: new Uint8Array(16).fill(1) } }, ann, batch('ann', 101) * 256),
  ).toBeNull()
  expect(fold.nodes.size).toBe(0)
  expect(fold.apply(create, ann, batch('ann', 102) * 256)).not.toBeNull()
})

test('a known node does not take a create that lies about its facts', () => {
  const { fold, batch } = byHand()
  fold.apply(create, ann, batch('ann', 100) * 256)
  const lie = {
    ...create,
    facts: { ...facts, type: 'comment' as const },
    fields: [['title', 'By the right to comment']] as const,
  }
  expect(fold.apply(lie, ann, batch('ann', 101) * 256)).toBeNull()
  expect(read(fold.nodes.get(node) as WorkNode, 'title')).toBe('One')
})

test('a change that saw only the later of two creates counts, also where the earlier one comes last', () => {
  const results = [true, false].map((earlyFirst) => {
    const { fold, batch } = byHand()
    const early = (): unknown => fold.apply(create, ann, batch('ann', 100) * 256)
    if (earlyFirst) early()
    const late = batch('ann on a copy', 200)
    fold.apply({ ...create, number: 2 }, ann, late * 256)
    fold.apply({ op: 'set', node, field: 'title', value: 'Two' }, bob, batch('bob', 201, [late]) * 256)
    if (!earlyFirst) early()
    const made = fold.nodes.get(node) as WorkNode
    return [read(made, 'title'), made.number, made.edits]
  })
  expect(results).toEqual([
    ['Two', 1, 3],
    ['Two', 1, 3],
  ])
})

test('a change to a node that its author could not know of has no effect', () => {
  const { fold, batch } = byHand()
  fold.apply(create, ann, batch('ann', 100) * 256)
  expect(fold.apply({ op: 'set', node, field: 'title', value: 'Guessed' }, bob, batch('bob', 101) * 256)).toBeNull()
})

test('names that every object inherits are names like any other', () => {
  const { fold, batch } = byHand()
  fold.apply(create, ann, batch('ann', 100) * 256)
  const ref = batch('ann', 101) * 256
  for (const [at, name] of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].entries()) {
    fold.apply({ op: 'set', node, field: name, value: name }, ann, ref + at * 4)
    fold.apply({ op: 'add', node, field: name, element: name }, ann, ref + at * 4 + 1)
    fold.apply({ op: 'text', node, field: name, update: Uint8Array.of(1) }, ann, ref + at * 4 + 2)
    fold.apply({ op: 'remove', node, field: name, element: 'valueOf', tags: [ref] }, ann, ref + at * 4 + 3)
    const made = structuredClone(fold.nodes.get(node) as WorkNode)
    expect([read(made, name), elements(made, name)]).toEqual([name, [name]])
  }
  expect(read(fold.nodes.get(node) as WorkNode, 'valueOf')).toBeUndefined()
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import { History } from './history.ts'
import { type DagShape, historyOf, type Places, type RandomBatch, randomDag, shuffledDag } from './random-dag.fixture.ts'

const SHAPES: readonly DagShape[] = [
  { feeds: 3, forks: 0.3, after: 3 },
  { feeds: 5, forks: 0, after: 16 },
  { feeds: 24, forks: 0.1, after: 16 },
]
const worlds = fc.record({
  seed: fc.integer(),
  order: fc.integer(),
  count: fc.integer({ min: 1, max: 60 }),
  shape: fc.constantFrom(...SHAPES),
})

test('what a batch had seen is what can be reached from it, forks and many feeds included', () => {
  fc.assert(
    fc.property(worlds, ({ seed, order, count, shape }) => {
      const dag = randomDag(seed, count, shape)
      const { history, places } = historyOf(shuffledDag(dag, order))
      expectReachability(history, places, dag)
    }),
    { numRuns: 100 },
  )
})

test('inside one batch a change has seen those before it', () => {
  const { history } = historyOf(randomDag(1, 1, SHAPES[0] as DagShape))
  expect([history.saw(1, 0), history.saw(0, 1), history.saw(1, 1)]).toEqual([true, false, false])
})

test('the canonical order is total, puts ancestors first, and is the same wherever batches came in any order', () => {
  fc.assert(
    fc.property(worlds, ({ seed, order, count, shape }) => {
      const dag = randomDag(seed, count, shape)
      const here = historyOf(dag)
      const there = historyOf(shuffledDag(dag, order))
      const refs = dag.flatMap(({ index }) => [0, 255].map((change) => ({ index, change })))
      const sortedIn = ({ history, places }: { history: History; places: Places }): string[] => {
        const refOf = ({ index, change }: (typeof refs)[number]): number => (places.get(index) as number) * 256 + change
        return refs.toSorted((a, b) => history.compare(refOf(a), refOf(b))).map(({ index, change }) => `${index}:${change}`)
      }
      const sorted = sortedIn(here)
      expect(sortedIn(there)).toEqual(sorted)
      const rank = new Map(sorted.map((name, at) => [name, at]))
      for (const { index, past } of dag)
        for (const ancestor of past) expect(rank.get(`${ancestor}:255`)).toBeLessThan(rank.get(`${index}:0`) as number)
      for (const a of refs.slice(0, 20)) for (const b of refs.slice(-20)) expectAntisymmetric(here.history, here.places, a, b)
    }),
    { numRuns: 25 },
  )
})

test('heads are the batches that nothing continues, tips the ends of the branches', () => {
  fc.assert(
    fc.property(worlds, ({ seed, order, count, shape }) => {
      const dag = randomDag(seed, count, shape)
      const { history, places } = historyOf(shuffledDag(dag, order))
      const named = new Set(dag.flatMap(({ prev, after }) => (prev === null ? after : [prev, ...after])))
      const heads = dag.filter(({ index }) => !named.has(index)).map(({ index }) => places.get(index))
      expect([...history.heads].toSorted((a, b) => a - b)).toEqual(heads.toSorted((a, b) => (a as number) - (b as number)))
      const tips = new Set(history.tips().map(({ feed, seq, id }) => `${feed} ${seq} ${id.join()}`))
      for (const { feed, seq, id, index } of dag)
        if (!dag.some(({ prev }) => prev === index)) expect(tips.has(`${feed} ${seq} ${id.join()}`)).toBe(true)
    }),
    { numRuns: 25 },
  )
})

test('a history restored from its columns answers the same, and goes on the same', () => {
  fc.assert(
    fc.property(worlds, fc.integer({ min: 1, max: 20 }), fc.nat(60), ({ seed, order, count, shape }, chunk, more) => {
      const dag = randomDag(seed, count + more, shape)
      const before = shuffledDag(dag.slice(0, count), order)
      const { history, places } = historyOf(before)
      for (let ordinal = 0; ordinal < count; ordinal++) history.setArrival(ordinal, ordinal * 3 + 1)
      const parts = []
      for (let at = 0; at < count; at += chunk) parts.push(history.columns(at, at + chunk))
      const restored = new History()
      restored.restore(structuredClone(parts), structuredClone(history.chainNames()), [...history.heads])
      expectReachability(restored, places, dag.slice(0, count))
      expect([...restored.heads].toSorted((a, b) => a - b)).toEqual([...history.heads].toSorted((a, b) => a - b))
      expect([restored.latest, restored.tips(), restored.count]).toEqual([history.latest, history.tips(), history.count])
      for (let ordinal = 0; ordinal < count; ordinal++) expect(restored.arrivalOf(ordinal)).toBe(history.arrivalOf(ordinal))
      const all = new Map(places)
      for (const batch of dag.slice(count)) all.set(batch.index, appendBoth(history, restored, batch, all))
      expectReachability(restored, all, dag)
      expect(restored.columns(0, count + more)).toEqual(history.columns(0, count + more))
    }),
    { numRuns: 25 },
  )
})

test('a batch of our own gets its id later, and is found by it from then on', () => {
  const history = new History()
  const id = filledBytes(32, 7)
  const ordinal = history.append({ id: null, feed: 'ours', seq: 0, hlc: [5, 0], prev: null, after: [] })
  expect(history.ordinalOf(id)).toBeNull()
  history.identify(ordinal, id)
  expect(history.ordinalOf(id)).toBe(ordinal)
  expect(history.idOf(ordinal)).toEqual(id)
  expect(() => history.append({ id, feed: 'theirs', seq: 0, hlc: [6, 0], prev: null, after: [ordinal] })).toThrow('added once')
})

test('ids that share their first bytes are told apart', () => {
  const history = new History()
  const ids = Array.from({ length: 500 }, (_, i) => {
    const id = filledBytes(32, 9)
    id[31] = i & 255
    id[30] = i >> 8
    return id
  })
  ids.forEach((id, seq) =>
    history.append({ id, feed: 'one', seq, hlc: [seq + 1, 0], prev: seq === 0 ? null : seq - 1, after: [] }),
  )
  ids.forEach((id, ordinal) => expect(history.ordinalOf(id)).toBe(ordinal))
  expect(history.ordinalOf(filledBytes(32, 8))).toBeNull()
})

function expectReachability(history: History, places: Places, dag: readonly RandomBatch[]): void {
  for (const later of dag)
    for (const earlier of dag) {
      const [x, y] = [places.get(later.index) as number, places.get(earlier.index) as number]
      if (x !== y && history.sawBatch(x, y) !== later.past.has(earlier.index))
        throw new Error(`batch ${later.index} ${later.past.has(earlier.index) ? 'had' : 'had not'} seen batch ${earlier.index}`)
    }
  for (const { id, index } of dag) expect(history.ordinalOf(id)).toBe(places.get(index))
}

function appendBoth(one: History, other: History, batch: RandomBatch, places: Places): number {
  const at = (index: number): number => places.get(index) as number
  const { id, feed, seq, hlc, prev, after } = batch
  const place = { id, feed, seq, hlc, prev: prev === null ? null : at(prev), after: after.map(at) }
  const ordinal = one.append(place)
  expect(other.append(place)).toBe(ordinal)
  return ordinal
}

function expectAntisymmetric(
  history: History,
  places: Places,
  a: { index: number; change: number },
  b: { index: number; change: number },
): void {
  const [x, y] = [a, b].map(({ index, change }) => (places.get(index) as number) * 256 + change) as [number, number]
  expect(Math.sign(history.compare(x, y))).toBe(-Math.sign(history.compare(y, x)) + 0)
  if (x !== y) expect(history.compare(x, y)).not.toBe(0)
}

function filledBytes(length: number, byte: number): Bytes {
  return new Uint8Array(length).fill(byte)
}

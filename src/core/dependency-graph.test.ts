import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphAround, type Surroundings } from './dependency-graph.ts'
import type { NodeId } from './ids.ts'

/** `a>b`: a must be done before b. */
function around(edges: readonly string[], done = '', weights: Readonly<Record<string, number>> = {}): Surroundings {
  const pairs = edges.map((edge) => edge.split('>') as [NodeId, NodeId])
  return {
    waitsOn: (id) => pairs.flatMap(([first, then]) => (then === id ? [first] : [])),
    neededBy: (id) => pairs.flatMap(([first, then]) => (first === id ? [then] : [])),
    isOpen: (id) => !done.includes(id),
    weightOf: (id) => weights[id] ?? 1,
  }
}

const of = (edges: readonly string[], done = '', weights = {}) => graphAround('x' as NodeId, around(edges, done, weights), 24)

test('what must be done first stands in an earlier layer, and others beside', () => {
  const { layers, critical } = of(['a>b', 'b>x', 'c>x', 'x>y'])
  expect(layers).toEqual([['c', 'a'], ['b'], ['x'], ['y']])
  expect(critical).toEqual(['a', 'b', 'x', 'y'])
})

test('the longest chain is the one that takes longest, and has only open tasks', () => {
  expect(of(['a>b', 'b>x', 'c>x'], '', { c: 5 }).critical).toEqual(['c', 'x'])
  expect(of(['a>b', 'b>x', 'c>x'], 'b').critical).toEqual(['c', 'x'])
  expect(of(['a>x'], 'a').critical).toEqual([])
  expect(of(['a>x'], 'x').critical).toEqual([])
})

test('what stands beside and is reached by neither way is not there', () => {
  expect(of(['a>x', 'a>z', 'y>z']).layers.flat().toSorted()).toEqual(['a', 'x'])
})

test('it is bounded, the nearest stay, and it says how many are left out', () => {
  const edges = Array.from({ length: 40 }, (_, i) => `${String.fromCharCode(200 + i)}>x`)
  const { layers, left } = of(edges)
  expect([layers.flat().length, left]).toEqual([24, 17])
})

test('whatever is linked with what, circles too, edges of the picture run forward but where they close one', () => {
  const letters = 'x a b c d e f g'.split(' ')
  const edge = fc.tuple(fc.constantFrom(...letters), fc.constantFrom(...letters)).filter(([a, b]) => a !== b)
  fc.assert(
    fc.property(fc.uniqueArray(edge, { selector: (pair) => pair.join('>'), maxLength: 20 }), (pairs) => {
      const { layers, edges, critical } = of(pairs.map((pair) => pair.join('>')))
      const ids = layers.flat()
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids).toContain('x')
      const layerOf = new Map(layers.flatMap((layer, at) => layer.map((id) => [id, at] as const)))
      const back = edges.filter(([first, then]) => (layerOf.get(first) as number) >= (layerOf.get(then) as number))
      const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
        if (from === to) return true
        seen.add(from)
        return edges.some(([first, then]) => first === from && !seen.has(then) && reaches(then, to, seen))
      }
      for (const [first, then] of back) expect(reaches(then, first)).toBe(true)
      for (let i = 1; i < critical.length; i++) expect(edges).toContainEqual([critical[i - 1] as string, critical[i] as string])
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NodeId } from './ids.ts'
import { historyOf, randomDag, shuffledDag } from './random-dag.fixture.ts'
import { Tree } from './tree.ts'

const NODES = Array.from({ length: 7 }, (_, n) => `0000000${n}-0000-8000-8000-000000000000` as NodeId)
const nodes = fc.constantFrom(...NODES)

/** One move a batch: the batches of a DAG in some order, each winning its register if it is later than what is there. */
function moved(
  dag: ReturnType<typeof randomDag>,
  order: ReturnType<typeof randomDag>,
  moves: readonly (readonly [NodeId, NodeId | null])[],
) {
  const { history, places } = historyOf(dag)
  const tree = new Tree(history)
  const winners = new Map<NodeId, number>()
  const told = new Map<NodeId, NodeId | null>()
  for (const { index } of order) {
    const move = moves[index]
    const ref = (places.get(index) as number) * 256
    if (!move || (winners.has(move[0]) && history.compare(winners.get(move[0]) as number, ref) > 0)) continue
    winners.set(move[0], ref)
    for (const changed of tree.move(move[0], move[1], ref)) told.set(changed, tree.parentOf(changed))
  }
  return { tree, told }
}

test('moves that were each fine alone never make a circle, lose no node, and come out alike in every order', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer(),
      fc.array(fc.tuple(nodes, fc.option(nodes, { freq: 6 })), { minLength: 1, maxLength: 30 }),
      (seed, order, moves) => {
        const dag = randomDag(seed, moves.length, { feeds: 4, forks: 0.1, after: 2 })
        const { tree, told } = moved(dag, shuffledDag(dag, order), moves)
        const other = moved(dag, shuffledDag(dag, order + 1), moves).tree
        for (const node of NODES) {
          const parent = tree.parentOf(node)
          expect(other.parentOf(node)).toBe(parent)
          expect(told.get(node) ?? null).toBe(parent)
          expect(tree.depthOf(node)).toBeLessThan(NODES.length)
          // Below its parent and nowhere else; what has none is at the top.
          for (const above of NODES) expect(tree.childrenOf(above).has(node)).toBe(above === parent)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('of a circle only the last move has no effect, and its node is marked', () => {
  const { history } = historyOf(randomDag(1, 4, { feeds: 1, forks: 0, after: 0 }))
  const [a, b, c] = NODES as [NodeId, NodeId, NodeId]
  const tree = new Tree(history)
  tree.move(a, b, 0)
  tree.move(b, c, 256)
  expect(tree.wouldCycle(c, a)).toBe(true)
  expect(tree.move(c, a, 512)).toEqual([])
  expect([a, b, c].map((node) => tree.parentOf(node))).toEqual([b, c, null])
  expect([a, b, c].every((node) => tree.inCycle(node))).toBe(true)
  // Once somebody moves another of them out, every move counts again.
  expect(tree.move(b, null, 768)).toEqual([b, c])
  expect([a, b, c].map((node) => tree.parentOf(node))).toEqual([b, null, a])
  expect(tree.inCycle(c)).toBe(false)
})

test('a node cannot be its own parent', () => {
  const { history } = historyOf(randomDag(1, 1, { feeds: 1, forks: 0, after: 0 }))
  const tree = new Tree(history)
  tree.move(NODES[0] as NodeId, NODES[0] as NodeId, 0)
  expect(tree.parentOf(NODES[0] as NodeId)).toBeNull()
})

import { expect, test } from 'vitest'
import { inOrderFor, inOrderOf } from './rendezvous.ts'

const TASKS = Array.from({ length: 200 }, (_, n) => `task ${n}`)
const AGENTS = Array.from({ length: 20 }, (_, n) => `agent ${n}`)

test('who chooses goes by the same order whenever and wherever it is asked', () => {
  expect(inOrderFor(TASKS.toReversed(), 'agent 1')).toEqual(inOrderFor(TASKS, 'agent 1'))
  expect(inOrderOf(AGENTS.toReversed(), 'task 1')).toEqual(inOrderOf(AGENTS, 'task 1'))
})

test('what is left keeps its order when something is taken away', () => {
  const [first, ...rest] = inOrderFor(TASKS, 'agent 1')
  expect(
    inOrderFor(
      TASKS.filter((task) => task !== first),
      'agent 1',
    ),
  ).toEqual(rest)
})

test('different choosers mostly begin with different things', () => {
  const firsts = new Set(AGENTS.map((agent) => inOrderFor(TASKS, agent)[0]))
  expect(firsts.size).toBeGreaterThan(AGENTS.length * 0.8)
  // And each thing falls to somebody else.
  expect(new Set(TASKS.map((task) => inOrderOf(AGENTS, task)[0])).size).toBe(AGENTS.length)
})

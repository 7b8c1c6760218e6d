import { expect, test } from 'vitest'
import { runCluster } from './cluster.fixture.ts'

const RUNS = Number(process.env.SIM_RUNS ?? 100)
const FIRST = Number(process.env.SIM_FIRST ?? 1)

test(
  'whatever happens to them, honest replicas end alike and keep what they promised',
  async () => {
    for (let seed = FIRST; seed < FIRST + RUNS; seed++) await runCluster(seed)
  },
  30_000 + RUNS * 5000,
)

test('a seed tells the same story each time', async () => {
  for (const seed of [7, 8, 9, 10]) expect(await runCluster(seed)).toEqual(await runCluster(seed))
})

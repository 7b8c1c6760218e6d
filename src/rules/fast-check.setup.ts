/**
 * Property tests are repeatable: one seed unless a campaign asks for others.
 * `FC_SEED=7` replays a seed, `FC_SEED=random` draws one, `FC_RUNS=10000` runs longer.
 */
import fc from 'fast-check'

const seed = process.env.FC_SEED ?? '20261122'
const runs = process.env.FC_RUNS

fc.configureGlobal({
  ...(seed === 'random' ? {} : { seed: Number(seed) }),
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
})

/**
 * Property tests are repeatable, in Node and in the browser: one seed unless a campaign asks for others.
 * `FC_SEED=7` replays a seed, `FC_SEED=random` draws one, `FC_RUNS=10000` runs longer.
 */
import fc from 'fast-check'
import { inject } from 'vitest'

fc.configureGlobal(inject('fastCheck'))

declare module 'vitest' {
  export interface ProvidedContext {
    readonly fastCheck: { readonly seed?: number; readonly numRuns?: number }
  }
}

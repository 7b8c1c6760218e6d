/** A model whose steps take a while each: a script is done in no time, and nobody could watch it. */

import { type Clock, wait } from './clock.ts'
import type { Model } from './model.ts'

export function paced(model: Model, clock: Clock, ms: number): Model {
  return {
    ...model,
    async *step(request, signal) {
      await wait(clock, ms, signal)
      yield* model.step(request, signal)
    },
  }
}

/** One look at the insights of a replica for all who ask. */

import { type InsightsState, type InsightsWatch, watchInsights } from '../../replica/insights-watch.ts'
import type { Replica } from '../../replica/replica.ts'
import { useObservable } from '../use-observable.ts'
import { useSession } from '../session.ts'

const watches = new WeakMap<Replica, InsightsWatch>()

/** Sums are made once in so long, however much comes in. */
const SOON_MS = 1000

export function useInsights(): InsightsState {
  const { replica } = useSession()
  return useObservable(insightsIn(replica))
}

function insightsIn(replica: Replica): InsightsWatch {
  const known = watches.get(replica)
  if (known) return known
  const made = watchInsights(replica, (run) => setTimeout(run, SOON_MS))
  watches.set(replica, made)
  return made
}

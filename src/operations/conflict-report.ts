/** Where hands met: how often edits conflicted, read off the whole log once, and what is open now. */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import type { NodeId } from '../core/ids.ts'
import type { InsightsSummary } from '../replica/insights-summary.ts'
import { type InsightsWatch, watchInsights } from '../replica/insights-watch.ts'
import type { Replica } from '../replica/replica.ts'
import { rowOf } from './find.ts'
import { slowOperation } from './operation.ts'

export interface ConflictReport extends Pick<InsightsSummary, 'edits' | 'conflicts' | 'fields' | 'actors'> {
  /** Conflicts that nobody has settled. */
  readonly open: readonly {
    readonly task: NodeId
    readonly key: string
    readonly field: string
    readonly values: readonly Value[]
  }[]
}

export const conflictReport = slowOperation({
  name: 'analytics_conflicts',
  summary: 'How often edits met, by field and by whom, and the conflicts that are open',
  route: 'GET /analytics/conflicts',
  needs: null,
  input: z.object({}),
  async run({ replica }): Promise<Result<ConflictReport>> {
    const { edits, conflicts, fields, actors } = await insightsOf(replica)
    const open = [...replica.views.conflicted].flatMap((task) => {
      const row = rowOf(replica, task)
      return row.conflicts.map(({ field, values }) => ({ task, key: row.key, field, values }))
    })
    return ok({ edits, conflicts, fields, actors, open })
  },
})

const watches = new WeakMap<object, InsightsWatch>()

/** Reads what was not read before; the log is walked once for all who ask. */
function insightsOf(replica: Replica): Promise<InsightsSummary> {
  const watch = watches.get(replica.views) ?? watchInsights(replica, (run) => queueMicrotask(run))
  watches.set(replica.views, watch)
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const { summary, isReading, fault } = watch.get()
      if (isReading) return
      stop()
      if (summary) resolve(summary)
      else reject(fault instanceof Error ? fault : new Error('The log could not be read.'))
    }
    let stop = (): void => undefined
    stop = watch.subscribe(look)
  })
}

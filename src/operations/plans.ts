/** Plans in and out: JSON lines as Beads writes them. */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import { exportPlan } from './export-plan.ts'
import { importPlan } from './import-plan.ts'
import type { ImportReport } from './import-report.ts'
import { slowOperation } from './operation.ts'

export const importTasks = slowOperation({
  name: 'import_tasks',
  summary: 'Import a plan, one JSON object a line: what is here already is brought up to date, the rest is made',
  route: 'POST /import',
  needs: ['create', 'task'],
  input: z.object({ plan: z.string() }),
  run: ({ replica }, { plan }): Promise<Result<ImportReport>> => importPlan(replica, plan, () => undefined, replica.yieldToUi),
})

export const exportTasks = slowOperation({
  name: 'export_tasks',
  summary: 'Export all tasks as a plan, one JSON object a line',
  route: 'GET /export',
  needs: null,
  input: z.object({}),
  async run({ replica }): Promise<Result<{ readonly plan: string }>> {
    const lines: string[] = []
    for (const page of exportPlan(replica)) {
      lines.push(page)
      await replica.yieldToUi()
    }
    return ok({ plan: lines.join('') })
  },
})

/** Plans for tests: real ones where they are at hand, and records of our own making. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Replica } from '../replica/replica.ts'
import { exportPlan } from './export-plan.ts'
import { importPlan } from './import-plan.ts'
import type { ImportReport } from './import-report.ts'

/** The text of a real plan beside the project, or null where it is not. */
export function realPlan(name: string): string | null {
  const path = join(import.meta.dirname, '../../../shared/data', name)
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

export const now = (): Promise<void> => Promise.resolve()

export async function imported(replica: Replica, source: string): Promise<ImportReport> {
  const result = await importPlan(replica, source, () => {}, now)
  if (!result.ok) throw new Error(result.refusal.detail)
  return result.value
}

export function exported(replica: Replica): string {
  return [...exportPlan(replica)].join('')
}

export function lines(...records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

/** Records of a plan's text that are plain JSON. */
export function recordsIn(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

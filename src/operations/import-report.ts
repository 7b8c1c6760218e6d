/** What an import did, as numbers and in words. */

import type { ParsedPlan, SkippedLine } from './beads-parse.ts'

export interface ImportReport {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** Of the tasks in the plan, those that it marks as deleted: they are here, and can be restored. */
  readonly deleted: number
  readonly comments: number
  /** Dependencies and parents written. */
  readonly dependencies: number
  /** Dependencies whose other end the plan does not hold: kept as text until an import brings it. */
  readonly unresolved: number
  readonly conflictHunks: number
  readonly repaired: number
  readonly repeated: number
  /** Lines and issues left out, and the first of them with the reason. */
  readonly skipped: number
  readonly firstSkipped: readonly (SkippedLine | { readonly id: string; readonly reason: string })[]
}

export type Tally = {
  -readonly [K in 'created' | 'updated' | 'unchanged' | 'deleted' | 'comments' | 'dependencies' | 'unresolved']: number
}

export function newTally(): Tally {
  return { created: 0, updated: 0, unchanged: 0, deleted: 0, comments: 0, dependencies: 0, unresolved: 0 }
}

export function reportOf(
  plan: ParsedPlan,
  tally: Tally,
  refused: readonly { readonly id: string; readonly reason: string }[],
): ImportReport {
  const { conflictHunks, repaired, repeated } = plan
  return {
    ...tally,
    conflictHunks,
    repaired,
    repeated,
    skipped: plan.skipped + refused.length,
    firstSkipped: [...plan.firstSkipped, ...refused].slice(0, 100),
  }
}

/** One line a fact; facts that are nothing are left out, but for the first. */
export function wordsOf(report: ImportReport): string[] {
  const { created, updated, unchanged } = report
  const lines = [`${count(created, 'task')} created, ${updated} updated, ${unchanged} unchanged`]
  const say = (number: number, words: string): unknown => number > 0 && lines.push(words)
  say(report.deleted, `${count(report.deleted, 'task')} of them marked as deleted in the plan`)
  say(report.comments, `${count(report.comments, 'comment')} written`)
  say(report.dependencies, `${count(report.dependencies, 'dependency', 'dependencies')} written`)
  say(
    report.unresolved,
    `${count(report.unresolved, 'dependency', 'dependencies')} on tasks that the plan does not hold, kept as text`,
  )
  say(report.conflictHunks, `${count(report.conflictHunks, 'conflict')} left in the file by git: both sides taken`)
  say(report.repeated, `${count(report.repeated, 'issue')} came more than once: the newest taken`)
  say(report.repaired, `${count(report.repaired, 'line')} not quite JSON, read all the same`)
  say(report.skipped, `${count(report.skipped, 'line')} left out:`)
  for (const skipped of report.firstSkipped)
    lines.push(`  ${'line' in skipped ? `line ${skipped.line}` : skipped.id}: ${skipped.reason}`)
  return lines
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`
}

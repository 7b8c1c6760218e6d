/**
 * What a run hands on to whoever comes after it: four short lists beside its summary. They are its agent's words; who reads them
 * believes what can be seen.
 */

import type { Value } from '../core/batch.ts'

export const HANDOFF_PARTS = ['changed', 'verified', 'decided', 'risks'] as const
export type HandoffPart = (typeof HANDOFF_PARTS)[number]
export type HandoffWords = Readonly<Record<HandoffPart, readonly string[]>>

/** Of what was said as a run was handed in; null where nothing was handed on. Anybody may have written anything there. */
export function handoffIn(evidence: Value): HandoffWords | null {
  const given = mapOf(mapOf(evidence)['handoff'])
  const lists = Object.fromEntries(HANDOFF_PARTS.map((part) => [part, wordsIn(given[part])])) as HandoffWords
  return HANDOFF_PARTS.some((part) => lists[part].length > 0) ? lists : null
}

function wordsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

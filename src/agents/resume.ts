/**
 * What of a run was done already, told from the board: whoever goes on with a run asks here before it does a thing again.
 */

import type { NodeId } from '../core/ids.ts'
import type { RunRow } from '../replica/run-row.ts'
import type { Briefing, Kept } from './agent-port.ts'
import { NO_USAGE, type ToolCall } from './model.ts'

/** What an earlier part of the run has cost goes on counting, also where its conversation is lost. */
export function spentBy(run: RunRow | undefined): Pick<Kept, 'usage' | 'costMicros'> {
  const { costMicros, ...usage } = run?.usage ?? { ...NO_USAGE, costMicros: 0 }
  return { usage, costMicros }
}

/** Handed in just before it broke off, and sent back since. */
export function wasSubmitted(calls: readonly ToolCall[], run: RunRow | undefined): boolean {
  const { summary } = (run?.evidence ?? {}) as { readonly summary?: unknown }
  return calls.some(({ name, input }) => name === 'submit' && summary !== undefined && fieldOf(input, 'summary') === summary)
}

/** The question that this run asked in these words. */
export function askedBefore({ comments, attempts }: Briefing, run: NodeId, input: unknown): NodeId | null {
  const own = attempts.find(({ id }) => id === run)
  const asked = comments.findLast(
    ({ by, at, question, text }) =>
      question !== null && by === own?.agent && at >= own.began && text === String(fieldOf(input, 'question')).trim(),
  )
  return asked?.id ?? null
}

export function fieldOf(input: unknown, field: string): unknown {
  return typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>)[field] : undefined
}

/** Runs in words: where one stands, what it has cost, and that nothing was heard of it. */

import type { RunState } from '../core/work.ts'
import { PROTOCOL } from '../core/limits.ts'
import type { Usage } from '../replica/run-row.ts'
import { count } from './words.ts'

export const RUN_STATE: Readonly<Record<RunState, string>> = {
  claimed: 'asks for it',
  working: 'working',
  submitted: 'waits for review',
  accepted: 'accepted',
  lost: 'somebody else had it',
  superseded: 'somebody else has it',
  release: 'given back',
  fail: 'could not do it',
  expire: 'ended: no sign for too long',
  revoke: 'stopped',
}

const money = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
})

/** `$0.0012`. */
export function costWords(micros: number): string {
  return money.format(micros / 1_000_000)
}

/** `$0.12, 1,050 tokens`; empty where nothing was said of it. */
export function usageWords({ costMicros, inputTokens, outputTokens }: Usage): string {
  const tokens = inputTokens + outputTokens
  return [costMicros > 0 ? costWords(costMicros) : '', tokens > 0 ? count(tokens, 'token') : '']
    .filter((part) => part !== '')
    .join(', ')
}

/** What is known of a run that says nothing, and no more than that: it may be at work where nobody hears it. */
export function silenceWords(since: number, now: number): string {
  const lapsed = now - since >= PROTOCOL.leaseMs
  const rest = lapsed
    ? 'Its claim has lapsed, so the task may be given to somebody else. If it comes back, what it did stays in its run.'
    : 'It may be at work where nobody hears it.'
  return `No sign for ${lengthWords(now - since)}. ${rest}`
}

/** `20 min`, `3 h`, `2 days`. */
export function lengthWords(ms: number): string {
  const minutes = Math.max(1, Math.floor(ms / 60_000))
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : count(Math.floor(hours / 24), 'day')
}

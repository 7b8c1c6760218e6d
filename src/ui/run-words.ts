/** Runs in words: where one stands, what it has cost, and that nothing was heard of it. */

import type { RunState } from '../core/work.ts'
import { PROTOCOL } from '../core/limits.ts'
import type { Usage } from '../replica/run-row.ts'
import { count } from './words.ts'

export const RUN_STATE: Readonly<Record<RunState, string>> = {
  claimed: 'Claimed',
  working: 'Working',
  submitted: 'Waits for review',
  accepted: 'Accepted',
  lost: 'Another was first',
  superseded: 'Taken over',
  release: 'Given back',
  fail: 'Failed',
  expire: 'Ran out of time',
  revoke: 'Stopped',
}

const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })
const numbers = new Intl.NumberFormat('en')

/** `$1.20`; what is less than a cent says so, and nothing is a dash. */
export function costWords(micros: number): string {
  if (micros === 0) return '–'
  return micros < 10_000 ? '< $0.01' : dollars.format(micros / 1_000_000)
}

/** `$1.20`, or `about $1.20` where some of it is an estimate. */
export function spentWords({ costMicros, estimated }: Usage): string {
  return estimated && costMicros > 0 ? `about ${costWords(costMicros)}` : costWords(costMicros)
}

/** `12,400 tokens in, 1,050 out`, and whether anybody counted all of them. */
export function tokenWords({ inputTokens, outputTokens, estimated }: Usage): string {
  const tokens = `${numbers.format(inputTokens)} tokens in, ${numbers.format(outputTokens)} out`
  return estimated ? `${tokens}. Partly estimated: the provider did not say what an answer cost, or it broke off.` : tokens
}

/** `$0.12, 1,050 tokens`, or `about …`; empty where nothing was said of it. */
export function usageWords({ costMicros, inputTokens, outputTokens, estimated }: Usage): string {
  const tokens = inputTokens + outputTokens
  const parts = [costMicros > 0 ? costWords(costMicros) : '', tokens > 0 ? count(tokens, 'token') : '']
  const words = parts.filter((part) => part !== '').join(', ')
  return estimated && words !== '' ? `about ${words}` : words
}

/** What is known of a run that says nothing, and no more than that: it may be at work where nobody hears it. */
export function silenceWords(since: number, now: number): string {
  const lapsed = now - since >= PROTOCOL.leaseMs
  const rest = lapsed
    ? 'Its claim has lapsed, so the task may be given to somebody else. If it comes back, what it did stays in its run.'
    : 'It may be at work where nobody hears it.'
  return `No sign for ${lengthWords(now - since)}. ${rest}`
}

/** `20 s`, `3 min`, `2 h 5 min`, `3 days`: seconds by tens, so that words stand still for a while. */
export function lengthWords(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 10) return `${seconds} s`
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} days`
}

/** Agents and their runs in the words of people. */

import type { RunState } from '../../core/work.ts'
import type { Usage } from '../../replica/run-row.ts'
import type { LifeSigns } from './liveness-watch.ts'

export const OUTCOME: Readonly<Record<RunState, string>> = {
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

export const STATE_TITLE: Readonly<Record<LifeSigns['state'], string>> = {
  working: 'Working',
  idle: 'Idle',
  quiet: 'Quiet',
  stalled: 'Stalled',
  gone: 'Gone',
}

/** `Working · heard just now`, `Stalled · nothing heard for 3 min`. */
export function lifeWords({ state, silentMs }: LifeSigns, lastWrote: string | null): string {
  const title = STATE_TITLE[state]
  if (silentMs === null)
    return `${title} · not heard since you opened this page${lastWrote === null ? '' : `, last wrote ${lastWrote}`}`
  if (state === 'working' || state === 'idle')
    return `${title} · heard ${silentMs < 10_000 ? 'just now' : `${lengthWords(silentMs)} ago`}`
  return `${title} · nothing heard for ${lengthWords(silentMs)}`
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

/** `$1.20`; what is less than a cent says so, and nothing is a dash. */
export function costWords(micros: number): string {
  if (micros === 0) return '–'
  return micros < 10_000 ? '< $0.01' : dollars.format(micros / 1_000_000)
}

/** `12,400 tokens in, 1,050 out`. */
export function tokenWords({ inputTokens, outputTokens }: Usage): string {
  return `${numbers.format(inputTokens)} tokens in, ${numbers.format(outputTokens)} out`
}

const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })
const numbers = new Intl.NumberFormat('en')

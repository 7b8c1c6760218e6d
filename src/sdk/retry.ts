/**
 * When to try again, and after how long.
 *
 * Only what cannot do harm twice is tried again: reads, and writes that carry an idempotency key, by which the other side knows
 * them again. Pauses double and are drawn at random below that bound, so that many who failed together do not come back together;
 * what the other side asks for (`Retry-After`) counts more.
 */

import type { WorknodeError } from './error.ts'

export interface RetryPolicy {
  /** In all, the first one included. */
  readonly attempts: number
  readonly baseMs: number
  readonly maxMs: number
  /** What a call waits in all. Asked to wait for longer, it fails at once and says for how long. */
  readonly patienceMs: number
}

/** How long to wait before the next attempt; null: it is over. `attempt` counts from 1. */
export function pauseBefore(
  error: WorknodeError,
  attempt: number,
  { attempts, baseMs, maxMs, patienceMs }: RetryPolicy,
  random: () => number,
  waitedMs = 0,
): number | null {
  if (!isPassing(error) || attempt >= attempts) return null
  const asked = error.retryAfterMs ?? 0
  if (waitedMs + asked > patienceMs) return null
  return error.retryAfterMs === undefined ? random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1)) : asked + random() * baseMs
}

/** Whether the same call may well succeed in a moment: nobody answered, or the answer was 429 or 503. */
export function isPassing({ code, status }: WorknodeError): boolean {
  return status === undefined ? code === 'unavailable' || code === 'timeout' : status === 429 || status === 503
}

/** `Retry-After` is seconds or a date. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\d+(?:\.\d+)?$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

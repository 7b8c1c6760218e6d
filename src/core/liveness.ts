/**
 * Whether an agent is at work, as far as can be told from here: derived from what was heard of it, never typed in.
 *
 * Silence is counted on this device's own clock, from the last sign that came in; clocks of two devices are never compared. So a
 * device that slept has heard nothing for hours and knows nothing: it counts anew from when it woke, and says "quiet" of whoever
 * has not spoken since, which is all that it knows. Silence alone ends nothing; it only says where a person might look.
 */

import { PROTOCOL } from './limits.ts'

/** `idle` is here and holds no task. */
export type Liveness = 'working' | 'idle' | 'quiet' | 'stalled' | 'gone'

export const WINDOWS = {
  /** Agents beat every few seconds; a page in the background, once a minute at worst, is heard of by its renewed presence. */
  quietMs: 30_000,
  stalledMs: 120_000,
  /** From then on others may end its run. */
  goneMs: PROTOCOL.leaseMs,
  /** A clock that ticks every second, or every minute in a hidden page, and skips so much: the device slept. */
  gapMs: 90_000,
} as const

/** What an observer knows of its own time. */
export interface Watch {
  readonly tickedAt: number
  /** Since when it has been listening without a break. */
  readonly since: number
}

export function beginWatch(now: number): Watch {
  return { tickedAt: now, since: now }
}

/** Moves the time on; after a gap the windows begin anew. */
export function tickWatch({ tickedAt, since }: Watch, now: number): Watch {
  return { tickedAt: now, since: now - tickedAt > WINDOWS.gapMs ? now : since }
}

export interface Signs {
  /** When the last sign of life came in, on the observer's clock; null for never. */
  readonly heardAt: number | null
  /** Whether it holds a task and has not handed it in. */
  readonly busy: boolean
}

export function livenessOf({ heardAt, busy }: Signs, { tickedAt, since }: Watch): Liveness {
  const silence = tickedAt - Math.max(heardAt ?? since, since)
  if (silence >= WINDOWS.goneMs) return 'gone'
  if (silence >= WINDOWS.stalledMs) return busy ? 'stalled' : 'gone'
  if (silence >= WINDOWS.quietMs || heardAt === null || heardAt < since) return 'quiet'
  return busy ? 'working' : 'idle'
}

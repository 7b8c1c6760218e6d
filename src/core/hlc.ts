/**
 * Hybrid logical clock: wall time that never runs backward along the DAG.
 *
 * A batch's HLC is greater than that of every batch it names as an ancestor. Order of batches everywhere is
 * (ms, counter, batch id); inside a batch the index of the change decides. The counter stays below 65,536; when it would
 * not, the milliseconds advance instead.
 */

import type { Hlc } from './batch.ts'
import { PROTOCOL } from './limits.ts'

export function compareHlc(a: Hlc, b: Hlc): number {
  return a[0] - b[0] || a[1] - b[1]
}

/** The HLC for something written at `now` (milliseconds since 1970, or parts of them) by one who has seen `seen`. */
export function nextHlc(seen: Hlc, now: number): Hlc {
  const ms = Math.floor(now)
  if (ms > seen[0]) return [ms, 0]
  return seen[1] + 1 < PROTOCOL.counter ? [seen[0], seen[1] + 1] : [seen[0] + 1, 0]
}

/** Sorts as text in the order of `compareHlc` (until the year 9999): `2026-11-22T19:17:42.123Z-00a1`. */
export function hlcToText([ms, counter]: Hlc): string {
  return `${new Date(ms).toISOString()}-${counter.toString(16).padStart(4, '0')}`
}

export function hlcFromText(text: string): Hlc | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)-([0-9a-f]{4})$/.exec(text)
  if (!match) return null
  const ms = Date.parse(match[1] as string)
  return Number.isNaN(ms) ? null : [ms, Number.parseInt(match[2] as string, 16)]
}

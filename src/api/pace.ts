/** How fast one caller may ask: a bucket each, for as many callers as are remembered; whoever is forgotten has a full one again. */

import { createTokenBucket, type TokenBucket } from '../base/token-bucket.ts'
import { LOCAL } from '../core/limits.ts'

export interface PaceLimits {
  readonly perMinute: number
  readonly burst: number
}

export const DEFAULT_PACE: PaceLimits = { perMinute: LOCAL.restPerMinute, burst: LOCAL.restBurst }

export interface Pace {
  /** 0 where the caller may go on, else the seconds to wait. */
  waitOf(caller: string): number
}

export function createPace({ perMinute, burst }: PaceLimits, now: () => number): Pace {
  const buckets = new Map<string, TokenBucket>()
  return {
    waitOf(caller) {
      const bucket = buckets.get(caller) ?? createTokenBucket(perMinute / 60, burst, now())
      // Put last: the first of the map is who has not been heard of for longest.
      buckets.delete(caller)
      buckets.set(caller, bucket)
      const [oldest] = buckets.keys()
      if (buckets.size > LOCAL.callersKnown && oldest !== undefined) buckets.delete(oldest)
      return bucket.take(now()) ? 0 : Math.max(1, Math.ceil(bucket.waitMs(now()) / 1000))
    },
  }
}

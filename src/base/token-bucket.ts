/**
 * A rate limit: `burst` at once, then `perSecond` for as long as it lasts.
 * In any span of t seconds at most burst + t × perSecond are let through. Time comes in; a clock that goes back adds nothing.
 */

export interface TokenBucket {
  /** Whether one more may pass at `nowMs`. */
  take(nowMs: number): boolean
  /** How long until one more may pass; 0 where it may. */
  waitMs(nowMs: number): number
}

export function createTokenBucket(perSecond: number, burst: number, nowMs: number): TokenBucket {
  let tokens = burst
  let filledAt = nowMs
  const fill = (now: number): void => {
    if (now <= filledAt) return
    tokens = Math.min(burst, tokens + ((now - filledAt) * perSecond) / 1000)
    filledAt = now
  }
  return {
    take(now) {
      fill(now)
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
    waitMs(now) {
      fill(now)
      return Math.max(0, ((1 - tokens) * 1000) / perSecond)
    },
  }
}

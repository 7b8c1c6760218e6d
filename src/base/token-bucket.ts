/**
 * A rate limit: `burst` at once, then `perSecond` for as long as it lasts.
 * In any span of t seconds at most burst + t × perSecond are let through. Time comes in; a clock that goes back adds nothing.
 */

export interface TokenBucket {
  /** Whether one more may pass at `nowMs`. */
  take(nowMs: number): boolean
}

export function createTokenBucket(perSecond: number, burst: number, nowMs: number): TokenBucket {
  let tokens = burst
  let filledAt = nowMs
  return {
    take(now) {
      if (now > filledAt) {
        tokens = Math.min(burst, tokens + ((now - filledAt) * perSecond) / 1000)
        filledAt = now
      }
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}

/** Who misbehaved is not talked to for a while: longer each time, never for ever, and forgotten after long good conduct. */

export interface Backoff {
  /** How long none of these names may come back, in milliseconds; 0 when they may. */
  remainingMs(...names: readonly string[]): number
  blame(...names: readonly string[]): void
}

const FIRST_MS = 2000
const LONGEST_MS = 10 * 60_000
const FORGET_MS = 60 * 60_000
const NAMES_KEPT = 1024

export function createBackoff(now: () => number): Backoff {
  const strikes = new Map<string, { readonly count: number; readonly until: number }>()
  return {
    remainingMs: (...names) => Math.max(0, ...names.map((name) => (strikes.get(name)?.until ?? 0) - now())),
    blame(...names) {
      for (const name of names) {
        const before = strikes.get(name)
        const count = before && now() < before.until + FORGET_MS ? before.count + 1 : 1
        strikes.delete(name)
        strikes.set(name, { count, until: now() + Math.min(LONGEST_MS, FIRST_MS * 2 ** (count - 1)) })
      }
      for (const oldest of strikes.keys()) {
        if (strikes.size <= NAMES_KEPT) break
        strikes.delete(oldest)
      }
    },
  }
}

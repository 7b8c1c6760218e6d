/** Times in words. */

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

const UNITS = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** `just now`, `2 min. ago`, `yesterday`. A clock that runs ahead of ours says `just now` as well. */
export function ago(ms: number, now: number): string {
  for (const [unit, length] of UNITS) if (now - ms >= length) return relative.format(-Math.floor((now - ms) / length), unit)
  return 'just now'
}

/** `40 s`, `3 min`, `2.5 h`, `12 days`: a length of time in the largest unit that it fills. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.round(ms / 1000))} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 2 * 86_400_000) return `${short.format(ms / 3_600_000)} h`
  return `${short.format(ms / 86_400_000)} days`
}

const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

export function exactTime(ms: number): string {
  return exact.format(ms)
}

/** Due dates are days: midnight UTC, the same day for everybody. */
export function dayOf(ms: number): string {
  return day.format(ms)
}

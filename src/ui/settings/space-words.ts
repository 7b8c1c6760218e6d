/** The room that a browser gives to this site, in words; and when to warn that it runs out. */

export interface Space {
  readonly used: number
  readonly quota: number
}

const MIB = 1024 * 1024
/** Less than this, or less than a twentieth of it all. A day's work of a swarm is a few of them. */
const LITTLE = 64 * MIB
const LITTLE_SHARE = 0.05

/** What to say while there is still time to do something; null while there is room. */
export function spaceWarning({ used, quota }: Space): string | null {
  const left = Math.max(0, quota - used)
  if (quota === 0 || (left >= LITTLE && left >= quota * LITTLE_SHARE)) return null
  return `Only ${bytesWords(left)} of storage are left for this site. What is saved is safe; once it is full, new changes stay in this page only. Free some space on the disk, and download a copy to be sure.`
}

/** `640 KB`, `12 MB`, `1.5 GB`. */
export function bytesWords(bytes: number): string {
  const [value, unit] =
    bytes >= 1024 * MIB ? [bytes / MIB / 1024, 'GB'] : bytes >= MIB ? [bytes / MIB, 'MB'] : [bytes / 1024, 'KB']
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`
}

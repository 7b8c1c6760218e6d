/** What to say of a passphrase while it is typed. */

/** Sealing refuses fewer as well. */
export const LEAST_CHARS = 8

export function passphraseHint(passphrase: string): string {
  if (passphrase === '') return 'Four or five words that do not belong together are best.'
  if (passphrase.length < LEAST_CHARS) return `Too short: ${LEAST_CHARS} characters at least.`
  if (new Set(passphrase.split('')).size < 6 || passphrase.length < 12)
    return 'Weak: whoever gets the file could try until it opens. Make it longer.'
  return passphrase.length < 18 ? 'Fair. One word more makes it good.' : 'Good.'
}

/** What is wrong with the two, or null. */
export function passphraseFault(passphrase: string, again: string): string | null {
  if (passphrase.length < LEAST_CHARS) return `A passphrase has at least ${LEAST_CHARS} characters.`
  return passphrase === again ? null : 'The two are not the same.'
}

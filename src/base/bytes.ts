/** Byte strings: comparison, joining and text forms. */

// Backed by a plain ArrayBuffer, as WebCrypto and IndexedDB demand; SharedArrayBuffer never holds our bytes.
export type Bytes = Uint8Array<ArrayBuffer>

const HEX_DIGITS = codesOf('0123456789abcdef')
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const encoder = new TextEncoder()

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Order of two byte strings: unsigned, first difference decides, a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number)
  return a.length - b.length
}

export function utf8(text: string): Bytes {
  return encoder.encode(text)
}

/** Hex names most things here and is a key of most maps: made in one piece, since a text glued together costs thrice at its first look-up. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += HEX_PIECE) {
    const codes: number[] = []
    for (let i = from; i < bytes.length && i < from + HEX_PIECE; i++) {
      const byte = bytes[i] as number
      codes.push(HEX_DIGITS[byte >> 4] as number, HEX_DIGITS[byte & 15] as number)
    }
    text += String.fromCharCode(...codes)
  }
  return text
}

const HEX_PIECE = 1024

/** Throws `TypeError` on anything that is not an even run of hex digits. */
export function fromHex(text: string): Bytes {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw new TypeError('not hexadecimal')
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (digitOf(text, i * 2) << 4) | digitOf(text, i * 2 + 1)
  return bytes
}

/** Value of the hex digit there, of either case; must be one. */
export function digitOf(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return (code & 15) + (code >> 6) * 9
}

function codesOf(text: string): readonly number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0))
}

export function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += BASE64URL.charAt(word >> 18) + BASE64URL.charAt((word >> 12) & 63)
    if (left > 1) text += BASE64URL.charAt((word >> 6) & 63)
    if (left > 2) text += BASE64URL.charAt(word & 63)
  }
  return text
}

/** Throws `TypeError` on a character outside the alphabet, a bad length, or loose final bits. */
export function fromBase64Url(text: string): Bytes {
  if (text.length % 4 === 1) throw new TypeError('not base64url')
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (const letter of text) {
    const six = BASE64URL.indexOf(letter)
    if (six < 0) throw new TypeError('not base64url')
    bits = (bits << 6) | six
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[at++] = (bits >> held) & 255
      bits &= (1 << held) - 1
    }
  }
  if (bits !== 0) throw new TypeError('not base64url')
  return bytes
}

/** UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */

/** `marked`: valid, and begins with U+FEFF, which text decoders are fond of swallowing. */
export type TextScan = 'valid' | 'marked' | 'invalid'

export function scanText(bytes: Uint8Array, from: number, to: number): TextScan {
  let at = from
  while (at < to) {
    const first = bytes[at++] as number
    if (first < 0x80) continue
    if (first < 0xc2 || first > 0xf4) return 'invalid'
    const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
    if (more > to - at) return 'invalid'
    // The first continuation byte has a narrower range after four lead bytes; the others are all 80..BF.
    const second = bytes[at] as number
    if (second < (first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80)) return 'invalid'
    if (second > (first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf)) return 'invalid'
    for (let i = 1; i < more; i++) if ((bytes[at + i] as number) >> 6 !== 2) return 'invalid'
    at += more
  }
  const marked = to - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf
  return marked ? 'marked' : 'valid'
}

/**
 * Text of whole characters. JavaScript counts in halves (UTF-16), and lets half of a pair stand alone; UTF-8, and so every disk and
 * wire, has none. Such text would come back as another text, so it is refused where it comes in, and never made by cutting.
 */

const HALF = /\p{Surrogate}/u
const HALVES = /\p{Surrogate}/gu

export function isWellFormed(text: string): boolean {
  return !HALF.test(text)
}

/** U+FFFD in place of each half that stands alone: what UTF-8 makes of them. */
export function wellFormed(text: string): string {
  return text.replaceAll(HALVES, '\uFFFD')
}

/** The beginning of a text, of so many units at most, never with half of a character at its end. */
export function startOf(text: string, most: number): string {
  const cut = text.slice(0, most)
  return cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut
}

/** Whether half of a character stands alone anywhere in it, in names of properties too. It may be deep, and lead back to itself. */
export function hasHalf(value: unknown): boolean {
  const seen = new Set<object>()
  const rest = [value]
  while (rest.length > 0) {
    const one = rest.pop()
    if (typeof one === 'string' && HALF.test(one)) return true
    if (typeof one !== 'object' || one === null || ArrayBuffer.isView(one) || seen.has(one)) continue
    seen.add(one)
    if (Array.isArray(one)) for (const item of one) rest.push(item)
    else for (const [key, item] of Object.entries(one)) rest.push(key, item)
  }
  return false
}

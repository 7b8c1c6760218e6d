/**
 * `amp` → `&`: what Markdown's named characters stand for. Takes the place of the package that micromark brings along, which writes
 * into `innerHTML`, as nothing in this page may.
 */

import { parseInert } from '../trusted.ts'

const known = new Map<string, string>()

/** False where no character has that name. */
export function decodeNamedCharacterReference(value: string): string | false {
  const said = known.get(value)
  if (said !== undefined) return said
  const written = `&${value};`
  const character = parseInert(written).body.textContent
  // Some names go without their semicolon: what is left of it says that this is none of ours (`&copycat;`).
  if (character === written || (character.endsWith(';') && value !== 'semi')) return false
  known.set(value, character)
  return character
}

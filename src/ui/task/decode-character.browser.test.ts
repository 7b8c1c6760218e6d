import { expect, test } from 'vitest'
import { decodeNamedCharacterReference } from './decode-character.ts'

test('names of characters, and words that are none', () => {
  const names = ['amp', 'lt', 'copy', 'semi', 'NotEqualTilde', 'nbsp', 'copycat', 'nothing', 'AMP', '__proto__', 'constructor']
  expect(names.map(decodeNamedCharacterReference)).toEqual(['&', '<', '©', ';', '≂̸', '\u00a0', false, false, '&', false, false])
})

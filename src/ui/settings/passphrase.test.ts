import { expect, test } from 'vitest'
import { passphraseFault, passphraseHint } from './passphrase.ts'

test.each([
  ['', /^Four or five words/],
  ['short', /^Too short/],
  ['aaaaaaaaaaaaaaaaaaaa', /^Weak/],
  ['hunter2hunter', /^Fair/],
  ['correct horse battery staple', /^Good/],
])('of “%s” it says what it is worth', (passphrase, words) => {
  expect(passphraseHint(passphrase)).toMatch(words)
})

test('both must be there, long enough and the same', () => {
  expect(passphraseFault('short', 'short')).toMatch(/at least 8/)
  expect(passphraseFault('long enough', 'long enougH')).toMatch(/not the same/)
  expect(passphraseFault('long enough', 'long enough')).toBeNull()
})

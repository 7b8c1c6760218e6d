import { expect, test } from 'vitest'
import { bytesWords, spaceWarning } from './space-words.ts'

const [MB, GB] = [1024 ** 2, 1024 ** 3]

test.each([
  [0, '0 KB'],
  [640 * 1024, '640 KB'],
  [1.25 * MB, '1.3 MB'],
  [12.4 * MB, '12 MB'],
  [1536 * MB, '1.5 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(bytesWords(bytes)).toBe(words)
})

test('somebody is warned before the room runs out, and not while there is some', () => {
  expect(spaceWarning({ used: GB, quota: 10 * GB })).toBeNull()
  expect(spaceWarning({ used: 9.4 * GB, quota: 10 * GB })).toBeNull()
  expect(spaceWarning({ used: 9.6 * GB, quota: 10 * GB })).toMatch(/^Only 410 MB of storage are left/)
  expect(spaceWarning({ used: 140 * MB, quota: 200 * MB })).toMatch(/^Only 60 MB/)
  expect(spaceWarning({ used: 11 * GB, quota: 10 * GB })).toMatch(/^Only 0 KB/)
})

test('a browser that says nothing about its room leads to no warning', () => {
  expect(spaceWarning({ used: 0, quota: 0 })).toBeNull()
})

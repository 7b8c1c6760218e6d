import { expect, test } from 'vitest'
import { lifeWords } from './words.ts'

test('life is said with the age of the last sign of it, and never guessed', () => {
  expect(lifeWords({ state: 'working', silentMs: 4000 }, null)).toBe('Working · heard just now')
  expect(lifeWords({ state: 'idle', silentMs: 25_000 }, null)).toBe('Idle · heard 20 s ago')
  expect(lifeWords({ state: 'stalled', silentMs: 200_000 }, null)).toBe('Stalled · nothing heard for 3 min')
  expect(lifeWords({ state: 'quiet', silentMs: null }, '3 hr. ago')).toBe(
    'Quiet · not heard since you opened this page, last wrote 3 hr. ago',
  )
})

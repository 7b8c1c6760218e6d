import { expect, test } from 'vitest'
import { costWords, lengthWords, lifeWords } from './words.ts'

test('lengths are said as roughly as one cares', () => {
  const lengths = [0, 9999, 45_000, 60_000, 3_599_000, 7_500_000, 7_200_000, 3 * 86_400_000]
  expect(lengths.map(lengthWords)).toEqual(['0 s', '9 s', '40 s', '1 min', '59 min', '2 h 5 min', '2 h', '3 days'])
})

test('life is said with the age of the last sign of it, and never guessed', () => {
  expect(lifeWords({ state: 'working', silentMs: 4000 }, null)).toBe('Working · heard just now')
  expect(lifeWords({ state: 'idle', silentMs: 25_000 }, null)).toBe('Idle · heard 20 s ago')
  expect(lifeWords({ state: 'stalled', silentMs: 200_000 }, null)).toBe('Stalled · nothing heard for 3 min')
  expect(lifeWords({ state: 'quiet', silentMs: null }, '3 hr. ago')).toBe(
    'Quiet · not heard since you opened this page, last wrote 3 hr. ago',
  )
})

test('cost is said in dollars', () => {
  expect([0, 900, 10_000, 1_234_567_890].map(costWords)).toEqual(['–', '< $0.01', '$0.01', '$1,234.57'])
})

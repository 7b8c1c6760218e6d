import { expect, test } from 'vitest'
import { PROTOCOL } from '../core/limits.ts'
import { costWords, lengthWords, silenceWords, spentWords, tokenWords, usageWords } from './run-words.ts'

test('a silent run is never called dead, and its task is free for others only once its claim has lapsed', () => {
  expect(silenceWords(0, PROTOCOL.leaseMs)).toMatch(/^No sign for 10 min\. Its claim has lapsed/)
  expect(silenceWords(0, PROTOCOL.leaseMs - 1)).toBe('No sign for 9 min. It may be at work where nobody hears it.')
})

test('lengths are said as roughly as one cares', () => {
  const lengths = [0, 9999, 45_000, 60_000, 3_599_000, 7_500_000, 7_200_000, 3 * 86_400_000]
  expect(lengths.map(lengthWords)).toEqual(['0 s', '9 s', '40 s', '1 min', '59 min', '2 h 5 min', '2 h', '3 days'])
})

test('cost and tokens are said where there are any', () => {
  expect(usageWords({ costMicros: 2_500_000, inputTokens: 1000, outputTokens: 50 })).toBe('$2.50, 1,050 tokens')
  expect(usageWords({ costMicros: 0, inputTokens: 0, outputTokens: 0 })).toBe('')
})

test('what is an estimate in part is said to be about so much, wherever it is shown', () => {
  const usage = { costMicros: 2_500_000, inputTokens: 1000, outputTokens: 50, estimated: true } as const
  expect([usageWords(usage), spentWords(usage)]).toEqual(['about $2.50, 1,050 tokens', 'about $2.50'])
  expect(tokenWords(usage)).toMatch(/^1,000 tokens in, 50 out\. Partly estimated/)
  expect(spentWords({ ...usage, costMicros: 0 })).toBe('–')
})

test('cost is said in dollars', () => {
  expect([0, 900, 10_000, 1_234_567_890].map(costWords)).toEqual(['–', '< $0.01', '$0.01', '$1,234.57'])
})

import { expect, test } from 'vitest'
import { PROTOCOL } from '../core/limits.ts'
import { costWords, lengthWords, silenceWords, usageWords } from './run-words.ts'

const MINUTE = 60_000

test('a silent run is never called dead, and its task is free for others only once its claim has lapsed', () => {
  expect(silenceWords(0, PROTOCOL.leaseMs)).toMatch(/^No sign for 10 min\. Its claim has lapsed/)
  expect(silenceWords(0, PROTOCOL.leaseMs - 1)).toBe('No sign for 9 min. It may be at work where nobody hears it.')
})

test('lengths of time are said in the unit that one would say', () => {
  expect([0, 59.9 * MINUTE, 60 * MINUTE, 47 * 60 * MINUTE, 49 * 60 * MINUTE].map(lengthWords)).toEqual([
    '1 min',
    '59 min',
    '1 h',
    '47 h',
    '2 days',
  ])
})

test('cost and tokens are said where there are any', () => {
  expect(costWords(1200)).toBe('$0.0012')
  expect(usageWords({ costMicros: 2_500_000, inputTokens: 1000, outputTokens: 50 })).toBe('$2.50, 1,050 tokens')
  expect(usageWords({ costMicros: 0, inputTokens: 0, outputTokens: 0 })).toBe('')
})

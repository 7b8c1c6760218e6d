import { expect, test } from 'vitest'
import { PRESETS } from '../../core/roles.ts'
import { matching, patternFault, patternsIn, verdictWords } from './patterns.ts'
import { endsWords, isUsual, type RightsInWords, sentenceOf } from './words.ts'

const agent: RightsInWords = { role: 'agent', ...PRESETS.agent, files: null, projects: null, expires: null }

test.each<[Partial<RightsInWords>, string]>([
  [{}, 'May create, edit, claim, and comment on tasks, runs, documents, and comments.'],
  [
    { files: ['src/**', 'docs/*.md'], projects: ['Apollo'] },
    'May create, edit, claim, and comment on tasks, runs, documents, and comments in Apollo, writes only src/** and docs/*.md.',
  ],
  [{ rights: ['update'], types: ['task'], files: [] }, 'May edit tasks, writes no files.'],
  [{ rights: ['emit'], types: null }, 'May read.'],
  [{ rights: ['create', 'grant'], types: null }, 'May create everything on the board, may let others in.'],
])('%o reads “%s”', (over, words) => {
  expect(sentenceOf({ ...agent, ...over })).toBe(words)
})

test('the usual rights of a role are told from others', () => {
  expect([isUsual(agent), isUsual({ ...agent, rights: ['update'] }), isUsual({ ...agent, role: 'owner' })]).toEqual([
    true,
    false,
    true,
  ])
})

test('an end is said by how far it is away', () => {
  const now = Date.UTC(2026, 0, 1)
  const minute = 60_000
  expect([0, 0.5, 20, 181, 60 * 72].map((minutes) => endsWords(now + minutes * minute, now))).toEqual([
    'its time is over',
    'ends in 1 min',
    'ends in 20 min',
    'ends in 3 h',
    'ends in 3 days',
  ])
  expect(endsWords(now + 60 * 24 * 3_600_000, now)).toMatch(/^ends (?:Mar|Feb) \d+, 2026$/)
})

test('patterns are read line by line, each once, in the form that counts', () => {
  expect(patternsIn(' src/** \n\nsrc/**\ncafe\u0301/*')).toEqual(['src/**', 'caf\u00e9/*'])
  expect(patternsIn(' \n')).toBeNull()
})

test.each([
  ['/etc/passwd', /begins at the root/],
  ['src/', /ends with a slash/],
  ['../secrets/**', /leads somewhere/],
  ['src\\api', /parted by/],
  ['src//api', /none is empty/],
])('%s is said to be no pattern, and why', (pattern, words) => {
  expect(patternFault(['ok/**', pattern])).toMatch(words)
})

test('no patterns and right ones have no fault; too many have', () => {
  expect([patternFault(null), patternFault(['src/**'])]).toEqual([null, null])
  expect(patternFault(Array.from({ length: 65 }, (_, i) => `src/${i}`))).toMatch(/64 patterns at most/)
})

test('a path is named by the first pattern that fits, by none, or is no path', () => {
  expect([matching(['docs/*', 'src/**'], 'src/a/b.ts'), matching(['docs/*'], 'src/a'), matching(null, 'src/a')]).toEqual([
    'src/**',
    null,
    'all',
  ])
  expect(verdictWords(['src/**'], 'src/a')).toBe('May write it, by src/**.')
  expect(verdictWords(['src/**'], 'lib/a')).toMatch(/none of the patterns/)
  expect(verdictWords(['src/**'], '../a')).toMatch(/no path/)
})

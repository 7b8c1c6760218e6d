import { expect, test } from 'vitest'
import { suggestionsFor } from './suggestions.ts'

const IN_USE = { labels: ['bug', 'good first issue'], agents: ['Ada Byron', 'coder-1'] }
const offered = (typed: string): string[] => suggestionsFor(typed, IN_USE).map(({ label }) => label)

test('an empty field offers what can be asked, a beginning what it may become, a word nothing', () => {
  expect(offered('')).toEqual(['status:', 'agent:', 'label:', 'priority:', 'is:', 'has:', 'stale:'])
  expect(offered('sta')).toEqual(['status:', 'stale:'])
  expect(offered('docs')).toEqual([])
  expect(offered('docs ')).toEqual([])
})

test('a key offers its values, those in use where anything goes', () => {
  expect(offered('status:in')).toEqual(['in progress', 'in review'])
  expect(offered('-label:')).toEqual(['bug', 'good first issue', 'none'])
  expect(offered('x agent:ada')).toEqual(['Ada Byron'])
  expect(offered('nonsense:')).toEqual([])
})

test('taking one completes the last word and leaves the rest', () => {
  const [taken] = suggestionsFor('fix -label:good', IN_USE)
  expect(taken).toMatchObject({ text: 'fix -label:"good first issue" ', whole: true })
  expect(suggestionsFor('fix -la', IN_USE)[0]).toMatchObject({ text: 'fix -label:', whole: false })
  expect(suggestionsFor('agent:"ada b', IN_USE)[0]?.text).toBe('agent:"Ada Byron" ')
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compilePredicate, type Row } from './query.ts'
import { parseQuery, printQuery, QUERY_FIELDS, QUERY_WORDS, queryPredicate, type Term } from './task-query.ts'

const NOW = 1_000_000_000_000
const MINUTE = 60_000

const task: Row = {
  status: 'ready',
  priority: 'high',
  agents: ['ada byron', 'coder-1'],
  agentCount: 2,
  labels: ['bug', 'good first issue'],
  labelCount: 2,
  ready: true,
  blocked: false,
  question: false,
  conflict: true,
  updated: NOW - 20 * MINUTE,
  text: 'wn-7\nfix: the parser\nbug',
}

function fits(query: string, row: Row = task, me: readonly string[] = ['Grace']): boolean {
  const compiled = compilePredicate(queryPredicate(parseQuery(query), { now: NOW, me }), QUERY_FIELDS)
  if (!compiled.ok) throw new Error(compiled.refusal.detail)
  return compiled.value(row)
}

test.each([
  ['', true],
  ['status:ready', true],
  ['status:Ready,done', true],
  ['status:done', false],
  ['status:done status:ready', true],
  ['-status:ready', false],
  ['-status:done -status:cancelled', true],
  ['status:"In Progress"', false],
  ['agent:"ada byron"', true],
  ['agent:Coder-1 agent:"Ada Byron"', true],
  ['agent:coder-1 agent:grace', false],
  ['agent:grace,coder-1', true],
  ['agent:none', false],
  ['-agent:none', true],
  ['agent:me', false],
  ['label:bug', true],
  ['label:"good first issue"', true],
  ['label:bu', false],
  ['label:none', false],
  ['priority:1', true],
  ['priority:p0,high', true],
  ['priority:low', false],
  ['is:ready', true],
  ['is:blocked', false],
  ['-is:blocked', true],
  ['is:mine', false],
  ['-is:mine', true],
  ['has:question', false],
  ['has:conflict', true],
  ['stale:>15m', true],
  ['stale:15m', true],
  ['stale:>1h', false],
  ['stale:<1h', true],
  ['-stale:>1h', true],
  ['parser fix', true],
  ['"the parser"', true],
  ['"parser the"', false],
  ['-parser', false],
  ['"fix:"', true],
  ['PARSER', true],
  ['status:nonsense', true],
])('%s', (query, expected) => {
  expect(fits(query)).toBe(expected)
})

test('mine is whatever the asker is called', () => {
  expect(fits('is:mine', task, ['Ada Byron', '01ab'])).toBe(true)
  expect(fits('agent:me', task, [])).toBe(false)
})

test.each([
  ['status:nonsense', /“status:” does not know “nonsense”. It takes backlog, ready.* or cancelled/],
  ['status:', /takes backlog/],
  ['foo:bar', /no “foo:”.*quotes/],
  ['stale:>soon', /15m/],
  ['label:', /takes a name/],
  ['is:ready,lost', /“is:” does not know “lost”/],
])('%s is not understood, and says so', (query, words) => {
  expect(parseQuery(query)).toEqual([{ key: 'unclear', source: query, problem: expect.stringMatching(words) as string }])
})

const word = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('a b', '"', '\\', 'x,y', '-x', 'key:x', '“', 'é\t'),
)
const not = fc.boolean()
const chosen = (key: keyof typeof QUERY_WORDS) =>
  fc.record({ key: fc.constant(key), values: fc.subarray([...QUERY_WORDS[key]] as string[], { minLength: 1 }), not })
const term: fc.Arbitrary<Term> = fc.oneof(
  chosen('status'),
  chosen('priority'),
  chosen('is'),
  chosen('has'),
  fc.record({
    key: fc.constantFrom('agent' as const, 'label' as const),
    values: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
    not,
  }),
  fc.record({
    key: fc.constant('stale' as const),
    longer: fc.boolean(),
    amount: fc.nat(999_999),
    unit: fc.constantFrom('m' as const, 'h' as const, 'd' as const, 'w' as const),
    not,
  }),
  fc.record({ key: fc.constant('text' as const), text: word, not }),
)

test('what is printed is read as the same query', () => {
  fc.assert(
    fc.property(fc.array(term, { maxLength: 6 }), (terms) => {
      expect(parseQuery(printQuery(terms))).toEqual(terms)
    }),
  )
})

test('any text is read, and its printed form means the same', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.constantFrom('status:', 'ready', '"', ' ', '-', ',', '\\', 'foo:', 'x', '\n', 'stale:>2h'), { maxLength: 12 })
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (source) => {
      const terms = parseQuery(source)
      expect(parseQuery(printQuery(terms))).toEqual(terms)
    }),
    { numRuns: 1000 },
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuickLine, type QuickLine } from './quick-line.ts'

const NAMES = ['Ada Byron', 'coder-1', 'coder-2', 'Grace Hopper']
const line = (given: Partial<QuickLine>): QuickLine => ({
  title: '',
  labels: [],
  priority: null,
  assignees: [],
  parent: null,
  ...given,
})

test.each<[string, Partial<QuickLine>]>([
  ['Fix the parser', { title: 'Fix the parser' }],
  [
    'Fix #bug the !p1 parser @grace >wn-3',
    { title: 'Fix the parser', labels: ['bug'], priority: 1, assignees: ['Grace Hopper'], parent: 'WN-3' },
  ],
  ['#"good first issue" #bug #bug x', { title: 'x', labels: ['good first issue', 'bug'] }],
  ['x @"Ada Byron" @me', { title: 'x', assignees: ['Ada Byron'] }],
  ['x @coder', { title: 'x', assignees: ['coder'] }],
  ['x @coder-1', { title: 'x', assignees: ['coder-1'] }],
  ['x !urgent', { title: 'x', priority: 0 }],
  ['x !2 !p4', { title: 'x', priority: 4 }],
  ['C# in #12 is !important > all, a@b.c # !', { title: 'C# in #12 is !important > all, a@b.c # !' }],
  ['#bug', { labels: ['bug'] }],
  ['  ', {}],
])('%s', (text, understood) => {
  expect(parseQuickLine(text, NAMES)).toEqual(line(understood))
})

test('marks can stand anywhere and change no word of the title', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  const mark = fc.constantFrom('#bug', '!p0', '@coder-2', '>WN-7')
  fc.assert(
    fc.property(fc.array(fc.oneof(word, mark), { maxLength: 12 }), (parts) => {
      const isMark = (part: string): boolean => /^\W/.test(part)
      const { title, labels, priority } = parseQuickLine(parts.join(' '), NAMES)
      expect(title).toBe(parts.filter((part) => !isMark(part)).join(' '))
      expect(labels).toEqual(parts.includes('#bug') ? ['bug'] : [])
      expect(priority).toBe(parts.includes('!p0') ? 0 : null)
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { globTest, isPath } from './glob.ts'

const matches = (glob: string, path: string): boolean => globTest(glob)(path)

test('a pattern names what it says', () => {
  const cases: readonly (readonly [glob: string, yes: readonly string[], no: readonly string[]])[] = [
    ['src/app.ts', ['src/app.ts'], ['src/app.tsx', 'src/App.ts', 'app.ts', 'src']],
    ['src/*', ['src/a', 'src/a.b'], ['src', 'src/a/b', 'lib/a']],
    ['src/*.ts', ['src/.ts', 'src/a.ts', 'src/a.b.ts'], ['src/a.tsx', 'src/a/b.ts']],
    ['src/**', ['src/a', 'src/a/b/c'], ['src', 'srcs/a']],
    ['**', ['a', 'a/b'], []],
    ['**/*.md', ['readme.md', 'docs/a/b.md'], ['docs/a/b.mdx']],
    ['src/**/test/*.ts', ['src/test/a.ts', 'src/x/y/test/a.ts'], ['src/a.ts', 'src/test/x/a.ts']],
    ['a*b*c', ['abc', 'aXbYc', 'abbcc'], ['acb', 'ab', 'abcd', 'a/b/c']],
    ['a**b', ['ab', 'aXb'], ['a/b']],
    ['a*a', ['aa', 'aXa'], ['a']],
  ]
  for (const [glob, yes, no] of cases) {
    for (const path of yes) expect(matches(glob, path), `${glob} names ${path}`).toBe(true)
    for (const path of no) expect(matches(glob, path), `${glob} does not name ${path}`).toBe(false)
  }
})

test('a path has one form: what could be another name for a file is none', () => {
  for (const path of ['a', 'src/network/x.ts', 'ä/ö', 'a b/c', '...', '.env', 'a/.../b', '𝄞'])
    expect(isPath(path), path).toBe(true)
  const tricks = [
    '',
    '/etc/passwd',
    'src/',
    'src//a',
    '.',
    './a',
    'a/.',
    '..',
    'src/../secrets',
    'src/network/../../x',
    'src\\a',
    'a\u0000b',
    'a\nb',
    'C:/x',
    'c:x',
    'cafe\u0301', // the accent apart: not NFC
    '\ud800',
    'a/'.repeat(64) + 'a',
    'ä'.repeat(600),
  ]
  for (const path of tricks) expect(isPath(path), JSON.stringify(path)).toBe(false)
})

test('a pattern that is not written like a path names nothing', () => {
  for (const glob of ['/**', '../**', 'src/../**', 'src\\**', '**/', 'cafe\u0301/**'])
    for (const path of ['a', 'src/a', 'secrets/key']) expect(matches(glob, path), `${glob} ${path}`).toBe(false)
})

/** The definition, letter by letter and with all ways tried. */
function bySegments(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return path.length === 0
  if (first === '**') {
    if (rest.length === 0) return path.length > 0
    return bySegments(rest, path) || (path.length > 0 && bySegments(pattern, path.slice(1)))
  }
  return path.length > 0 && byLetters(first, path[0] as string) && bySegments(rest, path.slice(1))
}

function byLetters(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern.startsWith('*')) return byLetters(pattern.slice(1), text) || (text !== '' && byLetters(pattern, text.slice(1)))
  return text !== '' && pattern[0] === text[0] && byLetters(pattern.slice(1), text.slice(1))
}

const joined = (letters: string, lengths: { minLength: number; maxLength: number }): fc.Arbitrary<string> =>
  fc
    .array(fc.string({ unit: fc.constantFrom(...letters.split('')), minLength: 1, maxLength: 4 }), lengths)
    .map((segments) => segments.join('/'))

test('in one pass it finds what trying all ways finds', () => {
  let hits = 0
  fc.assert(
    fc.property(
      fc.oneof(
        joined('ab*', { minLength: 1, maxLength: 6 }),
        fc
          .array(fc.constantFrom('**', 'a', 'b', 'a*', '*', 'ab'), { minLength: 1, maxLength: 7 })
          .map((segments) => segments.join('/')),
      ),
      joined('ab', { minLength: 1, maxLength: 7 }),
      (glob, path) => {
        const expected = bySegments(glob.split('/'), path.split('/'))
        if (expected) hits++
        expect(matches(glob, path)).toBe(expected)
      },
    ),
    { numRuns: 20_000 },
  )
  // Else it would only have shown that nothing fits nothing.
  expect(hits).toBeGreaterThan(500)
})

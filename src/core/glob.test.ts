import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { globsIntersect, globTest, isPath } from './glob.ts'

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

/** Every list of at most `most` items. */
function listsOf(items: readonly string[], most: number): string[][] {
  let lists: string[][] = [[]]
  const all: string[][] = []
  for (let length = 1; length <= most; length++) {
    lists = lists.flatMap((list) => items.map((item) => [...list, item]))
    all.push(...lists)
  }
  return all
}

describe('two patterns meet exactly where some path is named by both', () => {
  function expectMeets(globs: readonly string[], paths: readonly string[]): void {
    const named = globs.map((glob) => {
      const test = globTest(glob)
      return paths.map((path) => test(path))
    })
    for (const [i, a] of globs.entries())
      for (const [j, b] of globs.entries())
        if (globsIntersect(a, b) !== named[i]?.some((isNamed, at) => isNamed && named[j]?.[at]))
          expect.fail(`${a} and ${b}: ${globsIntersect(a, b)}`)
  }

  test('inside a segment', () => {
    const globs = listsOf(['a', 'b', '*'], 4).map((letters) => letters.join(''))
    expectMeets(
      globs.filter((glob) => glob !== '**'),
      listsOf(['a', 'b'], 8).map((letters) => letters.join('')),
    )
  })

  test('over segments', () => {
    const globs = listsOf(['a', 'b*', '*', '**'], 3).map((segments) => segments.join('/'))
    expectMeets(
      globs,
      listsOf(['a', 'b', 'c'], 6).map((segments) => segments.join('/')),
    )
  })

  test('and what is no pattern of paths meets nothing', () => {
    expect(globsIntersect('../a', '**')).toBe(false)
    expect(globsIntersect('src/**', 'src/')).toBe(false)
    expect(globsIntersect('src/**', 'src')).toBe(false)
  })
})

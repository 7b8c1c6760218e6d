import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NodeId } from '../../core/ids.ts'
import { type FileEntry, treeRows } from './tree.ts'

const NONE: ReadonlySet<string> = new Set()

test('folders come first, numbers count as numbers, and each row knows its place', () => {
  expect(show(['b.md', 'src/a10.ts', 'src/a9.ts', 'src/ui/x.tsx', 'a.md'])).toEqual([
    '1 src/ 1/3',
    '2 ui/ 1/3',
    '3 x.tsx 1/1',
    '2 a9.ts 2/3',
    '2 a10.ts 3/3',
    '1 a.md 2/3',
    '1 b.md 3/3',
  ])
})

test('a closed folder hides what lies in it, unless somebody looks for it', () => {
  const closed = new Set(['src/'])
  expect(show(['src/a.ts', 'b.md'], '', closed)).toEqual(['1 src/ 1/2', '1 b.md 2/2'])
  expect(show(['src/a.ts', 'b.md'], 'SRC .ts', closed)).toEqual(['1 src/ 1/1', '2 a.ts 1/1'])
  expect(show(['src/a.ts'], 'nothing', closed)).toEqual([])
})

test('names that objects have by themselves are names like any other', () => {
  expect(show(['__proto__/constructor', 'hasOwnProperty'])).toEqual([
    '1 __proto__/ 1/2',
    '2 constructor 1/1',
    '1 hasOwnProperty 2/2',
  ])
})

test('every file has one row, and two at one path have two', () => {
  const name = fc.constantFrom('a', 'b', '__proto__', 'c.md')
  fc.assert(
    fc.property(fc.array(fc.array(name, { minLength: 1, maxLength: 4 })), (paths) => {
      const files = entries(paths.map((segments) => segments.join('/')))
      const ids = treeRows(files, '', NONE).flatMap(({ id }) => (id === null ? [] : [id]))
      expect(ids.toSorted()).toEqual(files.map(({ id }) => id).toSorted())
    }),
  )
})

function entries(paths: readonly string[]): FileEntry[] {
  return paths.map((path, i) => ({ path, id: String(i) as NodeId }))
}

function show(paths: readonly string[], filter = '', closed = NONE): string[] {
  return treeRows(entries(paths), filter, closed).map(
    ({ name, level, id, place, siblings }) => `${level} ${name}${id === null ? '/' : ''} ${place}/${siblings}`,
  )
}

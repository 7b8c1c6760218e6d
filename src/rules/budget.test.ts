import { expect, test } from 'vitest'
import { overBudget, type Manifest } from './budget.ts'

const KIB = 1024
const manifest: Manifest = {
  'index.html': { file: 'assets/index-1.js', isEntry: true, imports: ['_shared.js'], css: ['assets/index-1.css'] },
  '_shared.js': { file: 'assets/shared-1.js', imports: ['_deep.js'] },
  '_deep.js': { file: 'assets/deep-1.js', imports: ['_shared.js'] },
  'src/ui/editor.tsx': { file: 'assets/editor-1.js' },
  'src/ui/menu.tsx': { file: 'assets/menu-1.js' },
}
const light: Record<string, number> = {
  'assets/index-1.js': 46 * KIB,
  'assets/shared-1.js': 30 * KIB,
  'assets/deep-1.js': 20 * KIB,
  'assets/index-1.css': 6 * KIB,
  'assets/view-1.css': 5 * KIB,
  'assets/editor-1.js': 115 * KIB,
  'assets/menu-1.js': 40 * KIB,
  'assets/verifier-worker-1.js': 40 * KIB,
}
const sizes = (changed: Record<string, number> = {}) => new Map(Object.entries({ ...light, ...changed }))

test('what fits exactly is within the budget', () => {
  expect(overBudget(manifest, sizes())).toEqual([])
})

test.each([
  ['the entry', 'assets/index-1.js', 'the first paint'],
  ['an import of an import', 'assets/deep-1.js', 'the first paint'],
  ['a style sheet', 'assets/index-1.css', 'the styles of the first paint'],
  ['the style sheet of a view', 'assets/view-1.css', 'assets/view-1.css'],
  ['the editor', 'assets/editor-1.js', 'assets/editor-1.js'],
  ['a late chunk', 'assets/menu-1.js', 'assets/menu-1.js'],
  ['a worker, which the manifest does not name', 'assets/verifier-worker-1.js', 'assets/verifier-worker-1.js'],
])('one byte more in %s is found', (_what, file, blamed) => {
  expect(overBudget(manifest, sizes({ [file]: (light[file] as number) + 1 }))).toEqual([
    expect.stringContaining(`${blamed} weighs`),
  ])
})

test('style sheets of the first paint count together', () => {
  const shared = {
    ...manifest,
    '_shared.js': { file: 'assets/shared-1.js', imports: ['_deep.js'], css: ['assets/shared-1.css'] },
  }
  expect(overBudget(shared, sizes({ 'assets/shared-1.css': 1 }))).toEqual([
    expect.stringContaining('the styles of the first paint'),
  ])
})

test('a manifest that names nothing, or something that is not there, does not pass', () => {
  expect(overBudget({}, sizes())).toEqual(['the manifest names no entry'])
  const gone = sizes()
  gone.delete('assets/deep-1.js')
  expect(overBudget(manifest, gone)).toEqual(['the first paint: assets/deep-1.js was not built'])
})

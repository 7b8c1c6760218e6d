import { readdirSync, readFileSync } from 'node:fs'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { brokenLayers } from './layers.ts'

const src = fileURLToPath(new URL('../', import.meta.url))

test('every import in src goes to its own layer or down, and core is pure', () => {
  const paths = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path))
  expect(paths.length).toBeGreaterThan(30)
  const sources = new Map(paths.map((path) => [path.split(sep).join('/'), readFileSync(`${src}${path}`, 'utf8')]))
  expect(brokenLayers(sources)).toEqual([])
})

test.each([
  ['an import from above', 'core/a.ts', "import { b } from '../log/b.ts'"],
  ['a type from above', 'store/a.ts', "import type { B } from '../sync/b.ts'"],
  ['an import over several lines', 'base/a.ts', "import {\n  a,\n  type B as C,\n} from '../core/b.ts'"],
  ['a name passed on', 'base/a.ts', "export { b } from '../core/b.ts'"],
  ['everything passed on', 'base/a.ts', "export * from '../core/b.ts'"],
  ['an import for its effect', 'base/a.ts', "const x = 1\nimport '../core/b.ts'"],
  ['a late import', 'api/a.ts', "const b = await import('../ui/b.tsx')"],
  ['the type of a module', 'api/a.ts', "type B = typeof import('../ui/b.tsx')"],
  ['a worker', 'log/a.ts', "new Worker(new URL('../hosts/b.ts', import.meta.url), { type: 'module' })"],
  ['a worker over several lines', 'log/a.ts', "new Worker(\n  new URL(\n    '../hosts/b.ts',\n    import.meta.url,\n  ),\n)"],
  ['a computed import', 'hosts/a.ts', 'await import(name)'],
  ['an import with a hole', 'hosts/a.ts', 'await import(`../ui/${name}.ts`)'],
  ['a computed worker', 'hosts/a.ts', 'new Worker(new URL(name, import.meta.url))'],
  ['a folder that is no layer', 'helpers/a.ts', ''],
  ['an import of a folder that is no layer', 'hosts/a.ts', "import { b } from '../helpers/b.ts'"],
  ['an import of the rules', 'hosts/a.ts', "import { b } from '../rules/b.ts'"],
  ['an import from outside', 'ui/a.ts', "import about from '../../package.json' with { type: 'json' }"],
  ['a clock in core', 'core/a.ts', 'const now = Date.now()'],
  ['the date of today in core', 'core/a.ts', 'const now = new Date()'],
  ['chance in core', 'core/a.ts', 'const x = Math.random()'],
  ['the page in core', 'core/a.ts', "document.querySelector('x')"],
  ['a timer in core', 'core/a.ts', 'setTimeout(run, 1)'],
  ['Yjs in core', 'core/a.ts', "import * as Y from 'yjs'"],
  ['Node in core', 'core/a.ts', "import { join } from 'node:path'"],
])('%s is found', (_what, path, text) => {
  expect(brokenLayers(new Map([[path, text]]))).toHaveLength(1)
})

test.each([
  [
    'down, beside and same folder',
    'ui/a.tsx',
    "import { b } from '../core/b.ts'\nimport c from './c.module.css'\nimport 'react'",
  ],
  ['api and sdk are one row', 'api/a.ts', "import { b } from '../sdk/b.ts'"],
  ['a worker below', 'hosts/a.ts', "new Worker(new URL('./b.ts', import.meta.url))"],
  ['what a comment says', 'core/a.ts', "// import { b } from '../ui/b.ts', Date.now()\n/* import('../ui/b.ts') */\nconst x = 1"],
  ['a date that is given', 'core/a.ts', 'const day = new Date(ms).toISOString()'],
  ['a test of core uses its tools', 'core/a.test.ts', "import { test } from 'vitest'\nimport fc from 'fast-check'"],
  ['hosts read what lies beside src', 'hosts/a.ts', "import about from '../../package.json' with { type: 'json' }"],
  ['the place of a module is no import', 'hosts/a.ts', "const root = new URL('../../', import.meta.url)"],
])('%s is allowed', (_what, path, text) => {
  expect(brokenLayers(new Map([[path, text]]))).toEqual([])
})

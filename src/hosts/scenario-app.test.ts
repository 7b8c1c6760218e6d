/** The app of the demo is real: its own tests run in the sandbox, fail where it is broken, and its page is all there. */

import { expect, test } from 'vitest'
import { createNodeTestRunner } from './node-test-runner.ts'
import { importsIn, resolvePath } from '../core/module-links.ts'
import { hasPassed, suiteOf, summaryOf, type TestReport } from '../agents/sandbox/test-run.ts'
import { accentIn, APP_FILES, type AppFile, themeWith } from '../agents/scenario/app-files.ts'

const TESTS = Object.keys(APP_FILES).filter((path) => path.startsWith('tests/'))

async function testsWith(changed: Partial<Record<AppFile, string>>): Promise<TestReport> {
  const files: Readonly<Record<string, string>> = { ...APP_FILES, ...changed }
  const suite = suiteOf(TESTS, (path) => files[path] ?? null)
  if (!suite.ok) throw new Error(suite.refusal.detail)
  return createNodeTestRunner({ ms: 2000 })(suite.value, new AbortController().signal)
}

test('its tests pass', async () => {
  const report = await testsWith({})
  expect(report.results.filter(({ fault }) => fault !== null)).toEqual([])
  expect(hasPassed(report)).toBe(true)
  expect(summaryOf(report)).toBe('11 of 11 tests passed')
})

test.each([
  ['counting up is forgotten', 'src/api/store.js', 'item.count + 1', 'item.count'],
  ['clearing takes what is open', 'src/api/store.js', '!item.done) }', 'item.done) }'],
  ['ids are given twice', 'src/api/store.js', 'nextId: list.nextId + 1', 'nextId: list.nextId'],
  ['a broken list is believed', 'src/api/storage.js', 'Array.isArray(list?.items) && Number.isInteger(list.nextId)', 'list'],
] as const)('its tests fail where %s', async (_what, path, right, wrong) => {
  const code: string = APP_FILES[path]
  expect(code).toContain(right)
  expect(hasPassed(await testsWith({ [path]: code.replace(right, wrong) }))).toBe(false)
})

test('all that a file names is among the files', () => {
  const names = new Set<string>([...Object.keys(APP_FILES), 'src/ui/theme.css'])
  for (const [path, code] of Object.entries(APP_FILES))
    for (const specifier of importsIn(code)) expect(names).toContain(resolvePath(specifier, path))
  for (const [, href] of APP_FILES['index.html'].matchAll(/(?:href|src)="([^"]+)"/g)) expect(names).toContain(href)
})

test('a colour that was asked for is used, and nothing else gets into the style sheet', () => {
  expect(themeWith(accentIn('Make it ocean blue, please') ?? '')).toContain('--accent: #1f6fb2;')
  expect(accentIn('I like #A0B1C2 best')).toBe('#a0b1c2')
  for (const odd of ['', 'red; } body { display: none', 'url(https://example.org)', '#12', '#1234567', 'constructor'])
    expect(accentIn(odd)).toBe(null)
})

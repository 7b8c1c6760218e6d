/** What any sandbox for tests must do. Run it against one before using it. */

import { expect, test } from 'vitest'
import { hasPassed, suiteOf, summaryOf, type TestReport, type TestRunner } from './test-run.ts'

export function testRunnerContract(where: string, run: TestRunner): void {
  const ran = async (files: Readonly<Record<string, string>>, entries = ['tests/a.test.js']): Promise<TestReport> => {
    const suite = suiteOf(entries, (path) => files[path] ?? null)
    if (!suite.ok) throw new Error(suite.refusal.detail)
    return run(suite.value, new AbortController().signal)
  }

  test(`${where}: tests run with what they import, and say by name what passed and what did not`, async () => {
    const report = await ran({
      'src/double.js': `import { two } from './lib/two.js'\nexport const double = (n) => n * two`,
      'src/lib/two.js': `export const two = 2`,
      'tests/a.test.js': `
        import { double } from '../src/double.js'
        test('it doubles', () => assert.equal(double(2), 4))
        test('it fails', async () => { await null; assert.equal({ a: [double(1)] }, { a: [3] }) })
        test('it throws', () => assert.throws(() => double.nothing()))`,
    })
    expect(report).toEqual({
      fault: null,
      results: [
        { file: 'tests/a.test.js', title: 'it doubles', fault: null },
        { file: 'tests/a.test.js', title: 'it fails', fault: '{"a":[2]} is not {"a":[3]}' },
        { file: 'tests/a.test.js', title: 'it throws', fault: null },
      ],
    })
    expect(summaryOf(report)).toBe('2 of 3 tests passed')
    expect(hasPassed(report)).toBe(false)
  })

  test(`${where}: a file that does not load is said, and nothing has passed`, async () => {
    for (const code of ['this is no code', 'throw new Error("early")', "import { gone } from 'https://example.org/x.js'"]) {
      const report = await ran({ 'tests/a.test.js': code })
      expect(report.fault).toMatch(/tests\/a\.test\.js/)
      expect(hasPassed(report)).toBe(false)
    }
  })

  test(`${where}: no test at all is no pass`, async () => {
    expect(hasPassed(await ran({ 'tests/a.test.js': '' }))).toBe(false)
  })

  test(`${where}: what loops for ever is ended`, async () => {
    const report = await ran({ 'tests/a.test.js': `test('for ever', () => { for (;;); })` })
    expect(report.fault).toMatch(/did not end within/)
  })

  test(`${where}: there is no network, no storage and no page in reach`, async () => {
    const report = await ran({
      'tests/a.test.js': `
        const reached = []
        const tries = {
          fetch: () => fetch('https://example.org/'),
          socket: () => new Promise((yes, no) => { const s = new WebSocket('wss://example.org/'); s.onopen = yes; s.onerror = () => no(new Error('no')) }),
          script: () => importScripts('https://example.org/x.js'),
          module: () => import('https://example.org/x.js'),
          storage: () => localStorage.length,
          database: () => new Promise((yes, no) => { const r = indexedDB.open('x'); r.onsuccess = yes; r.onerror = () => no(new Error('no')) }),
          page: () => document.title,
          process: () => process.env,
          require: () => require('fs'),
        }
        for (const [name, run] of Object.entries(tries))
          test(name, async () => { try { await run() } catch { return } throw new Error('it was reached') })`,
    })
    expect(report.fault).toBe(null)
    expect(report.results).toHaveLength(9)
    expect(report.results.filter(({ fault }) => fault !== null)).toEqual([])
  })
}

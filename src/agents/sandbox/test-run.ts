/**
 * Running tests that an agent wrote: what goes into a sandbox, and what comes out.
 *
 * A test is a module among the documents. It and what it imports are put together here, dependencies first; a sandbox (`TestRunner`)
 * then runs them where there is no network, no storage and nothing of the app, and ends them when their time is over. What
 * comes out is evidence, as good as the tests: a test file may lie about itself, and whoever reviews can read it.
 */

import { ok, refuse, type Result } from '../../base/result.ts'
import { LOCAL } from '../../core/limits.ts'
import { importsIn, resolvePath } from '../../core/module-links.ts'

export interface TestModule {
  readonly path: string
  readonly code: string
  /** What each relative import in it means. */
  readonly imports: Readonly<Record<string, string>>
}

/** Modules in an order in which each comes after all that it imports. */
export interface TestSuite {
  readonly modules: readonly TestModule[]
  /** The test files among them. */
  readonly entries: readonly string[]
}

export interface TestResult {
  readonly file: string
  readonly title: string
  /** Why it failed; null where it passed. */
  readonly fault: string | null
}

export interface TestReport {
  readonly results: readonly TestResult[]
  /** Why not all of them ran; null where they did. */
  readonly fault: string | null
}

/** Ends by itself within `LOCAL.testRunMs` and a moment. Throws only when aborted, or where there is no sandbox to be had. */
export type TestRunner = (suite: TestSuite, signal: AbortSignal) => Promise<TestReport>

/** The suite of these test files, or what is wrong with it. `read`: the document at a path, or null. */
export function suiteOf(entries: readonly string[], read: (path: string) => string | null): Result<TestSuite> {
  const modules = new Map<string, TestModule>()
  const open: string[] = []
  let chars = 0
  const add = (path: string, by: string): Result<null> => {
    if (modules.has(path)) return ok(null)
    if (open.includes(path))
      return refuse({ code: 'invalid', detail: `These import each other in a circle: ${[...open, path].join(' → ')}.` })
    const code = read(path)
    if (code === null) return refuse({ code: 'not_found', detail: `${by} names ${path}, and there is no such document.` })
    chars += code.length
    if (modules.size + open.length >= LOCAL.testModules || chars > LOCAL.testChars)
      return refuse({
        code: 'too_large',
        detail: `Tests with what they import have ${LOCAL.testModules} modules and ${LOCAL.testChars} characters at most.`,
      })
    open.push(path)
    const imports: Record<string, string> = {}
    for (const specifier of importsIn(code)) {
      const target = resolvePath(specifier, path)
      if (target === null) return refuse({ code: 'invalid', detail: `${path} imports ${specifier}, which lies outside.` })
      const added = add(target, path)
      if (!added.ok) return added
      imports[specifier] = target
    }
    open.pop()
    modules.set(path, { path, code, imports })
    return ok(null)
  }
  for (const entry of entries) {
    const added = add(entry, 'The run')
    if (!added.ok) return added
  }
  return ok({ modules: [...modules.values()], entries })
}

/** What a sandbox said, made sure of: it ran code of strangers. */
export function reportOf(said: unknown): TestReport {
  const { results, fault } = (typeof said === 'object' && said !== null ? said : {}) as Readonly<Record<string, unknown>>
  if (!Array.isArray(results)) return { results: [], fault: 'The tests said nothing that can be read.' }
  return {
    results: results.slice(0, LOCAL.testsPerRun).map((one: Readonly<Record<string, unknown>> | null) => ({
      file: short(one?.['file']),
      title: short(one?.['title']),
      fault: one?.['fault'] === null ? null : short(one?.['fault']) || 'It failed.',
    })),
    fault: fault === null ? null : short(fault) || 'It ended early.',
  }
}

/** `11 of 11 tests passed`. */
export function summaryOf({ results, fault }: TestReport): string {
  const passed = results.filter((result) => result.fault === null).length
  const counted = results.length === 0 ? 'No test ran' : `${passed} of ${results.length} tests passed`
  return fault === null ? counted : `${counted}. ${fault}`
}

export function hasPassed({ results, fault }: TestReport): boolean {
  return fault === null && results.length > 0 && results.every((result) => result.fault === null)
}

/** A line a test, as evidence. */
export function linesOf({ results }: TestReport): readonly string[] {
  return results.map(
    ({ file, title, fault }) => `${fault === null ? '✓' : '✗'} ${file}: ${title}${fault === null ? '' : ` (${fault})`}`,
  )
}

function short(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LOCAL.testWordChars) : ''
}

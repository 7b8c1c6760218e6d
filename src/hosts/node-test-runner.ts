/**
 * The sandbox for tests on a host: an engine of its own, compiled to WebAssembly, with a bounded heap and a deadline. Code in it
 * reaches what we hand in, and we hand in nothing: no files, no network, no clock, no process. Each run has a fresh engine, which is
 * dropped as a whole. It runs in one go: a test that loops for ever holds this process up until the deadline, and no longer.
 */

import variant from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten-core'
import harness from '../agents/sandbox/harness.js?raw'
import { reportOf, type TestReport, type TestRunner, type TestSuite } from '../agents/sandbox/test-run.ts'
import { LOCAL } from '../core/limits.ts'

export function createNodeTestRunner({ ms = LOCAL.testRunMs }: { ms?: number } = {}): TestRunner {
  return (suite, signal) => runTests(suite, signal, ms)
}

async function runTests(suite: TestSuite, signal: AbortSignal, ms: number): Promise<TestReport> {
  const quickjs = await newQuickJSWASMModuleFromVariant(variant)
  signal.throwIfAborted()
  const endsAt = Date.now() + ms
  const runtime = quickjs.newRuntime({
    memoryLimitBytes: LOCAL.testHeapBytes,
    maxStackSizeBytes: STACK_BYTES,
    interruptHandler: () => Date.now() > endsAt,
  })
  const modules = new Map(suite.modules.map((module) => [module.path, module]))
  runtime.setModuleLoader(
    (path) => modules.get(path)?.code ?? { error: new Error(`there is no module ${path}`) },
    (from, specifier) => modules.get(from)?.imports[specifier] ?? specifier,
  )
  const engine = runtime.newContext()
  const settle = (make: () => ReturnType<QuickJSContext['evalCode']>): Settled => settled(engine, make, ms)
  const held = settle(() => engine.evalCode(`(() => {${harness}\nreturn createHarness()})()`))
  if ('fault' in held) throw new Error(`The harness of tests does not start: ${held.fault}`)
  const ask = (name: string, ...args: QuickJSHandle[]): Settled =>
    settle(() => engine.callFunction(engine.getProp(held.value, name), engine.undefined, ...args))
  for (const path of suite.entries) {
    ask('begin', engine.newString(path))
    const loaded = settle(() => engine.evalCode(modules.get(path)?.code ?? '', path, { type: 'module' }))
    if ('fault' in loaded) return { results: [], fault: `${path}: ${loaded.fault}` }
  }
  const ran = ask('run')
  return 'fault' in ran ? { results: [], fault: ran.fault } : reportOf({ results: engine.dump(ran.value), fault: null })
}

const STACK_BYTES = 512 * 1024

type Settled = { readonly value: QuickJSHandle } | { readonly fault: string }

/** Runs a piece of code and all that it leads to; of a promise, what it came to. */
function settled(engine: QuickJSContext, run: () => ReturnType<QuickJSContext['evalCode']>, ms: number): Settled {
  const made = run()
  if (made.error) return { fault: wordsOf(engine, made.error, ms) }
  const jobs = engine.runtime.executePendingJobs()
  if (jobs.error) return { fault: wordsOf(engine, jobs.error, ms) }
  const state = engine.getPromiseState(made.value)
  if (state.type === 'fulfilled') return { value: state.value }
  if (state.type === 'rejected') return { fault: wordsOf(engine, state.error, ms) }
  return { fault: 'It waits for something that never comes: there are no timers here.' }
}

function wordsOf(engine: QuickJSContext, error: QuickJSHandle, ms: number): string {
  const said: unknown = engine.dump(error)
  if (typeof said !== 'object' || said === null) return String(said)
  const { name = 'Error', message = '' } = said as { readonly name?: unknown; readonly message?: unknown }
  return message === 'interrupted' ? `They did not end within ${ms / 1000} seconds.` : `${String(name)}: ${String(message)}`
}

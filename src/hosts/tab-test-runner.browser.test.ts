import { expect, onTestFinished, test, vi } from 'vitest'
import { testRunnerContract } from '../agents/sandbox/test-runner.contract.ts'
import { suiteOf } from '../agents/sandbox/test-run.ts'
import { LOCAL } from '../core/limits.ts'
import { createTabTestRunner } from './tab-test-runner.ts'

const SHORT_MS = 1000
testRunnerContract('in a tab', createTabTestRunner({ page: '/sandbox.html', ms: SHORT_MS }))

test('a run that is aborted ends at once and leaves no frame', async () => {
  const suite = suiteOf(['a.js'], () => `test('for ever', () => { for (;;); })`)
  if (!suite.ok) throw new Error(suite.refusal.detail)
  const stop = new AbortController()
  const running = createTabTestRunner({ page: '/sandbox.html' })(suite.value, stop.signal)
  stop.abort(new Error('Stopped.'))
  await expect(running).rejects.toThrow('Stopped.')
  expect(document.querySelector('iframe')).toBeNull()
})

test('however much a test says, no more than a report comes to the page', async () => {
  const heard: unknown[] = []
  class Overheard extends MessageChannel {
    constructor() {
      super()
      this.port1.addEventListener('message', ({ data }) => heard.push(data))
    }
  }
  vi.stubGlobal('MessageChannel', Overheard)
  onTestFinished(() => void vi.unstubAllGlobals())
  const suite = suiteOf(
    ['a.js'],
    () => `
      const long = 'x'.repeat(${LOCAL.testWordChars + 100})
      const result = { file: long, title: long, fault: { long }, more: long }
      postMessage({ results: Array(${LOCAL.testsPerRun + 100}).fill(result), fault: long, more: 'x'.repeat(1e6) })`,
  )
  if (!suite.ok) throw new Error(suite.refusal.detail)
  await createTabTestRunner({ page: '/sandbox.html' })(suite.value, new AbortController().signal)
  const cut = 'x'.repeat(LOCAL.testWordChars)
  expect(heard).toEqual([
    { results: Array.from({ length: LOCAL.testsPerRun }, () => ({ file: cut, title: cut, fault: '' })), fault: cut },
  ])
})

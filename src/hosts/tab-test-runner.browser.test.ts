import { expect, test } from 'vitest'
import { testRunnerContract } from '../agents/sandbox/test-runner.contract.ts'
import { suiteOf } from '../agents/sandbox/test-run.ts'
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

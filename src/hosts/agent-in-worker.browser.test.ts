/** An agent in a real Worker: it works to the end, its death is noticed, and the next one goes on where it was. */

import { expect, onTestFinished, test } from 'vitest'
import { testBoard } from '../agents/agent.fixture.ts'
import { LOCAL } from '../core/limits.ts'
import { runInWorker } from './agent-in-worker.ts'
// The bundler makes this one: the Worker.
// oxlint-disable-next-line import/default
import AgentWorker from './agent-worker.ts?worker'
import { newSealingKey, openSecret, sealSecret } from '../store/sealed-secret.ts'

async function scene(script = 'first-look') {
  const board = await testBoard()
  board.do('create_task', { title: 'Look at it', status: 'ready' })
  const agent = await board.agent(1)
  const workers: Worker[] = []
  const stop = new AbortController()
  onTestFinished(() => stop.abort(new Error('the test is over')))
  const run = () => {
    const spawn = (): Worker => {
      const worker = new AgentWorker()
      workers.push(worker)
      return worker
    }
    const over = runInWorker(
      { port: agent.port, config: { driver: 'scripted', script }, secret: null, paceMs: 0, spawn, clock: board.clock },
      stop.signal,
    )
    over.catch(() => undefined)
    return over
  }
  return { board, agent, workers, run, stop }
}

test('it takes a task, works by its script and hands in, through one object and nothing else', async () => {
  const { board, agent, run, stop } = await scene()
  const over = run()
  await board.until(() => board.task().status === 'in_review')
  expect(board.runs()).toMatchObject([{ agent: agent.replica.actor, state: 'submitted' }])
  const paths = board.do('list_documents', { id: 'WN-1' }).map(({ path }) => path)
  expect(paths).toContain('notes/WN-1.md')
  stop.abort(new Error('enough'))
  await expect(over).rejects.toThrow('enough')
})

test('a Worker that is killed is noticed by its silence, and the next goes on with the run', async () => {
  const { board, workers, run } = await scene()
  let seen = 0
  board.owner.views.onChanged(() => {
    // In the middle of the work, and once.
    if (board.runs()[0]?.step === 'Writing a note' && seen++ === 0) workers[0]?.terminate()
  })
  const first = run()
  await board.until(() => seen > 0)
  const noticed = first.catch((error: unknown) => error)
  for (let ms = 0; ms <= LOCAL.workerSilenceMs + LOCAL.beatMs; ms += LOCAL.beatMs) board.clock.advance(LOCAL.beatMs)
  expect(await noticed).toMatchObject({ name: 'AgentWorkerError', needsPerson: false })
  expect(board.runs()).toMatchObject([{ state: 'working' }])
  void run().catch(() => undefined)
  await board.until(() => board.task().status === 'in_review')
  expect(board.runs()).toHaveLength(1)
  expect(workers).toHaveLength(2)
})

test('a script that is not there is for a person, not for another try', async () => {
  const { run } = await scene('nonsense')
  await expect(run()).rejects.toMatchObject({ needsPerson: true })
})

test('a secret opens under its own name only, and the key that opens it cannot be taken out', async () => {
  const key = await newSealingKey()
  const sealed = await sealSecret('anthropic', 'sk-1', key)
  expect(await openSecret(sealed)).toBe('sk-1')
  await expect(openSecret({ ...sealed, name: 'openai' })).rejects.toThrow()
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
})

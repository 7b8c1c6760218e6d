/** The life of an agent on a real log: what it does with a task, with people's words, with a pause, and with silence. */

import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { testBoard } from './agent.fixture.ts'
import { call, steps } from './scripted.fixture.ts'
import { scriptedModel } from './scripted.ts'

const submit = call('submit', { summary: 'Done.', checks: ['looked at it'] })

function deferred<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((done) => (resolve = done))
  return { promise, resolve }
}

test('it takes a task, reads, writes, reports, and hands in with evidence and a transcript', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', body: 'A small thing.', status: 'ready' })
  const agent = await board.agent(1, { files: ['src/**', 'transcripts/**'] })
  const script = steps(
    call('read_task'),
    call('write_document', { path: 'src/a.js', content: 'export const a = 1\n' }),
    call('progress', { percent: 80, step: 'Nearly there' }),
    submit,
  )
  const working = agent.start(scriptedModel('test', script))
  await working.ended(1)
  expect(working.outcomes).toEqual(['submitted'])
  expect(board.task()).toMatchObject({ status: 'in_review', progress: 80 })
  expect(board.runs()).toMatchObject([{ agent: agent.replica.actor, state: 'submitted', evidence: { summary: 'Done.' } }])
  const paths = board.do('list_documents', { id: 'WN-1' }).map(({ path }) => path)
  expect(paths).toEqual(['src/a.js', `transcripts/WN-1/${board.runs()[0]?.id}.md`])
  const transcript = board.do('get_document', { id: board.do('list_documents', { id: 'WN-1' })[1]?.id as string })
  expect(transcript.content).toContain('scripted: test')
  expect(transcript.content).toContain('write_document')
  // The first sign of life comes at once, before any step.
  expect(agent.beats[1]).toMatchObject({ step: 'Reading the task' })
  await working.stop()
})

test('a question waits for its answer, and the same run goes on with it', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  const script = steps(call('ask', { question: 'Which port?', options: ['80', '8080'] }), ({ answers }) =>
    call('submit', { summary: `It is ${answers[0]?.output}` }),
  )
  const working = agent.start(scriptedModel('test', script))
  await board.until(() => board.task().questions === 1)
  const [question] = board.owner.views.questions
  board.do('answer_question', { id: question as string, answer: '8080' })
  await working.ended(1)
  expect(board.runs()).toHaveLength(1)
  expect(board.runs()[0]?.evidence).toMatchObject({ summary: expect.stringContaining('8080') })
  await working.stop()
})

test('what a person says reaches it before its next step, and what it said itself does not come back', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  const script = steps(
    () => {
      board.do('comment_task', { id: 'WN-1', body: 'Use tabs.' })
      return call('comment', { text: 'I begin.' })
    },
    ({ messages }) => {
      const last = messages.at(-1)
      return call('submit', { summary: last?.role === 'user' ? last.text : 'nothing was said' })
    },
  )
  const working = agent.start(scriptedModel('test', script))
  await working.ended(1)
  const [run] = board.runs()
  const { summary } = (run?.evidence ?? {}) as { summary?: string }
  expect(summary).toContain('Use tabs.')
  expect(summary).not.toContain('I begin.')
  await working.stop()
})

test('who falls silent is told so twice, then the run fails and says why', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  let turns = 0
  const working = agent.start(
    scriptedModel('test', () => {
      turns++
      return { say: 'I am done.' }
    }),
  )
  await working.ended(1)
  expect(working.outcomes).toEqual(['failed'])
  expect(turns).toBe(LOCAL.nudgesPerRun + 1)
  expect(board.runs()[0]).toMatchObject({ state: 'fail', said: expect.stringContaining('fell silent') })
  await working.stop()
})

test('a pause aborts the step at once and keeps the run; resumed, the step is made anew', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  const model = scriptedModel('test', steps(submit))
  let asked = 0
  const begun = deferred<AbortSignal>()
  const aborted = deferred<unknown>()
  const working = agent.start({
    ...model,
    async *step(request, signal) {
      asked++
      if (asked === 1) {
        begun.resolve(signal)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      }
      yield* model.step(request, signal)
    },
  })
  const signal = await begun.promise
  signal.addEventListener('abort', () => aborted.resolve(signal.reason))
  board.do('pause_agent', { id: agent.replica.actor })
  // In the same turn as it is known here.
  expect(signal.aborted).toBe(true)
  expect(await aborted.promise).toMatchObject({ message: expect.stringContaining('paused') })
  expect(board.runs()).toMatchObject([{ state: 'working' }])
  board.do('resume_agent', { id: agent.replica.actor })
  await working.ended(1)
  expect(asked).toBe(2)
  expect(board.runs()).toMatchObject([{ state: 'submitted' }])
  await working.stop()
})

test('a run that is stopped ends its current step, and the agent takes the next task', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  board.do('create_task', { title: 'Then this', status: 'ready', priority: 4 })
  const agent = await board.agent(1)
  let stopped = false
  const model = scriptedModel('test', steps(submit))
  const working = agent.start({
    ...model,
    async *step(request, signal) {
      if (!stopped) {
        stopped = true
        const never = new Promise<never>(() => undefined)
        board.do('stop_task', { id: 'WN-1' })
        board.do('update_task', { id: 'WN-1', status: 'cancelled' })
        await never
      }
      yield* model.step(request, signal)
    },
  })
  await working.ended(2)
  expect(working.outcomes).toEqual(['gone', 'submitted'])
  expect(board.runs('WN-1')).toMatchObject([{ state: 'revoke' }])
  expect(board.runs('WN-2')).toMatchObject([{ state: 'submitted' }])
  await working.stop()
})

test('work that is sent back comes to the same run with its words', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  const script = steps(submit, ({ messages }) => {
    const last = messages.at(-1)
    return call('submit', { summary: last?.role === 'user' ? last.text : 'nothing' })
  })
  const working = agent.start(scriptedModel('test', script))
  await working.ended(1)
  board.do('reject_task', { id: 'WN-1', note: 'The docs are missing.' })
  board.clock.advance(1000)
  await working.ended(2)
  expect(board.runs()).toHaveLength(1)
  expect(board.runs()[0]?.evidence).toMatchObject({ summary: expect.stringContaining('The docs are missing.') })
  await working.stop()
})

test('who goes on with a run does not do again what was done', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  const script = steps(
    call('create_task', { title: 'Found on the way' }),
    call('comment', { text: 'Half way.' }),
    call('write_document', { path: 'a.txt', content: 'a' }),
    submit,
  )
  const first = agent.start(scriptedModel('test', script))
  await board.until(() => board.task().comments === 1)
  await first.stop()
  expect(board.runs()).toMatchObject([{ state: 'working' }])
  const second = agent.start(scriptedModel('test', script))
  await second.ended(1)
  expect(board.runs()).toMatchObject([{ state: 'submitted' }])
  expect(board.task()).toMatchObject({ comments: 1 })
  expect(board.task('WN-2')).toMatchObject({ title: 'Found on the way', dependencies: [{ type: 'discovered_from' }] })
  expect(board.owner.views.find('WN-3')).toBeNull()
  await second.stop()
})

test('a beat comes every few seconds, with the run and the step, and the run is renewed', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  const working = agent.start(scriptedModel('test', steps(call('ask', { question: 'Well?' }))))
  await board.until(() => board.task().questions === 1 && board.task().run?.step === 'Waiting for an answer')
  const before = agent.beats.length
  const renewed = board.owner.nodes.get(board.task().id)?.work?.runs[0]?.renewed
  board.clock.advance(LOCAL.renewMs + 1)
  expect(agent.beats.length - before).toBe(Math.floor(LOCAL.renewMs / LOCAL.beatMs))
  expect(agent.beats.at(-1)).toMatchObject({ run: board.runs()[0]?.id, step: 'Waiting for an answer' })
  await board.until(() => board.owner.nodes.get(board.task().id)?.work?.runs[0]?.renewed !== renewed)
  await working.stop()
})

test('who was cut off is told to go on in parts, and a model that declines fails the run with that word', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  board.do('create_task', { title: 'Then this', status: 'ready', priority: 4 })
  const agent = await board.agent(1)
  const told: string[] = []
  const working = agent.start({
    name: 'test',
    isScripted: false,
    price: null,
    async *step({ messages, about }) {
      await null
      const last = messages.at(-1)
      if (last?.role === 'user') told.push(last.text)
      if (about.task?.key === 'WN-2') return yield { type: 'end', reason: 'declined' }
      if (messages.length === 1) return yield { type: 'end', reason: 'length' }
      yield { type: 'call', call: { id: 'c', name: 'submit', input: { summary: 'Done.' } } }
      yield { type: 'end', reason: 'calls' }
    },
  })
  await working.ended(2)
  expect(working.outcomes).toEqual(['submitted', 'failed'])
  expect(told.some((text) => text.includes('smaller parts'))).toBe(true)
  expect(board.runs('WN-2')[0]).toMatchObject({ state: 'fail', said: 'The model declined to answer.' })
  await working.stop()
})

/** What a person changes in the middle of a run: the agent’s next write moves nothing, its model learns what was changed, and goes on. */

import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { testBoard } from './agent.fixture.ts'
import { call, steps } from './scripted.fixture.ts'
import { type Scene, type Script, type ScriptedStep, scriptedModel } from './scripted.ts'

const submit = (summary: string): ScriptedStep => call('submit', { summary })
const said = ({ answers }: Scene): unknown => JSON.parse(answers[0]?.output ?? 'null')

test('a body that a person edits holds back every write on the task, and the first refusal says what was edited', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', body: 'Paint it red.\n', status: 'ready' })
  const agent = await board.agent(1)
  const told: unknown[] = []
  const states: unknown[] = []
  const script = steps(
    () => {
      board.do('update_task', { id: 'WN-1', body: 'Paint it blue.\n' })
      return submit('It is red.')
    },
    (scene) => {
      told.push(said(scene))
      states.push(board.task().status)
      board.do('update_task', { id: 'WN-1', title: 'Build that' })
      return call('block', { reason: 'No paint.' })
    },
    (scene) => {
      told.push(said(scene))
      states.push(board.task().status, board.task().comments)
      return call('write_document', { path: 'out.txt', content: 'blue' })
    },
    submit('It is blue.'),
  )
  const working = agent.start(scriptedModel('test', script))
  await working.ended(1)
  expect(working.outcomes).toEqual(['submitted'])
  expect(told).toMatchObject([
    {
      code: 'human_fence',
      untrusted: {
        changes: [{ field: 'body', by: board.owner.actor, diff: '@@ -1 +1 @@\n-Paint it red.\n+Paint it blue.' }],
      },
    },
    { code: 'human_fence', untrusted: { changes: [{ field: 'title', was: 'Build it', now: 'Build that' }] } },
  ])
  expect(states).toEqual(['in_progress', 'in_progress', 0])
  expect(board.runs()).toMatchObject([{ state: 'submitted', evidence: { summary: 'It is blue.' } }])
  await working.stop()
})

test('a document that a person wrote in is left as they left it, until the model has read that; one that it never read as well', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  board.do('create_document', { path: 'notes.txt', content: 'Ours.\n' })
  const agent = await board.agent(1)
  const write = (path: string, content: string): ScriptedStep => call('write_document', { path, content })
  const documents: string[] = []
  const look = (path: string): void => {
    const [id] = board.owner.views.documents.at(path, null)
    documents.push(board.do('get_document', { id: id as string }).content)
  }
  const script = steps(
    write('a.txt', 'one\ntwo\n'),
    () => {
      const [id] = board.owner.views.documents.at('a.txt', null)
      board.do('update_document', { id: id as string, content: 'one\n2\n' })
      return write('a.txt', 'ONE\ntwo\n')
    },
    () => {
      look('a.txt')
      return write('a.txt', 'ONE\n2\n')
    },
    () => {
      look('a.txt')
      return write('notes.txt', 'Mine.\n')
    },
    () => {
      look('notes.txt')
      return submit('Done.')
    },
  )
  const working = agent.start(scriptedModel('test', script))
  await working.ended(1)
  expect(documents).toEqual(['one\n2\n', 'ONE\n2\n', 'Ours.\n'])
  await working.stop()
})

test('a document that is too long for its model to read has not been read', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const content = 'A line of ours.\n'.repeat(LOCAL.toolOutputChars / 16 + 1)
  const { id } = board.do('create_document', { path: 'notes.txt', content })
  const agent = await board.agent(1)
  const told: unknown[] = []
  const documents: string[] = []
  const note = (scene: Scene): void => {
    told.push(said(scene))
    documents.push(board.do('get_document', { id }).content)
  }
  const write = call('write_document', { path: 'notes.txt', content: 'Mine.\n' })
  const working = agent.start(
    scriptedModel(
      'test',
      steps(
        call('read_document', { path: 'notes.txt' }),
        (scene) => (note(scene), write),
        (scene) => (note(scene), write),
        (scene) => (note(scene), submit('Done.')),
      ),
    ),
  )
  await working.ended(1)
  expect(told).toMatchObject([{ code: 'too_large' }, { code: 'human_fence' }, { written: 'notes.txt' }])
  expect(documents).toEqual([content, content, 'Mine.\n'])
  await working.stop()
})

test('reading the task again is enough', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  const script = steps(() => {
    board.do('update_task', { id: 'WN-1', body: 'Blue.' })
    return call('read_task')
  }, submit('Blue it is.'))
  const working = agent.start(scriptedModel('test', script))
  await working.ended(1)
  expect(board.runs()).toMatchObject([{ state: 'submitted', evidence: { summary: 'Blue it is.' } }])
  await working.stop()
})

test('what was changed while nobody worked holds back whoever goes on with the conversation', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1)
  let isAsked!: () => void
  const asked = new Promise<void>((resolve) => (isAsked = resolve))
  const first = agent.start({
    ...scriptedModel('test', () => ({})),
    async *step(request, signal) {
      if (request.messages.length === 1) {
        yield { type: 'call', call: { id: '1', name: 'progress', input: { percent: 10 } } }
        yield { type: 'end', reason: 'calls' }
        return
      }
      isAsked()
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    },
  })
  await asked
  await first.stop()
  board.do('update_task', { id: 'WN-1', body: 'Blue.' })
  const told: unknown[] = []
  const script: Script = (scene) => {
    told.push(said(scene))
    return submit('Done.')
  }
  const second = agent.start(scriptedModel('test', script))
  await second.ended(1)
  expect(told).toMatchObject([{}, { code: 'human_fence', untrusted: { changes: [{ field: 'body' }] } }])
  expect(board.runs()).toMatchObject([{ state: 'submitted' }])
  await second.stop()
})

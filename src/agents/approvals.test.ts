/** What an agent asks about first is not done before a person has said so, and only as far as was said. */

import { expect, test } from 'vitest'
import type { NodeId } from '../core/ids.ts'
import { run } from '../operations/table.ts'
import { type TestBoard, testBoard, type Working } from './agent.fixture.ts'
import { APPROVALS } from './approvals.ts'
import { type Script, scriptedModel } from './scripted.ts'

/** Writes two files, one after the other, and hands in with what came of it. */
const twoFiles: Script = ({ turn, answers }) => {
  const write = (path: string) => ({ name: 'write_document', input: { path, content: 'x' } })
  if (turn === 0) return { calls: [write('src/a.js')] }
  if (turn === 1)
    return { calls: [{ name: 'comment', input: { text: answers[0]?.failed ? 'refused' : 'done' } }, write('src/b.js')] }
  return { calls: [{ name: 'submit', input: { summary: 'Two files.' } }] }
}

async function scene(approve: readonly string[], tasks = 1): Promise<{ readonly board: TestBoard; readonly working: Working }> {
  const board = await testBoard()
  for (let i = 0; i < tasks; i++) board.do('create_task', { title: 'Write', status: 'ready' })
  const agent = await board.agent(3, { files: ['src/**'], profile: { limits: { approve } } })
  return { board, working: agent.start(scriptedModel('two files', twoFiles)) }
}

const written = ({ owner }: TestBoard): string[] =>
  owner.views.documents.all.flatMap((id) => owner.nodes.get(id)?.path ?? []).filter((path) => path.startsWith('src/'))

/** Waits for the next question and answers it. */
async function answer(board: TestBoard, words: (typeof APPROVALS)[number]): Promise<void> {
  await board.until(() => board.owner.views.questions.size > 0)
  const [id] = board.owner.views.questions as Iterable<NodeId>
  if (!id) throw new Error('no question')
  board.do('answer_question', { id, answer: words })
}

test('each call that was to be asked about is asked about, and done when it is allowed', async () => {
  const { board, working } = await scene(['write_document src/**'])
  await board.until(() => board.owner.views.questions.size > 0)
  expect(written(board)).toEqual([])
  await answer(board, 'Allow once')
  await board.until(() => written(board).length === 1)
  await answer(board, 'Allow once')
  await working.ended(1)
  expect(written(board)).toEqual(['src/a.js', 'src/b.js'])
  await working.stop()
})

test('what a person does not allow is refused in words, and the run goes on', async () => {
  const { board, working } = await scene(['write_document src/a.js'])
  await answer(board, 'Do not allow')
  await working.ended(1)
  expect(written(board)).toEqual(['src/b.js'])
  expect(working.outcomes).toEqual(['submitted'])
  await working.stop()
})

test('always is for this call in every run, once for one only', async () => {
  const { board, working } = await scene(['write_document src/a.js'], 2)
  await answer(board, 'Always allow')
  await working.ended(2)
  expect(board.owner.views.questions.size).toBe(0)
  await working.stop()
  const { board: other, working: again } = await scene(['write_document src/a.js'], 2)
  await answer(other, 'Allow once')
  await again.ended(1)
  await other.until(() => other.owner.views.questions.size > 0)
  await again.stop()
})

test('no agent allows anything, neither to itself nor to another', async () => {
  const { board, working } = await scene(['write_document src/a.js'])
  const other = await board.agent(5)
  await board.until(() => board.owner.views.questions.size > 0)
  const [id] = board.owner.views.questions as Iterable<NodeId>
  expect(run({ replica: other.replica }, 'answer_question', { id: id as string, answer: 'Always allow' }).ok).toBe(true)
  await working.ended(1)
  expect(written(board)).toEqual(['src/b.js'])
  await working.stop()
})

test('what nobody wants to be asked about is done at once', async () => {
  const { board, working } = await scene(['create_task', 'write_document docs/**'])
  await working.ended(1)
  expect(written(board)).toEqual(['src/a.js', 'src/b.js'])
  await working.stop()
})

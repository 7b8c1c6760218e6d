/** The scripted driver: the same scene, the same step; and it never passes for a model. */

import { expect, test } from 'vitest'
import type { Message, ModelPart, ModelRequest } from './model.ts'
import { type Script, scriptedModel } from './scripted.ts'

const script: Script = ({ turn, answers, role }) =>
  turn === 0
    ? { say: `A ${role} reads first.`, calls: [{ name: 'read_task', input: {} }] }
    : { say: `It says: ${answers[0]?.output ?? 'nothing'}` }

function request(messages: readonly Message[]): ModelRequest {
  const about = { agent: 'a', role: 'tester', task: null }
  return { system: '', messages, tools: [], maxOutputTokens: 100, about }
}

async function partsOf(messages: readonly Message[], signal = new AbortController().signal): Promise<ModelPart[]> {
  const parts: ModelPart[] = []
  for await (const part of scriptedModel('test', script).step(request(messages), signal)) parts.push(part)
  return parts
}

test('a script answers by what was said so far, the same each time, and ends its step', async () => {
  const first: Message[] = [{ role: 'user', text: 'Go.' }]
  const parts = await partsOf(first)
  expect(parts).toEqual(await partsOf(first))
  expect(parts).toMatchObject([
    { type: 'text', text: 'A tester reads first.' },
    { type: 'call', call: { name: 'read_task' } },
    { type: 'usage' },
    { type: 'end', reason: 'calls' },
  ])
  const answered: Message[] = [
    ...first,
    { role: 'assistant', text: '', calls: [{ id: 'step-0-0', name: 'read_task', input: {} }] },
    { role: 'tool', answers: [{ id: 'step-0-0', name: 'read_task', output: 'Build it', failed: false }] },
  ]
  expect((await partsOf(answered))[0]).toEqual({ type: 'text', text: 'It says: Build it' })
})

test('it says that nobody thought here, and stops when it is told to', async () => {
  expect(scriptedModel('demo', script)).toMatchObject({ name: 'scripted: demo', isScripted: true, price: null })
  const stop = new AbortController()
  stop.abort(new Error('paused'))
  await expect(partsOf([], stop.signal)).rejects.toThrow('paused')
})

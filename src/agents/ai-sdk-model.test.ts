/** The AI SDK driver against servers that speak the two APIs: what comes of each thing that they may do. */

import { afterEach, describe, expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { testBoard } from './agent.fixture.ts'
import { aiSdkModel } from './ai-sdk-model.ts'
import type { ModelRequest } from './model.ts'
import { type ModelServer, modelServer, SERVERS, type Turn } from './model-server.fixture.ts'
import { type Step, stepOf } from './model-step.ts'

const open: ModelServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const REQUEST: ModelRequest = {
  system: 'Rules.',
  messages: [
    { role: 'user', text: 'Go.' },
    { role: 'assistant', text: 'I read.', calls: [{ id: 'c1', name: 'read_task', input: {} }] },
    { role: 'tool', answers: [{ id: 'c1', name: 'read_task', output: '{"untrusted":{}}', failed: false }] },
  ],
  tools: [{ name: 'comment', description: 'Say it.', schema: { type: 'object', properties: { text: { type: 'string' } } } }],
  maxOutputTokens: 500,
  about: { agent: 'a', role: '', task: null },
}

/** Waits of retries pass at once, and are noted. */
async function step(
  driver: (typeof SERVERS)[number],
  ...turns: readonly Turn[]
): Promise<{ step: Step; server: ModelServer; waits: number[] }> {
  const server = await modelServer(driver, turns)
  open.push(server)
  const clock = createVirtualClock()
  const waits: number[] = []
  const after = (ms: number, run: () => void): void => {
    waits.push(ms)
    clock.after(ms, run)
    queueMicrotask(() => clock.advance(ms))
  }
  const model = aiSdkModel(server.config, 'sk-test')
  const done = await stepOf(model, REQUEST, new AbortController().signal, { clock: { now: clock.now, after }, random: () => 0.5 })
  return { step: done, server, waits }
}

for (const driver of SERVERS)
  describe(driver, () => {
    test('words, a call and its cost come as they were sent, and the conversation went there whole', async () => {
      const { step: done, server } = await step(driver, {
        say: 'I comment.',
        call: ['comment', { text: 'Hello' }],
        tokens: [321, 45],
      })
      expect(done).toMatchObject({
        text: 'I comment.',
        calls: [{ name: 'comment', input: { text: 'Hello' } }],
        usage: { inputTokens: 321, outputTokens: 45 },
        reason: 'calls',
        tries: 1,
      })
      const [asked] = server.asked
      const sent = JSON.stringify(asked?.body)
      for (const part of ['Rules.', 'Go.', 'I read.', 'read_task', 'untrusted', 'Say it.', '500']) expect(sent).toContain(part)
      expect(asked?.body).toMatchObject({ stream: true, model: 'test-model' })
      const { 'x-api-key': key, authorization, 'anthropic-dangerous-direct-browser-access': direct } = asked?.headers ?? {}
      expect(driver === 'anthropic' ? [key, direct] : [authorization]).toEqual(
        driver === 'anthropic' ? ['sk-test', 'true'] : ['Bearer sk-test'],
      )
    })

    test.each<readonly [string, Turn]>([
      ['429', { status: 429, retryAfter: '7' }],
      ['529', { status: 529 }],
      ['500', { status: 500 }],
      ['a connection that is lost', { drop: 'reset' }],
      ['a stream that ends early', { drop: 'end' }],
      ['a line that is no JSON', { garbage: true }],
      ['an error after a good beginning', { lateError: true }],
    ])('after %s the step is tried again, whole, and counts once', async (_, turn) => {
      const { step: done, server, waits } = await step(driver, turn, turn, { say: 'At last.', tokens: [100, 20] })
      expect(done).toMatchObject({ text: 'At last.', calls: [], usage: { inputTokens: 100, outputTokens: 20 }, tries: 3 })
      expect(server.asked).toHaveLength(3)
      expect(server.asked[2]?.body).toEqual(server.asked[0]?.body)
      if ('retryAfter' in turn) expect(waits).toEqual([7000, 7000])
    })

    test('a key that is refused, and a request that is, are asked about once', async () => {
      await expect(step(driver, { status: 401 })).rejects.toMatchObject({ kind: 'auth' })
      await expect(step(driver, { status: 400 })).rejects.toMatchObject({ kind: 'limit' })
      expect(open.map(({ asked }) => asked.length)).toEqual([1, 1])
    })

    test('who is overloaded for good is left alone after so many tries', async () => {
      await expect(step(driver, { status: 529 })).rejects.toMatchObject({ kind: 'overloaded' })
      expect(open[0]?.asked).toHaveLength(LOCAL.stepAttempts)
    })

    test('an agent works through a server that stumbles: no step is lost, none is done or counted twice', async () => {
      const server = await modelServer(driver, [
        { status: 429, retryAfter: '1' },
        { say: '', call: ['comment', { text: 'I begin.' }], tokens: [1000, 10] },
        { drop: 'reset' },
        { rawInput: '{"text": "half' },
        { garbage: true },
        { say: '', call: ['write_document', { path: 'a.txt', content: 'a' }], tokens: [2000, 20] },
        { lateError: true },
        { say: 'Done.', call: ['submit', { summary: 'Done.' }], tokens: [3000, 30] },
      ])
      open.push(server)
      const board = await testBoard()
      board.do('create_task', { title: 'Build it', status: 'ready' })
      const agent = await board.agent(1)
      const working = agent.start(aiSdkModel(server.config, 'sk-test'))
      const turning = setInterval(() => board.clock.advance(LOCAL.stepBackoffMostMs), 5)
      await working.ended(1)
      clearInterval(turning)
      await working.stop()
      expect(working.outcomes).toEqual(['submitted'])
      expect(board.task()).toMatchObject({ status: 'in_review', comments: 1 })
      const [inputTokens, outputTokens] = [1000 + 100 + 2000 + 3000, 10 + 20 + 20 + 30]
      // The submit itself comes after the last report: what a step has cost is said as soon as it is whole.
      expect(board.runs()[0]?.usage).toEqual({ inputTokens, outputTokens, costMicros: inputTokens * 3 + outputTokens * 15 })
      // The model was told that its input was no JSON.
      expect(JSON.stringify(server.asked[5]?.body)).toContain('invalid')
    })
  })

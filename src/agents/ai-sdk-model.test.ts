/** The AI SDK driver against servers that speak the two APIs: what comes of each thing that they may do. */

import { afterEach, describe, expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { testBoard } from './agent.fixture.ts'
import { aiSdkModel } from './ai-sdk-model.ts'
import { type ModelRequest, NO_USAGE, sumOf, type Usage } from './model.ts'
import { type ModelServer, modelServer, SERVERS, type Turn } from './model-server.fixture.ts'
import { type Step, stepOf } from './model-step.ts'
import { inputTokensOf, tokensIn } from './token-estimate.ts'

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

/** What a try cost that broke off after so many letters: Anthropic says at once what it read; the rest is reckoned. */
function cutAfter(driver: (typeof SERVERS)[number], letters: number): Usage {
  return { inputTokens: driver === 'anthropic' ? 100 : inputTokensOf(REQUEST), outputTokens: tokensIn(letters), estimated: true }
}

/** A task, and an agent whose model is behind this server. */
async function scene(server: ModelServer) {
  open.push(server)
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  return { board, agent: await board.agent(1), model: aiSdkModel(server.config, 'sk-test') }
}

/** Waits of retries pass at once, and are noted. A server that hangs is cut when its last word has come. */
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
  const done = await stepOf(model, REQUEST, new AbortController().signal, {
    clock: { now: clock.now, after },
    random: () => 0.5,
    onUsage: ({ outputTokens, estimated }) => {
      const turn = turns[server.asked.length - 1] ?? turns.at(-1)
      if (turn && 'hang' in turn && outputTokens > 0 && (turn.hang === 'half' || !estimated)) server.cut()
    },
  })
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
    ])('after %s the step is tried again, whole, and its answer is that of the last try', async (_, turn) => {
      const { step: done, server, waits } = await step(driver, turn, turn, { say: 'At last.', tokens: [100, 20] })
      expect(done).toMatchObject({ text: 'At last.', calls: [], tries: 3 })
      expect(server.asked).toHaveLength(3)
      expect(server.asked[2]?.body).toEqual(server.asked[0]?.body)
      if ('retryAfter' in turn) expect(waits).toEqual([7000, 7000])
    })

    test.each<readonly [string, Turn, Usage]>([
      ['a refusal nothing', { status: 529 }, NO_USAGE],
      ['a stream that ends early what it read and wrote', { drop: 'end' }, cutAfter(driver, 3)],
      ['a connection that is lost what it read and wrote', { hang: 'half' }, cutAfter(driver, 3)],
      ['a line that is no JSON what came before it', { garbage: true }, cutAfter(driver, 3)],
      ['an error in the stream what came before it', { lateError: true }, cutAfter(driver, 4)],
      ['one that said its cost that and no more', { hang: 'said' }, { inputTokens: 100, outputTokens: 20 }],
    ])('of each try that came to nothing, %s is counted', async (_, turn, cost) => {
      const { step: done } = await step(driver, turn, turn, { say: 'At last.', tokens: [1000, 200] })
      expect(done).toMatchObject({ text: 'At last.', tries: 3 })
      expect(done.usage).toEqual(sumOf(sumOf(cost, cost), { inputTokens: 1000, outputTokens: 200 }))
    })

    test('what it read and wrote before a pause cut it short is on the run, once', async () => {
      const server = await modelServer(driver, [
        { hang: 'half' },
        { say: '', call: ['submit', { summary: 'Done.' }], tokens: [1000, 10] },
      ])
      const { board, agent, model } = await scene(server)
      const requests: ModelRequest[] = []
      const working = agent.start({
        ...model,
        async *step(request, signal) {
          requests.push(request)
          for await (const part of model.step(request, signal)) {
            yield part
            if (part.type === 'text' && part.text !== '') board.do('pause_agent', { id: agent.replica.actor })
          }
        },
      })
      await board.until(() => board.do('list_agents', {})[0]?.paused === true)
      board.do('resume_agent', { id: agent.replica.actor })
      await working.ended(1)
      await working.stop()
      const [first] = requests
      const read = driver === 'anthropic' ? 100 : inputTokensOf(first as ModelRequest)
      const [inputTokens, outputTokens] = [read + 1000, tokensIn(3) + 10]
      const costMicros = inputTokens * 3 + outputTokens * 15
      expect(board.runs()).toMatchObject([{ state: 'submitted' }])
      expect(board.runs()[0]?.usage).toEqual({ inputTokens, outputTokens, costMicros, estimated: true })
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

    test('an agent works through a server that stumbles: no step is lost or done twice, and each try is counted once', async () => {
      const server = await modelServer(driver, [
        { status: 429, retryAfter: '1' },
        { say: '', call: ['comment', { text: 'I begin.' }], tokens: [1000, 10] },
        { drop: 'end' },
        { rawInput: '{"text": "half' },
        { garbage: true },
        { say: '', call: ['write_document', { path: 'a.txt', content: 'a' }], tokens: [2000, 20] },
        { lateError: true },
        { say: 'Done.', call: ['submit', { summary: 'Done.' }], tokens: [3000, 30] },
      ])
      const { board, agent, model } = await scene(server)
      const requests: ModelRequest[] = []
      const working = agent.start({
        ...model,
        step(request, signal) {
          requests.push(request)
          return model.step(request, signal)
        },
      })
      const turning = setInterval(() => board.clock.advance(LOCAL.stepBackoffMostMs), 5)
      await working.ended(1)
      clearInterval(turning)
      await working.stop()
      expect(working.outcomes).toEqual(['submitted'])
      expect(board.task()).toMatchObject({ status: 'in_review', comments: 1 })
      // Those that broke off at its second, fifth and seventh request: what they read, and the few letters that came.
      const cut = [2, 4, 6].map((i) => (driver === 'anthropic' ? 100 : inputTokensOf(requests[i] as ModelRequest)))
      const inputTokens = cut.reduce((sum, read) => sum + read, 1000 + 100 + 2000 + 3000)
      const outputTokens = 10 + 20 + 20 + 30 + tokensIn(3) + tokensIn(3) + tokensIn(4)
      // The submit itself comes after the last report: what a step has cost is said as soon as it is whole.
      const costMicros = board.runs()[0]?.usage.costMicros ?? 0
      expect(board.runs()[0]?.usage).toEqual({ inputTokens, outputTokens, costMicros, estimated: true })
      // Rounded up to whole micros step by step.
      expect(Math.abs(costMicros - (inputTokens * 3 + outputTokens * 15))).toBeLessThan(8)
      // The model was told that its input was no JSON.
      expect(JSON.stringify(server.asked[5]?.body)).toContain('invalid')
    })
  })

test('a server that never says what an answer cost is reckoned, and the sum says that it is an estimate', async () => {
  const { step: done } = await step('openai-compatible', { free: 'Twelve chars' })
  expect(done.usage).toEqual({ inputTokens: inputTokensOf(REQUEST), outputTokens: tokensIn(12), estimated: true })
})

/** The bounds of a run: a step that could pass the cap is not made; near the end the agent is told so, once. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { testBoard } from './agent.fixture.ts'
import { nearEnd, roomFor } from './budget.ts'
import { costOf, type Model, ModelError, type ModelRequest } from './model.ts'

const PRICE = { input: 3, output: 15 }
const ASK: Omit<ModelRequest, 'maxOutputTokens'> = {
  system: 'Rules.',
  messages: [{ role: 'user', text: 'Go.' }],
  tools: [],
  about: { agent: 'a', role: '', task: null },
}

test('whatever was spent, a step that uses all of its room does not pass the cap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(20_000),
      (cap, share, letters) => {
        const costMicros = Math.floor(cap * share)
        const request = { ...ASK, system: 'x'.repeat(letters) }
        const room = roomFor({ steps: 0, workedMs: 0, costMicros }, { costMicros: cap, minutes: null }, PRICE, request)
        if (!room.isLeft) return
        // A token is at least two letters of this reckoning; the provider says how many there were.
        const inputTokens = Math.ceil((letters + JSON.stringify(ASK.messages).length + 2) / 2)
        expect(costMicros + costOf({ inputTokens, outputTokens: room.outputTokens }, PRICE)).toBeLessThanOrEqual(cap + 1)
      },
    ),
  )
})

test('near the end is nine tenths of steps, time or cost', () => {
  const none = { costMicros: null, minutes: null }
  expect(nearEnd({ steps: LOCAL.stepsPerRun * 0.9 - 1, workedMs: 1e9, costMicros: 1e9 }, none)).toBeNull()
  expect(nearEnd({ steps: LOCAL.stepsPerRun * 0.9, workedMs: 0, costMicros: 0 }, none)).toContain('steps are left')
  expect(nearEnd({ steps: 0, workedMs: 9 * 60_000, costMicros: 0 }, { costMicros: null, minutes: 10 })).toContain('minutes')
  expect(nearEnd({ steps: 0, workedMs: 0, costMicros: 900_000 }, { costMicros: 1_000_000, minutes: null })).toContain('$0.90')
})

/** Uses some cents each step, and never ends by itself. */
function spender(log: ModelRequest[]): Model {
  return {
    name: 'spender',
    isScripted: false,
    price: PRICE,
    async *step(request) {
      log.push(request)
      const outputTokens = Math.min(5000, request.maxOutputTokens)
      yield { type: 'usage', usage: { inputTokens: 1, outputTokens: 1 } }
      yield { type: 'call', call: { id: `c${log.length}`, name: 'read_task', input: {} } }
      yield { type: 'usage', usage: { inputTokens: 1000, outputTokens } }
      yield { type: 'end', reason: 'calls' }
    },
  }
}

test('it is paused before its cap, people are told, and with a wider one it goes on', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const agent = await board.agent(1, { profile: { limits: { costMicros: 1_000_000 } } })
  const asked: ModelRequest[] = []
  const working = agent.start(spender(asked))
  await board.until(() => board.do('list_agents', {})[0]?.paused === true)
  const [run] = board.runs()
  expect(run).toMatchObject({ state: 'working', halted: 'budget' })
  expect(run?.usage.costMicros).toBeLessThanOrEqual(1_000_000)
  // Totals, not sums of what was said within a step.
  expect(run?.usage.costMicros).toBe(
    asked.reduce((sum, { maxOutputTokens }) => sum + 3000 + Math.min(5000, maxOutputTokens) * 15, 0),
  )
  expect(
    asked.filter(({ messages }) => messages.some((message) => message.role === 'user' && message.text.startsWith('Checkpoint'))),
  ).not.toEqual([])

  const before = asked.length
  board.do('update_agent', { id: board.do('list_agents', {})[0]?.id as string, limits: { costMicros: 3_000_000 } })
  board.do('resume_agent', { id: agent.replica.actor })
  await board.until(() => board.runs()[0]?.halted === null)
  await board.until(() => board.do('list_agents', {})[0]?.paused === true)
  expect(asked.length).toBeGreaterThan(before)
  expect(board.runs()[0]?.usage.costMicros).toBeLessThanOrEqual(3_000_000)
  await working.stop()
})

test('streams that break off count towards the cap, and it is paused before they pass it', async () => {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', status: 'ready' })
  const cap = 300_000
  const agent = await board.agent(1, { profile: { limits: { costMicros: cap } } })
  const asked: ModelRequest[] = []
  const working = agent.start({
    ...spender([]),
    async *step(request) {
      asked.push(request)
      yield { type: 'usage', usage: { inputTokens: 1000, outputTokens: Math.min(5000, request.maxOutputTokens) } }
      throw new ModelError('broken', 'reset')
    },
  })
  const turning = setInterval(() => board.clock.advance(LOCAL.stepBackoffMostMs), 5)
  await board.until(() => board.do('list_agents', {})[0]?.paused === true)
  clearInterval(turning)
  expect(board.runs()[0]).toMatchObject({ state: 'working', halted: 'budget' })
  const spent = asked.reduce((sum, { maxOutputTokens }) => sum + 3000 + Math.min(5000, maxOutputTokens) * 15, 0)
  expect(board.runs()[0]?.usage.costMicros).toBe(spent)
  expect(spent).toBeLessThanOrEqual(cap)
  expect(asked.length).toBeGreaterThan(2)
  await working.stop()
})

/** The port over a channel: the same as before a replica, nothing beside it, and nobody waits for ever for one that is gone. */

import { newMessagePortRpcSession } from 'capnweb'
import { afterEach, expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { testBoard } from './agent.fixture.ts'
import { runAgent } from './agent.ts'
import { type AgentEvent, PortClosedError } from './agent-port.ts'
import { firstLook } from './scripts/first-look.ts'
import { scriptedModel } from './scripted.ts'
import { connectAgent, serveAgent } from './worker-port.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function connected() {
  const board = await testBoard()
  const agent = await board.agent(1)
  const { port1, port2 } = new MessageChannel()
  let signs = 0
  const stop = serveAgent(agent.port, port1, () => void signs++)
  const clock = createVirtualClock()
  closing.push(stop, () => port2.close())
  return { board, agent, clock, port: connectAgent(port2, clock), stop, signs: () => signs }
}

test('an agent behind a channel works as one before the replica, and its beats are heard', async () => {
  const { board, agent, clock, port, signs } = await connected()
  board.do('create_task', { title: 'Look at it', status: 'ready' })
  const stop = new AbortController()
  const model = scriptedModel('first-look', firstLook)
  const over = new Promise<string>((resolve) => {
    const life = runAgent({ port, model, clock, random: () => 0, onOutcome: (_, outcome) => resolve(outcome) }, stop.signal)
    life.catch(() => undefined)
  })
  expect(await over).toBe('submitted')
  stop.abort(new Error('enough'))
  expect(board.task()).toMatchObject({ status: 'in_review' })
  expect(board.runs()[0]?.agent).toBe(agent.replica.actor)
  expect(signs()).toBeGreaterThan(1)
  expect(agent.beats.some(({ step }) => step === 'Reading the task')).toBe(true)
})

test('events come through, refusals are values, and what the object does not have cannot be reached', async () => {
  const { board, port } = await connected()
  const heard: AgentEvent[] = []
  port.events((event) => heard.push(event))
  expect(await port.use('00000000-0000-8000-8000-000000000000' as never, 'read_task', {})).toMatchObject({
    ok: false,
    refusal: { code: 'not_found' },
  })
  expect(await port.call('delete_task' as never, { id: 'WN-1' } as never)).toMatchObject({
    ok: false,
    refusal: { code: 'permission_denied' },
  })
  board.do('create_task', { title: 'New', status: 'ready' })
  board.clock.advance(LOCAL.beatMs)
  await port.self()
  expect(heard).toContainEqual({ type: 'work' })
})

test('whoever has the other end reaches the methods of the port, and nothing that stands behind it', async () => {
  const { agent } = await connected()
  const { port1, port2 } = new MessageChannel()
  closing.push(
    serveAgent(agent.port, port1, () => undefined),
    () => port2.close(),
  )
  const raw = newMessagePortRpcSession(port2) as unknown as Record<string, () => Promise<unknown>>
  await expect(raw['self']?.()).resolves.toMatchObject({ actor: agent.replica.actor })
  for (const name of ['#port', '#signs', 'port', 'replica', 'events', 'nonsense'])
    await expect(raw[name]?.(), name).rejects.toThrow()
})

test('of a workspace that is gone every call says so by its deadline', async () => {
  const { port, clock, stop } = await connected()
  await port.self()
  stop()
  const asking = port.self()
  const noticed = asking.catch((error: unknown) => error)
  // One turn, so that the call is on its way.
  await new Promise((resolve) => setImmediate(resolve))
  clock.advance(LOCAL.callMs)
  expect(await noticed).toBeInstanceOf(PortClosedError)
})

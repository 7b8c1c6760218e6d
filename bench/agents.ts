/**
 * What the runtime of an agent adds to the work itself: a tool call through the stub of a Worker beside the same call in process, and a
 * step of a scripted model beside the operations that it comes to. A thread of Node stands for the Worker.
 */

import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { testBoard, type TestAgent, type TestBoard } from '../src/agents/agent.fixture.ts'
import { scriptedModel } from '../src/agents/scripted.ts'
import { serveAgent } from '../src/agents/worker-port.ts'
import type { NodeId } from '../src/core/ids.ts'
import { run } from '../src/operations/table.ts'
import type { Figure } from './table.ts'

const MANY = 2000
const RUNS = 60

export async function agentFigures(root: string, say: (line: string) => void): Promise<Figure[]> {
  const stub = await calls(root)
  say(`agents: a tool call takes ${stub.direct.toFixed(3)} ms in process, ${stub.away.toFixed(3)} ms from a Worker`)
  const steps = await claims()
  say(`agents: from the claim to the first tool call ${steps.first.toFixed(2)} ms; the claim alone ${steps.bare.toFixed(2)} ms`)
  return [
    {
      name: 'tool call of an agent in a Worker, reading its task',
      value: stub.away,
      unit: 'ms',
      raw: { value: stub.direct, what: 'the same call in process' },
    },
    {
      name: 'tool call of an agent in a Worker, reporting progress',
      value: stub.awayWrite,
      unit: 'ms',
      raw: { value: stub.directWrite, what: 'the same call in process' },
    },
    {
      name: 'claim to first tool call, scripted model, alone (no settle window)',
      value: steps.first,
      unit: 'ms',
      raw: { value: steps.bare, what: 'claim and confirm alone' },
    },
    {
      name: 'step with one tool call, scripted model',
      value: steps.step,
      unit: 'ms',
      raw: { value: stub.direct, what: 'the tool call alone' },
    },
  ]
}

interface Held {
  readonly board: TestBoard
  readonly agent: TestAgent
  readonly run: NodeId
}

async function held(): Promise<Held> {
  const board = await testBoard()
  board.do('create_task', { title: 'Build it', body: 'A small thing.', status: 'ready' })
  const agent = await board.agent(1)
  const taken = await agent.port.take()
  if (!taken.ok || taken.value === null) throw new Error('there is a task to take')
  return { board, agent, run: taken.value.run }
}

async function calls(root: string): Promise<{ direct: number; away: number; directWrite: number; awayWrite: number }> {
  const { agent, run: own } = await held()
  const timed = async (tool: string, input: unknown): Promise<number> => {
    for (let i = 0; i < MANY / 10; i++) await agent.port.use(own, tool, input)
    const from = performance.now()
    for (let i = 0; i < MANY; i++) await agent.port.use(own, tool, input)
    return (performance.now() - from) / MANY
  }
  const write = { percent: 50 }
  const [direct, directWrite] = [await timed('read_task', {}), await timed('progress', write)]
  const { port1, port2 } = new MessageChannel()
  const stop = serveAgent(agent.port, port1, () => undefined)
  const worker = new Worker(join(root, 'bench', 'agent-caller.mjs'), {
    workerData: { channel: port2, run: own, many: MANY, write },
    transferList: [port2 as never],
  })
  const said = await new Promise<{ away: number; awayWrite: number }>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  stop()
  await worker.terminate()
  return { direct, directWrite, ...said }
}

/** Each on a task of its own, one after the other. */
async function claims(): Promise<{ first: number; step: number; bare: number }> {
  const board = await testBoard()
  const agent = await board.agent(1)
  let bare = 0
  for (let i = 0; i < RUNS; i++) {
    const { id } = board.do('create_task', { title: `Bare ${i}`, status: 'ready' })
    const from = performance.now()
    run({ replica: agent.replica }, 'claim_task', { id })
    run({ replica: agent.replica }, 'confirm_task', { id })
    bare += performance.now() - from
    run({ replica: agent.replica }, 'submit_task', { id })
  }
  const STEPS = 10
  let [first, all, ends] = [0, 0, 0]
  let from = 0
  const model = scriptedModel('bench', ({ turn }) => {
    if (turn === 0) first += performance.now() - from
    if (turn === STEPS) all += performance.now() - from
    return turn < STEPS
      ? { calls: [{ name: 'read_task', input: {} }] }
      : { calls: [{ name: 'submit', input: { summary: 'Done.' } }] }
  })
  const working = agent.start(model)
  for (let i = 0; i < RUNS; i++) {
    board.do('create_task', { title: `Work ${i}`, status: 'ready' })
    from = performance.now()
    board.clock.advance(1000)
    await working.ended(++ends)
  }
  await working.stop()
  return { first: first / RUNS, step: (all - first) / RUNS / STEPS, bare: bare / RUNS }
}

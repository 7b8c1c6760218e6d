/**
 * The demo on a host: the team of scripted agents works in this process, each under a key of its own, and the host's owner answers and
 * accepts. Keys and conversations last as long as the process; what was done stays in the log.
 */

import { act } from '../agents/act.ts'
import { realClock } from '../agents/clock.ts'
import { enroll } from '../agents/enroll.ts'
import { openModel } from '../agents/open-model.ts'
import { paced } from '../agents/paced.ts'
import type { Notebook } from '../agents/replica-port.ts'
import { demoTasks, giveGoal, TEAM } from '../agents/scenario/team.ts'
import type { NodeId } from '../core/ids.ts'
import { generateKeys, keyPairOf } from '../log/keys.ts'
import { run } from '../operations/table.ts'
import { nameOfActor } from '../replica/agents.ts'
import type { ActorPorts, Replica } from '../replica/replica.ts'
import { createNodeTestRunner } from './node-test-runner.ts'
import type { NodeWorkspace } from './node-workspace.ts'

export interface DemoOptions {
  /** How long each step of the script takes. */
  readonly paceMs: number
  /** What the owner answers to the question. */
  readonly answer: string
  /** Told what happens, a line each. */
  readonly say: (line: string) => void
}

const WEEK_MS = 7 * 24 * 3_600_000

/** Resolves when all is done. The agents stop then, and when the signal is aborted, whose reason it throws. */
export async function runDemo(workspace: NodeWorkspace, options: DemoOptions, signal: AbortSignal): Promise<void> {
  const { replica, exchange, locks } = workspace
  const { paceMs, answer, say } = options
  const model = paced(await openModel({ driver: 'scripted', script: 'demo' }, null), realClock, paceMs)
  const team: ActorPorts[] = []
  for (const { name, role } of TEAM) {
    const pair = await keyPairOf((await generateKeys()).signing)
    const made = enroll(
      replica,
      { key: pair.key, box: null },
      { name, role, model: model.name, expires: replica.now() + WEEK_MS },
    )
    if (!made.ok) throw new Error(made.refusal.detail)
    team.push(workspace.actorPorts(pair))
  }
  giveGoal(replica, TEAM[0].name)
  const stop = new AbortController()
  const over = AbortSignal.any([signal, stop.signal])
  const agents = team.map((as) =>
    act(
      {
        home: replica,
        model,
        runTests: createNodeTestRunner(),
        claims: { clock: realClock, delays: () => exchange.status().peers.map(({ lagMs }) => lagMs), locks },
        notebook: notebookInMemory(),
        beat: () => undefined,
        clock: realClock,
        random: Math.random,
      },
      as,
      over,
    ),
  )
  // A process that waits for nothing but unreferenced timers would end.
  const alive = setInterval(() => undefined, 60_000)
  try {
    await Promise.race([Promise.all(agents), untilDone(replica, answer, say, over)])
  } finally {
    clearInterval(alive)
    stop.abort(new Error('The demo is over.'))
    await Promise.allSettled(agents)
  }
}

/** Looks at the board whenever it changes: says what is new, answers, accepts. */
function untilDone(replica: Replica, answer: string, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const told = new Set<string>()
  const once = (line: string): void => {
    if (!told.has(line)) say(line)
    told.add(line)
  }
  return new Promise((resolve, reject) => {
    const end = (): void => {
      off()
      signal.removeEventListener('abort', stop)
    }
    const stop = (): void => {
      end()
      reject(signal.reason as Error)
    }
    const off = replica.views.onChanged(look)
    signal.addEventListener('abort', stop, { once: true })
    look()

    function look(): void {
      const tasks = demoTasks(replica)
      for (const id of tasks) tell(replica, id, once)
      for (const id of [...replica.views.questions])
        if (run({ replica }, 'answer_question', { id, answer }).ok) say(`you      answer: ${answer}`)
      for (const id of tasks) {
        const task = replica.views.task(id)
        if (task?.candidates && run({ replica }, 'accept_task', { id }).ok) say(`you      accept ${task.key}`)
      }
      if (tasks.length < TEAM.length || tasks.some((id) => replica.views.task(id)?.status !== 'done')) return
      end()
      resolve()
    }
  })
}

/** What its last run says, in lines that are the same when nothing is new. */
function tell(replica: Replica, id: NodeId, once: (line: string) => void): void {
  const task = replica.views.task(id)
  const held = replica.runsOf(id).at(-1)
  if (!task || !held) return
  const who = nameOfActor(replica, held.agent as never).padEnd(12)
  if (held.state === 'working') once(`${task.key}  ${who} takes “${task.title}”`)
  // Names of tools are for the transcript.
  if (held.state === 'working' && /^[A-Z]/.test(held.step)) once(`${task.key}  ${who} ${held.step}`)
  for (const refused of held.refused) once(`${task.key}  ${who} was refused: ${refused}`)
  const { summary } = (held.evidence ?? {}) as { readonly summary?: unknown }
  if (held.state === 'submitted') once(`${task.key}  ${who} hands in: ${typeof summary === 'string' ? summary : ''}`)
}

function notebookInMemory(): Notebook {
  const pages = new Map<NodeId, Awaited<ReturnType<Notebook['recall']>>>()
  return {
    recall: async (run) => pages.get(run) ?? null,
    keep: async (run, kept) => void (kept === null ? pages.delete(run) : pages.set(run, kept)),
  }
}

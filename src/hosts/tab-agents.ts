/**
 * The agents that run in this browser. Each has a key of its own that never leaves it, acts in the replica of the open workspace under
 * that key, and is run by one tab at a time, in a Worker (`agent-life.ts`). When that tab goes, the next one that has the workspace
 * open goes on with the run where it was kept.
 */

import { toHex } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { enroll } from '../agents/enroll.ts'
import type { Kept } from '../agents/agent-port.ts'
import type { Notebook } from '../agents/replica-port.ts'
import { giveGoal, TEAM } from '../agents/scenario/team.ts'
import { generateKeys, keyPairOf } from '../log/keys.ts'
import type { OwnAgent, OwnAgents } from '../store/own-agents.ts'
import type { HostedAgent, HostedAgents, NewHostedAgent } from '../ui/session.ts'
import { type ModelConfig, originOf } from '../agents/model-config.ts'
import type { Awareness } from 'y-protocols/awareness'
import { live, type LifePorts } from './agent-life.ts'
import { modelWords } from './agent-model.ts'
import { variable } from './observable.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import { createTabTestRunner } from './tab-test-runner.ts'

export interface TabAgents extends HostedAgents {
  /** The team of the demo, and its goal. */
  startDemo(): Promise<void>
  /** When an agent of this tab gave its last sign of life, on the clock of `performance.now`; null for none of them. */
  heardOf(actor: string): number | null
  onBeat(listener: () => void): () => void
  close(): Promise<void>
}

const DEMO_MODEL: ModelConfig = { driver: 'scripted', script: 'demo' }

/** Begins those that are to run. */
export async function createTabAgents(
  open: OpenWorkspace,
  store: OwnAgents,
  awareness: () => Awareness | null,
): Promise<TabAgents> {
  const { replica, known } = open
  const list = variable<readonly HostedAgent[]>([])
  const agents = new Map<string, OwnAgent>()
  const running = new Map<string, { readonly stop: AbortController; readonly over: Promise<void> }>()
  const heard = new Map<string, number>()
  const beaten = createEmitter<void>()
  const runTests = createTabTestRunner()
  const notebook: Notebook = {
    recall: async (run) => (await store.page(run)) as Kept | null,
    keep: (run, kept) => store.keepPage(run, kept),
  }
  for (const agent of await store.of(known.id)) admit(agent)

  function admit(agent: OwnAgent): void {
    agents.set(agent.actor, agent)
    show(agent.actor, agent.runs ? 'starting' : 'stopped')
    if (agent.runs) begin(agent)
  }

  function show(actor: string, state: HostedAgent['state'], problem: string | null = null): void {
    const agent = agents.get(actor)
    if (!agent) return
    const { name, model } = agent
    const shown: HostedAgent = { actor, name, model: model as ModelConfig, state, problem }
    const others = list.get().filter((one) => one.actor !== actor)
    list.set([...others, shown].toSorted((a, b) => a.name.localeCompare(b.name) || (a.actor < b.actor ? -1 : 1)))
  }

  function begin(agent: OwnAgent): void {
    const { actor } = agent
    if (running.has(actor)) return
    const stop = new AbortController()
    const ports: LifePorts = {
      open,
      store,
      awareness,
      notebook,
      runTests,
      onBeat() {
        heard.set(actor, performance.now())
        beaten.emit()
      },
      show: (state, problem) => show(actor, state, problem),
    }
    show(actor, 'starting')
    const over = live(agent, ports, stop.signal)
      .catch((error: unknown) => {
        if (stop.signal.aborted) show(actor, 'stopped')
        else show(actor, 'failed', error instanceof Error ? error.message : String(error))
      })
      .finally(() => {
        heard.delete(actor)
        running.delete(actor)
      })
    running.set(actor, { stop, over })
  }

  async function add({ name, role, model, apiKey, expires }: NewHostedAgent): Promise<Result<OwnAgent>> {
    const origin = originOf(model)
    if (apiKey !== '' && origin !== null) await store.keepSecret(origin, apiKey)
    const keys = await generateKeys()
    const pair = await keyPairOf(keys.signing)
    const actor = toHex(pair.key)
    const agent: OwnAgent = { workspace: known.id, actor, name, keys, model, runs: true }
    // First its key: one that is granted something and lost would be a right that nobody can use.
    await store.put(agent)
    const made = enroll(replica, { key: pair.key, box: null }, { name, role, model: modelWords(model), expires })
    return made.ok ? ok(agent) : made
  }

  async function setRuns(actor: string, runs: boolean): Promise<OwnAgent | null> {
    const agent = agents.get(actor)
    if (!agent) return null
    const changed = { ...agent, runs }
    agents.set(actor, changed)
    await store.put(changed)
    return changed
  }

  return {
    list,
    async add(agent): Promise<Result<HostedAgent>> {
      const made = await add(agent)
      if (!made.ok) return made
      admit(made.value)
      const shown = list.get().find(({ actor }) => actor === made.value.actor)
      return shown ? ok(shown) : refuse({ code: 'unavailable', detail: 'The agent was made, and could not be begun.' })
    },
    async start(actor) {
      const agent = await setRuns(actor, true)
      if (agent) begin(agent)
    },
    async stop(actor) {
      await setRuns(actor, false)
      running.get(actor)?.stop.abort(new Error('Stopped by a person.'))
      await running.get(actor)?.over
    },
    async startDemo() {
      const made: OwnAgent[] = []
      for (const { name, role } of TEAM) {
        const agent = await add({ name, role, model: DEMO_MODEL, apiKey: '', expires: Date.now() + DEMO_MS })
        if (!agent.ok) throw new Error(agent.refusal.detail)
        made.push(agent.value)
      }
      // Last, when everybody is here whom the coordinator can give something to.
      giveGoal(replica, TEAM[0].name)
      for (const agent of made) admit(agent)
    },
    heardOf: (actor) => heard.get(actor) ?? null,
    onBeat: (listener) => beaten.on(listener),
    async close() {
      for (const { stop } of running.values()) stop.abort(new Error('The workspace is closed.'))
      await Promise.all([...running.values()].map(({ over }) => over))
      await store.close()
    },
  }
}

const DEMO_MS = 7 * 24 * 3_600_000

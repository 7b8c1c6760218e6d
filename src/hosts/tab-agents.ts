/**
 * The agents that run in this browser. Each has a key of its own that never leaves it, acts in the replica of the open workspace under
 * that key, and is run by one tab at a time: the tab that holds its lock. When that tab goes, the next one that has the workspace
 * open goes on with the run where it was kept.
 */

import { toHex } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { act } from '../agents/act.ts'
import { realClock } from '../agents/clock.ts'
import { enroll } from '../agents/enroll.ts'
import type { Kept } from '../agents/agent-port.ts'
import type { Notebook } from '../agents/replica-port.ts'
import { giveGoal, TEAM } from '../agents/scenario/team.ts'
import { generateKeys, keyPairOf } from '../log/keys.ts'
import { sealBatch } from '../log/signing.ts'
import type { ActorPorts } from '../replica/replica.ts'
import { acquireFeed } from '../store/feed-lock.ts'
import type { OwnAgent, OwnAgents } from '../store/own-agents.ts'
import type { HostedAgent, HostedAgents, NewHostedAgent } from '../ui/session.ts'
import { LOCAL } from '../core/limits.ts'
import type { Model } from '../agents/model.ts'
import { type ModelConfig, originOf } from '../agents/model-config.ts'
import { modelWords, openModelHere } from './agent-model.ts'
import { variable } from './observable.ts'
import { type OpenWorkspace, randomBytes } from './open-workspace.ts'
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
export async function createTabAgents(open: OpenWorkspace, store: OwnAgents): Promise<TabAgents> {
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
    if (running.has(agent.actor)) return
    const stop = new AbortController()
    const over = live(agent, stop.signal).finally(() => running.delete(agent.actor))
    running.set(agent.actor, { stop, over })
  }

  /** Resolves when it is stopped, or has failed; what went wrong is shown. */
  async function live(agent: OwnAgent, signal: AbortSignal): Promise<void> {
    const { actor } = agent
    show(actor, 'starting')
    try {
      const model = await openModelHere(agent.model as ModelConfig, store)
      const elsewhere = setTimeout(() => show(actor, 'elsewhere'), ELSEWHERE_MS)
      await navigator.locks.request(`worknode agent ${actor}`, { signal }, async () => {
        clearTimeout(elsewhere)
        await work(agent, model, signal)
      })
    } catch (error) {
      if (signal.aborted) return show(actor, 'stopped')
      show(actor, 'failed', error instanceof Error ? error.message : String(error))
    } finally {
      heard.delete(actor)
    }
  }

  /** Begins anew after a fault, a little later each time; what asks for a person ends it. */
  async function work(agent: OwnAgent, model: Model, signal: AbortSignal): Promise<void> {
    const as = await portsOf(agent)
    for (let faults = 0; ; faults++) {
      show(agent.actor, 'running')
      try {
        await act(
          {
            home: replica,
            model,
            runTests,
            notebook,
            claims: {
              clock: realClock,
              // How long a word takes to a peer is not measured here: each counts as one that is waited for.
              delays: () => open.exchange.status().peers.map(() => null),
              locks: navigator.locks,
            },
            beat: () => {
              heard.set(agent.actor, performance.now())
              beaten.emit()
            },
            clock: realClock,
            random: Math.random,
          },
          as,
          signal,
        )
      } catch (error) {
        if (signal.aborted || faults >= LOCAL.agentFaults) throw error
        show(agent.actor, 'failed', error instanceof Error ? error.message : String(error))
        await new Promise<void>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
          setTimeout(resolve, 1000 * 2 ** faults)
        })
      }
    }
  }

  async function portsOf({ keys }: OwnAgent): Promise<ActorPorts> {
    const pair = await keyPairOf(keys.signing)
    return {
      signer: { key: pair.key, sign: (draft) => sealBatch(draft, pair) },
      openFeed: () => acquireFeed({ store: open.store, key: toHex(pair.key), locks: navigator.locks, random: randomBytes }),
    }
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

/** Another tab has its lock, if it is not ours by then. */
const ELSEWHERE_MS = 500
const DEMO_MS = 7 * 24 * 3_600_000

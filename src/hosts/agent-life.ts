/**
 * The life of one agent in this tab: it waits for its lock, so that one tab of this browser runs it; then it works in a Worker of its own.
 * A Worker that fails or falls silent is begun anew, a little later each time, and goes on with the run where it was kept; what was
 * handed in stays handed in. What another try would not mend ends it, and is for a person.
 */

import { toHex } from '../base/bytes.ts'
import { act, type HandPorts, withHand } from '../agents/act.ts'
import { realClock, wait } from '../agents/clock.ts'
import { type ModelConfig, originOf } from '../agents/model-config.ts'
import { ModelError } from '../agents/model.ts'
import { LOCAL } from '../core/limits.ts'
import { type KeyPair, keyPairOf } from '../log/keys.ts'
import { sealBatch } from '../log/signing.ts'
import type { ActorPorts } from '../replica/replica.ts'
import { acquireFeed } from '../store/feed-lock.ts'
import type { OwnAgent, OwnAgents } from '../store/own-agents.ts'
import { ownScript } from '../ui/trusted.ts'
import { AgentWorkerError, runInWorker } from './agent-in-worker.ts'
import { PACE_MS } from './agent-model.ts'
import { agentPresence } from './agent-presence.ts'
// The bundler makes this one: the address of the worker.
// oxlint-disable-next-line import/default
import agentUrl from './agent-worker.ts?worker&url'
import { colourOf } from './colour-of.ts'
import { type OpenWorkspace, randomBytes } from './open-workspace.ts'
import type { Awareness } from 'y-protocols/awareness'

export interface LifePorts extends Pick<HandPorts, 'notebook' | 'runTests'> {
  readonly open: OpenWorkspace
  readonly store: OwnAgents
  readonly awareness: () => Awareness | null
  readonly onBeat: () => void
  readonly show: (state: 'elsewhere' | 'running' | 'failed', problem: string | null) => void
}

/** Another tab has its lock, if it is not ours by then. */
const ELSEWHERE_MS = 500

/** Works until the signal is aborted, and throws its reason; throws what a person has to see to. */
export async function live(agent: OwnAgent, ports: LifePorts, signal: AbortSignal): Promise<void> {
  const elsewhere = setTimeout(() => ports.show('elsewhere', null), ELSEWHERE_MS)
  try {
    await navigator.locks.request(`worknode agent ${agent.actor}`, { signal }, async () => {
      clearTimeout(elsewhere)
      await work(agent, ports, signal)
    })
  } finally {
    clearTimeout(elsewhere)
  }
}

async function work(agent: OwnAgent, ports: LifePorts, signal: AbortSignal): Promise<never> {
  for (let faults = 0; ; faults++) {
    ports.show('running', null)
    const from = Date.now()
    try {
      await once(agent, ports, signal)
    } catch (error) {
      if (signal.aborted || isForPerson(error)) throw error
      if (Date.now() - from >= WELL_MS) faults = 0
      if (faults >= LOCAL.agentFaults) throw error
      ports.show('failed', error instanceof Error ? error.message : String(error))
      await wait(realClock, Math.min(LOCAL.workerBackoffMostMs, LOCAL.workerBackoffMs * 2 ** faults), signal)
    }
  }
}

/** One that has worked so long is well: its next fault is the first. */
const WELL_MS = 60_000

async function once(agent: OwnAgent, ports: LifePorts, signal: AbortSignal): Promise<never> {
  const { open, store, notebook, runTests, awareness, onBeat } = ports
  const { replica } = open
  const pair = await keyPairOf(agent.keys.signing)
  const signs = agentPresence(awareness, replica.workspace, { pair, name: agent.name, colour: colourOf(agent.actor) })
  const hand: HandPorts = {
    home: replica,
    runTests,
    notebook,
    claims: {
      clock: realClock,
      // How long a word takes to a peer is not measured here: each counts as one that is waited for.
      delays: () => open.exchange.status().peers.map(({ lagMs }) => lagMs),
      locks: navigator.locks,
    },
    beat(run, step) {
      signs.beat(run, step)
      onBeat()
    },
  }
  const config = agent.model as unknown as ModelConfig
  try {
    // The browser's own model is there for pages alone.
    if (config.driver === 'browser') {
      const { browserModel } = await import('../agents/browser-model.ts')
      const model = browserModel(globalThis)
      return await act({ ...hand, model, clock: realClock, random: Math.random }, actorOf(open, pair), signal)
    }
    const origin = originOf(config)
    const secret = origin === null ? null : await store.sealed(origin)
    const spawn = (): Worker => new Worker(ownScript(agentUrl), { type: 'module', name: `agent ${agent.name}` })
    return await withHand(hand, actorOf(open, pair), signal, (port) =>
      runInWorker({ port, config, secret, paceMs: PACE_MS, spawn, clock: realClock }, signal),
    )
  } finally {
    signs.close()
  }
}

function actorOf(open: OpenWorkspace, pair: KeyPair): ActorPorts {
  return {
    signer: { key: pair.key, sign: (draft) => sealBatch(draft, pair) },
    openFeed: () => acquireFeed({ store: open.store, key: toHex(pair.key), locks: navigator.locks, random: randomBytes }),
  }
}

function isForPerson(error: unknown): boolean {
  return error instanceof AgentWorkerError ? error.needsPerson : error instanceof ModelError && error.kind === 'auth'
}

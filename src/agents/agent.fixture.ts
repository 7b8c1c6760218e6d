/** A board with its person and agents in memory, for tests: real log, real keys, real rights; time is the test's. */

import { toHex } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import type { NodeId } from '../core/ids.ts'
import type { CapabilitySpec } from '../core/roles.ts'
import { signingKeys } from '../log/keys.ts'
import type { ClaimPorts } from '../operations/claim-and-settle.ts'
import { type InputOf, type OperationName, type OutputOf, run as operate } from '../operations/table.ts'
import { founded, signerOf } from '../replica/cluster.fixture.ts'
import { grantTo } from '../replica/membership.ts'
import type { Replica } from '../replica/replica.ts'
import type { RunRow } from '../replica/run-row.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { memoryLocks } from '../store/locks.ts'
import { createVirtualClock, type VirtualClock } from '../sync/pair-clock.ts'
import { runAgent } from './agent.ts'
import type { AgentPort, Kept } from './agent-port.ts'
import type { Outcome } from './attempt.ts'
import type { Model } from './model.ts'
import { createReplicaPort, type Notebook } from './replica-port.ts'

export interface TestBoard {
  readonly owner: Replica
  readonly clock: VirtualClock
  do<N extends OperationName>(name: N, input: InputOf<N>): OutputOf<N>
  task(key?: string): TaskRow
  runs(key?: string): readonly RunRow[]
  /** Resolves as soon as this is true, looked at whenever the board changes. */
  until(test: () => boolean): Promise<void>
  agent(seed: number, spec?: Partial<CapabilitySpec> & { readonly profile?: object }): Promise<TestAgent>
}

export interface TestAgent {
  readonly replica: Replica
  readonly port: AgentPort
  readonly notebook: Notebook
  readonly beats: { readonly run: NodeId | null; readonly step: string }[]
  /** Begins to work; `outcomes` are those of the runs that ended. */
  start(model: Model): Working
}

export interface Working {
  readonly outcomes: Outcome[]
  /** Of the life of the agent: rejects with why it ended. */
  readonly over: Promise<never>
  ended(count: number): Promise<void>
  stop(): Promise<void>
}

export function memoryNotebook(): Notebook {
  const pages = new Map<NodeId, Kept>()
  return {
    recall: async (run) => structuredClone(pages.get(run) ?? null),
    keep: async (run, kept) => void (kept ? pages.set(run, structuredClone(kept)) : pages.delete(run)),
  }
}

export async function testBoard(): Promise<TestBoard> {
  const { owner } = await founded()
  const clock = createVirtualClock()
  const locks = memoryLocks()

  function doIt<N extends OperationName>(name: N, input: InputOf<N>): OutputOf<N> {
    const done = operate({ replica: owner }, name, input)
    if (!done.ok) throw new Error(`${name}: ${done.refusal.detail}`)
    return done.value
  }
  const idOf = (key: string): NodeId => owner.views.find(key) as NodeId

  return {
    owner,
    clock,
    do: doIt,
    task: (key = 'WN-1') => owner.views.task(idOf(key)) as TaskRow,
    runs: (key = 'WN-1') => owner.runsOf(idOf(key)),
    until: (test) =>
      new Promise((resolve) => {
        if (test()) return resolve()
        const stop = owner.views.onChanged(() => {
          if (!test()) return
          stop()
          resolve()
        })
      }),
    async agent(seed, { profile = {}, ...spec } = {}) {
      const signer = signerOf(await signingKeys(new Uint8Array(32).fill(seed)))
      const granted = grantTo(owner, { key: signer.key, box: null }, { role: 'agent', ...spec })
      if (!granted.ok) throw new Error(granted.refusal.detail)
      doIt('create_agent', { name: `agent-${seed}`, actor: toHex(signer.key), ...profile })
      const feed = toHex(owner.random(8))
      const replica = await owner.as({ signer, openFeed: async () => ({ feed, head: null, release: async () => {} }) })
      const beats: TestAgent['beats'] = []
      const claims: ClaimPorts = { clock, delays: () => [], locks: locks.tab() }
      const notebook = memoryNotebook()
      const port = createReplicaPort({
        replica,
        claims,
        notebook,
        beat: (run, step) => void beats.push({ run, step }),
        pause: (id) => operate({ replica: owner }, 'pause_agent', { id }).ok,
      })
      return { replica, port, notebook, beats, start: (model) => start(port, model) }
    },
  }

  function start(port: AgentPort, model: Model): Working {
    const controller = new AbortController()
    const outcomes: Outcome[] = []
    const told = createEmitter<void>()
    const onOutcome = (_: NodeId, outcome: Outcome): void => {
      outcomes.push(outcome)
      told.emit()
    }
    const over = runAgent({ port, model, clock, random: () => 0.5, onOutcome }, controller.signal)
    over.catch(() => undefined)
    return {
      outcomes,
      over,
      ended: (count) =>
        new Promise((resolve, reject) => {
          over.catch(reject)
          const look = (): void => void (outcomes.length >= count && resolve())
          told.on(look)
          look()
        }),
      async stop() {
        controller.abort(new Error('stopped by the test'))
        await over.catch(() => undefined)
      },
    }
  }
}

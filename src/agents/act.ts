/**
 * An agent at work in this process: it acts under its own key in a replica that is here, and has the sandbox of this device to run
 * tests in. Whoever calls holds the key, chose the model, and ends it by the signal.
 */

import type { ActorPorts, Replica } from '../replica/replica.ts'
import { runAgent } from './agent.ts'
import type { AgentPort } from './agent-port.ts'
import type { Outcome } from './attempt.ts'
import type { Clock } from './clock.ts'
import type { Model } from './model.ts'
import { createReplicaPort, type ReplicaPortOptions } from './replica-port.ts'
import { withTests } from './sandbox/run-tests-tool.ts'
import type { TestRunner } from './sandbox/test-run.ts'
import { run as operate } from '../operations/table.ts'

export interface HandPorts extends Pick<ReplicaPortOptions, 'claims' | 'notebook' | 'beat'> {
  /** Of the person whose device this is. */
  readonly home: Replica
  readonly runTests: TestRunner
}

export interface ActPorts extends HandPorts {
  readonly model: Model
  readonly clock: Clock
  readonly random: () => number
  readonly onOutcome?: (outcome: Outcome) => void
}

/** Works until the signal is aborted, and throws its reason; throws what `runAgent` does besides. */
export function act({ model, clock, random, onOutcome, ...hand }: ActPorts, as: ActorPorts, signal: AbortSignal): Promise<never> {
  const told = onOutcome ? { onOutcome: (_: unknown, outcome: Outcome) => onOutcome(outcome) } : {}
  return withHand(hand, as, signal, (port) => runAgent({ port, model, clock, random, ...told }, signal))
}

/** Gives the agent's port to whoever runs it, here or in a Worker, and takes it back when that ends. */
export async function withHand(
  { home, claims, notebook, beat, runTests }: HandPorts,
  as: ActorPorts,
  signal: AbortSignal,
  run: (port: AgentPort) => Promise<never>,
): Promise<never> {
  const replica = await home.as(as)
  const pause = (id: string): boolean => operate({ replica: home }, 'pause_agent', { id }).ok
  const port = createReplicaPort({ replica, claims, notebook, beat, pause })
  try {
    return await run(withTests(port, replica, runTests, signal))
  } finally {
    port.close()
    await replica.close()
  }
}

/**
 * An agent at work in this process: it acts under its own key in a replica that is here, and has the sandbox of this device to run
 * tests in. Whoever calls holds the key, chose the model, and ends it by the signal.
 */

import type { ActorPorts, Replica } from '../replica/replica.ts'
import { runAgent } from './agent.ts'
import type { Outcome } from './attempt.ts'
import type { Clock } from './clock.ts'
import type { Model } from './model.ts'
import { createReplicaPort, type ReplicaPortOptions } from './replica-port.ts'
import { withTests } from './sandbox/run-tests-tool.ts'
import type { TestRunner } from './sandbox/test-run.ts'
import { run as operate } from '../operations/table.ts'

export interface ActPorts extends Pick<ReplicaPortOptions, 'claims' | 'notebook' | 'beat'> {
  /** Of the person whose device this is. */
  readonly home: Replica
  readonly model: Model
  readonly runTests: TestRunner
  readonly clock: Clock
  readonly random: () => number
  readonly onOutcome?: (outcome: Outcome) => void
}

/** Works until the signal is aborted, and throws its reason; throws what `runAgent` does besides. */
export async function act(ports: ActPorts, as: ActorPorts, signal: AbortSignal): Promise<never> {
  const { home, claims, notebook, beat, model, runTests, clock, random, onOutcome } = ports
  const replica = await home.as(as)
  const port = createReplicaPort({
    replica,
    claims,
    notebook,
    beat,
    pause: (id) => operate({ replica: home }, 'pause_agent', { id }).ok,
  })
  try {
    return await runAgent(
      {
        port: withTests(port, replica, runTests, signal),
        model,
        clock,
        random,
        ...(onOutcome ? { onOutcome: (_, outcome) => onOutcome(outcome) } : {}),
      },
      signal,
    )
  } finally {
    port.close()
    await replica.close()
  }
}

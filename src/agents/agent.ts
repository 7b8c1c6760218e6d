/**
 * The life of an agent: take a task, work on it, take the next; when there is none, wait until the board changes.
 *
 * It beats every few seconds whatever it does, with the step that it is at, so that silence means that it is gone. A run that it holds is
 * renewed in the log now and then, for those who hear no beats.
 */

import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import type { AgentPort } from './agent-port.ts'
import { attempt, type Outcome } from './attempt.ts'
import { type Clock, every, wait } from './clock.ts'
import { type Model, ModelError } from './model.ts'

export interface AgentOptions {
  readonly port: AgentPort
  readonly model: Model
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Told of each run that came to its end. */
  readonly onOutcome?: (run: NodeId, outcome: Outcome) => void
}

/** Looks again so often though nothing was heard: rights and times change without a nudge. */
const LOOK_MS = 30_000

/**
 * Works until the signal is aborted, and throws its reason. Throws `ModelError` of kind `auth` when the model lets nobody in: a person
 * has to see to that, and more tasks would only fail.
 */
export async function runAgent({ port, model, clock, random, onOutcome }: AgentOptions, signal: AbortSignal): Promise<never> {
  let run: NodeId | null = null
  let task: NodeId | null = null
  let step = ''
  let woken = (): void => undefined
  const beat = (): void => port.beat(run, step)
  const show = (words: string): void => {
    const isFirst = step === ''
    step = words
    if (isFirst) beat()
  }
  const stops = [
    every(clock, LOCAL.beatMs, beat),
    every(clock, LOCAL.renewMs, () => {
      // Whether it was held back is heard by its own event.
      if (run !== null && task !== null) void port.call('renew_task', { id: task, run }).catch(() => undefined)
    }),
    port.events(({ type }) => {
      if (type === 'work') woken()
    }),
  ]
  beat()
  try {
    for (;;) {
      signal.throwIfAborted()
      const changed = new Promise<void>((resolve) => (woken = resolve))
      const taken = await port.take()
      if (!taken.ok || taken.value === null) {
        await either(changed, clock, LOOK_MS, signal)
        continue
      }
      run = taken.value.run
      task = taken.value.task.id
      try {
        const outcome = await attempt({ port, model, clock, random, show }, taken.value, signal)
        onOutcome?.(run, outcome)
      } catch (error) {
        if (!(error instanceof ModelError) || error.kind === 'auth') throw error
        // The run was given back. Others may do better with it meanwhile.
        onOutcome?.(run, error.kind === 'overloaded' ? 'released' : 'failed')
        await wait(clock, LOCAL.stepBackoffMostMs, signal)
      } finally {
        run = task = null
        step = ''
        beat()
      }
    }
  } finally {
    for (const stop of stops) stop()
  }
}

async function either(changed: Promise<void>, clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const waited = wait(clock, ms, AbortSignal.any([signal, done.signal]))
  try {
    await Promise.race([changed, waited])
  } finally {
    done.abort()
    waited.catch(() => undefined)
  }
}

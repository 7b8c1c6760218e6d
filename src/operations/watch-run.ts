/**
 * Watching a run: a signal that fires as soon as this replica knows that the run no longer holds its task.
 *
 * It looks whenever the task, who is paused, or who may what has changed here, and when the right to work runs out; so what is known
 * is acted upon in the same turn, and nothing has to be asked now and then. A run that was handed in waits for a word: the signal
 * stays silent, since it may be sent back. What was done stays in the run, for others to take up.
 */

import { type NodeId, workspaceNodeId } from '../core/ids.ts'
import { type RunState, runStates } from '../core/work.ts'
import { pausedAgent } from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'
import type { After } from '../sync/pair-clock.ts'

/** What a run that is no longer held was lost to. `gone`: its task, or its claim, does not count any more. */
export type LossCode = 'paused' | 'not_allowed' | 'gone' | Exclude<RunState, 'claimed' | 'working' | 'submitted'>

/** The reason of the signal. */
export class RunLost extends Error {
  override readonly name = 'RunLost'
  readonly code: LossCode

  constructor(code: LossCode) {
    super(WORDS[code])
    this.code = code
  }
}

export interface RunWatch {
  /** Fires once; its reason is a `RunLost`. Whoever was only paused may watch anew once it is resumed. */
  readonly signal: AbortSignal
  close(): void
}

export function watchRun(replica: Replica, task: NodeId, run: NodeId, after: After): RunWatch {
  const controller = new AbortController()
  const workspace = workspaceNodeId(replica.workspace)
  let isClosed = false
  let looksAt = Number.POSITIVE_INFINITY
  const stops = [
    replica.views.onChanged((touched) => {
      if (touched.has(task) || touched.has(workspace)) look()
    }),
    replica.onAuthority(look),
  ]
  look()
  return { signal: controller.signal, close }

  function look(): void {
    if (controller.signal.aborted) return
    const lost = lossOf(replica, task, run)
    if (lost === null) return lookAgainWhenRightsEnd()
    close()
    controller.abort(new RunLost(lost))
  }

  /** One look waits at a time. */
  function lookAgainWhenRightsEnd(): void {
    const now = replica.now()
    const ends = replica.held.map(({ cited }) => cited.expires).filter((expires) => expires >= now)
    const at = Math.min(...ends, now + LONGEST_MS) + 1
    if (isClosed || at >= looksAt || ends.every((end) => !Number.isFinite(end))) return
    looksAt = at
    after(at - now, () => {
      looksAt = Number.POSITIVE_INFINITY
      if (!isClosed) look()
    })
  }

  function close(): void {
    isClosed = true
    for (const stop of stops) stop()
  }
}

/** Why this run is not to go on, as far as is known here; null where it is. */
export function lossOf(replica: Replica, task: NodeId, run: NodeId): LossCode | null {
  const node = replica.nodes.get(task)
  const state = node?.work && runStates(node.work, replica.history).get(run)
  if (!node || !state) return 'gone'
  if (state !== 'claimed' && state !== 'working' && state !== 'submitted') return state
  if (!replica.may('claim', node)) return 'not_allowed'
  return pausedAgent(replica, replica.actor) ? 'paused' : null
}

/** Timers of browsers take no more; whoever waits for longer looks again. */
const LONGEST_MS = 2 ** 31 - 2

const WORDS: Readonly<Record<LossCode, string>> = {
  paused: 'Somebody paused this agent: what it holds stays its own, and it goes on once it is resumed.',
  not_allowed: 'This agent may not work on the task any more.',
  gone: 'The task or the claim is not there any more.',
  accepted: 'The work was accepted.',
  lost: 'The run gave the task up.',
  superseded: 'Another run holds the task. What was done stays in this run.',
  release: 'The run gave the task back.',
  fail: 'The run failed.',
  expire: 'The run was silent for too long, and was ended. What was done stays in this run.',
  revoke: 'Somebody ended the run. What was done stays in this run.',
}

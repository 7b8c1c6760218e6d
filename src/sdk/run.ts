/**
 * A run from its claim to its end, for programs that work on tasks.
 *
 * While `work` goes on the run says so, and looks whether it still may. What ends it: somebody else holds the task, the run was
 * stopped, the agent was paused, or nobody could be reached for a whole lease. Then its signal is aborted with that reason; what
 * `work` hands in afterwards is refused anyway. Who throws, or returns without having handed in, gives the task back.
 */

import { startOf, wellFormed } from '../base/well-formed.ts'
import { CLIENT, PROTOCOL } from '../core/limits.ts'
import type { Door } from './door.ts'
import { WorknodeError } from './error.ts'
import type { Ports } from './ports.ts'
import { isPassing } from './retry.ts'
import type { Task } from './task.ts'

export interface RunOptions {
  /** Aborts the run from outside: the task is given back. */
  readonly signal?: AbortSignal | undefined
  /** How often the run says that it goes on. */
  readonly renewMs?: number | undefined
  /** How often it looks whether it still may, beside looking when an event about the task comes. */
  readonly lookMs?: number | undefined
}

export type Work<T> = (task: Task, signal: AbortSignal) => Promise<T>

/** Of a task that is claimed and confirmed. Rejects with what `work` threw, or with `run_over` where the run was lost. */
export async function duringRun<T>(
  door: Door,
  { now, wait }: Pick<Ports, 'now' | 'wait'>,
  task: Task,
  work: Work<T>,
  { signal: outer, renewMs = CLIENT.renewMs, lookMs = CLIENT.lookMs }: RunOptions = {},
): Promise<T> {
  const { actor: me } = await door.call('who_am_i', {}, { signal: outer })
  const run = new AbortController()
  const ended = new AbortController()
  const isOver = (): boolean => ended.signal.aborted || run.signal.aborted
  let isOurs = true
  let renewedAt = now()
  let reachedAt = renewedAt
  const forward = (): void => run.abort(outer?.reason)
  outer?.addEventListener('abort', forward, { once: true })
  if (outer?.aborted) forward()
  const watching = Promise.all([untilOver(keepUp), untilOver(listen)])
  let result: { readonly value: T } | { readonly error: unknown }
  try {
    const value = await work(task, run.signal)
    result = run.signal.aborted ? { error: run.signal.reason } : { value }
  } catch (error) {
    // Whoever was told to stop mostly throws something about that: why it was told is worth more.
    result = { error: run.signal.aborted ? run.signal.reason : error }
  }
  ended.abort()
  outer?.removeEventListener('abort', forward)
  await watching
  await giveBack()
  if ('error' in result) throw result.error
  return result.value

  /** A bug in here must not leave the work going on unwatched. */
  async function untilOver(watch: () => Promise<void>): Promise<void> {
    try {
      await watch()
    } catch (error) {
      if (!isOver()) run.abort(error)
    }
  }

  async function keepUp(): Promise<void> {
    for (;;) {
      await wait(lookMs, AbortSignal.any([ended.signal, run.signal]))
      if (isOver()) return
      await look()
    }
  }

  async function listen(): Promise<void> {
    const stop = AbortSignal.any([ended.signal, run.signal])
    for await (const _ of door.events('now', { task: task.id }, stop)) {
      if (isOver()) return
      await look()
    }
  }

  async function look(): Promise<void> {
    try {
      const options = { signal: ended.signal }
      // Not by the task in the program's hand: what we look at the program has not read.
      const asked = [door.call('list_agents', {}, options), door.call('get_task', { id: task.id }, options)] as const
      const [agents, { run: held }] = await Promise.all(asked)
      reachedAt = now()
      if (held?.agent !== me) lost('Another run holds the task, or it was stopped.')
      else if (agents.some(({ actor, paused }) => actor === me && paused)) stopped('You are paused.')
      else if (now() - renewedAt >= renewMs && held.state === 'working') {
        await door.call('renew_task', { id: task.id }, options)
        renewedAt = now()
      }
    } catch (error) {
      if (isOver()) return
      if (!(error instanceof WorknodeError)) throw error
      if (!isPassing(error)) lost(error.detail)
      else if (now() - reachedAt >= PROTOCOL.leaseMs) lost('Nobody could be reached for a whole lease.')
    }
  }

  function lost(detail: string): void {
    isOurs = false
    stopped(detail)
  }

  function stopped(detail: string): void {
    if (!isOver()) run.abort(new WorknodeError('run_over', detail))
  }

  /** A run that cannot be given back now ends by its lease; what happened first is what the caller hears. */
  async function giveBack(): Promise<void> {
    if (!isOurs) return
    try {
      const { run: held } = (await task.refresh()).data
      if (held?.agent !== me || held.state === 'submitted') return
      await task.release('error' in result ? { failed: !run.signal.aborted, note: noteOf(result.error) } : {})
    } catch (error) {
      if (!(error instanceof WorknodeError) || !('error' in result)) throw error
    }
  }
}

function noteOf(error: unknown): string {
  return startOf(wellFormed(error instanceof Error ? error.message : String(error)), CLIENT.noteChars)
}

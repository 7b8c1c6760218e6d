/**
 * One step of a model, until it is whole: what was overloaded or broke off is tried again, a bounded number of times, after a wait
 * that doubles and is never the same for two agents. Nothing of a broken try is kept, so a step counts, and is paid for in our
 * books, once; what a provider charges for a stream that broke off it does not tell.
 */

import { LOCAL } from '../core/limits.ts'
import { type Clock, wait } from './clock.ts'
import { type EndReason, type Model, ModelError, type ModelRequest, NO_USAGE, type ToolCall, type Usage } from './model.ts'

export interface Step {
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly usage: Usage
  readonly reason: EndReason
  readonly tries: number
}

export interface StepPorts {
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** What it says, as it comes. */
  readonly onText?: (text: string) => void
  readonly onRetry?: (error: ModelError, waitMs: number) => void
}

/** Throws `ModelError` once no further try would help, or the signal's reason. */
export async function stepOf(model: Model, request: ModelRequest, signal: AbortSignal, ports: StepPorts): Promise<Step> {
  for (let tries = 1; ; tries++) {
    try {
      return { ...(await tryOnce(model, request, signal, ports)), tries }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ModelError)) throw error
      const mayHelp = error.kind === 'overloaded' || error.kind === 'broken'
      if (!mayHelp || tries >= LOCAL.stepAttempts) throw error
      const waitMs = waitAfter(tries, error.retryAfterMs, ports.random)
      ports.onRetry?.(error, waitMs)
      await wait(ports.clock, waitMs, signal)
    }
  }
}

/** As long as the other side asks for and its own backoff says, whichever is more; never longer than the limit. */
export function waitAfter(tries: number, retryAfterMs: number | null, random: () => number): number {
  const most = Math.min(LOCAL.stepBackoffMostMs, LOCAL.stepBackoffMs * 2 ** (tries - 1))
  const jittered = most / 2 + (most / 2) * random()
  return Math.min(LOCAL.stepBackoffMostMs, Math.max(retryAfterMs ?? 0, jittered))
}

async function tryOnce(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal,
  { onText }: StepPorts,
): Promise<Omit<Step, 'tries'>> {
  let text = ''
  let usage = NO_USAGE
  const calls: ToolCall[] = []
  for await (const part of model.step(request, signal)) {
    signal.throwIfAborted()
    switch (part.type) {
      case 'text':
        text += part.text
        onText?.(text)
        break
      case 'call':
        calls.push(part.call)
        break
      case 'usage':
        usage = part.usage
        break
      case 'end':
        return { text, calls, usage, reason: part.reason }
    }
  }
  throw new ModelError('broken', 'The answer broke off before its end.')
}

/**
 * One step of a model, until it is whole: what was overloaded or broke off is tried again, a bounded number of times, after a wait
 * that doubles and is never the same for two agents. Nothing of a broken try is kept but what it cost: a provider charges for what
 * it read and wrote, whoever broke off. What a step cost is the sum of its tries, each by its last word; it is told whenever it
 * grows, so that it is known also where the step comes to nothing.
 */

import { LOCAL } from '../core/limits.ts'
import { type Clock, wait } from './clock.ts'
import { type EndReason, type Model, ModelError, type ModelRequest, NO_USAGE, sumOf, type ToolCall, type Usage } from './model.ts'

export interface Step {
  readonly text: string
  readonly calls: readonly ToolCall[]
  /** Of all tries. */
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
  /** What the step has cost so far, all tries together. */
  readonly onUsage?: (spent: Usage) => void
  /** What another try may say at most when so much is spent; null where there is no room for one. */
  readonly roomAfter?: (spent: Usage) => number | null
}

/** What the tries have cost leaves no room for another. */
export class OutOfRoomError extends Error {
  override readonly name = 'OutOfRoomError'
}

/** Throws `ModelError` once no further try would help, or the signal's reason. */
export async function stepOf(model: Model, request: ModelRequest, signal: AbortSignal, ports: StepPorts): Promise<Step> {
  let spent = NO_USAGE
  let asked = request
  for (let tries = 1; ; tries++) {
    const before = spent
    const onUsage = (usage: Usage): void => {
      spent = sumOf(before, usage)
      ports.onUsage?.(spent)
    }
    try {
      return { ...(await tryOnce(model, asked, signal, { ...ports, onUsage })), usage: spent, tries }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ModelError)) throw error
      const mayHelp = error.kind === 'overloaded' || error.kind === 'broken'
      if (!mayHelp || tries >= LOCAL.stepAttempts) throw error
      const room = ports.roomAfter ? ports.roomAfter(spent) : request.maxOutputTokens
      if (room === null) throw new OutOfRoomError(error.message, { cause: error })
      asked = { ...request, maxOutputTokens: room }
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
  { onText, onUsage }: StepPorts,
): Promise<Omit<Step, 'tries' | 'usage'>> {
  let text = ''
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
        onUsage?.(part.usage)
        break
      case 'end':
        return { text, calls, reason: part.reason }
    }
  }
  throw new ModelError('broken', 'The answer broke off before its end.')
}

/**
 * The bounds of a run: steps, time, cost. What a step may cost at most is reckoned before it is made, and the model is given no more
 * words than still fit; so the cap is not passed, and the run stops before it. A step that has no room left is not made.
 */

import { LOCAL } from '../core/limits.ts'
import type { AgentLimits } from '../replica/agents.ts'
import type { Kept } from './agent-port.ts'
import type { ModelRequest, Price } from './model.ts'
import { inputTokensOf } from './token-estimate.ts'

export type Room =
  | { readonly isLeft: true; readonly outputTokens: number }
  /** `steps` is the loop's own bound; the others are the person's. */
  | { readonly isLeft: false; readonly what: 'steps' | 'time' | 'cost'; readonly detail: string }

/** With less than this a step says nothing of use. */
const LEAST_OUTPUT_TOKENS = 256

type Spent = Pick<Kept, 'steps' | 'workedMs' | 'costMicros'>

export function roomFor(
  spent: Spent,
  limits: AgentLimits,
  price: Price | null,
  request: Omit<ModelRequest, 'maxOutputTokens'>,
): Room {
  if (spent.steps >= LOCAL.stepsPerRun) return { isLeft: false, what: 'steps', detail: `It has made ${spent.steps} steps.` }
  if (limits.minutes !== null && spent.workedMs >= limits.minutes * 60_000)
    return { isLeft: false, what: 'time', detail: `It has worked for the ${limits.minutes} minutes that a run of it may take.` }
  if (limits.costMicros === null || price === null || price.output <= 0)
    return { isLeft: true, outputTokens: LOCAL.stepOutputTokens }
  const left = limits.costMicros - spent.costMicros - inputTokensOf(request) * price.input
  const outputTokens = Math.min(LOCAL.stepOutputTokens, Math.floor(left / price.output))
  if (outputTokens >= LEAST_OUTPUT_TOKENS) return { isLeft: true, outputTokens }
  return {
    isLeft: false,
    what: 'cost',
    detail: `The next step could cost more than the ${dollars(limits.costMicros)} that a run of it may.`,
  }
}

/** What is nearly used up, in words; null while nothing is. */
export function nearEnd({ steps, workedMs, costMicros }: Spent, limits: AgentLimits): string | null {
  const isNear = (spent: number, most: number | null): most is number => most !== null && spent >= most * LOCAL.checkpointShare
  if (isNear(steps, LOCAL.stepsPerRun)) return `${LOCAL.stepsPerRun - steps} of ${LOCAL.stepsPerRun} steps are left`
  if (isNear(workedMs, limits.minutes === null ? null : limits.minutes * 60_000))
    return `your ${limits.minutes} minutes are nearly over`
  if (isNear(costMicros, limits.costMicros)) return `of ${dollars(limits.costMicros)} you have spent ${dollars(costMicros)}`
  return null
}

function dollars(micros: number): string {
  return `$${(micros / 1e6).toFixed(2)}`
}

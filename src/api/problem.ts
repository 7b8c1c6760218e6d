/**
 * What a refusal is at an HTTP door: the one map from code to status, and the `application/problem+json` body (RFC 9457).
 * Codes are public: agents act on them. A hint says what to do next where the code alone decides that.
 */

import type { Refusal } from '../base/result.ts'
import type { HumanFence } from '../operations/human-fence.ts'

export const PROBLEMS = {
  bad_request: [400, 'The request is not well formed'],
  unauthorized: [401, 'Who asks is not known'],
  permission_denied: [403, 'Not allowed'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Not with this method'],
  claim_held: [409, 'Another run holds the task'],
  human_fence: [409, 'A person has changed it meanwhile'],
  wrong_state: [409, 'Not in this state'],
  gone: [410, 'Not there any more'],
  precondition_failed: [412, 'It has changed meanwhile'],
  too_large: [413, 'Too large'],
  invalid: [422, 'The input does not fit'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'A fault of this host'],
  unavailable: [503, 'Not available now'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>

export type ProblemCode = keyof typeof PROBLEMS

const HINTS: Partial<Readonly<Record<ProblemCode, string>>> = {
  unauthorized: 'Send "Authorization: Bearer <token>". A host prints tokens: npx worknode agent add <name>.',
  claim_held: 'Take another task: POST /agents/<you>/tasks {"claim":"next"}.',
  human_fence: 'See "changes"; if your write still holds, send it again with the "seen" of this answer.',
  precondition_failed: 'Read it again, and send its new ETag as If-Match.',
  rate_limited: 'Wait as many seconds as Retry-After says.',
  unavailable: 'Try again in a moment.',
}

export interface Problem extends Partial<Pick<HumanFence, 'node' | 'seen' | 'changes'>> {
  /** Relative to the door, so that it leads to words and to nobody else's site. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly hint?: string
}

export function problemOf(refusal: Refusal, hint?: string): Problem {
  const { code, detail } = refusal
  const known: ProblemCode = Object.hasOwn(PROBLEMS, code) ? (code as ProblemCode) : 'internal'
  const [status, title] = PROBLEMS[known]
  const said = hint ?? HINTS[known]
  const { node, seen, changes } = refusal as Partial<HumanFence>
  const fence = known === 'human_fence' && node && seen && changes ? { node, seen, changes } : {}
  return { type: `/api/docs#${known}`, title, status, code: known, detail, ...(said !== undefined && { hint: said }), ...fence }
}

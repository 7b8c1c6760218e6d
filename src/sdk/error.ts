/**
 * What a call of the SDK rejects with. One class with a `code`, since that is what programs act on: the codes of the doors
 * (`claim_held`, `permission_denied`, …), and three of the way there: `unavailable` (nobody answered), `timeout`, and `untrusted` (who
 * answered has a certificate that is not trusted).
 */

import type { Refusal } from '../base/result.ts'
import type { HumanChange, HumanFence } from '../operations/human-fence.ts'

export interface ErrorFacts {
  readonly hint?: string | undefined
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined
  /** How long the other side asked to be left alone. */
  readonly retryAfterMs?: number | undefined
  /** Of `human_fence`: of whoever has read this error. */
  readonly seen?: string | undefined
  /** Of `human_fence`: what a person has changed. */
  readonly changes?: readonly HumanChange[] | undefined
  readonly cause?: unknown
}

export class WorknodeError extends Error {
  readonly code: string
  /** One plain sentence: what happened and what to do. */
  readonly detail: string
  readonly hint: string | undefined
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  readonly seen: string | undefined
  readonly changes: readonly HumanChange[] | undefined

  constructor(code: string, detail: string, { hint, status, retryAfterMs, seen, changes, cause }: ErrorFacts = {}) {
    super(detail, { cause })
    this.name = 'WorknodeError'
    this.code = code
    this.detail = detail
    this.hint = hint
    this.status = status
    this.retryAfterMs = retryAfterMs
    this.seen = seen
    this.changes = changes
  }
}

export function refusedError(refusal: Refusal): WorknodeError {
  const { seen, changes } = refusal as Partial<HumanFence>
  return new WorknodeError(refusal.code, refusal.detail, { seen, changes })
}

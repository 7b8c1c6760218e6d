/**
 * A refusal is a value: what an operation answers when the caller asked for something that cannot be.
 * Bugs throw (see `assert.ts`); broken input and output throws at its adapter.
 */

export interface Refusal {
  /** Public and stable: agents act on it. */
  readonly code: string
  /** One plain sentence: what happened and what to do. */
  readonly detail: string
}

export type Result<T, R extends Refusal = Refusal> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: R }

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function refuse<R extends Refusal>(refusal: R): { readonly ok: false; readonly refusal: R } {
  return { ok: false, refusal }
}

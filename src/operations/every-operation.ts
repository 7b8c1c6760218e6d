/**
 * Every operation, as doors offer them: by name, with input from anywhere, answered in the world's own shapes.
 *
 * Most complete at once against the replica. A few read the log or wait for something; these, and what only doors need, stand in
 * a table of their own: the UI runs operations in the middle of a click, and loads no more than it uses.
 */

import type * as z from 'zod/mini'
import type { Result } from '../base/result.ts'
import { type Context, type Operation, perform, type SlowOperation } from './operation.ts'
import { DOOR_OPERATIONS } from './door-table.ts'
import { OPERATIONS } from './table.ts'
import { presented } from './task.ts'

export const EVERY_OPERATION = { ...OPERATIONS, ...DOOR_OPERATIONS } as const

/** One of the table, as far as those need to know who look at all. */
export type AnyOperation = Operation | SlowOperation

export type EveryOperationName = keyof typeof EVERY_OPERATION

/** Runs an operation by name, as `run` does, and answers what a door says: tasks with their bodies. */
export async function answer(context: Context, name: EveryOperationName, input: unknown): Promise<Result<unknown>> {
  return answerSoon(context, name, input)
}

/** As `answer`; at once where the operation completes at once. */
export function answerSoon(
  context: Context,
  name: EveryOperationName,
  input: unknown,
): Result<unknown> | Promise<Result<unknown>> {
  // Called before anything is waited for: whoever compared something just now has nothing come in between.
  const operation = EVERY_OPERATION[name] as AnyOperation
  const result = perform<z.ZodMiniType, Result<unknown> | Promise<Result<unknown>>>(operation, context, input)
  const shown = (found: Result<unknown>): Result<unknown> =>
    found.ok ? { ok: true, value: presented(context.replica, found.value) } : found
  return result instanceof Promise ? result.then(shown) : shown(result)
}

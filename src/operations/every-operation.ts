/**
 * Every operation, as doors offer them: by name, with input from anywhere, answered in the world's own shapes.
 *
 * Most complete at once against the replica. A few read the log or wait for something; they stand in a table of their own, since
 * the UI, which runs operations in the middle of a click, must not.
 */

import type { Result } from '../base/result.ts'
import { type Context, type Operation, perform } from './operation.ts'
import { OPERATIONS, type OperationName } from './table.ts'
import { presented } from './task.ts'

export const EVERY_OPERATION = OPERATIONS

export type EveryOperationName = OperationName

/** Runs an operation by name, as `run` does, and answers what a door says: tasks with their bodies. */
export async function answer(context: Context, name: EveryOperationName, input: unknown): Promise<Result<unknown>> {
  const result = await perform(EVERY_OPERATION[name] as Operation, context, input)
  return result.ok ? { ok: true, value: presented(context.replica, result.value) } : result
}

/** What operations take and answer, as every door says it: tasks with their bodies, lists as plain arrays. Types only. */

import type * as z from 'zod/mini'
import type { Result } from '../base/result.ts'
import type { EVERY_OPERATION, EveryOperationName } from '../operations/every-operation.ts'
import type { Page } from '../operations/page.ts'
import type { Task } from '../operations/task.ts'
import type { TaskRow } from '../replica/task-row.ts'

export type { Task as TaskData } from '../operations/task.ts'
export type OperationName = EveryOperationName

type Table = typeof EVERY_OPERATION
type Out<N extends OperationName> = Awaited<ReturnType<Table[N]['run']>> extends Result<infer Value> ? Value : never

export type InputOf<N extends OperationName> = z.input<Table[N]['input']>
export type AnswerOf<N extends OperationName> = Shown<Out<N>>

type Shown<T> =
  T extends Page<infer Item>
    ? readonly Item[]
    : T extends TaskRow
      ? Task
      : T extends { readonly task: TaskRow }
        ? Omit<T, 'task'> & { readonly task: Task }
        : T

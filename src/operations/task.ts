/** The Task JSON of the contract: the row of a task with its body. */

import type { NodeId } from '../core/ids.ts'
import type { WorkNode } from '../core/fold.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { textOf } from '../replica/text.ts'

export interface Task extends TaskRow {
  readonly body: string
  /** What whoever reads this has seen: sent along with a write, it holds the write back where a person has changed something since. */
  readonly seen: string
}

export function taskOf(replica: Replica, row: TaskRow): Task {
  const node = replica.nodes.get(row.id) as WorkNode
  return { ...row, body: textOf(node, 'body', replica.history), seen: replica.humanEdits.readNow(node) }
}

/** What an operation answered, as every door says it: a task is told with its body. */
export function presented(replica: Replica, value: unknown): unknown {
  if (isRow(value)) return taskOf(replica, value)
  if (typeof value === 'object' && value !== null && 'task' in value && isRow(value.task))
    return { ...value, task: taskOf(replica, value.task) }
  return value
}

function isRow(value: unknown): value is TaskRow {
  return (
    typeof value === 'object' &&
    value !== null &&
    'hasBody' in value &&
    'type' in value &&
    value.type === 'task' &&
    !('body' in value) &&
    typeof (value as { id?: NodeId }).id === 'string'
  )
}

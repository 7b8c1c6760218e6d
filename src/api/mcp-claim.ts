/** Which task comes next for whoever asks, and how one is begun. */

import { ok, refuse, type Result } from '../base/result.ts'
import { run } from '../operations/table.ts'
import { nextTask } from '../operations/next-task.ts'
import type { Context } from '../operations/operation.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { type Answer, says } from './mcp-answer.ts'
import { briefly, factsOf } from './mcp-words.ts'
import { rowOf } from '../operations/find.ts'

export function nextTasks(replica: Replica, most: number, label?: string): Answer {
  const { fitting, why } = nextTask(replica)
  const ready = fitting.map((id) => rowOf(replica, id)).filter(({ labels }) => label === undefined || labels.includes(label))
  const mine = replica.views
    .column('in_progress')
    .map((id) => rowOf(replica, id))
    .filter(({ run: held }) => held?.agent === replica.actor)
  const shown = ready.slice(0, most)
  const can = ready.length === 1 ? '1 task can be begun.' : `${ready.length} tasks can be begun, the best for you first.`
  const cannot = ['No task can be begun now.', ...why.map(({ detail, tasks }) => `${tasks}: ${detail}`)].join(' ')
  const held = mine.length === 0 ? '' : ` You hold ${mine.map(({ key }) => key).join(', ')}: finish that first.`
  return says(
    `${ready.length > 0 ? can : cannot}${held}`,
    { ready: shown.map(factsOf), held: mine.map(factsOf), ...(ready.length === 0 && { why }) },
    shown.map((row) => briefly(replica, row)),
  )
}

export async function beginWork(context: Context, wanted: string | null, _signal?: AbortSignal): Promise<Result<TaskRow>> {
  const id = wanted ?? nextTask(context.replica).fitting[0]
  if (id === undefined) return refuse({ code: 'not_found', detail: 'No task can be begun now.' })
  const claimed = run(context, 'claim_task', { id })
  if (!claimed.ok) return claimed
  const begun = run(context, 'confirm_task', { id, run: claimed.value.run })
  return begun.ok ? ok(begun.value) : begun
}

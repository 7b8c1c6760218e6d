/** Which task comes next for whoever asks, and how one is begun. */

import { ok, refuse, type Result } from '../base/result.ts'
import { run } from '../operations/table.ts'
import type { Context } from '../operations/operation.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { type Answer, says } from './mcp-answer.ts'
import { briefly, factsOf } from './mcp-words.ts'
import { rowOf } from '../operations/find.ts'

export function nextTasks(replica: Replica, most: number, label?: string): Answer {
  const mine = heldBy(replica)
  const ready = readyTasks(replica).filter(({ labels }) => label === undefined || labels.includes(label))
  const shown = ready.slice(0, most)
  const words =
    shown.length === 0
      ? 'No task can be begun now.'
      : `${ready.length} ${ready.length === 1 ? 'task' : 'tasks'} can be begun, the best first.`
  const held = mine.length === 0 ? '' : ` You hold ${mine.map(({ key }) => key).join(', ')}: finish that first.`
  return says(
    `${words}${held}`,
    { ready: shown.map(factsOf), held: mine.map(factsOf) },
    shown.map((row) => briefly(replica, row)),
  )
}

export async function beginWork(context: Context, wanted: string | null, _signal?: AbortSignal): Promise<Result<TaskRow>> {
  const id = wanted ?? readyTasks(context.replica)[0]?.id
  if (id === undefined) return refuse({ code: 'not_found', detail: 'No task can be begun now.' })
  const claimed = run(context, 'claim_task', { id })
  if (!claimed.ok) return claimed
  const begun = run(context, 'confirm_task', { id, run: claimed.value.run })
  return begun.ok ? ok(begun.value) : begun
}

function readyTasks(replica: Replica): readonly TaskRow[] {
  return replica.views
    .column('ready')
    .map((id) => rowOf(replica, id))
    .filter(({ ready }) => ready)
    .toSorted((a, b) => a.priority - b.priority)
}

function heldBy(replica: Replica): readonly TaskRow[] {
  return replica.views
    .column('in_progress')
    .map((id) => rowOf(replica, id))
    .filter(({ run: held }) => held?.agent === replica.actor)
}

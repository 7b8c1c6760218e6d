/**
 * Calling a task done, whoever says it: who works on it hands the work in, who may judge what was handed in accepts it, and a person
 * who holds no run of it moves the card. Nobody accepts their own work by this.
 */

import * as z from 'zod/mini'
import { refuse, type Result } from '../base/result.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { isAgent } from '../replica/agents.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { findTask, rowOf } from './find.ts'
import { type Context, operation, perform } from './operation.ts'
import { seen, taskRef, title } from './shapes.ts'
import { updateTask } from './tasks.ts'
import { acceptTask, confirmTask, submitTask } from './work.ts'

export const completeTask = operation({
  name: 'complete_task',
  summary: 'Call a task done: hands in the work that you hold, accepts what waits for your word, or moves the card',
  route: 'POST /tasks/:id/complete',
  needs: null,
  input: z.object({
    id: taskRef,
    summary: z._default(z.string().check(z.maxLength(LOCAL.noteChars)), ''),
    checks: z._default(z.array(title).check(z.maxLength(LOCAL.evidencePerRun)), []),
    seen,
  }),
  run(context, { id, summary, checks }): Result<TaskRow> {
    const { replica } = context
    const found = findTask(replica, id)
    if (!found.ok) return found
    const task = found.value
    const { run } = rowOf(replica, task.id)
    if (run?.agent === replica.actor && run.state !== 'submitted' && isAgent(replica, replica.actor))
      return handIn(context, task.id, run.state, { summary, checks })
    const [candidate] = task.work?.candidates ?? []
    if (candidate !== undefined && replica.maySay('accept', task, candidate)) return perform(acceptTask, context, { id })
    if (isAgent(replica, replica.actor) && task.work?.holder == null)
      return refuse({ code: 'wrong_state', detail: 'You hold no run of this task: claim it first.' })
    return perform(updateTask, context, { id, status: 'done' })
  },
})

function handIn(context: Context, id: NodeId, state: string, evidence: object): Result<TaskRow> {
  if (state === 'claimed') {
    const begun = perform(confirmTask, context, { id })
    if (!begun.ok) return begun
  }
  return perform(submitTask, context, { id, ...evidence })
}

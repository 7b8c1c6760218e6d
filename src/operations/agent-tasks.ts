/** The tasks of one agent: those that name it or that it holds, those that fit a predicate, and those it would take next. */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import { compilePredicate } from '../core/query.ts'
import { type ActorKey, isNodeId } from '../core/ids.ts'
import { actorOfProfile, isActorKey } from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { assigneeNames } from './assignee.ts'
import { rowOf } from './find.ts'
import { pageOfTasks } from './list-tasks.ts'
import { nextTask, type WhyNothing } from './next-task.ts'
import { operation } from './operation.ts'
import { type Page, pageInput } from './page.ts'
import { status } from './shapes.ts'
import { TASK_FIELDS } from './structure.ts'
import { type Task, taskOf } from './task.ts'

/** An agent by its profile’s id or its key; `me` is who asks. */
export const agentRef = z.string().check(z.minLength(1), z.maxLength(66))

export const listAgentTasks = operation({
  name: 'list_agent_tasks',
  summary: 'Tasks that are assigned to an agent, or that it holds',
  route: 'GET /agents/:id/tasks',
  needs: null,
  input: z.object({ id: agentRef, status: z.optional(z.array(status)), ...pageInput }),
  run({ replica }, { id, status: wanted, limit, cursor }): Result<Page<Task>> {
    const rows = tasksOf(replica, id)
    if (!rows.ok) return rows
    const fitting = rows.value.filter((row) => wanted === undefined || wanted.includes(row.status))
    return ok(pageOfTasks(replica, fitting, limit, cursor))
  },
})

export const queryAgentTasks = operation({
  name: 'query_agent_tasks',
  summary: 'Tasks of an agent that fit a bounded predicate: {all|any|not|field, op, value}',
  route: 'POST /agents/:id/query',
  needs: null,
  input: z.object({ id: agentRef, where: z.optional(z.unknown()), ...pageInput }),
  run({ replica }, { id, where, limit, cursor }): Result<Page<Task>> {
    const test = compilePredicate(where ?? { all: [] }, TASK_FIELDS)
    if (!test.ok) return test
    const rows = tasksOf(replica, id)
    return rows.ok ? ok(pageOfTasks(replica, rows.value.filter(test.value), limit, cursor)) : rows
  },
})

export interface NextTasks {
  /** In the order in which this agent would take them. */
  readonly tasks: readonly Task[]
  /** What keeps it from the others. */
  readonly why: readonly WhyNothing[]
}

export const nextTasks = operation({
  name: 'next_tasks',
  summary: 'The tasks that you would take next, and what keeps you from the others',
  route: 'GET /agents/:id/next',
  needs: null,
  input: z.object({ id: agentRef, limit: pageInput.limit }),
  run({ replica }, { id, limit }): Result<NextTasks> {
    const me = myself(replica, id)
    if (!me.ok) return me
    const { fitting, why } = nextTask(replica)
    return ok({ tasks: fitting.slice(0, limit).map((task) => taskOf(replica, rowOf(replica, task))), why })
  },
})

/** Refuses to speak for another. */
export function myself(replica: Replica, id: string): Result<ActorKey> {
  if (id === 'me' || actorNamed(replica, id) === replica.actor) return ok(replica.actor)
  return refuse({ code: 'permission_denied', detail: 'Agents take tasks for themselves: say /agents/me.' })
}

function tasksOf(replica: Replica, id: string): Result<TaskRow[]> {
  const actor = id === 'me' ? replica.actor : actorNamed(replica, id)
  const isProfile = isNodeId(id) && replica.nodes.get(id)?.type === 'agent'
  if (actor === null && !isProfile) return refuse({ code: 'not_found', detail: `There is no agent ${id} here.` })
  const names = assigneeNames(replica, isProfile ? id : (actor as string))
  return ok(
    Array.from(replica.views.tasks(), (task) => rowOf(replica, task)).filter(
      ({ assignees, run }) => run?.agent === actor || assignees.some((one) => names.has(one.toLowerCase())),
    ),
  )
}

/** Whom an id stands for; null for nobody who has come in. */
export function actorNamed(replica: Replica, id: string): ActorKey | null {
  if (isActorKey(id)) return id
  const node = isNodeId(id) ? replica.nodes.get(id) : undefined
  return node?.type === 'agent' ? actorOfProfile(replica, node) : null
}

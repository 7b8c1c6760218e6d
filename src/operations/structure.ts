/** Operations on projects and agents, and questions to the whole tree. */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { read } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { compilePredicate, runQuery } from '../core/query.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { rowOf } from './find.ts'
import { operation } from './operation.ts'
import { title, word } from './shapes.ts'

export interface NamedRow {
  readonly id: NodeId
  readonly type: string
  readonly name: string
  readonly role: string | null
}

export const createProject = operation({
  name: 'create_project',
  summary: 'Create a project',
  route: 'POST /projects',
  needs: ['create', 'project'],
  input: z.object({ title }),
  run({ replica }, input): Result<NamedRow> {
    const id = replica.transact('New project', (tx) => tx.create({ type: 'project', fields: [['title', input.title]] }))
    return ok({ id, type: 'project', name: input.title, role: null })
  },
})

export const createAgent = operation({
  name: 'create_agent',
  summary: 'Add an agent that tasks can be assigned to',
  route: 'POST /agents',
  needs: ['create', 'agent'],
  input: z.object({ name: word, role: z.optional(word), model: z.optional(z.nullable(word)) }),
  run({ replica }, { name, role, model }): Result<NamedRow> {
    const fields: [string, Value][] = [['name', name]]
    if (role) fields.push(['role', role])
    if (model) fields.push(['model', model])
    const id = replica.transact('New agent', (tx) => tx.create({ type: 'agent', fields }))
    return ok({ id, type: 'agent', name, role: role ?? null })
  },
})

export const listAgents = operation({
  name: 'list_agents',
  summary: 'List the agents',
  route: 'GET /agents',
  needs: null,
  input: z.object({}),
  run: ({ replica }): Result<readonly NamedRow[]> =>
    ok(
      replica.views.ofType('agent').flatMap((id) => {
        const node = replica.nodes.get(id)
        if (!node || read(node, 'deleted') === true) return []
        return [
          { id, type: 'agent', name: String(read(node, 'name') ?? ''), role: (read(node, 'role') as string | undefined) ?? null },
        ]
      }),
    ),
})

const TASK_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'key',
  'title',
  'status',
  'priority',
  'kind',
  'labels',
  'assignees',
  'files',
  'progress',
  'ready',
  'project',
  'parent',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
  'due',
  'comments',
  'deleted',
  'hasBody',
])

export const queryTasks = operation({
  name: 'query_tasks',
  summary: 'Tasks that fit a bounded predicate: {all|any|not|field, op, value}',
  route: 'POST /tasks/query',
  needs: null,
  input: z.object({ where: z.optional(z.unknown()), limit: z.optional(z.int().check(z.minimum(1), z.maximum(LOCAL.queryRows))) }),
  run({ replica }, { where, limit }): Result<readonly TaskRow[]> {
    const test = compilePredicate(where ?? { all: [] }, TASK_FIELDS)
    if (!test.ok) return test
    const rows = function* (): Iterable<TaskRow> {
      for (const id of replica.views.tasks()) yield rowOf(replica, id)
    }
    return runQuery(rows(), test.value, limit)
  },
})

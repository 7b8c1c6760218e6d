/** Operations on projects, and questions to the whole tree. */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { compilePredicate, runQuery } from '../core/query.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { rowOf } from './find.ts'
import { operation } from './operation.ts'
import { title } from './shapes.ts'

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

/** Operations on projects, and questions to the whole tree. */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { compilePredicate } from '../core/query.ts'
import { isDeleted } from '../core/readiness.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { rowOf } from './find.ts'
import { pageOfTasks } from './list-tasks.ts'
import { operation } from './operation.ts'
import { type Page, pageInput } from './page.ts'
import { title } from './shapes.ts'
import type { Task } from './task.ts'
import { worknodeRow } from './worknodes.ts'

export interface ProjectRow {
  readonly id: NodeId
  readonly type: 'project'
  readonly title: string
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
  readonly updatedBy: string
  /** Tasks of it that are not deleted, and those of them that are done. */
  readonly tasks: number
  readonly done: number
}

export const createProject = operation({
  name: 'create_project',
  summary: 'Create a project',
  route: 'POST /projects',
  needs: ['create', 'project'],
  input: z.object({ title }),
  run({ replica }, input): Result<ProjectRow> {
    const id = replica.transact('New project', (tx) => tx.create({ type: 'project', fields: [['title', input.title]] }))
    return ok(projectRow(replica, replica.nodes.get(id) as WorkNode, []))
  },
})

export const listProjects = operation({
  name: 'list_projects',
  summary: 'List projects, with how many of their tasks are done',
  route: 'GET /projects',
  needs: null,
  input: z.object({}),
  run({ replica }): Result<readonly ProjectRow[]> {
    const tasks = Array.from(replica.views.tasks(), (id) => rowOf(replica, id))
    return ok(
      replica.views.ofType('project').flatMap((id) => {
        const node = replica.nodes.get(id)
        return node && !isDeleted(node) ? [projectRow(replica, node, tasks)] : []
      }),
    )
  },
})

function projectRow(replica: Replica, node: WorkNode, tasks: readonly TaskRow[]): ProjectRow {
  const { name, createdAt, createdBy, updatedAt, updatedBy } = worknodeRow(replica, node)
  const own = tasks.filter(({ project }) => project === node.id)
  const done = own.filter(({ status }) => status === 'done').length
  return { id: node.id, type: 'project', title: name, createdAt, createdBy, updatedAt, updatedBy, tasks: own.length, done }
}

export const TASK_FIELDS: ReadonlySet<string> = new Set([
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
  input: z.object({ where: z.optional(z.unknown()), ...pageInput }),
  run({ replica }, { where, limit, cursor }): Result<Page<Task>> {
    const test = compilePredicate(where ?? { all: [] }, TASK_FIELDS)
    if (!test.ok) return test
    const rows = Array.from(replica.views.tasks(), (id) => rowOf(replica, id))
    return ok(pageOfTasks(replica, rows.filter(test.value), limit, cursor))
  },
})

/** Lists of tasks, a page at a time: those that fit what is asked for, in the order in which they were made. */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import type { WorkNode } from '../core/fold.ts'
import { hlcToText } from '../core/hlc.ts'
import { LOCAL } from '../core/limits.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { assigneeNames } from './assignee.ts'
import { rowOf } from './find.ts'
import { operation } from './operation.ts'
import { badCursor, type Page, pageAfter, pageInput } from './page.ts'
import { nodeId, status, word } from './shapes.ts'
import { type Task, taskOf } from './task.ts'

export const listTasks = operation({
  name: 'list_tasks',
  summary: 'List tasks, the oldest first; of several statuses any, of several labels all',
  route: 'GET /tasks',
  needs: null,
  input: z.object({
    status: z.optional(z.array(status)),
    /** A key, `me`, or a name. */
    assignee: z.optional(word),
    label: z.optional(z.array(word)),
    project: z.optional(nodeId),
    /** Whether it can be claimed now. */
    ready: z.optional(z.boolean()),
    /** Words in its key, its title or its labels. */
    q: z.optional(z.string().check(z.maxLength(LOCAL.nameChars))),
    ...pageInput,
  }),
  run({ replica }, { limit, cursor, ...asked }): Result<Page<Task>> {
    if (cursor !== undefined && !/^[\dTZ:.a-f-]+~\d{3}~[0-9a-f-]{36}$/.test(cursor)) return badCursor()
    const names = asked.assignee === undefined ? null : assigneeNames(replica, asked.assignee)
    const words = asked.q?.toLowerCase() ?? ''
    const fits = (row: TaskRow): boolean =>
      (asked.status === undefined || asked.status.includes(row.status)) &&
      (names === null || row.assignees.some((one) => names.has(one.toLowerCase()))) &&
      (asked.label ?? []).every((label) => row.labels.includes(label)) &&
      (asked.project === undefined || row.project === asked.project) &&
      (asked.ready === undefined || row.ready === asked.ready) &&
      (words === '' || [row.key, row.title, ...row.labels].some((text) => text.toLowerCase().includes(words)))
    const rows = Array.from(replica.views.tasks(), (id) => rowOf(replica, id)).filter(fits)
    return ok(pageOfTasks(replica, rows, limit, cursor))
  },
})

/** Sorted by when they were made, which does not change, and is the same on every replica. */
export function pageOfTasks(replica: Replica, rows: TaskRow[], limit: number, cursor: string | undefined): Page<Task> {
  const keyed = rows.map((row) => ({ row, key: createdKey(replica, replica.nodes.get(row.id) as WorkNode) }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1))
  return pageAfter(
    keyed,
    limit,
    cursor,
    ({ key }) => key,
    ({ row }) => taskOf(replica, row),
    ({ body, title }) => body.length + title.length,
  )
}

/** Sorts as text in the order of creation. */
export function createdKey({ history }: Replica, { id, created }: WorkNode): string {
  return `${hlcToText(history.hlcOf(Math.floor(created / 256)))}~${String(created % 256).padStart(3, '0')}~${id}`
}

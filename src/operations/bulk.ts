/**
 * One change to many tasks, as one step: all of it is checked before any of it is written, and undo takes back all of it.
 */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Status } from '../core/fields.ts'
import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import type { Replica } from '../replica/replica.ts'
import type { Transaction } from '../replica/transaction.ts'
import { assigneesToRemove, assigneesToWrite } from './assignee.ts'
import { findTask, ordersIn, rowOf } from './find.ts'
import { operation } from './operation.ts'
import { priority, seen, status, taskRef, word } from './shapes.ts'
import { setStatus, whyNotTo } from './status.ts'

const words = z.optional(z.array(word).check(z.maxLength(LOCAL.assigneesPerTask)))

export const updateTasks = operation({
  name: 'update_tasks',
  summary: 'Change many tasks at once, as one step: status and place, priority, parent, assignees, labels, deleted or not',
  route: 'PATCH /tasks',
  needs: ['update', 'task'],
  input: z.object({
    ids: z.array(taskRef).check(z.minLength(1), z.maxLength(LOCAL.tasksAtOnce, `At most ${LOCAL.tasksAtOnce} tasks at once.`)),
    status: z.optional(status),
    before: z.optional(z.nullable(taskRef)),
    priority: z.optional(priority),
    parent: z.optional(z.nullable(taskRef)),
    assign: words,
    unassign: words,
    label: words,
    unlabel: words,
    deleted: z.optional(z.boolean()),
    seen,
  }),
  run({ replica }, input): Result<{ readonly tasks: number }> {
    const tasks = findEach(replica, input.ids)
    if (!tasks.ok) return tasks
    const wanted: Change = input
    const parent = wanted.parent ? findTask(replica, wanted.parent) : null
    if (parent && !parent.ok) return parent
    const before = wanted.before ? findTask(replica, wanted.before) : null
    if (before && !before.ok) return before
    for (const task of tasks.value) {
      const refusal = refusalOf(replica, task, wanted, parent?.ok ? parent.value : null)
      if (refusal) return refusal
    }
    const writeOrders = placing(replica, tasks.value, wanted, before?.ok ? before.value.id : null)
    const [only] = tasks.value
    const about = tasks.value.length === 1 && only ? rowOf(replica, only.id).key : `${tasks.value.length} tasks`
    replica.transact(`${wanted.deleted ? 'Delete' : 'Change'} ${about}`, (tx) => {
      writeOrders(tx)
      for (const { id } of tasks.value) {
        if (wanted.status !== undefined) setStatus(replica, tx, id, wanted.status as Status)
        if (wanted.priority !== undefined) tx.set(id, 'priority', wanted.priority)
        if (parent?.ok) tx.set(id, 'parent', parent.value.id)
        else if (wanted.parent === null && replica.views.tree.parentOf(id) !== null) tx.set(id, 'parent', null)
        for (const name of assigneesToRemove(replica, rowOf(replica, id).assignees, wanted.unassign ?? []))
          tx.remove(id, 'assignees', name)
        for (const name of assigneesToWrite(replica, wanted.assign ?? [])) tx.add(id, 'assignees', name)
        for (const name of wanted.unlabel ?? []) tx.remove(id, 'labels', name)
        for (const name of wanted.label ?? []) tx.add(id, 'labels', name)
        if (wanted.deleted !== undefined) tx.set(id, 'deleted', wanted.deleted)
      }
    })
    return ok({ tasks: tasks.value.length })
  },
})

type Change = Omit<z.output<(typeof updateTasks)['input']>, 'ids' | 'seen'>

function findEach(replica: Replica, ids: readonly string[]): Result<readonly WorkNode[]> {
  const found = new Map<NodeId, WorkNode>()
  for (const id of ids) {
    const task = findTask(replica, id)
    if (!task.ok) return task
    found.set(task.value.id, task.value)
  }
  return ok([...found.values()])
}

/** Why this task may not be changed so; null where it may. */
function refusalOf(replica: Replica, task: WorkNode, change: Change, parent: WorkNode | null): Result<never> | null {
  const row = rowOf(replica, task.id)
  const notSo = change.status === undefined ? null : whyNotTo(replica, task, change.status as Status)
  if (notSo) return notSo
  const assigns = (change.assign?.length ?? 0) + (change.unassign?.length ?? 0) > 0
  const lacking =
    (!replica.may('update', task) && 'change') ||
    (assigns && !replica.may('assign', task) && 'assign') ||
    (change.deleted !== undefined && !replica.may('delete', task) && 'delete')
  if (lacking) return refuse({ code: 'permission_denied', detail: `You may not ${lacking} ${row.key}. Nothing was changed.` })
  const fits = (there: readonly string[], less: readonly string[] = [], more: readonly string[] = []): number =>
    new Set([...there.filter((one) => !less.includes(one)), ...more]).size
  if (fits(row.assignees, change.unassign, change.assign) > LOCAL.assigneesPerTask)
    return tooMany(row.key, LOCAL.assigneesPerTask, 'assignees')
  if (fits(row.labels, change.unlabel, change.label) > LOCAL.labelsPerTask) return tooMany(row.key, LOCAL.labelsPerTask, 'labels')
  if (parent === null) return null
  const { tree } = replica.views
  if (parent.id === task.id || tree.wouldCycle(task.id, parent.id))
    return refuse({ code: 'wrong_state', detail: `${row.key} cannot be its own ancestor. Nothing was changed.` })
  return tree.depthOf(parent.id) + 1 >= LOCAL.treeDepth
    ? refuse({ code: 'invalid', detail: `Tasks may be nested ${LOCAL.treeDepth} deep at most.` })
    : null
}

function tooMany(key: string, most: number, what: string): Result<never> {
  return refuse({ code: 'too_large', detail: `${key} would have more than ${most} ${what}. Nothing was changed.` })
}

/** Puts the tasks, in their order, before another or at the end of the column; those that are there stay unless a place is asked for. */
function placing(replica: Replica, tasks: readonly WorkNode[], change: Change, before: NodeId | null): (tx: Transaction) => void {
  const rows = tasks.map(({ id }) => rowOf(replica, id))
  const to = (change.status ?? (change.before === undefined ? undefined : rows[0]?.status)) as Status | undefined
  if (to === undefined) return () => undefined
  const moving = change.before === undefined ? rows.filter(({ status: from }) => from !== to) : rows
  const orders = ordersIn(replica, to, before, new Set(moving.map(({ id }) => id)), moving.length)
  return (tx) => moving.forEach(({ id }, i) => tx.set(id, 'order', orders[i] as string))
}

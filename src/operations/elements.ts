/** Operations on what hangs on a task: assignees, labels, dependencies, subtasks, checks, comments, conflicts. */

import * as z from 'zod/mini'
import { toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { read, type WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { orderBetween } from '../core/order.ts'
import { dependencyElement, gates, wouldWaitOnItself } from '../core/readiness.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import type { Transaction } from '../replica/transaction.ts'
import { assigneesToRemove, assigneesToWrite } from './assignee.ts'
import { findTask, rowOf } from './find.ts'
import { operation } from './operation.ts'
import { nodeId, seen, taskRef, title, word } from './shapes.ts'
import { setStatus } from './status.ts'
import { initialText, textOf } from '../replica/text.ts'

export const assignTask = operation({
  name: 'assign_task',
  summary: 'Add or remove an assignee (a person or an agent)',
  route: 'POST /tasks/:id/assign',
  needs: ['assign', 'task'],
  input: z.object({ id: taskRef, assignee: word, remove: z._default(z.boolean(), false), seen }),
  run({ replica }, { id, assignee, remove }): Result<TaskRow> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    const named = remove
      ? assigneesToRemove(replica, rowOf(replica, task.value.id).assignees, [assignee])
      : assigneesToWrite(replica, [assignee])
    return toggle(replica, id, 'assignees', named, remove, 'Assign')
  },
})

export const labelTask = operation({
  name: 'label_task',
  summary: 'Add or remove a label',
  route: 'POST /tasks/:id/label',
  needs: ['update', 'task'],
  input: z.object({ id: taskRef, label: word, remove: z._default(z.boolean(), false), seen }),
  run: ({ replica }, { id, label, remove }): Result<TaskRow> => toggle(replica, id, 'labels', [label], remove, 'Label'),
})

export const linkTask = operation({
  name: 'link_task',
  summary: 'Add or remove a dependency on another task',
  route: 'POST /tasks/:id/link',
  needs: ['update', 'task'],
  input: z.object({ id: taskRef, to: taskRef, type: z._default(word, 'blocks'), remove: z._default(z.boolean(), false), seen }),
  run({ replica }, { id, to, type, remove }): Result<TaskRow> {
    const target = findTask(replica, to)
    if (!target.ok && !remove) return target
    const dependency = { to: target.ok ? target.value.id : to, type }
    const task = findTask(replica, id)
    if (task.ok && target.ok && !remove && gates(dependency) && wouldWaitOnItself(task.value.id, target.value.id, replica.nodes))
      return refuse({ code: 'wrong_state', detail: 'Then each would wait on the other. Remove the other dependency first.' })
    return toggle(replica, id, 'dependencies', [dependencyElement(dependency)], remove, 'Link')
  },
})

export const completeSubtask = operation({
  name: 'complete_subtask',
  summary: 'Mark a subtask complete, or not: a child task, or any name an agent uses',
  route: 'POST /tasks/:id/subtasks/complete',
  needs: ['update', 'task'],
  input: z.object({ id: taskRef, subtask: word, undone: z._default(z.boolean(), false), seen }),
  run({ replica }, { id, subtask, undone }): Result<TaskRow> {
    const child = replica.views.find(subtask)
    const element = child ?? subtask
    return change(replica, id, 'Complete subtask of', (tx, node) => {
      if (undone) tx.remove(node.id, 'completedSubtasks', element)
      else tx.add(node.id, 'completedSubtasks', element)
      if (child && replica.views.tree.parentOf(child) === node.id) setStatus(replica, tx, child, undone ? 'ready' : 'done')
    })
  },
})

export const addCheck = operation({
  name: 'add_check',
  summary: 'Add an item to the checklist',
  route: 'POST /tasks/:id/checks',
  needs: ['update', 'task'],
  input: z.object({ id: taskRef, text: title, kind: z._default(word, 'dod'), seen }),
  run({ replica }, { id, text, kind }): Result<TaskRow> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    const { checks } = rowOf(replica, task.value.id)
    if (checks.length >= LOCAL.checksPerTask)
      return refuse({ code: 'too_large', detail: `A task has ${LOCAL.checksPerTask} checks at most.` })
    return change(replica, id, 'Add check to', (tx, node) =>
      writeCheck(replica, tx, node, { text, kind, done: false }, checks.at(-1)?.id ?? null),
    )
  },
})

export const updateCheck = operation({
  name: 'update_check',
  summary: 'Tick, untick, rename or remove an item of the checklist',
  route: 'PATCH /tasks/:id/checks/:check',
  needs: ['update', 'task'],
  input: z.object({
    id: taskRef,
    check: word,
    done: z.optional(z.boolean()),
    text: z.optional(title),
    remove: z._default(z.boolean(), false),
    seen,
  }),
  run({ replica }, { id, check, done, text, remove }): Result<TaskRow> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    if (!rowOf(replica, task.value.id).checks.some((item) => item.id === check))
      return refuse({ code: 'not_found', detail: 'That check is not there any more.' })
    return change(replica, id, 'Check', (tx, node) => {
      if (done !== undefined) tx.set(node.id, `checks/${check}/done`, done)
      if (text !== undefined) tx.set(node.id, `checks/${check}/text`, text)
      if (remove) tx.remove(node.id, 'checks', check)
    })
  },
})

export const commentTask = operation({
  name: 'comment_task',
  summary: 'Comment on a task',
  route: 'POST /tasks/:id/comments',
  needs: ['comment', 'comment'],
  input: z.object({ id: taskRef, body: z.string().check(z.trim(), z.minLength(1), z.maxLength(LOCAL.commentChars)), seen }),
  run({ replica }, { id, body }): Result<{ readonly id: NodeId }> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    const comment = replica.transact('Comment', (tx) => writeComment(replica, tx, task.value.id, body, null))
    return ok({ id: comment })
  },
})

export const postEvent = operation({
  name: 'post_event',
  summary: 'Say a word about a task in the stream: it is written as a comment, and its event is comment.created',
  route: 'POST /events',
  needs: ['comment', 'comment'],
  input: z.object({ task: taskRef, text: z.string().check(z.trim(), z.minLength(1), z.maxLength(LOCAL.commentChars)) }),
  run({ replica }, { task, text }): Result<{ readonly id: NodeId; readonly type: 'comment.created' }> {
    const found = findTask(replica, task)
    if (!found.ok) return found
    const id = replica.transact('Comment', (tx) => writeComment(replica, tx, found.value.id, text, null))
    return ok({ id, type: 'comment.created' })
  },
})

export interface CommentRow {
  readonly id: NodeId
  readonly type: 'comment'
  readonly task: NodeId
  readonly body: string
  /** Of a question: what can be answered, and what was; null where it is none, or nobody has answered. */
  readonly question: Value
  readonly answer: Value
  readonly createdAt: string
  readonly createdBy: string
}

export const listComments = operation({
  name: 'list_comments',
  summary: 'List the comments on a task and the questions about it, the oldest first',
  route: 'GET /tasks/:id/comments',
  needs: null,
  input: z.object({ id: taskRef }),
  run({ replica }, { id }): Result<readonly CommentRow[]> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    return ok(
      replica.views.commentsOn(task.value.id).map((comment): CommentRow => {
        const node = replica.nodes.get(comment) as WorkNode
        return {
          id: node.id,
          type: 'comment',
          task: task.value.id,
          body: textOf(node, 'body', replica.history),
          question: read(node, 'question') ?? null,
          answer: read(node, 'answer') ?? null,
          createdAt: new Date(replica.history.msOf(node.created)).toISOString(),
          createdBy: node.creator,
        }
      }),
    )
  },
})

export const deleteComment = operation({
  name: 'delete_comment',
  summary: 'Delete a comment of one’s own, or bring it back',
  route: 'DELETE /comments/:id',
  needs: ['comment', 'comment'],
  input: z.object({ id: nodeId, restore: z._default(z.boolean(), false) }),
  run({ replica }, { id, restore }): Result<{ readonly id: NodeId }> {
    const comment = replica.nodes.get(id as NodeId)
    if (comment?.type !== 'comment') return refuse({ code: 'not_found', detail: 'There is no such comment here.' })
    if (comment.creator !== replica.actor)
      return refuse({ code: 'permission_denied', detail: 'Only who wrote a comment deletes it.' })
    replica.transact(restore ? 'Restore comment' : 'Delete comment', (tx) => tx.set(comment.id, 'deleted', !restore))
    return ok({ id: comment.id })
  },
})

export const resolveConflict = operation({
  name: 'resolve_conflict',
  summary: 'Choose the value of a field that was written twice',
  route: 'POST /tasks/:id/resolve',
  needs: ['update', 'task'],
  input: z.object({ id: taskRef, field: word, choice: z.int().check(z.minimum(0)), seen }),
  run({ replica }, { id, field, choice }): Result<TaskRow> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    const conflict = rowOf(replica, task.value.id).conflicts.find((one) => one.field === field)
    const value = conflict?.values[choice]
    if (!conflict || value === undefined) return refuse({ code: 'not_found', detail: 'That conflict is settled already.' })
    return change(replica, id, 'Settle', (tx, node) => tx.write({ op: 'set', node: node.id, field, value }))
  },
})

/** Writes an item at the end of the checklist, after `last`. */
export function writeCheck(
  replica: Replica,
  tx: Transaction,
  node: WorkNode,
  item: { text: string; kind: string; done: boolean },
  last: string | null,
): string {
  const id = toHex(replica.random(6))
  const above = last ? read(node, `checks/${last}/order`) : null
  tx.add(node.id, 'checks', id)
  tx.set(node.id, `checks/${id}/text`, item.text)
  tx.set(node.id, `checks/${id}/order`, orderBetween(typeof above === 'string' ? above : null, null))
  tx.set(node.id, `checks/${id}/kind`, item.kind)
  if (item.done) tx.set(node.id, `checks/${id}/done`, true)
  return id
}

/** Writes a comment node; `ext` says where an imported one came from. */
export function writeComment(replica: Replica, tx: Transaction, subject: NodeId, body: string, ext: Value): NodeId {
  // In the project of what it is about: rights that end at a project end there for comments, too.
  const project = tx.node(subject)?.project ?? null
  const id = tx.create({ type: 'comment', project, subject, fields: ext === null ? [] : [['ext', ext]] })
  for (const update of initialText(body, replica.feedName, id, 'body')) tx.text(id, 'body', update)
  return id
}

const BOUNDS = {
  labels: LOCAL.labelsPerTask,
  assignees: LOCAL.assigneesPerTask,
  dependencies: LOCAL.dependenciesPerTask,
  completedSubtasks: LOCAL.labelsPerTask,
} as const

/** Adds an element to a set field, or removes it; a full set takes no more. */
function toggle(
  replica: Replica,
  id: string,
  field: keyof typeof BOUNDS,
  named: readonly string[],
  remove: boolean,
  verb: string,
): Result<TaskRow> {
  const task = findTask(replica, id)
  if (!task.ok) return task
  const there = rowOf(replica, task.value.id)[field]
  if (!remove && there.length >= BOUNDS[field])
    return refuse({ code: 'too_large', detail: `A task has ${BOUNDS[field]} ${field} at most.` })
  return change(replica, id, verb, (tx, node) => {
    for (const element of named)
      if (remove) tx.remove(node.id, field, element)
      else tx.add(node.id, field, element)
  })
}

function change(replica: Replica, id: string, verb: string, edit: (tx: Transaction, node: WorkNode) => void): Result<TaskRow> {
  const task = findTask(replica, id)
  if (!task.ok) return task
  const before = rowOf(replica, task.value.id)
  replica.transact(`${verb} ${before.key}`, (tx) => edit(tx, task.value))
  return ok(rowOf(replica, task.value.id))
}

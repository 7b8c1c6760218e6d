/** Operations on tasks: create, read, change, order, nest, delete. */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import type { FieldValue } from '../core/change.ts'
import { CLAIM_MODES, type Status } from '../core/fields.ts'
import { elements, type WorkNode } from '../core/fold.ts'
import { isPath } from '../core/glob.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { dependencyElement, gates, isDeleted, wouldWaitOnItself } from '../core/readiness.ts'
import { writeText } from '../replica/rewrite.ts'
import { initialText } from '../replica/text.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import type { Transaction } from '../replica/transaction.ts'
import { assigneesToWrite } from './assignee.ts'
import { findTask, orderIn, rowOf } from './find.ts'
import { aboutOf, operation } from './operation.ts'
import { setStatus, whyNotTo } from './status.ts'
import { type Task, taskOf } from './task.ts'
import { dependency, instant, priority, seen, status, taskRef, title, word } from './shapes.ts'

const body = z
  .string()
  .check(z.refine((text) => text.length * 3 <= LOCAL.textBytes, `A text has ${LOCAL.textBytes / 3} characters at most.`))
const labels = z.array(word).check(z.maxLength(LOCAL.labelsPerTask))
const assignees = z.array(word).check(z.maxLength(LOCAL.assigneesPerTask))
/** Paths, and patterns of them, that the work is about. */
const files = z
  .array(z.string().check(z.refine(isPath, 'This is no pattern of paths: relative, with "/" between names, such as src/api/**.')))
  .check(z.maxLength(LOCAL.filesPerTask))
const dependencies = z.array(dependency).check(z.maxLength(LOCAL.dependenciesPerTask))

const plainFields = {
  title: z.optional(title),
  priority: z.optional(priority),
  kind: z.optional(word),
  due: z.optional(instant),
  notBefore: z.optional(instant),
  estimate: z.optional(z.nullable(z.int().check(z.minimum(0), z.maximum(1e9)))),
  progress: z.optional(z.int().check(z.minimum(0), z.maximum(100))),
  /** `competition`: several may try, and people choose. `strict`: begun by the word of the lease authority only (`lease-runner.ts`). */
  claimMode: z.optional(z.enum(CLAIM_MODES)),
}

export const createTask = operation({
  name: 'create_task',
  summary: 'Create a task',
  route: 'POST /tasks',
  needs: ['create', 'task'],
  input: z.object({
    ...plainFields,
    title,
    body: z.optional(body),
    status: z.optional(status),
    labels: z.optional(labels),
    assignees: z.optional(assignees),
    files: z.optional(files),
    dependencies: z.optional(dependencies),
    parent: z.optional(z.nullable(taskRef)),
    project: z.optional(z.nullable(z.string())),
    before: z.optional(z.nullable(taskRef)),
  }),
  run({ replica }, input): Result<TaskRow> {
    const parent = input.parent ? findTask(replica, input.parent) : null
    if (parent && !parent.ok) return parent
    if (parent?.ok && replica.views.tree.depthOf(parent.value.id) + 1 >= LOCAL.treeDepth) return tooDeep()
    if (input.project && !(isNodeId(input.project) && replica.nodes.get(input.project)?.type === 'project'))
      return refuse({ code: 'not_found', detail: `There is no project ${input.project} here.` })
    const targets = findAll(replica, input.dependencies ?? [])
    if (!targets.ok) return targets
    const before = input.before ? findTask(replica, input.before) : null
    if (before && !before.ok) return before
    if ((input.assignees?.length ?? 0) > 0 && !replica.may('assign', aboutOf(replica, 'task', input))) return mayNotAssign()
    const column = (input.status ?? 'backlog') as Status
    const fields: FieldValue[] = [
      ...writable(input),
      ['status', column],
      ['order', orderIn(replica, column, before?.ok ? before.value.id : null, null)],
    ]
    if (parent?.ok) fields.push(['parent', parent.value.id])
    const id = replica.transact('New task', (tx) => {
      const made = tx.create({
        type: 'task',
        project: (input.project ?? null) as NodeId | null,
        number: replica.views.keys.next,
        fields,
      })
      writeBody(replica, tx, made, input.body ?? '')
      for (const label of input.labels ?? []) tx.add(made, 'labels', label)
      for (const assignee of assigneesToWrite(replica, input.assignees ?? [])) tx.add(made, 'assignees', assignee)
      for (const file of input.files ?? []) tx.add(made, 'files', file)
      for (const { to, type } of targets.value) tx.add(made, 'dependencies', `${type}:${to.id}`)
      return made
    })
    return ok(rowOf(replica, id))
  },
})

export const getTask = operation({
  name: 'get_task',
  summary: 'Read a task with its body',
  route: 'GET /tasks/:id',
  needs: null,
  input: z.object({ id: taskRef }),
  run({ replica }, { id }): Result<Task> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    if (isDeleted(task.value))
      return refuse({ code: 'not_found', detail: 'The task was deleted. It can be restored: POST /tasks/<id>/restore.' })
    return ok(taskOf(replica, rowOf(replica, task.value.id)))
  },
})

export const updateTask = operation({
  name: 'update_task',
  summary: 'Set fields of a task; what is not given stays',
  route: 'PATCH /tasks/:id',
  needs: ['update', 'task'],
  input: z.object({
    id: taskRef,
    ...plainFields,
    body: z.optional(body),
    status: z.optional(status),
    labels: z.optional(labels),
    assignees: z.optional(assignees),
    files: z.optional(files),
    dependencies: z.optional(dependencies),
    parent: z.optional(z.nullable(taskRef)),
    seen,
  }),
  run({ replica }, { id, ...input }): Result<TaskRow> {
    const task = findTask(replica, id)
    if (!task.ok) return task
    const node = task.value
    const row = rowOf(replica, node.id)
    const assignees = input.assignees && assigneesToWrite(replica, input.assignees)
    if (assignees && !sameElements(assignees, row.assignees) && !replica.may('assign', node)) return mayNotAssign()
    const no = input.status === undefined ? null : whyNotTo(replica, node, input.status as Status)
    if (no) return no
    const parent = input.parent ? findTask(replica, input.parent) : null
    if (parent && !parent.ok) return parent
    const misplaced = parent?.ok ? whyNotUnder(replica, node.id, parent.value.id) : null
    if (misplaced) return misplaced
    const links = linksWanted(replica, node, input.dependencies)
    if (!links.ok) return links
    replica.transact(`Edit ${row.key}`, (tx) => {
      for (const [field, value] of writable(input)) tx.set(node.id, field, value)
      if (input.status !== undefined && input.status !== row.status) {
        tx.set(node.id, 'order', orderIn(replica, input.status as Status, null, node.id))
        setStatus(replica, tx, node.id, input.status as Status)
      }
      if (input.labels) setElements(tx, node.id, 'labels', row.labels, input.labels)
      if (assignees) setElements(tx, node.id, 'assignees', row.assignees, assignees)
      if (input.files) setElements(tx, node.id, 'files', row.files, input.files)
      if (input.body !== undefined) writeText(replica, tx, node.id, 'body', input.body)
      if (links.value) setElements(tx, node.id, 'dependencies', elements(node, 'dependencies'), links.value)
      const under = parent?.ok ? parent.value.id : null
      if (input.parent !== undefined && under !== row.parent) tx.set(node.id, 'parent', under)
    })
    return ok(rowOf(replica, node.id))
  },
})

export const orderTask = operation({
  name: 'order_task',
  summary: 'Move a task to a column, before another task or to the end',
  route: 'POST /tasks/:id/order',
  needs: ['update', 'task'],
  input: z.object({ id: taskRef, status: z.optional(status), before: z.optional(z.nullable(taskRef)), seen }),
  run({ replica }, input): Result<TaskRow> {
    const task = findTask(replica, input.id)
    if (!task.ok) return task
    const before = input.before ? findTask(replica, input.before) : null
    if (before && !before.ok) return before
    const { id } = task.value
    const column = (input.status ?? rowOf(replica, id).status) as Status
    const no = whyNotTo(replica, task.value, column)
    if (no && column !== rowOf(replica, id).status) return no
    replica.transact(`Move ${rowOf(replica, id).key}`, (tx) => {
      tx.set(id, 'order', orderIn(replica, column, before?.ok ? before.value.id : null, id))
      setStatus(replica, tx, id, column)
    })
    return ok(rowOf(replica, id))
  },
})

export const moveTask = operation({
  name: 'move_task',
  summary: 'Put a task under another one, or at the top',
  route: 'POST /tasks/:id/move',
  needs: ['update', 'task'],
  input: z.object({ id: taskRef, parent: z.nullable(taskRef), seen }),
  run({ replica }, input): Result<TaskRow> {
    const task = findTask(replica, input.id)
    if (!task.ok) return task
    const parent = input.parent ? findTask(replica, input.parent) : null
    if (parent && !parent.ok) return parent
    const { id } = task.value
    const misplaced = parent?.ok ? whyNotUnder(replica, id, parent.value.id) : null
    if (misplaced) return misplaced
    replica.transact(`Nest ${rowOf(replica, id).key}`, (tx) => tx.set(id, 'parent', parent?.ok ? parent.value.id : null))
    return ok(rowOf(replica, id))
  },
})

export const deleteTask = operation({
  name: 'delete_task',
  summary: 'Delete a task; it can be restored',
  route: 'DELETE /tasks/:id',
  needs: ['delete', 'task'],
  input: z.object({ id: taskRef, seen }),
  run: ({ replica }, { id }): Result<TaskRow> => setDeleted(replica, id, true),
})

export const restoreTask = operation({
  name: 'restore_task',
  summary: 'Bring a deleted task back',
  route: 'POST /tasks/:id/restore',
  needs: ['delete', 'task'],
  input: z.object({ id: taskRef, seen }),
  run: ({ replica }, { id }): Result<TaskRow> => setDeleted(replica, id, false),
})

function setDeleted(replica: Replica, id: string, deleted: boolean): Result<TaskRow> {
  const task = findTask(replica, id)
  if (!task.ok) return task
  const node = task.value
  replica.transact(`${deleted ? 'Delete' : 'Restore'} ${rowOf(replica, node.id).key}`, (tx) =>
    tx.set(node.id, 'deleted', deleted),
  )
  return ok(rowOf(replica, node.id))
}

type Plain = { readonly [K in keyof typeof plainFields]?: z.output<(typeof plainFields)[K]> }

/** The register writes that the plain fields of an input ask for; times become milliseconds. */
function writable(input: Plain): FieldValue[] {
  const fields: FieldValue[] = []
  for (const field of ['title', 'priority', 'kind', 'estimate', 'progress', 'claimMode'] as const) {
    const value = input[field]
    if (value !== undefined) fields.push([field, value])
  }
  for (const field of ['due', 'notBefore'] as const) {
    const value = input[field]
    if (value !== undefined) fields.push([field, value === null ? null : Date.parse(value)])
  }
  return fields
}

/** Writes the first words of a body. */
export function writeBody(replica: Replica, tx: Transaction, id: NodeId, text: string): void {
  if (text !== '') for (const update of initialText(text, replica.feedName, id, 'body')) tx.text(id, 'body', update)
}

/** Makes a set hold exactly these elements. */
export function setElements(
  tx: Transaction,
  id: NodeId,
  field: string,
  before: readonly string[],
  after: readonly string[],
): void {
  for (const element of before) if (!after.includes(element)) tx.remove(id, field, element)
  for (const element of after) if (!before.includes(element)) tx.add(id, field, element)
}

function findAll(
  replica: Replica,
  wanted: readonly { readonly to: string; readonly type: string }[],
): Result<{ to: WorkNode; type: string }[]> {
  const found: { to: WorkNode; type: string }[] = []
  for (const { to, type } of wanted) {
    const task = findTask(replica, to)
    if (!task.ok) return task
    found.push({ to: task.value, type })
  }
  return ok(found)
}

/** What the set of dependencies is to hold; null where nothing is asked for. None may make the task wait on itself. */
function linksWanted(
  replica: Replica,
  task: WorkNode,
  wanted: readonly { readonly to: string; readonly type: string }[] | undefined,
): Result<readonly string[] | null> {
  if (wanted === undefined) return ok(null)
  // What it depends on may not be here, or not any more: that is no reason to refuse what was there before.
  const before = new Set(elements(task, 'dependencies'))
  const links: string[] = []
  for (const { to, type } of wanted) {
    const target = findTask(replica, to)
    const link = dependencyElement({ to: target.ok ? target.value.id : to, type })
    if (!target.ok && !before.has(link)) return target
    if (target.ok && !before.has(link) && gates({ to, type }) && wouldWaitOnItself(task.id, target.value.id, replica.nodes))
      return refuse({ code: 'wrong_state', detail: 'Then each would wait on the other. Remove the other dependency first.' })
    links.push(link)
  }
  return ok(links)
}

function sameElements(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}

/** Why a task may not hang under another; null where it may. */
function whyNotUnder({ views: { tree } }: Replica, id: NodeId, parent: NodeId): Result<never> | null {
  if (tree.wouldCycle(id, parent)) return refuse({ code: 'wrong_state', detail: 'A task cannot be its own ancestor.' })
  return tree.depthOf(parent) + 1 >= LOCAL.treeDepth ? tooDeep() : null
}

function tooDeep(): Result<never> {
  return refuse({ code: 'invalid', detail: `Tasks may be nested ${LOCAL.treeDepth} deep at most.` })
}

function mayNotAssign(): Result<never> {
  return refuse({ code: 'permission_denied', detail: 'You may not assign tasks here.' })
}

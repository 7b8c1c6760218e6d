/**
 * A task as the world sees it: the Task JSON of the REST contract, without its body.
 *
 * Times are ISO 8601. `createdBy` and `updatedBy` are actor keys; names are looked up where they are shown.
 */

import { conflictsOf } from '../core/conflicts.ts'
import type { Value } from '../core/batch.ts'
import type { Status } from '../core/fields.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { dependenciesOf, gates, isClosed, isDeleted, statusOf, type Why, whyNotReady } from '../core/readiness.ts'
import { type RunRow, runRows } from './run-row.ts'
import type { Folded } from './folded.ts'
import type { Views } from './views.ts'

export interface Check {
  readonly id: string
  readonly text: string
  readonly done: boolean
  readonly kind: string
}

export interface DependencyRow {
  readonly to: string
  readonly type: string
  readonly done: boolean
  /** Null where the target is not here. */
  readonly key: string | null
}

export interface TaskRow {
  readonly [field: string]: unknown
  readonly id: NodeId
  readonly key: string
  readonly type: 'task'
  readonly title: string
  readonly status: Status
  readonly priority: number
  readonly kind: string
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
  readonly dependencies: readonly DependencyRow[]
  readonly files: readonly string[]
  readonly checks: readonly Check[]
  readonly subtasks: readonly NodeId[]
  readonly completedSubtasks: readonly string[]
  readonly progress: number
  readonly ready: boolean
  readonly why: readonly Why[]
  readonly project: NodeId | null
  readonly parent: NodeId | null
  readonly order: string
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
  readonly updatedBy: string
  readonly due: string | null
  /** The run that holds the task, or waits for a word. */
  readonly run: RunRow | null
  /** Other tasks that are worked on and are about files of this one, while it is worked on. */
  readonly sharesFilesWith: readonly NodeId[]
  /** How it is claimed: `optimistic`, `strict` or `competition`. */
  readonly claimMode: string
  /** Runs that were submitted and wait; more than one where two finished apart. */
  readonly candidates: number
  readonly comments: number
  /** Questions that nobody has answered. */
  readonly questions: number
  readonly conflicts: readonly { readonly field: string; readonly values: readonly Value[] }[]
  readonly deleted: boolean
  readonly hasBody: boolean
  readonly ext: Value
}

export function taskRow(node: WorkNode, state: Folded, views: Views, now: number): TaskRow {
  const { history } = state
  const why = whyNotReady(node, views.nodes, now)
  const checks = checksOf(node)
  const subtasks = subtasksOf(node, views)
  const completedSubtasks = completedOf(node, subtasks, views)
  const ordinalOf = (ref: number): number => Math.floor(ref / 256)
  const iso = (ref: number): string => new Date(history.msOf(ref)).toISOString()
  const due = read(node, 'due')
  return {
    id: node.id,
    key: views.keys.keyOf(node),
    type: 'task',
    title: textOr(read(node, 'title'), ''),
    status: statusOf(node),
    priority: numberOr(read(node, 'priority'), 2),
    kind: textOr(read(node, 'kind'), 'task'),
    labels: elements(node, 'labels'),
    assignees: elements(node, 'assignees'),
    dependencies: dependenciesOf(node).map((dependency) => dependencyRow(dependency, views)),
    files: elements(node, 'files'),
    checks,
    subtasks,
    completedSubtasks,
    progress: progressOf(node, checks, subtasks.length, completedSubtasks.length),
    ready: why.length === 0,
    why,
    project: node.project,
    parent: views.tree.parentOf(node.id),
    order: textOr(read(node, 'order'), ''),
    createdAt: iso(node.created),
    createdBy: node.creator,
    updatedAt: iso(node.updated),
    updatedBy: history.feedOf(ordinalOf(node.updated)).slice(0, 66),
    due: typeof due === 'number' ? new Date(due).toISOString() : null,
    run: runOf(node, state),
    sharesFilesWith: views.fileLeases.overlapsOf(node.id),
    claimMode: textOr(read(node, 'claimMode'), 'optimistic'),
    candidates: node.work?.candidates.length ?? 0,
    comments: views.commentsOn(node.id).length,
    questions: views.commentsOn(node.id).filter((id) => views.questions.has(id)).length,
    conflicts: conflictsOf(node).map(({ field, versions }) => ({ field, values: versions.map(({ value }) => value) })),
    deleted: isDeleted(node),
    hasBody: (node.texts['body']?.length ?? 0) > 0,
    ext: read(node, 'ext') ?? null,
  }
}

function runOf(node: WorkNode, state: Folded): RunRow | null {
  const holder = node.work?.holder
  return holder ? (runRows(node, state).find(({ id }) => id === holder) ?? null) : null
}

/** Child tasks in board order, as all replicas show them: not as they came. */
function subtasksOf(node: WorkNode, views: Views): NodeId[] {
  const order = (id: NodeId): string => textOr(read(views.nodes.get(id) as WorkNode, 'order'), '')
  return [...views.tree.childrenOf(node.id)]
    .filter((id) => !isDeleted(views.nodes.get(id) as WorkNode))
    .map((id) => ({ id, order: order(id) }))
    .toSorted((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.id < b.id ? -1 : 1))
    .map(({ id }) => id)
}

/** Items in their fractional order. */
export function checksOf(node: WorkNode): Check[] {
  return elements(node, 'checks')
    .map((id) => ({
      id,
      text: textOr(read(node, `checks/${id}/text`), ''),
      done: read(node, `checks/${id}/done`) === true,
      kind: textOr(read(node, `checks/${id}/kind`), 'dod'),
      order: textOr(read(node, `checks/${id}/order`), ''),
    }))
    .toSorted((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.id < b.id ? -1 : 1))
    .map(({ id, text, done, kind }) => ({ id, text, done, kind }))
}

function dependencyRow({ to, type }: { readonly to: string; readonly type: string }, views: Views): DependencyRow {
  const node = isNodeId(to) ? views.nodes.get(to) : undefined
  const target = node?.type === 'task' ? node : undefined
  const done = !gates({ to, type }) || !target || isDeleted(target) || isClosed(target)
  return { to, type, done, key: target ? views.keys.keyOf(target) : null }
}

/** What was reported complete, and child tasks that are done. */
function completedOf(node: WorkNode, subtasks: readonly NodeId[], views: Views): string[] {
  const done = subtasks.filter((id) => isClosed(views.nodes.get(id) as WorkNode))
  return [...new Set([...elements(node, 'completedSubtasks'), ...done])]
}

/** As reported; where nobody reported, from the status, checks and subtasks. Percent, whole. */
function progressOf(node: WorkNode, checks: readonly Check[], subtasks: number, completed: number): number {
  const reported = read(node, 'progress')
  if (typeof reported === 'number') return reported
  if (statusOf(node) === 'done') return 100
  const all = checks.length + subtasks
  return all === 0 ? 0 : Math.min(100, Math.round(((checks.filter(({ done }) => done).length + completed) / all) * 100))
}

function textOr(value: Value | undefined, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

function numberOr(value: Value | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

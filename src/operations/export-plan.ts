/**
 * Exports the workspace's tasks as Beads JSON lines: what came in leaves as it came, with what was done here in its place.
 *
 * A task that was made here goes by its short key and carries its own id, so that the same plan finds it again.
 */

import { read, elements, type WorkNode } from '../core/fold.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { dependenciesOf, isDeleted, statusOf } from '../core/readiness.ts'
import type { Replica } from '../replica/replica.ts'
import { checksOf } from '../replica/task-row.ts'
import { textOf } from '../replica/text.ts'
import { commentSource } from './beads-comments.ts'
import {
  at,
  checkText,
  ID_KEY,
  linkKey,
  PARENT,
  type PlanLink,
  type PlanTask,
  type Scalar,
  stateWord,
  TEXT_FIELDS,
} from './beads-map.ts'
import { fieldsOf, sourceIn, type Source } from './beads-source.ts'
import { fingerprint, type Json, type JsonMap } from './beads-values.ts'

const LINES = 200

/** Pages of lines, each line with its end; tasks in the order of their short keys. */
export function* exportPlan(replica: Replica): Iterable<string> {
  const ids = exportedIds(replica)
  const nodes = [...ids.keys()].map((id) => replica.nodes.get(id) as WorkNode)
  for (let from = 0; from < nodes.length; from += LINES) {
    yield nodes
      .slice(from, from + LINES)
      .map((node) => `${lineOf(exportTask(replica, node, ids))}\n`)
      .join('')
  }
}

/** What each task is called in the plan, in the order of short keys; no name twice. */
export function exportedIds(replica: Replica): ReadonlyMap<NodeId, string> {
  const { history, views } = replica
  const tasks = [...replica.nodes.values()].filter((node) => node.type === 'task')
  tasks.sort((a, b) => a.number - b.number || history.compare(a.created, b.created))
  const taken = new Set<string>()
  const ids = new Map<NodeId, string>()
  const give = (node: WorkNode, wanted: string): void => {
    const id = taken.has(wanted) ? node.id : wanted
    taken.add(id)
    ids.set(node.id, id)
  }
  // Ids that came with a plan first: a short key gives way to them.
  const sources = tasks.map((node) => sourceIn(node)?.id)
  tasks.forEach((node, i) => sources[i] === undefined || give(node, sources[i]))
  tasks.forEach((node, i) => sources[i] === undefined && give(node, views.keys.keyOf(node)))
  return new Map(tasks.map((node) => [node.id, ids.get(node.id) as string]))
}

/** The issue of a task, all its keys, comments included. */
export function exportTask(replica: Replica, node: WorkNode, ids: ReadonlyMap<NodeId, string>): JsonMap {
  const { history } = replica
  const iso = (ref: number): string => new Date(history.msOf(ref)).toISOString()
  const id = ids.get(node.id) as string
  const source: Source = sourceIn(node) ?? {
    id,
    raw: { created_at: iso(node.created), [ID_KEY]: node.id },
    marks: {},
    absent: [],
  }
  const fields = fieldsOf(planTask(replica, node, ids), { ...source, id }, iso(node.updated))
  const comments = replica.views
    .commentsOn(node.id)
    .map((comment) => exportComment(replica, replica.nodes.get(comment) as WorkNode, id, iso))
  return comments.length > 0 ? { ...fields, comments } : fields
}

function planTask(replica: Replica, node: WorkNode, ids: ReadonlyMap<NodeId, string>): PlanTask {
  const scalars: Partial<Record<Scalar, string | number>> = { state: stateWord(statusOf(node), isDeleted(node)) }
  for (const field of ['title', 'priority', 'kind', 'summary', 'due', 'notBefore', 'estimate'] as const) {
    const value = read(node, field)
    if (typeof value === 'number' || (typeof value === 'string' && value !== '')) scalars[field] = value
  }
  for (const field of TEXT_FIELDS) {
    const text = textOf(node, field, replica.history)
    if (text !== '') scalars[field] = text
  }
  return {
    scalars,
    labels: elements(node, 'labels'),
    assignees: elements(node, 'assignees'),
    checks: checksOf(node).flatMap(({ text, done }) => (checkText(text) === '' ? [] : [{ text: checkText(text), done }])),
    links: linksOf(node, ids),
  }
}

function linksOf(node: WorkNode, ids: ReadonlyMap<NodeId, string>): PlanLink[] {
  const nameOf = (to: string): string => (isNodeId(to) ? (ids.get(to) ?? to) : to)
  const links = dependenciesOf(node).map(({ type, to }) => ({ type, to: nameOf(to) }))
  const parent = read(node, 'parent')
  if (typeof parent === 'string') links.unshift({ type: PARENT, to: nameOf(parent) })
  return [...new Map(links.map((link) => [linkKey(link), link])).values()]
}

function exportComment(replica: Replica, node: WorkNode, task: string, iso: (ref: number) => string): Json {
  const text = textOf(node, 'body', replica.history)
  const source = commentSource(node)
  if (!source) return { id: node.id, issue_id: task, author: node.creator, text, created_at: iso(node.created) }
  const untouched = source.mark === fingerprint(text) && at(source.raw, 'text') !== undefined
  return untouched ? source.raw : { ...source.raw, text }
}

/** As Beads writes them, so that a plan under version control changes only where it changed. */
const KEY_ORDER = [
  'id',
  'issue_id',
  'depends_on_id',
  'type',
  'author',
  'text',
  'title',
  'description',
  'design',
  'acceptance_criteria',
  'notes',
  'status',
  'priority',
  'issue_type',
  'assignee',
  'owner',
  'estimated_minutes',
  'created_at',
  'created_by',
  'updated_at',
  'closed_at',
  'close_reason',
  'due_at',
  'defer_until',
  'external_ref',
  'labels',
  'dependencies',
  'comments',
  'deleted_at',
  'deleted_by',
  'delete_reason',
  'original_type',
]
const RANK = new Map(KEY_ORDER.map((key, i) => [key, i]))

export function lineOf(fields: JsonMap): string {
  // The escapes of Go's encoder.
  return JSON.stringify(inKeyOrder(fields)).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function inKeyOrder(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return (json as readonly Json[]).map(inKeyOrder)
  const rank = (key: string): number => RANK.get(key) ?? KEY_ORDER.length
  const keys = Object.keys(json).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return Object.fromEntries(keys.map((key) => [key, inKeyOrder((json as JsonMap)[key] as Json)]))
}

/**
 * Writes one issue of a plan: as a new task, or into the task that came from it before.
 *
 * An update writes a field only where the source says something else than it said at the last import. What was edited here
 * meanwhile stays until then; what is the same already costs no change.
 */

import type { Value } from '../core/batch.ts'
import type { FieldValue } from '../core/change.ts'
import { statusOf, isDeleted } from '../core/readiness.ts'
import { read, type WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { orderBetween } from '../core/order.ts'
import type { Replica } from '../replica/replica.ts'
import { checksOf } from '../replica/task-row.ts'
import type { Transaction } from '../replica/transaction.ts'
import { commentExt, commentsIn, commentSource, type PlanComment } from './beads-comments.ts'
import {
  assigneesOf,
  at,
  checksFrom,
  checkText,
  isDeletedState,
  labelsOf,
  type PlanTask,
  type Scalar,
  statusIn,
  taskOf,
  TEXT_FIELDS,
  type TextField,
} from './beads-map.ts'
import type { BeadsRecord } from './beads-parse.ts'
import { extOf, sameSource, type Source, sourceOf } from './beads-source.ts'
import { fingerprint, sameJson } from './beads-values.ts'
import { writeCheck, writeComment } from './elements.ts'
import { writeText } from './import-text.ts'

/** An issue ready to be written. */
export interface Issue {
  readonly record: BeadsRecord
  readonly task: PlanTask
  readonly source: Source
}

/** Comments that are here, by task and by key or id; also those that were deleted here. */
export type KnownComments = ReadonlyMap<NodeId, ReadonlyMap<string, WorkNode>>

const TEXT_CHARS = Math.floor(LOCAL.textBytes / 3)
/** Bytes of keys without a home; they travel in one change, with room for the rest of it. */
const RAW_CHARS = 48 * 1024

export function issueOf(record: BeadsRecord): Issue {
  return { record, task: taskOf(record), source: sourceOf(record) }
}

/** Why an issue cannot be taken, or null. */
export function whyTooLarge({ record, source }: Issue): string | null {
  for (const key of ['description', 'design', 'notes']) {
    const text = at(record.fields, key)
    if (typeof text === 'string' && text.length > TEXT_CHARS) return `its ${key} has more than ${TEXT_CHARS} characters`
  }
  if (commentsIn(record)?.some(({ text, raw }) => text.length > TEXT_CHARS || JSON.stringify(raw).length > RAW_CHARS))
    return 'a comment of it is too large'
  return JSON.stringify(source.raw).length > RAW_CHARS ? `its other keys take more than ${RAW_CHARS} characters` : null
}

export function createIssue(
  replica: Replica,
  tx: Transaction,
  { record, task, source }: Issue,
  order: string,
  number: number,
): { id: NodeId; comments: number } {
  const { scalars } = task
  const state = String(scalars.state)
  const fields: FieldValue[] = [
    ['status', statusIn(state)],
    ['order', order],
    ['ext', extOf(source)],
  ]
  for (const field of REGISTERS) if (scalars[field] !== undefined) fields.push([field, scalars[field]])
  if (isDeletedState(state)) fields.push(['deleted', true])
  const id = tx.create({ type: 'task', number, fields })
  for (const field of TEXT_FIELDS) if (scalars[field] !== undefined) writeText(replica, tx, id, field, String(scalars[field]))
  for (const label of task.labels) tx.add(id, 'labels', label)
  for (const assignee of task.assignees) tx.add(id, 'assignees', assignee)
  let last: string | null = null
  for (const { text, done } of task.checks)
    last = writeCheck(replica, tx, tx.node(id) as WorkNode, { text, kind: 'ac', done }, last)
  const comments = commentsIn(record) ?? []
  for (const comment of comments) writeComment(replica, tx, id, comment.text, commentExt(comment))
  return { id, comments: comments.length }
}

/** Answers whether anything was written to the task, and how many comments were. */
export function updateIssue(
  replica: Replica,
  tx: Transaction,
  node: WorkNode,
  { record, task, source }: Issue,
  old: Source,
  known: ReadonlyMap<string, WorkNode>,
  orderIn: (status: string) => string,
): { readonly changed: boolean; readonly comments: number } {
  const comments = updateComments(replica, tx, node.id, commentsIn(record) ?? [], known)
  if (sameSource(old, source)) return { changed: comments > 0, comments }
  const moved = (field: Scalar): boolean => source.marks[field] !== old.marks[field]
  for (const field of REGISTERS) if (moved(field)) setUnlessSame(tx, node, field, task.scalars[field] ?? BLANK[field])
  for (const field of TEXT_FIELDS) if (moved(field)) writeText(replica, tx, node.id, field, String(task.scalars[field] ?? ''))
  if (moved('state')) updateState(tx, node, String(task.scalars.state), orderIn)
  mergeSet(tx, node, 'labels', labelsOf(old.raw), task.labels)
  mergeSet(tx, node, 'assignees', assigneesOf(old.raw), task.assignees)
  mergeChecks(replica, tx, node, old, task)
  tx.set(node.id, 'ext', extOf(source))
  return { changed: true, comments }
}

type Register = Exclude<Scalar, 'state' | TextField>
const REGISTERS: readonly Register[] = ['title', 'priority', 'kind', 'summary', 'due', 'notBefore', 'estimate']
/** What a register says once the source has taken its value away. */
const BLANK: Readonly<Record<Register, Value>> = {
  title: '',
  priority: 2,
  kind: 'task',
  summary: '',
  due: null,
  notBefore: null,
  estimate: null,
}

function setUnlessSame(tx: Transaction, node: WorkNode, field: string, value: Value): void {
  if (read(node, field) !== value) tx.set(node.id, field, value)
}

function updateState(tx: Transaction, node: WorkNode, state: string, orderIn: (status: string) => string): void {
  const status = statusIn(state)
  if (statusOf(node) !== status) {
    tx.set(node.id, 'order', orderIn(status))
    // Newer than what its runs went through, also where the register says it already.
    tx.write({ op: 'set', node: node.id, field: 'status', value: status })
  }
  if (isDeleted(node) !== isDeletedState(state)) tx.set(node.id, 'deleted', isDeletedState(state))
}

/** What the source added is added, what it took away is taken away; what was added or removed here stays so. */
function mergeSet(tx: Transaction, node: WorkNode, field: string, before: readonly string[], now: readonly string[]): void {
  for (const element of before) if (!now.includes(element)) tx.remove(node.id, field, element)
  for (const element of now) if (!before.includes(element)) tx.add(node.id, field, element)
}

function mergeChecks(replica: Replica, tx: Transaction, node: WorkNode, old: Source, { checks }: PlanTask): void {
  const before = checksFrom(at(old.raw, 'acceptance_criteria'))
  if (sameJson(before as never, checks as never)) return
  const here = checksOf(node).map((check) => ({ ...check, text: checkText(check.text) }))
  const find = (text: string): (typeof here)[number] | undefined => here.find((check) => check.text === text)
  for (const { text } of before) {
    const gone = checks.some((check) => check.text === text) ? undefined : find(text)
    if (gone) tx.remove(node.id, 'checks', gone.id)
  }
  let last = here.at(-1)?.id ?? null
  for (const { text, done } of checks) {
    const [was, found] = [before.find((check) => check.text === text), find(text)]
    if (!was && !found) last = writeCheck(replica, tx, node, { text, kind: 'ac', done }, last)
    else if (found && was?.done !== done && found.done !== done) tx.set(node.id, `checks/${found.id}/done`, done)
  }
}

function updateComments(
  replica: Replica,
  tx: Transaction,
  task: NodeId,
  comments: readonly PlanComment[],
  known: ReadonlyMap<string, WorkNode>,
): number {
  let written = 0
  for (const comment of comments) {
    const own = known.get(String(comment.raw['id']))
    const here = known.get(comment.key) ?? own
    if (!here) writeComment(replica, tx, task, comment.text, commentExt(comment))
    else if (!commentChanged(replica, tx, here, comment)) continue
    written++
  }
  return written
}

/** A comment that was written here and came back in a plan stays what it is. */
function commentChanged(replica: Replica, tx: Transaction, node: WorkNode, comment: PlanComment): boolean {
  const old = commentSource(node)
  if (!old || (old.mark === fingerprint(comment.text) && sameJson(old.raw, comment.raw))) return false
  if (old.mark !== fingerprint(comment.text)) writeText(replica, tx, node.id, 'body', comment.text)
  tx.set(node.id, 'ext', commentExt(comment))
  return true
}

/** Comments by task, by what a plan may call them. */
export function knownComments(replica: Replica): KnownComments {
  const known = new Map<NodeId, Map<string, WorkNode>>()
  for (const node of replica.nodes.values()) {
    if (node.type !== 'comment' || node.subject === null) continue
    const of = known.get(node.subject) ?? new Map<string, WorkNode>()
    known.set(node.subject, of.set(commentSource(node)?.key ?? node.id, node))
  }
  return known
}

/** Orders that put a plan's tasks at the end of their columns, in the order asked for. */
export function columnEnds(replica: Replica): (status: string) => string {
  const ends = new Map<string, string>()
  return (status) => {
    const last = replica.views.column(status as never).at(-1)
    const end = ends.get(status) ?? (last ? (replica.views.task(last)?.order ?? '') : '')
    const next = orderBetween(end || null, null)
    ends.set(status, next)
    return next
  }
}

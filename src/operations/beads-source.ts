/**
 * What a task remembers of the issue it came from: its register `ext`.
 *
 *   ext = {system: 'beads', id, raw, marks, absent}
 *
 * `raw` holds every key that the field map could not give back as it was: keys without a home, words and times that we have
 * coarser, and the lists, whose parts live in sets. `marks` holds a short hash of each scalar as imported; by it both sides
 * are told apart later without storing them twice: a field whose mark still fits was not touched here, and a record whose
 * field has the same mark was not touched there. `absent` names keys the record lacked though we show a value.
 *
 * So export gives back what came in, with what was edited here in its place; and import never writes over an edit
 * made here unless the source has changed that very field since.
 */

import type { Value } from '../core/batch.ts'
import { read, type WorkNode } from '../core/fold.ts'
import {
  at,
  assigneesOf,
  checksTo,
  isClosedState,
  isDeletedState,
  labelsOf,
  linkKey,
  linkOf,
  LIST_KEYS,
  type PlanLink,
  type PlanTask,
  type Scalar,
  SCALARS,
  STATUS_KEY,
  stateOf,
  statusIn,
  taskOf,
} from './beads-map.ts'
import type { BeadsRecord } from './beads-parse.ts'
import { commentsIn } from './beads-comments.ts'
import { fingerprint, fromValue, isJsonMap, type Json, type JsonMap, sameJson, toValue } from './beads-values.ts'

export const SYSTEM = 'beads'

export interface Source {
  readonly id: string
  readonly raw: JsonMap
  readonly marks: Readonly<Partial<Record<Scalar, number>>>
  readonly absent: readonly string[]
}

/** Undefined for what was never said. */
function markOf(plain: string | number | undefined): number | undefined {
  return plain === undefined ? undefined : fingerprint(String(plain))
}

export function sourceOf(record: BeadsRecord): Source {
  const { scalars } = taskOf(record)
  const marks: Partial<Record<Scalar, number>> = {}
  const absent: string[] = []
  const homed = new Set<string>(['id'])
  for (const { field, key, to } of SCALARS) {
    const plain = scalars[field]
    const mark = markOf(plain)
    if (mark !== undefined) marks[field] = mark
    const given = at(record.fields, key)
    if (plain !== undefined && given === undefined) absent.push(key)
    else if (plain !== undefined && sameJson(given, to(plain))) homed.add(key)
  }
  if (commentsIn(record)) homed.add('comments')
  return {
    id: record.id,
    raw: Object.fromEntries(Object.entries(record.fields).filter(([key]) => !homed.has(key))),
    marks,
    absent,
  }
}

export function extOf({ id, raw, marks, absent }: Source): Value {
  return {
    id,
    raw: toValue(raw),
    marks: toValue(marks),
    absent: [...absent],
    system: SYSTEM,
  }
}

/** Null where the task was made here, or came from elsewhere. Anybody may have written the register: all of it is checked. */
export function sourceIn(node: WorkNode): Source | null {
  const ext = read(node, 'ext') as { readonly [key: string]: Value } | null | undefined
  if (!ext || ext['system'] !== SYSTEM || typeof ext['id'] !== 'string') return null
  const raw = fromValue(ext['raw'] ?? null)
  const marks = fromValue(ext['marks'] ?? null)
  const absent = Array.isArray(ext['absent']) ? (ext['absent'] as readonly Value[]).filter((key) => typeof key === 'string') : []
  return { id: ext['id'], raw: isJsonMap(raw) ? raw : {}, marks: isJsonMap(marks) ? marks : {}, absent }
}

export function sameSource(a: Source, b: Source): boolean {
  return a.id === b.id && sameJson(a.raw, b.raw) && sameJson(a.marks, b.marks) && sameJson(a.absent, b.absent)
}

/** The issue as it is to leave, its comments aside. `updated` is when the task was last changed here. */
export function fieldsOf(task: PlanTask, source: Source, updated: string): JsonMap {
  const entries = new Map<string, Json>([['id', source.id]])
  const changed = new Set<string>()
  for (const { field, key, to } of SCALARS) {
    const plain = task.scalars[field]
    const untouched = markOf(plain) === source.marks[field]
    if (!untouched) changed.add(field)
    if (untouched && Object.hasOwn(source.raw, key)) entries.set(key, source.raw[key] as Json)
    else if (plain !== undefined && !(untouched && source.absent.includes(key))) entries.set(key, to(plain))
  }
  const homed = new Set<string>([...SCALARS.map(({ key }) => key), ...LIST_KEYS])
  for (const [key, json] of Object.entries(source.raw)) if (!homed.has(key)) entries.set(key, json)
  const before = taskOf({ id: source.id, fields: source.raw })
  for (const [list, keys, write] of LISTS) {
    const untouched = sameJson(inOrder(task[list]), inOrder(before[list]))
    if (!untouched) changed.add(list)
    const written = untouched ? source.raw : write(task, source)
    for (const key of keys) if (Object.hasOwn(written, key)) entries.set(key, written[key] as Json)
  }
  // From entries: a key `__proto__` of theirs must stay a key.
  const out = Object.fromEntries(entries)
  if (changed.has('state')) restate(out, String(task.scalars.state), updated)
  const state = String(task.scalars.state)
  if (stateOf(out) !== state) out[STATUS_KEY] = statusIn(state)
  if (changed.size > 0) out['updated_at'] = updated
  return out
}

type List = 'labels' | 'assignees' | 'checks' | 'links'
type ListRow = readonly [list: List, keys: readonly string[], write: (task: PlanTask, source: Source) => JsonMap]

const LISTS: readonly ListRow[] = [
  ['labels', ['labels'], ({ labels }, { raw }) => (labels.length > 0 ? { labels: keptFirst(labelsIn(raw), labels) } : {})],
  ['assignees', ['assignee', 'assignees'], writeAssignees],
  ['checks', ['acceptance_criteria'], ({ checks }) => (checks.length > 0 ? { acceptance_criteria: checksTo(checks) } : {})],
  ['links', ['dependencies', 'blocked_by'], writeLinks],
]

/** The order of checks is theirs; of the others the source's, which says nothing. */
function inOrder(list: PlanTask[List]): Json {
  const items = list as readonly (string | JsonMap)[]
  const isLink = (item: string | JsonMap): item is JsonMap & PlanLink => isJsonMap(item) && 'to' in item
  return items.every(isLink) ? items.map((link) => linkKey(link)).toSorted() : items
}

function labelsIn(raw: JsonMap): readonly string[] {
  const inRecord = at(raw, 'labels')
  return Array.isArray(inRecord) ? (inRecord as readonly Json[]).filter((label) => typeof label === 'string') : labelsOf(raw)
}

function keptFirst(before: readonly string[], now: readonly string[]): string[] {
  return [...new Set([...before.filter((item) => now.includes(item)), ...now])]
}

function writeAssignees({ assignees }: PlanTask, { raw }: Source): JsonMap {
  const before = at(raw, 'assignee')
  const all = keptFirst(typeof before === 'string' ? [before, ...assigneesOf(raw)] : assigneesOf(raw), assignees)
  if (all.length === 0) return {}
  return { assignee: all[0] as string, ...(all.length > 1 ? { assignees: all } : {}) }
}

/** Entries that say nothing we know stay; those that were taken away here go; new ones come last. */
function writeLinks({ links }: PlanTask, { id, raw }: Source): JsonMap {
  const before = new Set(taskOf({ id, fields: raw }).links.map(linkKey))
  const now = new Set(links.map(linkKey))
  const gone = (link: PlanLink | null): boolean => link !== null && before.has(linkKey(link)) && !now.has(linkKey(link))
  const [entries, blockedBy] = [at(raw, 'dependencies'), at(raw, 'blocked_by')]
  const kept = Array.isArray(entries) ? (entries as readonly Json[]).filter((entry) => !gone(linkOf(entry, id))) : []
  const fresh = links
    .filter((link) => !before.has(linkKey(link)))
    .map(({ type, to }): Json => ({ issue_id: id, depends_on_id: to, type }))
  const dependencies = [...kept, ...fresh]
  const stillBlocked = Array.isArray(blockedBy)
    ? (blockedBy as readonly Json[]).filter((to) => !(typeof to === 'string' && gone({ type: 'blocks', to })))
    : []
  return {
    ...(dependencies.length > 0 ? { dependencies } : {}),
    ...(stillBlocked.length > 0 ? { blocked_by: stillBlocked } : {}),
  }
}

/** The keys beside `status` that say when and by whom: a new state makes them anew. */
function restate(out: Record<string, Json>, state: string, updated: string): void {
  delete out[STATUS_KEY]
  if (isClosedState(state)) out['closed_at'] ??= updated
  else if (!isDeletedState(state)) delete out['closed_at']
  if (isDeletedState(state)) out['deleted_at'] ??= updated
  else for (const key of ['deleted_at', 'deleted_by', 'delete_reason', 'original_type']) delete out[key]
}

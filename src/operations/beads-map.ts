/**
 * The field map between a Beads issue and a task, both ways.
 *
 *   title, status, priority, issue_type, close_reason, due_at, defer_until, estimated_minutes   registers (`SCALARS`)
 *   description, design, notes                                                                  texts body, plan, notes
 *   labels · assignee · acceptance_criteria · dependencies                                      sets, checks, links
 *
 * The map forgets: `hooked` and `in_progress` are one status here, a time is whole milliseconds, a title ends somewhere. So
 * `beads-source.ts` keeps what a round trip would lose. Everything here is a pure function of the record.
 */

import { isWellFormed, startOf, wellFormed } from '../base/well-formed.ts'
import { STATUSES, type Status } from '../core/fields.ts'
import { LOCAL } from '../core/limits.ts'
import { type BeadsRecord, instantOf } from './beads-parse.ts'
import { isJsonMap, type Json, type JsonMap } from './beads-values.ts'

/** A task as a plan sees it. Undefined: nothing was ever said. */
export interface PlanTask {
  readonly scalars: Readonly<Partial<Record<Scalar, string | number>>>
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
  readonly checks: readonly PlanCheck[]
  readonly links: readonly PlanLink[]
}

export type Scalar = 'title' | 'state' | 'priority' | 'kind' | 'summary' | 'due' | 'notBefore' | 'estimate' | TextField
export const TEXT_FIELDS = ['body', 'plan', 'notes'] as const
export type TextField = (typeof TEXT_FIELDS)[number]

export interface PlanCheck {
  readonly text: string
  readonly done: boolean
}

/** `to` is the id that the plan uses. */
export interface PlanLink {
  readonly type: string
  readonly to: string
}

interface ScalarRow {
  readonly field: Scalar
  readonly key: string
  readonly from: (json: Json, record: BeadsRecord) => string | number | undefined
  readonly to: (plain: string | number) => Json
}

export const PARENT = 'parent-child'
/** Beads has no word for some of our statuses: this key says them, where its own key would not lead back. */
export const STATUS_KEY = 'worknode_status'
/** The id of a task that was made here, in a plan that leaves. */
export const ID_KEY = 'worknode_id'
const SUMMARY_CHARS = 4000
const TEXT_CHARS = Math.floor(LOCAL.textBytes / 3)

const asIs = (plain: string | number): Json => plain
const iso = (plain: string | number): Json => new Date(plain).toISOString()
const text = (most: number) => (json: Json) =>
  typeof json === 'string' && json !== '' && json.length <= most ? wellFormed(json) : undefined
const whole = (most: number) => (json: Json) =>
  typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= most ? json + 0 : undefined

export const SCALARS: readonly ScalarRow[] = [
  { field: 'title', key: 'title', from: (json, { id }) => titleOf(json) ?? id, to: asIs },
  { field: 'state', key: 'status', from: (_, record) => stateOf(record.fields), to: (plain) => beadsStatus(String(plain)) },
  { field: 'priority', key: 'priority', from: whole(4), to: asIs },
  { field: 'kind', key: 'issue_type', from: text(LOCAL.nameChars), to: asIs },
  { field: 'summary', key: 'close_reason', from: text(SUMMARY_CHARS), to: asIs },
  { field: 'due', key: 'due_at', from: instantOf, to: iso },
  { field: 'notBefore', key: 'defer_until', from: instantOf, to: iso },
  { field: 'estimate', key: 'estimated_minutes', from: whole(1e9), to: asIs },
  { field: 'body', key: 'description', from: text(TEXT_CHARS), to: asIs },
  { field: 'plan', key: 'design', from: text(TEXT_CHARS), to: asIs },
  { field: 'notes', key: 'notes', from: text(TEXT_CHARS), to: asIs },
]

/** Keys of lists whose parts live in sets of ours. */
export const LIST_KEYS = ['labels', 'assignee', 'assignees', 'acceptance_criteria', 'dependencies', 'blocked_by'] as const

export function taskOf(record: BeadsRecord): PlanTask {
  const { fields } = record
  const scalars: Partial<Record<Scalar, string | number>> = {}
  for (const { field, key, from } of SCALARS) {
    const plain = from(at(fields, key) ?? null, record)
    if (plain !== undefined) scalars[field] = plain
  }
  return {
    scalars,
    labels: labelsOf(fields),
    assignees: assigneesOf(fields),
    checks: checksFrom(at(fields, 'acceptance_criteria')),
    links: linksOf(record),
  }
}

/** An own key; what a prototype has says nothing. */
export function at(fields: JsonMap, key: string): Json | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined
}

/** Status and whether it is deleted, in one word: `done`, `done deleted`. */
export function stateWord(status: string, deleted: boolean): string {
  return deleted ? `${status} deleted` : status
}

export function statusIn(state: string): Status {
  return state.split(' ')[0] as Status
}

export function isDeletedState(state: string): boolean {
  return state.endsWith(' deleted')
}

const STATUS_WORDS: Readonly<Record<string, Status>> = {
  open: 'ready',
  todo: 'ready',
  pinned: 'ready',
  ready: 'ready',
  in_progress: 'in_progress',
  hooked: 'in_progress',
  active: 'in_progress',
  started: 'in_progress',
  blocked: 'blocked',
  waiting: 'blocked',
  deferred: 'backlog',
  backlog: 'backlog',
  frozen: 'backlog',
  review: 'in_review',
  in_review: 'in_review',
  closed: 'done',
  done: 'done',
  completed: 'done',
  resolved: 'done',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  wontfix: 'cancelled',
}

/** Beads knows no cancelled issue: the first words of the reason it was closed for tell. */
const FAILED =
  /^\W*(?:won['’]?t|will not|wont[ -]?fix|not[ -](?:planned|needed|doing)|duplicate|dupe|dup of|obsolete|cancel+ed|cancel+ing|superseded|rejected|abandoned|invalid|stale|spurious|no longer|out of scope)\b/i

export function stateOf(fields: JsonMap): string {
  const word = at(fields, 'status')
  const own = at(fields, STATUS_KEY)
  const deleted = word === 'tombstone'
  if (isStatus(own) && beadsStatus(stateWord(own, deleted)) === word) return stateWord(own, deleted)
  if (deleted) return stateWord(at(fields, 'closed_at') === undefined ? 'ready' : 'done', true)
  const status =
    typeof word === 'string' && Object.hasOwn(STATUS_WORDS, word.toLowerCase())
      ? (STATUS_WORDS[word.toLowerCase()] as Status)
      : 'ready'
  const reason = at(fields, 'close_reason')
  return status === 'done' && typeof reason === 'string' && FAILED.test(reason) ? 'cancelled' : status
}

export function beadsStatus(state: string): string {
  if (isDeletedState(state)) return 'tombstone'
  const words: Readonly<Record<Status, string>> = {
    backlog: 'deferred',
    ready: 'open',
    in_progress: 'in_progress',
    blocked: 'blocked',
    in_review: 'in_progress',
    done: 'closed',
    cancelled: 'closed',
  }
  return words[statusIn(state)]
}

export function isClosedState(state: string): boolean {
  return beadsStatus(state) === 'closed'
}

function isStatus(json: Json | undefined): json is Status {
  return typeof json === 'string' && (STATUSES as readonly string[]).includes(json)
}

function titleOf(json: Json): string | undefined {
  if (typeof json !== 'string' || json.trim() === '') return undefined
  const whole = wellFormed(json)
  return whole.length <= LOCAL.titleChars ? whole : `${startOf(whole, LOCAL.titleChars - 1)}…`
}

function wordsIn(json: Json | undefined, most: number): string[] {
  const items = Array.isArray(json) ? (json as readonly Json[]) : []
  return [...new Set(items.filter(isWord))].slice(0, most).toSorted()
}

function isWord(json: Json | undefined): json is string {
  return typeof json === 'string' && json.trim() !== '' && json.length <= LOCAL.nameChars && isWellFormed(json)
}

export function labelsOf(fields: JsonMap): string[] {
  return wordsIn(at(fields, 'labels'), LOCAL.labelsPerTask)
}

/** `assignee` is Beads' own; `assignees` is ours, where there are more. */
export function assigneesOf(fields: JsonMap): string[] {
  const more = at(fields, 'assignees')
  return wordsIn(
    [at(fields, 'assignee') ?? null, ...(Array.isArray(more) ? (more as readonly Json[]) : [])],
    LOCAL.assigneesPerTask,
  )
}

/** Items of a Markdown list; where there is no list, each line that says something. */
export function checksFrom(json: Json | undefined): PlanCheck[] {
  if (typeof json !== 'string') return []
  const lines = wellFormed(json)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
  const items = lines.flatMap((line) => {
    const item = /^\s*(?:[-*+•]|\d{1,4}[.)])\s+(?:\[([ xX])\]\s+)?(.*\S)/.exec(line)
    return item ? [{ text: item[2] as string, done: (item[1] ?? ' ') !== ' ' }] : []
  })
  const all = items.length > 0 ? items : lines.map((line) => ({ text: line.trim(), done: false }))
  return all.slice(0, LOCAL.checksPerTask).map(({ text, done }) => ({ text: checkText(text), done }))
}

/** One line, no longer than a title. */
export function checkText(text: string): string {
  return startOf(wellFormed(text.replaceAll(/\s+/g, ' ').trim()), LOCAL.titleChars).trim()
}

export function checksTo(checks: readonly PlanCheck[]): string {
  return checks.map(({ text, done }) => `- [${done ? 'x' : ' '}] ${checkText(text)}`).join('\n')
}

/** What a dependency entry says, or null where it says nothing we know. */
export function linkOf(entry: Json, id: string): PlanLink | null {
  if (!isJsonMap(entry)) return null
  const to = at(entry, 'depends_on_id')
  const from = at(entry, 'issue_id') ?? id
  const type = at(entry, 'type') ?? 'blocks'
  if (from !== id || !isWord(to) || to === id || !isWord(type)) return null
  return { type: type.replaceAll(':', '-'), to }
}

/** Each once, in the order of the record: `dependencies`, then the older `blocked_by`. */
function linksOf({ id, fields }: BeadsRecord): PlanLink[] {
  const links = new Map<string, PlanLink>()
  const keep = (link: PlanLink | null): unknown =>
    link && links.size < LOCAL.dependenciesPerTask && links.set(linkKey(link), link)
  const [entries, blockedBy] = [at(fields, 'dependencies'), at(fields, 'blocked_by')]
  for (const entry of Array.isArray(entries) ? (entries as readonly Json[]) : []) keep(linkOf(entry, id))
  for (const to of Array.isArray(blockedBy) ? (blockedBy as readonly Json[]) : [])
    if (isWord(to) && to !== id) keep({ type: 'blocks', to })
  return [...links.values()]
}

export function linkKey({ type, to }: PlanLink): string {
  return `${type}:${to}`
}

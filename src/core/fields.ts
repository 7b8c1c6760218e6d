/**
 * What fields exist, what a register may hold, and which right a change to a field needs.
 *
 * A value that does not fit its field has no effect on any replica, so nothing above has to expect it. Fields that this
 * version does not know are kept as they are: a newer version wrote them. These rules are part of validity: they change
 * only with the header version.
 */

import type { Value } from './batch.ts'
import type { Edit, Right } from './change.ts'
import { own } from './crdt/own.ts'
import { isNodeId } from './ids.ts'
import { isOrder } from './order.ts'

export const STATUSES = ['backlog', 'ready', 'in_progress', 'blocked', 'in_review', 'done', 'cancelled'] as const
export type Status = (typeof STATUSES)[number]
export const CLAIM_MODES = ['optimistic', 'strict', 'competition'] as const
/** Dependencies that gate readiness; all others only tell a story. */
export const GATING = ['blocks'] as const

const text = (value: Value): boolean => typeof value === 'string'
const textOrNull = (value: Value): boolean => value === null || typeof value === 'string'
const flag = (value: Value): boolean => typeof value === 'boolean'
const instant = (value: Value): boolean => value === null || isWhole(value, 0, 8_640_000_000_000_000)
const oneOf = (words: readonly string[]) => (value: Value) => typeof value === 'string' && words.includes(value)
const map = (value: Value): boolean =>
  value === null || (typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array))

const ACCEPTS: Readonly<Record<string, (value: Value) => boolean>> = {
  title: text,
  name: text,
  keyPrefix: (value) => typeof value === 'string' && /^[A-Z][A-Z0-9]{0,9}$/.test(value),
  status: oneOf(STATUSES),
  priority: (value) => isWhole(value, 0, 4),
  kind: text,
  parent: (value) => value === null || isNodeId(value),
  order: isOrder,
  progress: (value) => isWhole(value, 0, 100),
  due: instant,
  notBefore: instant,
  estimate: (value) => value === null || isWhole(value, 0, 1e9),
  claimMode: oneOf(CLAIM_MODES),
  paused: flag,
  deleted: flag,
  ext: map,
  policy: map,
  mime: text,
  role: text,
  model: textOrNull,
  limits: map,
  question: map,
  answer: map,
  asks: textOrNull,
  color: (value) => typeof value === 'string' && /^#[0-9a-f]{6}$/.test(value),
}

/** Items of the list `checks` are elements of a set; each item's parts are registers named `checks/<item>/<part>`. */
const ITEM_PARTS: Readonly<Record<string, (value: Value) => boolean>> = { text, done: flag, kind: text, order: isOrder }

export function fieldAccepts(field: string, value: Value): boolean {
  const item = field.startsWith('checks/') ? /^checks\/[^/]+\/([^/]+)$/.exec(field) : null
  const accepts = item ? own(ITEM_PARTS, item[1] as string) : own(ACCEPTS, field)
  return accepts === undefined || accepts(value)
}

/**
 * The capability verb that a change needs: deleting and assigning are rights of their own. Who may comment writes comments,
 * answers those of others and has their own as they like; what a device says of itself it says by `emit`.
 */
export function rightFor(op: Edit['op'], field: string | null, type: string, isOwn: boolean): Right {
  if (type === 'person') return 'emit'
  if (type === 'comment' && (op === 'create' || isOwn || field === 'answer')) return 'comment'
  if (op === 'create') return 'create'
  if (field === 'deleted') return 'delete'
  return field === 'assignees' ? 'assign' : 'update'
}

function isWhole(value: Value, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

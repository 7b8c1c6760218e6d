/**
 * Events: changes as the world sees them. Who did what, to what, by which right, when, and whether it counts.
 *
 * The type is derived from the change and from what its node's id commits to, never from the state at arrival: so a label cannot
 * lie, and is the same on every replica.
 */

import type { Value } from './batch.ts'
import { toHex } from '../base/bytes.ts'
import type { AuthorityChange } from './authority-change.ts'
import { own } from './crdt/own.ts'
import { type Edit, isWorkEdit } from './change.ts'
import type { NodeType } from './ids.ts'
import { type EndReason, isLease, type WorkOp } from './work.ts'

export interface Event {
  /** `<batch id, hex>:<index>`. */
  readonly id: string
  /** Sorts as text (`hlcToText`). */
  readonly hlc: string
  readonly type: string
  /** The key that signed it, hex. */
  readonly actor: string
  /** The node or capability that it is about; null where it is about neither. */
  readonly target: string | null
  /** The hash of the capability that it cites, hex; null of the genesis. */
  readonly capability: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly valid: boolean
  /** Of an event that does not count: why not (`Invalid`). */
  readonly why: string | null
  /** It was not valid by itself, and somebody made it count. */
  readonly adopted: boolean
}

const BY_STATUS: Readonly<Record<string, string>> = {
  backlog: 'task.deferred',
  ready: 'task.ready',
  in_progress: 'task.started',
  blocked: 'task.blocked',
  in_review: 'task.submitted',
  done: 'task.completed',
  cancelled: 'task.cancelled',
}
const BY_REGISTER: Readonly<Record<string, string>> = { progress: 'progress', parent: 'moved', order: 'ordered' }
const BY_ELEMENT: Readonly<Record<string, readonly [added: string, removed: string]>> = {
  assignees: ['assigned', 'unassigned'],
  dependencies: ['linked', 'unlinked'],
  labels: ['labelled', 'unlabelled'],
  refused: ['refused', 'updated'],
}

const BY_WORK: Readonly<Record<Exclude<WorkOp, 'end'>, string>> = {
  claim: 'task.claimed',
  confirm: 'task.started',
  renew: 'task.renewed',
  submit: 'task.submitted',
  accept: 'task.completed',
  reject: 'task.sent_back',
  lost: 'task.given_up',
}
const BY_END: Readonly<Record<EndReason, string>> = {
  release: 'task.released',
  fail: 'task.failed',
  expire: 'task.expired',
  revoke: 'task.stopped',
}

/** `nodeType` null: nobody has said yet what the node is. */
export function typeOfEdit(edit: Edit, nodeType: NodeType | null): string {
  if (isWorkEdit(edit) && isLease(edit)) return 'task.leased'
  if (isWorkEdit(edit)) return edit.op === 'end' ? BY_END[edit.why as EndReason] : BY_WORK[edit.op]
  const about = edit.op === 'create' ? edit.facts.type : (nodeType ?? 'node')
  switch (edit.op) {
    case 'create':
      return `${about}.created`
    case 'text':
      return `${about}.edited`
    case 'add':
      return `${about}.${own(BY_ELEMENT, edit.field)?.[0] ?? 'updated'}`
    case 'remove':
      return `${about}.${own(BY_ELEMENT, edit.field)?.[1] ?? 'updated'}`
    case 'set':
      if (edit.field === 'deleted') return `${about}.${edit.value === true ? 'deleted' : 'restored'}`
      if (edit.field === 'status' && typeof edit.value === 'string') return own(BY_STATUS, edit.value) ?? 'task.updated'
      return `${about}.${own(BY_REGISTER, edit.field) ?? 'updated'}`
  }
}

const BY_AUTHORITY: Readonly<Record<AuthorityChange['op'], string>> = {
  grant: 'capability.granted',
  revoke: 'capability.revoked',
  renounce: 'capability.renounced',
  adopt: 'change.adopted',
  unadopt: 'change.unadopted',
  rekey: 'key.handed_out',
  checkpoint: 'workspace.checkpointed',
}

export function typeOfAuthority(op: AuthorityChange['op']): string {
  return BY_AUTHORITY[op]
}

/** What an edit says, fit for JSON. */
export function dataOfEdit(edit: Edit): Event['data'] {
  if (isWorkEdit(edit)) return { run: edit.run, epoch: edit.epoch, ...(edit.note !== null && { note: plain(edit.note) }) }
  switch (edit.op) {
    case 'create': {
      const { project, path, subject } = edit.facts
      return {
        ...(project && { project }),
        ...(path && { path }),
        ...(subject && { subject }),
        fields: Object.fromEntries(edit.fields.map(([field, value]) => [field, plain(value)])),
      }
    }
    case 'set':
      return { field: edit.field, value: plain(edit.value) }
    case 'add':
    case 'remove':
      return { field: edit.field, element: edit.element }
    case 'text':
      return { field: edit.field, bytes: edit.update.length }
  }
}

function plain(value: Value): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

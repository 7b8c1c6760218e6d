/**
 * Changes: what one may do to a worknode, as bytes and as values.
 *
 * On the wire a change is `[op, right, node, capability, args]` with numbers from the tables below; numbers are never
 * reused. An `op` that is not in the table and not in the authority range is admitted, right-checked and ignored by the
 * fold: it was written by a newer version. A known op whose arguments do not fit is malformed and has no effect.
 */

import type { Bytes } from '../base/bytes.ts'
import { type Change, holdsBytes, type Value } from './batch.ts'
import { isPath } from './glob.ts'
import { isNodeId, isNodeType, type NodeFacts, type NodeId, nodeIdFromBytes, nodeIdToBytes } from './ids.ts'
import { fieldAccepts, rightFor } from './fields.ts'
import type { Ref } from './history.ts'
import { END_REASONS, type EndReason, isLease, isOwnWord, WORK_OPS, type WorkOp, type WorkWord } from './work.ts'

export const RIGHTS = [
  'create',
  'update',
  'delete',
  'assign',
  'claim',
  'review',
  'comment',
  'emit',
  'grant',
  'revoke',
  'rekey',
  'checkpoint',
] as const
export type Right = (typeof RIGHTS)[number]
/** Their numbers on the wire. */
export const RIGHT_NUMBERS = Object.fromEntries(RIGHTS.map((right, number) => [right, number])) as Readonly<Record<Right, number>>

export const OP = {
  create: 0,
  set: 1,
  add: 2,
  remove: 3,
  text: 4,
  emit: 5,
  claim: 8,
  confirm: 9,
  renew: 10,
  submit: 11,
  accept: 12,
  reject: 13,
  end: 14,
  lost: 15,
  ask: 16,
  answer: 17,
  genesis: 32,
  grant: 33,
  revoke: 34,
  renounce: 35,
  adopt: 36,
  unadopt: 37,
  rekey: 38,
  checkpoint: 39,
} as const

/** Authority changes live in batches of kind 1 and nowhere else. */
export function isAuthorityOp(op: number): boolean {
  return op >= OP.genesis && op < 64
}

/** A change to the tree, in memory: nodes as text, removed tags as refs. */
export type Edit =
  | {
      readonly op: 'create'
      readonly node: NodeId
      readonly facts: NodeFacts
      readonly number: number
      readonly fields: readonly FieldValue[]
    }
  | { readonly op: 'set'; readonly node: NodeId; readonly field: string; readonly value: Value }
  | { readonly op: 'add'; readonly node: NodeId; readonly field: string; readonly element: string }
  | {
      readonly op: 'remove'
      readonly node: NodeId
      readonly field: string
      readonly element: string
      readonly tags: readonly Ref[]
    }
  | { readonly op: 'text'; readonly node: NodeId; readonly field: string; readonly update: Bytes }
  | WorkEdit

/** A record of somebody's work on the task `node`. */
export type WorkEdit = WorkWord & { readonly node: NodeId }

export function isWorkEdit(edit: Edit): edit is WorkEdit {
  return (WORK_OPS as readonly string[]).includes(edit.op)
}

export type FieldValue = readonly [field: string, value: Value]

/** How a tag (the change that added an element) is named: by its batch's id, or by its index alone inside the same batch. */
export interface TagNames {
  /** Null while the batch is not admitted here: such a tag is ignored. */
  ordinalOf(batchId: Bytes): number | null
  idOf(ordinal: number): Bytes
}

/** `isOwn`: the author of the change made the node. */
export function rightOf(edit: Edit, type: string, isOwn: boolean): Right {
  if (isWorkEdit(edit)) return workRight(edit)
  return rightFor(edit.op, edit.op === 'create' ? null : edit.field, type, isOwn)
}

/** A run's agent claims; others review what it submitted, and give it a lease or end it as they would assign. */
function workRight(edit: WorkEdit): Right {
  if (isOwnWord(edit)) return 'claim'
  return edit.op === 'end' || isLease(edit) ? 'assign' : 'review'
}

/** The nodes that the change hangs its own under. */
export function parentsNamed(edit: Edit): readonly NodeId[] {
  if (edit.op === 'set') return edit.field === 'parent' && isNodeId(edit.value) ? [edit.value] : NOWHERE
  if (edit.op !== 'create') return NOWHERE
  return edit.fields.flatMap(([field, value]) => (field === 'parent' && isNodeId(value) ? [value] : []))
}

const NOWHERE: readonly NodeId[] = []

export function encodeEdit(edit: Edit, right: Right, capability: number, ordinal: number, names: TagNames): Change {
  return [OP[edit.op], RIGHT_NUMBERS[right], nodeIdToBytes(edit.node), capability, encodeArgs(edit, ordinal, names)]
}

/** Whether others will read this edit as we do: what they would call malformed must not be written. */
export function fits(edit: Edit): boolean {
  if (edit.op === 'create') {
    const { path } = edit.facts
    return (
      (path === null || isPath(path)) && edit.fields.every(([field, value]) => isFieldName(field) && fieldAccepts(field, value))
    )
  }
  if (isWorkEdit(edit)) return isWorkWord(edit)
  if (!isFieldName(edit.field)) return false
  return edit.op === 'set' ? fieldAccepts(edit.field, edit.value) : edit.op === 'text' || edit.element !== ''
}

/** Null when the arguments do not fit the op, or the op is not one of the tree's. */
export function decodeEdit(change: Change, ordinal: number, names: TagNames): Edit | null {
  const [op, , nodeBytes, , args] = change
  if (nodeBytes === null) return null
  const node = nodeIdFromBytes(nodeBytes)
  if (op === OP.create) return decodeCreate(node, args)
  const workOp = WORK_OPS.find((name) => OP[name] === op)
  if (workOp) return decodeWork(workOp, node, args)
  const [field, second, third] = args
  if (!isFieldName(field)) return null
  if (op === OP.set)
    return args.length === 2 && fieldAccepts(field, second as Value) ? { op: 'set', node, field, value: second as Value } : null
  if (op === OP.text)
    return args.length === 2 && second instanceof Uint8Array ? { op: 'text', node, field, update: second } : null
  if (typeof second !== 'string' || second.length === 0) return null
  if (op === OP.add) return args.length === 2 ? { op: 'add', node, field, element: second } : null
  if (op !== OP.remove || args.length !== 3 || !Array.isArray(third)) return null
  return { op: 'remove', node, field, element: second, tags: decodeTags(third as readonly Value[], ordinal, names) }
}

function encodeArgs(edit: Edit, ordinal: number, names: TagNames): readonly Value[] {
  switch (edit.op) {
    case 'create': {
      const { type, project, path, subject, nonce } = edit.facts
      return [
        type,
        project && nodeIdToBytes(project),
        path,
        subject && nodeIdToBytes(subject),
        nonce,
        edit.number,
        edit.fields.flat(),
      ]
    }
    case 'set':
      return [edit.field, edit.value]
    case 'add':
      return [edit.field, edit.element]
    case 'text':
      return [edit.field, edit.update]
    case 'claim':
    case 'confirm':
    case 'renew':
    case 'submit':
    case 'accept':
    case 'reject':
    case 'end':
    case 'lost':
      return [nodeIdToBytes(edit.run), edit.epoch, edit.why, edit.note]
    case 'remove':
      return [
        edit.field,
        edit.element,
        edit.tags.map((tag) => {
          const carrier = Math.floor(tag / 256)
          return carrier === ordinal ? tag % 256 : [names.idOf(carrier), tag % 256]
        }),
      ]
  }
}

function decodeTags(tags: readonly Value[], ordinal: number, names: TagNames): Ref[] {
  const refs: Ref[] = []
  for (const tag of tags) {
    if (typeof tag === 'number') refs.push(ordinal * 256 + (tag & 255))
    else if (Array.isArray(tag) && tag[0] instanceof Uint8Array && typeof tag[1] === 'number') {
      const carrier = names.ordinalOf(tag[0] as Bytes)
      if (carrier !== null) refs.push(carrier * 256 + (tag[1] & 255))
    }
  }
  return refs
}

function decodeCreate(node: NodeId, args: readonly Value[]): Edit | null {
  const [type, project, path, subject, nonce, number, flat] = args
  if (args.length !== 7 || !isNodeType(type) || type === 'workspace') return null
  if (!isNodeBytes(project) || !isNodeBytes(subject)) return null
  if (!(path === null || (typeof path === 'string' && isPath(path)))) return null
  if (!(nonce instanceof Uint8Array) || nonce.length !== 16 || typeof number !== 'number' || number < 0) return null
  if (!Array.isArray(flat) || flat.length % 2 !== 0) return null
  const fields: FieldValue[] = []
  for (let i = 0; i < flat.length; i += 2) {
    const field: unknown = flat[i]
    if (!isFieldName(field)) return null
    if (fieldAccepts(field, flat[i + 1] as Value)) fields.push([field, flat[i + 1] as Value])
  }
  const facts = {
    type,
    project: project && nodeIdFromBytes(project),
    path,
    subject: subject && nodeIdFromBytes(subject),
    nonce: nonce,
  }
  return { op: 'create', node, facts, number, fields }
}

function decodeWork(op: WorkOp, node: NodeId, args: readonly Value[]): Edit | null {
  const [run, epoch, why, note] = args
  if (args.length !== 4 || !(run instanceof Uint8Array) || run.length !== 16 || typeof epoch !== 'number') return null
  const word = { op, run: nodeIdFromBytes(run), epoch, why: why as EndReason | null, note: note as Value }
  return isWorkWord(word) ? { ...word, node } : null
}

/** Notes are words and numbers, so that a snapshot keeps them as text. */
function isWorkWord({ op, epoch, why, note }: WorkWord): boolean {
  if (!Number.isInteger(epoch) || epoch < 1 || holdsBytes(note)) return false
  return op === 'end' ? (END_REASONS as readonly unknown[]).includes(why) : why === null
}

function isFieldName(field: unknown): field is string {
  return typeof field === 'string' && field.length > 0 && field.length <= 64
}

function isNodeBytes(value: Value | undefined): value is Bytes | null {
  return value === null || (value instanceof Uint8Array && value.length === 16)
}

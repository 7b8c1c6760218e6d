/**
 * A batch as bytes. Decoding checks the shape of every field and every protocol limit, and answers a reason; encoding takes
 * only what decoding would accept.
 *
 *   wire = [header, sig, 0, body]                      open
 *        | [header, sig, epoch, iv12, ciphertext]      sealed: who holds the epoch's key can open it
 *        | [header, sig]                               pruned, or not for this reader
 *
 * Header, signature and body are byte strings inside the wire: what was signed and hashed is kept byte for byte. The header
 * says nothing of the form, so that a body can be sealed anew without touching signature or id; for the same reason size is
 * bounded on header and body, with room for any form, and not on the wire.
 *
 * Sets in a header (`after`, `introduced`, `closed`) are in bytewise order; only the genesis lists its roots by rank.
 */

import { assert } from '../base/assert.ts'
import { type Bytes, compareBytes, equalBytes } from '../base/bytes.ts'
import {
  BATCH_VERSION,
  type BatchBody,
  type BatchHeader,
  type BatchKind,
  type Change,
  type Extension,
  KIND,
  type Value,
} from '../core/batch.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import { isAuthorityOp, OP, RIGHTS } from '../core/change.ts'
import { PROTOCOL } from '../core/limits.ts'
import type { RejectReason } from './verifier.ts'

export type Wire = OpenWire | SealedWire | PrunedWire

export interface OpenWire {
  readonly form: 'open'
  readonly header: Bytes
  readonly signature: Bytes
  readonly body: Bytes
}

export interface SealedWire {
  readonly form: 'sealed'
  readonly header: Bytes
  readonly signature: Bytes
  readonly epoch: Bytes
  readonly iv: Bytes
  readonly ciphertext: Bytes
}

export interface PrunedWire {
  readonly form: 'pruned'
  readonly header: Bytes
  readonly signature: Bytes
}

export type Read<T> = { readonly ok: true; readonly value: T } | Rejected
export interface Rejected {
  readonly ok: false
  readonly reason: RejectReason
  readonly detail: string
}

/** The most that header and body may have together: the rest of `batchBytes` is for whatever form the wire takes. */
export const CONTENT_BYTES = PROTOCOL.batchBytes - 256
/** Ranks 0 to 9 are the roots'. */
export const MAX_ROOTS = 10
/** The end of the year 9999: later times have no text form that sorts. */
export const LAST_MS = 253_402_300_799_999
const TAG_BYTES = 16

export function encodeWire(wire: Wire): Bytes {
  if (wire.form === 'open') return encodeCbor([wire.header, wire.signature, 0, wire.body])
  if (wire.form === 'sealed') return encodeCbor([wire.header, wire.signature, wire.epoch, wire.iv, wire.ciphertext])
  return encodeCbor([wire.header, wire.signature])
}

export function decodeWire(bytes: Uint8Array): Read<Wire> {
  if (bytes.length > PROTOCOL.batchBytes)
    return reject('too-large', `A batch has at most ${PROTOCOL.batchBytes} bytes, this one ${bytes.length}.`)
  const decoded = decodeCbor(bytes)
  if (!decoded.ok) return malformed(decoded.detail)
  if (!Array.isArray(decoded.value)) return malformed('not an array')
  const parts = decoded.value as readonly Value[]
  const [header, signature, third, fourth, fifth] = parts
  if (!isBytes(header) || !isBytes(signature, 64)) return malformed('no header, or no signature of 64 bytes')
  if (parts.length === 2) return accept({ form: 'pruned', header, signature })
  if (parts.length === 4 && third === 0 && isBytes(fourth)) return accept({ form: 'open', header, signature, body: fourth })
  if (parts.length === 5 && isBytes(third, 32) && isBytes(fourth, 12) && isBytes(fifth)) {
    return accept({ form: 'sealed', header, signature, epoch: third, iv: fourth, ciphertext: fifth })
  }
  return malformed('none of the three forms of a batch')
}

export function encodeHeader(header: BatchHeader): Bytes {
  const { v, kind, workspace, key, feed, seq, prev, after, hlc, count, introduced, closed, ext } = header
  const bytes = encodeCbor([
    v,
    kind,
    workspace,
    key,
    feed,
    seq,
    prev,
    after,
    hlc,
    count,
    header.bodyHash,
    header.bodyLen,
    introduced,
    closed,
    ext,
  ])
  const read = decodeHeader(bytes)
  assert(read.ok, `a header that we write can be read${read.ok ? '' : `: ${read.detail}`}`)
  return bytes
}

export function decodeHeader(bytes: Uint8Array): Read<BatchHeader> {
  const decoded = decodeCbor(bytes)
  if (!decoded.ok) return malformed(`header: ${decoded.detail}`)
  if (!Array.isArray(decoded.value)) return malformed('the header is not an array')
  const fields = decoded.value as readonly Value[]
  const [v, kind, workspace, key, feed, seq, prev, after, hlc, count, bodyHash, bodyLen, introduced, closed, ext] = fields
  if (!isInt(v, 0xffff)) return malformed('no version')
  // A newer header may have any shape: nothing more can be said of it.
  if (v !== BATCH_VERSION) return reject('unknown-version', `This batch has version ${v}; only ${BATCH_VERSION} is known here.`)
  if (fields.length !== 15) return malformed('a header has 15 fields')
  if (!isInt(kind, 255)) return malformed('kind')
  if (!(workspace === null || isBytes(workspace, 32))) return malformed('workspace')
  if (!isKey(key)) return reject('bad-key', 'The key is not a tagged Ed25519 key.')
  if (!isBytes(feed, 8)) return malformed('feed')
  if (!isInt(seq, Number.MAX_SAFE_INTEGER)) return malformed('seq')
  if (!(seq === 0 ? prev === null : isBytes(prev, 32))) return malformed('prev: only the first batch of a feed has none')
  if (!isBytesList(after, 32, PROTOCOL.after) || !isAscending(after)) return malformed('after')
  if (prev !== null && after.some((id) => equalBytes(id, prev as Bytes))) return malformed('after repeats prev')
  if (!Array.isArray(hlc) || hlc.length !== 2 || !isInt(hlc[0], LAST_MS) || !isInt(hlc[1], PROTOCOL.counter - 1))
    return malformed('clock')
  if (!isInt(count, PROTOCOL.batchChanges) || (kind === KIND.merge && count !== 0)) return malformed('count')
  if (!isBytes(bodyHash, 32) || !isInt(bodyLen, CONTENT_BYTES)) return malformed('body hash or length')
  if (bytes.length + bodyLen > CONTENT_BYTES)
    return reject('too-large', `Header and body have at most ${CONTENT_BYTES} bytes together.`)
  if (!isBytesList(introduced, 33, PROTOCOL.introduced) || !introduced.every(isKey)) return malformed('introduced')
  if (!isBytesList(closed, 33, PROTOCOL.introduced) || !closed.every(isKey) || !isAscending(closed)) return malformed('closed')
  if (!isExtensions(ext)) return malformed('extensions')
  const header: BatchHeader = {
    v,
    kind: kind as BatchKind,
    workspace,
    key,
    feed,
    seq,
    prev: prev as Bytes | null,
    after,
    hlc: [hlc[0], hlc[1]],
    count,
    bodyHash,
    bodyLen,
    introduced,
    closed,
    ext,
  }
  if (workspace === null)
    return isGenesis(header) ? accept(header) : malformed('a genesis begins its feed, has no past, and names its author first')
  return isAscending(introduced) ? accept(header) : malformed('introduced')
}

export function encodeBody({ salt, capabilities, changes }: BatchBody, isGenesis: boolean): Bytes {
  const parts = [salt, capabilities, changes]
  const fault = bodyFault(parts, isGenesis)
  assert(fault === null, `a body that we write can be read: ${fault}`)
  return encodeCbor(parts)
}

/** Reads the body that belongs to `header`. Its hash is not looked at here. */
export function decodeBody(bytes: Uint8Array, header: Pick<BatchHeader, 'count' | 'workspace'>): Read<BatchBody> {
  const decoded = decodeCbor(bytes)
  if (!decoded.ok) return badBody(decoded.detail)
  if (!Array.isArray(decoded.value)) return badBody('not an array')
  const parts = decoded.value as readonly Value[]
  const fault = bodyFault(parts, header.workspace === null)
  if (fault !== null) return badBody(fault)
  const [salt, capabilities, changes] = parts as unknown as readonly [Bytes, readonly Bytes[], readonly Change[]]
  if (changes.length !== header.count) return badBody('the header counts other changes')
  return accept({ salt, capabilities, changes })
}

/** What of this batch only a newer version understands, or null. Such a batch is held, never guessed at. */
export function unknownPart(header: BatchHeader, body: BatchBody | null): string | null {
  if (header.kind > KIND.merge) return `kind ${header.kind}`
  const extension = header.ext.find(([, critical]) => critical)
  if (extension) return `extension ${extension[0]}`
  for (const [op, right] of body?.changes ?? []) {
    if (right >= RIGHTS.length) return `right ${right}`
    if (isAuthorityOp(op) && !KNOWN_OPS.has(op)) return `operation ${op}`
  }
  return null
}

const KNOWN_OPS: ReadonlySet<number> = new Set(Object.values(OP))

export function ciphertextLength(header: BatchHeader): number {
  return header.bodyLen + TAG_BYTES
}

function isGenesis({ kind, seq, after, key, introduced }: BatchHeader): boolean {
  const first = introduced[0]
  const names = new Set(introduced.map(String))
  const isFirst = seq === 0 && after.length === 0 && kind === KIND.authority
  return (
    isFirst && introduced.length <= MAX_ROOTS && names.size === introduced.length && first !== undefined && equalBytes(first, key)
  )
}

function bodyFault(parts: readonly Value[], isGenesis: boolean): string | null {
  const [salt, capabilities, changes] = parts
  if (parts.length !== 3) return 'a body has three parts'
  if (!isBytes(salt, 16)) return 'salt'
  if (!isBytesList(capabilities, 32, PROTOCOL.capabilitiesPerBatch)) return 'capabilities'
  if (!Array.isArray(changes) || changes.length > PROTOCOL.batchChanges) return 'changes'
  // The genesis comes before any capability: what it says, it says by being the genesis.
  const citable = isGenesis ? 1 : capabilities.length
  return changes.every((change: Value) => isChange(change, citable))
    ? null
    : 'a change is not [op, right, node, capability, args]'
}

function isChange(change: Value, citable: number): boolean {
  if (!Array.isArray(change) || change.length !== 5) return false
  const [op, right, node, capability, args] = change as readonly Value[]
  if (!isInt(op, 0xffff) || !isInt(right, 255) || !(node === null || isBytes(node, 16))) return false
  return isInt(capability, citable - 1) && Array.isArray(args)
}

function isExtensions(ext: Value | undefined): ext is readonly Extension[] {
  if (!Array.isArray(ext) || ext.length > PROTOCOL.extensions) return false
  let last = -1
  for (const item of ext as readonly Value[]) {
    if (!Array.isArray(item) || item.length !== 3) return false
    const [id, critical, bytes] = item as readonly Value[]
    if (!isInt(id, 0xffff) || id <= last || typeof critical !== 'boolean' || !isBytes(bytes)) return false
    last = id
  }
  return true
}

function isInt(value: Value | undefined, max: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= max
}

function isBytes(value: Value | undefined, length?: number): value is Bytes {
  return value instanceof Uint8Array && (length === undefined || value.length === length)
}

function isKey(value: Value | undefined): value is Bytes {
  return isBytes(value, 33) && value[0] === 1
}

function isBytesList(list: Value | undefined, length: number, max: number): list is readonly Bytes[] {
  return Array.isArray(list) && list.length <= max && list.every((item: Value) => isBytes(item, length))
}

function isAscending(list: readonly Bytes[]): boolean {
  return list.every((item, i) => i === 0 || compareBytes(list[i - 1] as Bytes, item) < 0)
}

function accept<T>(value: T): Read<T> {
  return { ok: true, value }
}

export function reject(reason: RejectReason, detail: string): Rejected {
  return { ok: false, reason, detail }
}

function malformed(detail: string): Rejected {
  return reject('malformed', `Malformed: ${detail}.`)
}

function badBody(detail: string): Rejected {
  return reject('bad-body', `Bad body: ${detail}.`)
}

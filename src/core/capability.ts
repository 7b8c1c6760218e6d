/**
 * Capabilities as bytes: a grant says which key may do what, a revocation ends it.
 *
 *   grant  = [1, workspace, parent|null, issuer, audience, audienceBox|null, rank, types|null, rights|null, globs|null,
 *             projects|null, notBefore, expires|null, flags, nonce8]
 *   revoke = [target, keep[], frontier|null, replaces[], reason]
 *
 * A grant travels as a byte string inside its change, and its id is the hash of exactly these bytes. `null` is unrestricted,
 * `[]` is nothing. The encoding is strict, so decoding and encoding give the same bytes, and the same id, everywhere.
 * Whether a grant counts is decided in `authority.ts`; here only its shape.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, toHex, utf8 } from '../base/bytes.ts'
import type { Value } from './batch.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { PROTOCOL } from './limits.ts'

const GRANT_VERSION = 1
/**
 * `redeemOnly`: an invite, which may only be handed on, once, as it is. `lasting`: its window says when it may be redeemed,
 * not how long who redeemed it may stay.
 */
export const FLAG = { redeemOnly: 1, lasting: 2 } as const
/** Lists inside one grant, and the length of a type's name. */
const GRANT_ITEMS = 256
const TYPE_CHARS = 64
const REASON_BYTES = 1024
const LAST_MS = 253_402_300_799_999
const CAPABILITY_DOMAIN = utf8('worknode/cap/1\0')

export interface Grant {
  readonly workspace: Bytes
  /** Id of the capability that the issuer hands on. Null in a root's own. */
  readonly parent: Bytes | null
  readonly issuer: Bytes
  readonly audience: Bytes
  /** X25519 key that epoch keys are sealed to. */
  readonly audienceBox: Bytes | null
  readonly rank: number
  readonly types: readonly string[] | null
  /** Numbers of `RIGHTS`. A number that is not in the table is a right of a newer version: it admits nothing we know. */
  readonly rights: readonly number[] | null
  readonly globs: readonly string[] | null
  /** Node ids, 16 bytes each. */
  readonly projects: readonly Bytes[] | null
  readonly notBefore: number
  readonly expires: number | null
  readonly flags: number
  readonly nonce: Bytes
}

export interface Revocation {
  /** Capability that ends. */
  readonly target: Bytes
  /** Capabilities directly under the target that live on. */
  readonly keep: readonly Bytes[]
  /** Batches whose past still counts; null is the revocation's own past. */
  readonly frontier: readonly Bytes[] | null
  /** Changes (earlier revocations of the same target) that this one takes the place of. */
  readonly replaces: readonly ChangeName[]
  readonly reason: string
}

/** A change by its batch and its place there. */
export type ChangeName = readonly [batch: Bytes, index: number]

export function encodeGrant(grant: Grant): Bytes {
  const { types, rights, globs, projects } = grant
  return encodeCbor([
    GRANT_VERSION,
    grant.workspace,
    grant.parent,
    grant.issuer,
    grant.audience,
    grant.audienceBox,
    grant.rank,
    types,
    rights,
    globs,
    projects,
    grant.notBefore,
    grant.expires,
    grant.flags,
    grant.nonce,
  ])
}

/** Null when these are not the bytes of a grant. */
export function decodeGrant(bytes: Value | undefined): Grant | null {
  if (!(bytes instanceof Uint8Array)) return null
  const decoded = decodeCbor(bytes)
  if (!decoded.ok || !Array.isArray(decoded.value) || decoded.value.length !== 15) return null
  const [
    version,
    workspace,
    parent,
    issuer,
    audience,
    audienceBox,
    rank,
    types,
    rights,
    globs,
    projects,
    notBefore,
    expires,
    flags,
    nonce,
  ] = decoded.value as readonly Value[]
  if (version !== GRANT_VERSION || !isId(workspace) || !(parent === null || isId(parent))) return null
  if (!isKey(issuer) || !isKey(audience) || !(audienceBox === null || isKey(audienceBox))) return null
  if (!isInt(rank, 99) || !isListOf(types, isTypeName) || !isListOf(rights, isRight)) return null
  if (!isListOf(globs, isGlob, PROTOCOL.globsPerGrant) || !isListOf(projects, isNode)) return null
  if (!isInt(notBefore, LAST_MS) || !(expires === null || isInt(expires, LAST_MS))) return null
  if (!isInt(flags, 0xffff_ffff) || !isBytes(nonce, 8)) return null
  return {
    workspace,
    parent,
    issuer,
    audience,
    audienceBox,
    rank,
    types,
    rights,
    globs,
    projects,
    notBefore,
    expires,
    flags,
    nonce,
  }
}

export function capabilityId(grant: Grant): Bytes {
  return sha256(concatBytes(CAPABILITY_DOMAIN, encodeGrant(grant)))
}

/** What the genesis gives a root: everything, for ever. Nobody publishes it; its bytes follow from the genesis. */
export function rootCapability(workspace: Bytes, key: Bytes, rank: number): Grant {
  return {
    workspace,
    parent: null,
    issuer: key,
    audience: key,
    audienceBox: null,
    rank,
    types: null,
    rights: null,
    globs: null,
    projects: null,
    notBefore: 0,
    expires: null,
    flags: 0,
    nonce: new Uint8Array(8),
  }
}

/** The arguments of a revoke. */
export function encodeRevocation({ target, keep, frontier, replaces, reason }: Revocation): readonly Value[] {
  return [target, keep, frontier, replaces, reason]
}

export function decodeRevocation(args: readonly Value[]): Revocation | null {
  const [target, keep, frontier, replaces, reason] = args
  if (args.length !== 5 || !isId(target) || !isText(reason, REASON_BYTES)) return null
  if (keep === null || !isListOf(keep, isId, PROTOCOL.frontier) || !isListOf(frontier, isId, PROTOCOL.frontier)) return null
  if (replaces === null || !isListOf(replaces, isChangeName)) return null
  return { target, keep, frontier, replaces, reason }
}

/** What an adopt or unadopt names; null when it is no such list. */
export function decodeChangeNames(names: Value | undefined): readonly ChangeName[] | null {
  return names !== null && isListOf(names, isChangeName, PROTOCOL.adoptsPerChange) ? names : null
}

function isBytes(value: Value | undefined, length: number): value is Bytes {
  return value instanceof Uint8Array && value.length === length
}

function isId(value: Value | undefined): value is Bytes {
  return isBytes(value, 32)
}

function isKey(value: Value | undefined): value is Bytes {
  return isBytes(value, 33) && value[0] === 1
}

function isNode(value: Value): value is Bytes {
  return isBytes(value, 16)
}

function isInt(value: Value | undefined, max: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= max
}

function isRight(value: Value): value is number {
  return isInt(value, 255)
}

function isText(value: Value | undefined, maxBytes: number): value is string {
  return typeof value === 'string' && value.length <= maxBytes && utf8(value).length <= maxBytes
}

function isTypeName(value: Value): value is string {
  return isText(value, TYPE_CHARS) && value !== ''
}

function isGlob(value: Value): value is string {
  return isText(value, PROTOCOL.pathBytes)
}

function isChangeName(value: Value): value is ChangeName {
  return Array.isArray(value) && value.length === 2 && isId(value[0]) && isInt(value[1], PROTOCOL.batchChanges - 1)
}

/** Null, or a bounded list without repetition: a repeated item says nothing and would give one right many ids. */
function isListOf<T extends Value>(
  list: Value | undefined,
  isItem: (item: Value) => item is T,
  max = GRANT_ITEMS,
): list is readonly T[] | null {
  if (list === null) return true
  if (!Array.isArray(list) || list.length > max) return false
  const items = list as readonly Value[]
  return items.every((item) => isItem(item)) && new Set(items.map(nameOf)).size === items.length
}

function nameOf(item: Value): string {
  return item instanceof Uint8Array ? toHex(item) : Array.isArray(item) ? item.map(nameOf).join() : String(item)
}

/**
 * The shape of a batch: the unit that is signed, hashed, stored and sent (`log/batch-codec.ts` has its bytes).
 *
 *   header = [v, kind, workspace|null, key, feed8, seq, prev|null, after[<=16], [ms, counter], count, bodyHash, bodyLen,
 *             introduced[], closed[], ext[]]
 *   body   = [salt16, capabilityIds[], [[op, right, node|null, capIndex, args], ...]]
 *
 * Ids and hashes are 32 bytes, keys are tagged (`0x01 || 32`), nodes 16 bytes. Times are whole milliseconds since 1970.
 */

import type { Bytes } from '../base/bytes.ts'

export const BATCH_VERSION = 1

export const KIND = { data: 0, authority: 1, checkpoint: 2, merge: 3 } as const
export type BatchKind = (typeof KIND)[keyof typeof KIND]

/** Hybrid logical clock: [milliseconds, counter]. */
export type Hlc = readonly [ms: number, counter: number]

export type Extension = readonly [id: number, critical: boolean, bytes: Bytes]

export interface BatchHeader {
  readonly v: number
  readonly kind: BatchKind
  /** Null in the genesis only. */
  readonly workspace: Bytes | null
  readonly key: Bytes
  readonly feed: Bytes
  readonly seq: number
  readonly prev: Bytes | null
  readonly after: readonly Bytes[]
  readonly hlc: Hlc
  readonly count: number
  readonly bodyHash: Bytes
  readonly bodyLen: number
  readonly introduced: readonly Bytes[]
  readonly closed: readonly Bytes[]
  readonly ext: readonly Extension[]
}

/** What a change may carry: the CBOR we accept, arrays and plain maps included. */
export type Value = null | boolean | number | string | Bytes | readonly Value[] | { readonly [key: string]: Value }

/** One change: `op` names the operation, `right` the capability verb it needs (both by their number, see `change.ts`). */
export type Change = readonly [op: number, right: number, node: Bytes | null, capability: number, args: readonly Value[]]

export interface BatchBody {
  readonly salt: Bytes
  readonly capabilities: readonly Bytes[]
  readonly changes: readonly Change[]
}

/** A batch whose bytes, hashes and signature were found right by a verifier; `body` is null where it is sealed or pruned. */
export interface VerifiedBatch {
  readonly id: Bytes
  readonly header: BatchHeader
  readonly body: BatchBody | null
  /** Its bytes, open wherever it could be opened: what the store keeps. Peers get it sealed. */
  readonly wire: Bytes
}

/** Whether there is a byte string anywhere in it. */
export function holdsBytes(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Uint8Array) return true
  return (Array.isArray(value) ? (value as readonly Value[]) : Object.values(value as Record<string, Value>)).some(holdsBytes)
}

/**
 * Reads a batch back from our own store. It was verified before it went in, so neither hashes nor the signature are checked
 * again; its shape is, because a disk can rot.
 */

import type { Bytes } from '../base/bytes.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import { decodeBody, decodeHeader, decodeWire, type Read } from './batch-codec.ts'
import { batchId } from './digest.ts'

/** The store holds bytes that are no batch. Recovery: drop this store and sync again from a peer or an export. */
export class CorruptStoreError extends Error {
  override readonly name = 'CorruptStoreError'
}

export function readStored(bytes: Bytes): VerifiedBatch {
  const wire = must(decodeWire(bytes))
  const header = must(decodeHeader(wire.header))
  const body = wire.form === 'open' ? must(decodeBody(wire.body, header)) : null
  return { id: batchId(wire.header), header, body, wire: bytes }
}

function must<T>(read: Read<T>): T {
  if (!read.ok) throw new CorruptStoreError(`A stored batch cannot be read: ${read.detail}`)
  return read.value
}

/** Makes a batch: encodes, hashes, signs. What comes out is what every other replica would find in the bytes. */

import { type Bytes, compareBytes, concatBytes, utf8 } from '../base/bytes.ts'
import type { BatchBody, BatchHeader, VerifiedBatch } from '../core/batch.ts'
import { encodeBody, encodeHeader, encodeWire } from './batch-codec.ts'
import { batchId, bodyHash } from './digest.ts'
import { type KeyPair, sign } from './keys.ts'

/** A batch before it has bytes. The order of `after`, `introduced` and `closed` is of no account, but in a genesis. */
export interface BatchDraft extends Omit<BatchHeader, 'count' | 'bodyHash' | 'bodyLen'> {
  readonly body: BatchBody
}

const BATCH_DOMAIN = utf8('worknode/batch/1\0')

/** Seals by the identity: the body travels in clear. */
export async function sealBatch({ body, ...draft }: BatchDraft, pair: KeyPair): Promise<VerifiedBatch> {
  const bodyBytes = encodeBody(body, draft.workspace === null)
  const header: BatchHeader = {
    ...draft,
    after: draft.after.toSorted(compareBytes),
    introduced: draft.workspace === null ? draft.introduced : draft.introduced.toSorted(compareBytes),
    closed: draft.closed.toSorted(compareBytes),
    count: body.changes.length,
    bodyHash: await bodyHash(bodyBytes),
    bodyLen: bodyBytes.length,
  }
  const headerBytes = encodeHeader(header)
  const signature = await sign(pair, signedBytes(headerBytes))
  const wire = encodeWire({ form: 'open', header: headerBytes, signature, body: bodyBytes })
  return { id: batchId(headerBytes), header, body, wire }
}

/** What an author signs. */
export function signedBytes(header: Uint8Array): Bytes {
  return concatBytes(BATCH_DOMAIN, header)
}

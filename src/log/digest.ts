/** The two hashes of a batch. What is hashed is always the exact bytes, as they were made or came in. */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, utf8 } from '../base/bytes.ts'

const ID_DOMAIN = utf8('worknode/id/1\0')
/** Below this a call into WebCrypto costs more than it saves. */
const SHORT = 16_384

export function batchId(header: Uint8Array): Bytes {
  return sha256(concatBytes(ID_DOMAIN, header))
}

export async function bodyHash(body: Bytes): Promise<Bytes> {
  return body.length <= SHORT ? sha256(body) : new Uint8Array(await crypto.subtle.digest('SHA-256', body))
}

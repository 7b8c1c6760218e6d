/**
 * Verification of one wire, cheapest test first: size, shape, workspace, hash, and only then the signature.
 *
 * The verdict is a function of the bytes alone. Nothing in them makes this throw.
 */

import { assert } from '../base/assert.ts'
import { type Bytes, equalBytes } from '../base/bytes.ts'
import type { BatchBody, BatchHeader, VerifiedBatch } from '../core/batch.ts'
import {
  ciphertextLength,
  decodeBody,
  decodeHeader,
  decodeWire,
  type Read,
  reject,
  unknownPart,
  type Wire,
} from './batch-codec.ts'
import { batchId, bodyHash } from './digest.ts'
import { signatureFault } from './signature.ts'
import { signedBytes } from './signing.ts'
import type { Verdict, Verifier } from './verifier.ts'

/** So many are under way at once: enough to keep Node's thread pool busy, few enough to stay small. */
const PIPELINED = 256

/** Accepts batches of `workspace` and its genesis; with null those of any. */
export async function verifyWire(bytes: Bytes, workspace: Bytes | null): Promise<Verdict> {
  const wire = decodeWire(bytes)
  if (!wire.ok) return wire
  const read = decodeHeader(wire.value.header)
  if (!read.ok) return read
  const header = read.value
  const id = batchId(wire.value.header)
  if (workspace !== null && !equalBytes(header.workspace ?? id, workspace))
    return reject('wrong-workspace', 'The batch is of another workspace.')
  const body = await readBody(wire.value, header)
  if (!body.ok) return body
  const fault = await signatureFault(header.key, wire.value.signature, signedBytes(wire.value.header))
  if (fault === 'bad-key') return reject(fault, 'The key of the batch is not one that every engine judges alike.')
  if (fault !== null) return reject(fault, 'The signature is not of this key and header.')
  const unknown = unknownPart(header, body.value)
  if (unknown !== null) return reject('unknown-version', `Only a newer version knows ${unknown}.`)
  return { ok: true, batch: { id, header, body: body.value, wire: bytes } }
}

/** Verifies on the calling thread: for Node, whose WebCrypto has threads of its own, and inside a Worker. */
export function inlineVerifier(workspace: Bytes | null): Verifier {
  return {
    async verify(wires) {
      const verdicts: Verdict[] = []
      for (let from = 0; from < wires.length; from += PIPELINED) {
        verdicts.push(...(await Promise.all(wires.slice(from, from + PIPELINED).map((wire) => verifyWire(wire, workspace)))))
      }
      return verdicts
    },
    close() {},
  }
}

/** Reads a batch that was verified before, by our Worker or ahead of our own store: no hash of the body, no signature. */
export function readVerified(bytes: Bytes, id?: Bytes): VerifiedBatch {
  const wire = decodeWire(bytes)
  assert(wire.ok, 'a verified batch can be read')
  const header = decodeHeader(wire.value.header)
  assert(header.ok, 'the header of a verified batch can be read')
  const body = wire.value.form === 'open' ? decodeBody(wire.value.body, header.value) : null
  if (body === null) return { id: id ?? batchId(wire.value.header), header: header.value, body, wire: bytes }
  assert(body.ok, 'the body of a verified batch can be read')
  return { id: id ?? batchId(wire.value.header), header: header.value, body: body.value, wire: bytes }
}

async function readBody(wire: Wire, header: BatchHeader): Promise<Read<BatchBody | null>> {
  if (wire.form === 'pruned') return { ok: true, value: null }
  if (wire.form === 'sealed') {
    if (wire.ciphertext.length !== ciphertextLength(header))
      return reject('bad-body', 'The sealed body has not the length that the header names.')
    return { ok: true, value: null }
  }
  if (wire.body.length !== header.bodyLen) return reject('bad-body', 'The body has not the length that the header names.')
  if (!equalBytes(await bodyHash(wire.body), header.bodyHash))
    return reject('bad-body', 'The body has not the hash that the header names.')
  return decodeBody(wire.body, header)
}

/**
 * Verification of one wire, cheapest test first: size, shape, workspace, hash, and only then the signature; the body is read last.
 *
 * The verdict is a function of the bytes alone. Nothing in them makes this throw.
 */

import { type Bytes, equalBytes } from '../base/bytes.ts'
import type { BatchBody, BatchHeader } from '../core/batch.ts'
import {
  ciphertextLength,
  decodeBody,
  decodeHeader,
  decodeWire,
  type Read,
  reject,
  type Rejected,
  unknownPart,
  type Wire,
} from './batch-codec.ts'
import { batchId, bodyHash } from './digest.ts'
import { signatureFault } from './signature.ts'
import { signedBytes } from './signing.ts'
import type { Verdict, Verifier } from './verifier.ts'

/** So many are under way at once: enough to keep Node's thread pool busy, few enough to stay small. */
const PIPELINED = 256

/** A batch whose author and bytes are beyond doubt; what its body says was not looked at yet. */
export interface Envelope {
  readonly id: Bytes
  readonly header: BatchHeader
  readonly wire: Wire
}

/** Accepts batches of `workspace` and its genesis; with null those of any. */
export async function verifyWire(bytes: Bytes, workspace: Bytes | null): Promise<Verdict> {
  const envelope = await verifyEnvelope(bytes, workspace)
  return envelope.ok ? openEnvelope(bytes, envelope.value) : envelope
}

/** All that costs: hashes and the signature. The rest is `readEnvelope`, on whichever thread wants the batch. */
export async function verifyEnvelope(bytes: Bytes, workspace: Bytes | null): Promise<Read<Envelope>> {
  const wire = decodeWire(bytes)
  if (!wire.ok) return wire
  const read = decodeHeader(wire.value.header)
  if (!read.ok) return read
  const header = read.value
  const id = batchId(wire.value.header)
  if (workspace !== null && !equalBytes(header.workspace ?? id, workspace))
    return reject('wrong-workspace', 'The batch is of another workspace.')
  if (wire.value.form === 'sealed' && wire.value.ciphertext.length !== ciphertextLength(header)) return notTheBody('length')
  if (wire.value.form === 'open' && wire.value.body.length !== header.bodyLen) return notTheBody('length')
  if (wire.value.form === 'open' && !equalBytes(await bodyHash(wire.value.body), header.bodyHash)) return notTheBody('hash')
  const fault = await signatureFault(header.key, wire.value.signature, signedBytes(wire.value.header))
  if (fault === 'bad-key') return reject(fault, 'The key of the batch is not one that every engine judges alike.')
  if (fault !== null) return reject(fault, 'The signature is not of this key and header.')
  return { ok: true, value: { id, header, wire: wire.value } }
}

/** The verdict on bytes whose envelope was verified, elsewhere, under this id. */
export function readEnvelope(bytes: Bytes, id: Bytes): Verdict {
  const wire = decodeWire(bytes)
  if (!wire.ok) return wire
  const header = decodeHeader(wire.value.header)
  return header.ok ? openEnvelope(bytes, { id, header: header.value, wire: wire.value }) : header
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

function openEnvelope(bytes: Bytes, { id, header, wire }: Envelope): Verdict {
  const body: Read<BatchBody | null> = wire.form === 'open' ? decodeBody(wire.body, header) : { ok: true, value: null }
  if (!body.ok) return body
  const unknown = unknownPart(header, body.value)
  if (unknown !== null) return reject('unknown-version', `Only a newer version knows ${unknown}.`)
  return { ok: true, batch: { id, header, body: body.value, wire: bytes } }
}

function notTheBody(what: string): Rejected {
  return reject('bad-body', `The body has not the ${what} that the header names.`)
}

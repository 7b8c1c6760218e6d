/**
 * Verification of one wire, cheapest test first: size, shape, workspace, hash, and only then the signature; the body is opened and
 * read last.
 *
 * The verdict is a function of the bytes and of the keys at hand. Nothing in the bytes makes this throw. A sealed body comes out
 * open, and so does its wire; one that no key opens stays sealed, and is no fault.
 */

import { type Bytes, equalBytes, toHex } from '../base/bytes.ts'
import type { BatchBody, BatchHeader } from '../core/batch.ts'
import {
  ciphertextLength,
  decodeBody,
  decodeHeader,
  decodeWire,
  encodeWire,
  type Read,
  reject,
  type Rejected,
  type SealedWire,
  unknownPart,
  type Wire,
} from './batch-codec.ts'
import { batchId, bodyHash } from './digest.ts'
import { type EpochKey, type Sealing, webSealing } from './sealing.ts'
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
  /** It came sealed and was opened: `wire` is not what came. */
  readonly wasSealed: boolean
}

/** What opens sealed bodies. */
export interface Opener {
  readonly sealing: Sealing
  keyOf(epoch: Uint8Array): EpochKey | undefined
}

/** Accepts batches of `workspace` and its genesis; with null those of any. */
export async function verifyWire(bytes: Bytes, workspace: Bytes | null, opener?: Opener): Promise<Verdict> {
  const envelope = await verifyEnvelope(bytes, workspace, opener)
  if (!envelope.ok) return envelope
  return readBatch(envelope.value.wasSealed ? encodeWire(envelope.value.wire) : bytes, envelope.value)
}

/** All that costs: hashes, the signature, and opening. The rest is `readEnvelope`, on whichever thread wants the batch. */
export async function verifyEnvelope(bytes: Bytes, workspace: Bytes | null, opener?: Opener): Promise<Read<Envelope>> {
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
  if (wire.value.form !== 'sealed' || !opener) return { ok: true, value: { id, header, wire: wire.value, wasSealed: false } }
  return openSealed(wire.value, id, header, opener)
}

/** The verdict on bytes whose envelope was verified, elsewhere, under this id; `opened` is its body, where that was sealed. */
export function readEnvelope(bytes: Bytes, id: Bytes, opened?: Bytes): Verdict {
  const wire = decodeWire(bytes)
  if (!wire.ok) return wire
  const header = decodeHeader(wire.value.header)
  if (!header.ok) return header
  if (!opened) return readBatch(bytes, { id, header: header.value, wire: wire.value, wasSealed: false })
  const open = openWire(wire.value, opened)
  return readBatch(encodeWire(open), { id, header: header.value, wire: open, wasSealed: true })
}

/** The keys a verifier was given, and what uses them. */
export function openerOf(sealing: Sealing): Opener & { learn(key: EpochKey): void } {
  const keys = new Map<string, EpochKey>()
  return {
    sealing,
    keyOf: (epoch) => keys.get(toHex(epoch)),
    learn: (key) => void keys.set(toHex(key.id), key),
  }
}

/** Verifies on the calling thread: for Node, whose WebCrypto has threads of its own, and inside a Worker. */
export function inlineVerifier(workspace: Bytes | null, sealing: Sealing = webSealing()): Verifier {
  const opener = openerOf(sealing)
  return {
    learn: opener.learn,
    async verify(wires) {
      const verdicts: Verdict[] = []
      for (let from = 0; from < wires.length; from += PIPELINED) {
        const some = wires.slice(from, from + PIPELINED)
        verdicts.push(...(await Promise.all(some.map((wire) => verifyWire(wire, workspace, opener)))))
      }
      return verdicts
    },
    close() {},
  }
}

/** Opens the body and makes sure that it is the one that the header names. */
async function openSealed(wire: SealedWire, id: Bytes, header: BatchHeader, { sealing, keyOf }: Opener): Promise<Read<Envelope>> {
  const key = keyOf(wire.epoch)
  if (!key) return { ok: true, value: { id, header, wire, wasSealed: false } }
  const body = await sealing.openBody(key, id, wire.iv, wire.ciphertext)
  if (body === null) return reject('bad-body', 'The body does not open under the key that it names.')
  if (!equalBytes(await bodyHash(body), header.bodyHash)) return notTheBody('hash')
  return { ok: true, value: { id, header, wire: openWire(wire, body), wasSealed: true } }
}

function openWire({ header, signature }: Wire, body: Bytes): Wire {
  return { form: 'open', header, signature, body }
}

function readBatch(bytes: Bytes, { id, header, wire }: Envelope): Verdict {
  const body: Read<BatchBody | null> = wire.form === 'open' ? decodeBody(wire.body, header) : { ok: true, value: null }
  if (!body.ok) return body
  const unknown = unknownPart(header, body.value)
  if (unknown !== null) return reject('unknown-version', `Only a newer version knows ${unknown}.`)
  return { ok: true, batch: { id, header, body: body.value, wire: bytes } }
}

function notTheBody(what: string): Rejected {
  return reject('bad-body', `The body has not the ${what} that the header names.`)
}

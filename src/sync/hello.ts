/**
 * How two peers make sure of each other before anything else is read.
 *
 *   hello = [0, version, workspace32, nonce32, key33]
 *   proof = [1, HMAC-SHA256(roomSecret, "worknode/hello/1\0" ‖ t), Ed25519(key, "worknode/hello-key/1\0" ‖ t)]
 *       t = workspace ‖ their nonce ‖ my nonce ‖ their key ‖ my key ‖ link binding
 *
 * The code shows that the peer was let into the room, the signature that it is who it says; fresh nonces keep either from being
 * used again, and the binding ties both to this very link, so that nobody can sit between two peers and pass the proofs on.
 * Whether the key may *do* anything is for the log to say. Two tabs of a profile have the same key: only an echoed nonce is
 * refused. Both sides must pass within the deadline, or the link closes with a plain reason.
 */

import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, equalBytes, toHex, utf8 } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import type { Value } from '../core/batch.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import type { Channel } from './frames.ts'
import type { After } from './pair-clock.ts'

/** Who speaks. `key` is tagged, `sign` signs with it. */
export interface Identity {
  readonly workspace: Bytes
  readonly roomSecret: Bytes
  readonly key: Bytes
  sign(message: Bytes): Promise<Bytes>
}

export interface HelloPorts {
  readonly identity: Identity
  /** `verifySignature` of `log/signature.ts`. */
  verify(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean>
  readonly randomBytes: RandomBytes
  readonly after: After
}

export type Meeting =
  | { readonly ok: true; readonly actor: string }
  /** `blame`: no honest peer would have done this. */
  | { readonly ok: false; readonly reason: string; readonly blame: boolean }

export const HELLO_VERSION = 1
/** Hello and proof fit into messages of this size, so that a stranger can make us keep no more. */
export const OPENING = { messages: 2, bytes: 512 } as const

const DEADLINE_MS = 15_000
const HELLO = 0
const PROOF = 1
const MAC_DOMAIN = utf8('worknode/hello/1\0')
const KEY_DOMAIN = utf8('worknode/hello-key/1\0')

/** Introduces us and makes sure of the peer. Leaves it to the caller to close the link. */
export async function shakeHands(channel: Channel, ports: HelloPorts): Promise<Meeting> {
  let met = false
  ports.after(DEADLINE_MS, () => {
    if (!met) channel.close('The peer did not introduce itself in time.')
  })
  const meeting = await introduce(channel, ports)
  met = true
  return meeting
}

async function introduce(channel: Channel, { identity, verify, randomBytes }: HelloPorts): Promise<Meeting> {
  const { workspace, key, roomSecret } = identity
  const nonce = randomBytes(32)
  void channel.send(encodeCbor([HELLO, HELLO_VERSION, workspace, nonce, key]))
  const hello = await channel.next()
  if (hello === null) return gone(channel)
  const theirs = readArray(hello)
  const [kind, version, theirWorkspace, theirNonce, theirKey] = theirs ?? []
  if (kind !== HELLO || typeof version !== 'number') return fault('The peer did not begin with a hello.')
  // Of another version nothing more is known: what follows may have any shape.
  if (version !== HELLO_VERSION)
    return { ok: false, reason: `The peer speaks another version (${version}, here ${HELLO_VERSION}).`, blame: false }
  if (theirs?.length !== 5 || !isBytes(theirWorkspace, 32) || !isBytes(theirNonce, 32) || !isBytes(theirKey, 33))
    return fault('The peer sent a malformed hello.')
  if (!equalBytes(theirWorkspace, workspace)) return { ok: false, reason: 'The peer is in another workspace.', blame: false }
  if (equalBytes(theirNonce, nonce)) return fault('The peer sent our own hello back.')

  const mine = concatBytes(workspace, theirNonce, nonce, theirKey, key, channel.link.binding)
  void channel.send(encodeCbor([PROOF, macOf(roomSecret, mine), await identity.sign(concatBytes(KEY_DOMAIN, mine))]))
  const proof = await channel.next()
  if (proof === null) return gone(channel)
  const [type, mac, signature, ...rest] = readArray(proof) ?? []
  if (type !== PROOF || !isBytes(mac, 32) || !isBytes(signature, 64) || rest.length > 0)
    return fault('The peer sent a malformed proof.')
  const transcript = concatBytes(workspace, nonce, theirNonce, key, theirKey, channel.link.binding)
  if (!sameCode(mac, macOf(roomSecret, transcript))) return fault('The peer does not know the secret of this workspace.')
  if (!(await verify(theirKey, signature, concatBytes(KEY_DOMAIN, transcript))))
    return fault('The peer could not prove who it is.')
  if (channel.closedBecause !== null) return gone(channel)
  return { ok: true, actor: toHex(theirKey) }
}

function macOf(secret: Bytes, transcript: Bytes): Bytes {
  return hmac(sha256, secret, concatBytes(MAC_DOMAIN, transcript))
}

/** Takes the same time wherever the first difference is. */
function sameCode(a: Bytes, b: Bytes): boolean {
  let difference = 0
  for (let i = 0; i < 32; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

function readArray(message: Bytes): readonly Value[] | null {
  const decoded = decodeCbor(message, OPENING.bytes)
  return decoded.ok && Array.isArray(decoded.value) ? decoded.value : null
}

function isBytes(value: Value | undefined, length: number): value is Bytes {
  return value instanceof Uint8Array && value.length === length
}

function fault(reason: string): Meeting {
  return { ok: false, reason, blame: true }
}

function gone(channel: Channel): Meeting {
  return { ok: false, reason: channel.closedBecause ?? 'The link closed.', blame: false }
}

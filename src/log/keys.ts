/**
 * Key pairs. The public Ed25519 key *is* the actor; the X25519 key is what others seal to.
 *
 * Private keys are made non-extractable by WebCrypto and stay so: they can sign, and be kept in IndexedDB, but not be read.
 * The one exception is an invite's seed, which exists to be handed over.
 */

import { type Bytes, concatBytes, fromBase64Url, fromHex, toHex, utf8 } from '../base/bytes.ts'
import type { ActorKey } from '../core/ids.ts'

/** Structured-clonable, so a store can keep it as it is. */
export interface KeyPair {
  /** Tagged: `0x01` and 32 bytes. */
  readonly key: Bytes
  readonly privateKey: CryptoKey
}

export interface DeviceKeys {
  readonly sign: KeyPair
  /** Null where the engine has no X25519. */
  readonly box: KeyPair | null
}

const PKCS8 = { Ed25519: fromHex('302e020100300506032b657004220420'), X25519: fromHex('302e020100300506032b656e04220420') } as const
const USES = { Ed25519: ['sign'], X25519: ['deriveBits'] } as const satisfies Record<string, readonly KeyUsage[]>
type Curve = keyof typeof PKCS8

const KEY_TAG = 1

export async function generateKeys(): Promise<DeviceKeys> {
  return pairOf((curve) => generatePair(curve))
}

/** Everyone who knows the seed has the same keys. */
export async function inviteKeys(seed: Bytes): Promise<DeviceKeys> {
  const secret = await crypto.subtle.importKey('raw', seed, 'HKDF', false, ['deriveBits'])
  return pairOf(async (curve) => {
    const info = utf8(`worknode/invite/${curve}/1\0`)
    const derived = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }, secret, 256)
    return importPair(curve, new Uint8Array(derived))
  })
}

/** The signing pair of a 32-byte seed. */
export async function signingKeys(seed: Bytes): Promise<KeyPair> {
  return importPair('Ed25519', seed)
}

/** The actor as text: hex of the tagged key. */
export function actorKey(key: Uint8Array): ActorKey {
  return toHex(key) as ActorKey
}

export async function sign({ privateKey }: KeyPair, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, message))
}

async function pairOf(make: (curve: Curve) => Promise<KeyPair>): Promise<DeviceKeys> {
  const sign = await make('Ed25519')
  try {
    return { sign, box: await make('X25519') }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return { sign, box: null }
    throw error
  }
}

async function generatePair(curve: Curve): Promise<KeyPair> {
  // `verify` is asked for because a signing pair without it is refused.
  const uses: KeyUsage[] = curve === 'Ed25519' ? ['sign', 'verify'] : ['deriveBits']
  const { publicKey, privateKey } = (await crypto.subtle.generateKey(curve, false, uses)) as CryptoKeyPair
  return { key: tagged(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))), privateKey }
}

async function importPair(curve: Curve, seed: Bytes): Promise<KeyPair> {
  const pkcs8 = concatBytes(PKCS8[curve], seed)
  // WebCrypto tells the public half of a private key in one way only: by exporting an extractable copy.
  const readable = await crypto.subtle.importKey('pkcs8', pkcs8, curve, true, USES[curve])
  const { x } = await crypto.subtle.exportKey('jwk', readable)
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, curve, false, USES[curve])
  return { key: tagged(fromBase64Url(x as string)), privateKey }
}

function tagged(raw: Uint8Array): Bytes {
  return concatBytes(Uint8Array.of(KEY_TAG), raw)
}

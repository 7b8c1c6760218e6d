/**
 * Key pairs. The public Ed25519 key *is* the actor; the X25519 key is what others seal to.
 *
 * Private keys are made non-extractable by WebCrypto and stay so: they can sign, and be kept in IndexedDB, but not be read.
 * The one exception is an invite's seed, which exists to be handed over.
 */

import { type Bytes, concatBytes, fromBase64Url, fromHex, toHex, utf8 } from '../base/bytes.ts'
import type { ActorKey } from '../core/ids.ts'
import type { BoxKeys } from './sealing.ts'

/** As a profile keeps them: structured-clonable. */
export interface DeviceKeys {
  readonly signing: CryptoKeyPair
  readonly agreement: CryptoKeyPair
}

/** Ready for use. */
export interface KeyPair {
  /** The public half, tagged: `0x01` and 32 bytes. */
  readonly key: Bytes
  readonly privateKey: CryptoKey
}

const KEY_TAG = Uint8Array.of(1)
const CURVES = {
  Ed25519: { pkcs8: fromHex('302e020100300506032b657004220420'), privateUses: ['sign'], publicUses: ['verify'] },
  X25519: { pkcs8: fromHex('302e020100300506032b656e04220420'), privateUses: ['deriveBits'], publicUses: [] },
} as const satisfies Record<string, { pkcs8: Bytes; privateUses: readonly KeyUsage[]; publicUses: readonly KeyUsage[] }>
type Curve = keyof typeof CURVES

export async function generateKeys(): Promise<DeviceKeys> {
  return { signing: await generatePair('Ed25519'), agreement: await generatePair('X25519') }
}

/** Everyone who knows the 32 bytes has the same keys. */
export async function inviteKeys(seed: Bytes): Promise<DeviceKeys> {
  const secret = await crypto.subtle.importKey('raw', seed, 'HKDF', false, ['deriveBits'])
  const pairOf = async (curve: Curve): Promise<CryptoKeyPair> => {
    const info = utf8(`worknode/invite/${curve}/1\0`)
    const derived = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }, secret, 256)
    return importPair(curve, new Uint8Array(derived))
  }
  return { signing: await pairOf('Ed25519'), agreement: await pairOf('X25519') }
}

/** The signing pair of a 32-byte seed. */
export async function signingKeys(seed: Bytes): Promise<KeyPair> {
  return keyPairOf(await importPair('Ed25519', seed))
}

export async function keyPairOf({ publicKey, privateKey }: CryptoKeyPair): Promise<KeyPair> {
  return { key: concatBytes(KEY_TAG, new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))), privateKey }
}

/** The device's X25519 pair with its public half as others name it. */
export async function boxOf(agreement: CryptoKeyPair): Promise<BoxKeys> {
  return { key: (await keyPairOf(agreement)).key, pair: agreement }
}

/** The actor as text: hex of the tagged key. */
export function actorKey(key: Uint8Array): ActorKey {
  return toHex(key) as ActorKey
}

export async function sign({ privateKey }: KeyPair, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, message))
}

async function generatePair(curve: Curve): Promise<CryptoKeyPair> {
  const { privateUses, publicUses } = CURVES[curve]
  return (await crypto.subtle.generateKey(curve, false, [...privateUses, ...publicUses])) as CryptoKeyPair
}

async function importPair(curve: Curve, seed: Bytes): Promise<CryptoKeyPair> {
  const { pkcs8, privateUses, publicUses } = CURVES[curve]
  const document = concatBytes(pkcs8, seed)
  // WebCrypto tells the public half of a private key in one way only: by exporting an extractable copy.
  const readable = await crypto.subtle.importKey('pkcs8', document, curve, true, privateUses)
  const { x } = await crypto.subtle.exportKey('jwk', readable)
  return {
    privateKey: await crypto.subtle.importKey('pkcs8', document, curve, false, privateUses),
    publicKey: await crypto.subtle.importKey('raw', fromBase64Url(x as string), curve, true, publicUses),
  }
}

/**
 * Bodies under lock and key.
 *
 *   body   AES-256-GCM under the epoch's key, aad = batch id ‖ epoch id
 *   seal   HPKE (RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM) of that key to a device, info = domain ‖ workspace ‖ epoch id
 *   older  AES-256-GCM of the key before it under the epoch's key, aad = domain ‖ both epoch ids
 *
 * An epoch's id is SHA-256(domain ‖ workspace ‖ key): a key that somebody hands us is the right one or is none, whoever it was.
 * The header commits to the plain body, so what opens is checked again, and a body can be sealed anew under another epoch
 * without its author. IVs are random: at 2^32 bodies an epoch they stay apart.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, equalBytes, toHex, utf8 } from '../base/bytes.ts'
import type { OlderKey, Seal } from '../core/rekey.ts'

export interface EpochKey {
  readonly id: Bytes
  /** 32 bytes. */
  readonly raw: Bytes
}

/** A device's X25519 pair; `key` is the public half, tagged. */
export interface BoxKeys {
  readonly key: Bytes
  readonly pair: CryptoKeyPair
}

/** What opens answers null where it does not open. */
export interface Sealing {
  sealBody(epoch: EpochKey, batch: Bytes, iv: Bytes, body: Bytes): Promise<Bytes>
  openBody(epoch: EpochKey, batch: Bytes, iv: Bytes, ciphertext: Bytes): Promise<Bytes | null>
  sealKey(workspace: Bytes, epoch: EpochKey, box: Bytes): Promise<Seal>
  openKey(workspace: Bytes, epoch: Bytes, keys: BoxKeys, seal: Seal): Promise<Bytes | null>
  wrapOlder(newer: EpochKey, older: EpochKey, iv: Bytes): Promise<OlderKey>
  unwrapOlder(newer: EpochKey, older: OlderKey): Promise<Bytes | null>
}

export const IV_BYTES = 12
export const EPOCH_KEY_BYTES = 32
const EPOCH_DOMAIN = utf8('worknode/epoch/1\0')
const SEAL_DOMAIN = utf8('worknode/seal/1\0')
const OLDER_DOMAIN = utf8('worknode/older/1\0')

export function epochOf(workspace: Bytes, raw: Bytes): EpochKey {
  return { id: sha256(concatBytes(EPOCH_DOMAIN, workspace, raw)), raw }
}

/** Whether this is the key that the epoch's id commits to. */
export function isKeyOf(workspace: Bytes, epoch: Bytes, raw: Bytes): boolean {
  return raw.length === EPOCH_KEY_BYTES && equalBytes(epochOf(workspace, raw).id, epoch)
}

export function webSealing(): Sealing {
  const keys = new Map<string, Promise<CryptoKey>>()

  function aes({ id, raw }: EpochKey): Promise<CryptoKey> {
    const name = toHex(id)
    let key = keys.get(name)
    if (!key) keys.set(name, (key = crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])))
    return key
  }

  async function encrypt(epoch: EpochKey, iv: Bytes, additionalData: Bytes, plain: Bytes): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, await aes(epoch), plain))
  }

  async function decrypt(epoch: EpochKey, iv: Bytes, additionalData: Bytes, sealed: Bytes): Promise<Bytes | null> {
    const key = await aes(epoch)
    return opened(crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed))
  }

  return {
    sealBody: (epoch, batch, iv, body) => encrypt(epoch, iv, concatBytes(batch, epoch.id), body),
    openBody: (epoch, batch, iv, ciphertext) => decrypt(epoch, iv, concatBytes(batch, epoch.id), ciphertext),
    async sealKey(workspace, epoch, box) {
      const { suite } = await loadHpke()
      const recipientPublicKey = await suite.kem.importKey('raw', box.slice(1).buffer, true)
      const { enc, ct } = await suite.seal({ recipientPublicKey, info: sealInfo(workspace, epoch.id) }, epoch.raw.slice().buffer)
      return { box, enc: new Uint8Array(enc), sealed: new Uint8Array(ct) }
    },
    async openKey(workspace, epoch, { pair }, { enc, sealed }) {
      const { suite } = await loadHpke()
      const info = sealInfo(workspace, epoch)
      return opened(suite.open({ recipientKey: pair, enc: enc.slice().buffer, info }, sealed.slice().buffer))
    },
    async wrapOlder(newer, older, iv) {
      return { epoch: older.id, iv, sealed: await encrypt(newer, iv, concatBytes(OLDER_DOMAIN, newer.id, older.id), older.raw) }
    },
    unwrapOlder: (newer, { epoch, iv, sealed }) => decrypt(newer, iv, concatBytes(OLDER_DOMAIN, newer.id, epoch), sealed),
  }
}

function sealInfo(workspace: Bytes, epoch: Bytes): ArrayBuffer {
  return concatBytes(SEAL_DOMAIN, workspace, epoch).buffer
}

/** Cryptography says "no" by throwing: `OperationError` from WebCrypto, `OpenError` and its like from HPKE. */
async function opened(opening: Promise<ArrayBuffer>): Promise<Bytes | null> {
  try {
    return new Uint8Array(await opening)
  } catch (error) {
    if (error instanceof Error && REFUSALS.has(error.name)) return null
    throw error
  }
}

const REFUSALS: ReadonlySet<string> = new Set([
  'OperationError',
  'OpenError',
  'DecapError',
  'DeserializeError',
  'ValidationError',
])

type Hpke = typeof import('@hpke/core')
let hpke: Promise<{ readonly suite: InstanceType<Hpke['CipherSuite']> }> | null = null

/** Apart from the app's first load: it is needed when keys change hands. */
function loadHpke(): NonNullable<typeof hpke> {
  hpke ??= import('@hpke/core').then(({ Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 }) => ({
    suite: new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() }),
  }))
  // When it cannot be had (offline, not cached), the next one tries again.
  hpke.catch(() => (hpke = null))
  return hpke
}

/** Sealing for tests: a keyring for those who do not care, and a sealing that is none, for worlds that must run the same each time. */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, equalBytes, utf8 } from '../base/bytes.ts'
import { Keyring } from './keyring.ts'
import { type BoxKeys, type Sealing, webSealing } from './sealing.ts'

/** Of a device that holds nothing: its workspace stays in the clear. */
export function emptyKeyring(workspace: Bytes): Keyring {
  return new Keyring({ workspace, sealing: webSealing(), boxes: [], known: [] })
}

/** A box of the toy's: whoever knows the name has it. */
export function toyBox(name: string): BoxKeys {
  const key = concatBytes(Uint8Array.of(1), sha256(utf8(`box ${name}`)))
  return { key, pair: null as never }
}

/**
 * Looks like the real one, shape by shape, and keeps nothing from anybody who can read code. Synchronous at heart, so that a
 * seed tells one story.
 */
export function toySealing(): Sealing {
  return {
    sealBody: async ({ raw, id }, batch, iv, body) => lock(concatBytes(raw, id, batch, iv), body),
    openBody: async ({ raw, id }, batch, iv, ciphertext) => unlock(concatBytes(raw, id, batch, iv), ciphertext),
    async sealKey(workspace, epoch, box) {
      const enc = sha256(concatBytes(workspace, epoch.id, box))
      return { box, enc, sealed: lock(concatBytes(box, enc), epoch.raw) }
    },
    openKey: async (_workspace, _epoch, { key }, { box, enc, sealed }) =>
      equalBytes(key, box) ? unlock(concatBytes(box, enc), sealed) : null,
    wrapOlder: async (newer, older, iv) => ({
      epoch: older.id,
      iv,
      sealed: lock(concatBytes(newer.raw, older.id, iv), older.raw),
    }),
    unwrapOlder: async (newer, { epoch, iv, sealed }) => unlock(concatBytes(newer.raw, epoch, iv), sealed),
  }
}

function lock(key: Bytes, plain: Bytes): Bytes {
  return concatBytes(masked(key, plain), tagOf(key, plain))
}

function unlock(key: Bytes, sealed: Bytes): Bytes | null {
  const plain = masked(key, sealed.slice(0, -16))
  return equalBytes(tagOf(key, plain), sealed.slice(-16)) ? plain : null
}

function masked(key: Bytes, bytes: Bytes): Bytes {
  const mask = sha256(key)
  return bytes.map((byte, i) => byte ^ (mask[i % 32] as number))
}

function tagOf(key: Bytes, plain: Bytes): Bytes {
  return sha256(concatBytes(key, plain)).slice(0, 16)
}

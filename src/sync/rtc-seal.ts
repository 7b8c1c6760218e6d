/**
 * Seals what peers tell each other through signalling, so that the server sees neither addresses nor fingerprints, and a stranger
 * who only knows the room's name can say nothing that is heard. Order is kept: what was sealed first comes out first.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, fromBase64Url, toBase64Url, utf8, type Bytes } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'

export interface Sealer {
  seal(value: unknown): Promise<string>
  /** Nothing, where the text was not sealed with the same secret for the same room. */
  open(text: unknown): Promise<unknown>
}

const IV_BYTES = 12
const TEXT_CHARS = 64 * 1024

export function createSealer(secret: Bytes, room: string, randomBytes: RandomBytes): Sealer {
  const raw = sha256(concatBytes(utf8('worknode/signal/1\0'), secret)) as Bytes
  const key = crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const additionalData = utf8(room)
  return {
    async seal(value) {
      const iv = randomBytes(IV_BYTES)
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, await key, utf8(JSON.stringify(value)))
      return toBase64Url(concatBytes(iv, new Uint8Array(sealed)))
    },
    async open(text) {
      if (typeof text !== 'string' || text.length > TEXT_CHARS) return undefined
      try {
        const bytes = fromBase64Url(text)
        const iv = bytes.slice(0, IV_BYTES)
        const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, await key, bytes.slice(IV_BYTES))
        return JSON.parse(new TextDecoder().decode(plain)) as unknown
      } catch {
        return undefined // a stranger's message: there is nobody to tell
      }
    },
  }
}

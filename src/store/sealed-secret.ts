/**
 * A provider's key at rest: AES-GCM under a key of this browser that cannot be extracted, bound to its name. Whoever copies the database
 * without the browser has neither; to where it is used it travels sealed, with the key that opens it there.
 */

import { type Bytes, utf8 } from '../base/bytes.ts'

export interface SealedSecret {
  /** What it is for: a secret that was put under another name does not open. */
  readonly name: string
  readonly iv: Bytes
  readonly bytes: Bytes
  readonly key: CryptoKey
}

export function newSealingKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

export async function sealSecret(name: string, secret: string, key: CryptoKey): Promise<SealedSecret> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(name) }, key, utf8(secret))
  return { name, iv, bytes: new Uint8Array(sealed), key }
}

export async function openSecret({ name, iv, bytes, key }: SealedSecret): Promise<string> {
  const open = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: utf8(name) }, key, bytes)
  return new TextDecoder().decode(open)
}

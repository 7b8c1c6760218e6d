/** The limit of verification: WebCrypto's verdicts on these signatures and nothing else. */

import type { Bytes } from '../src/base/bytes.ts'
import { toHex } from '../src/base/bytes.ts'

export interface RawSignature {
  /** Tagged. */
  readonly key: Bytes
  readonly signature: Bytes
  readonly message: Bytes
}

const AT_ONCE = 256

/** Answers what verifies them all once, in milliseconds. */
export async function rawVerifier(signatures: readonly RawSignature[]): Promise<() => Promise<number>> {
  const keys = new Map<string, CryptoKey>()
  for (const { key } of signatures) {
    const name = toHex(key)
    if (!keys.has(name)) keys.set(name, await crypto.subtle.importKey('raw', key.slice(1), 'Ed25519', false, ['verify']))
  }
  const ready = signatures.map(({ key, signature, message }) => ({ key: keys.get(toHex(key)) as CryptoKey, signature, message }))
  return async () => {
    const startedAt = performance.now()
    for (let from = 0; from < ready.length; from += AT_ONCE) {
      const verdicts = ready
        .slice(from, from + AT_ONCE)
        .map(({ key, signature, message }) => crypto.subtle.verify('Ed25519', key, signature, message))
      if ((await Promise.all(verdicts)).includes(false)) throw new Error('a signature of W is not right')
    }
    return performance.now() - startedAt
  }
}

/**
 * Signatures under the strict profile WN-Ed25519.
 *
 * Engines disagree about crafted signatures, and a malicious author picks both key and signature, so the points on which they
 * disagree are refused before and beside them: the key A is canonical, of prime order, not the identity; R is canonical and
 * not the identity; S < L. What is left, every engine judges by the same cofactorless equation. WebCrypto alone decides it:
 * falling back to another verifier would let two replicas differ.
 *
 * The order of A needs curve arithmetic that WebCrypto lacks. It costs milliseconds, so it runs once a key, and only for keys
 * under which something verified.
 */

import { type Bytes, toHex } from '../base/bytes.ts'

export type SignatureFault = 'bad-key' | 'bad-signature'

interface KnownKey {
  readonly usable: Promise<CryptoKey | null>
  isPrimeOrder: Promise<boolean> | null
}

const KEYS_KEPT = 4096
const known = new Map<string, KnownKey>()

/** Null when `signature` is the key's, of exactly these bytes. `key` is tagged. */
export async function signatureFault(key: Bytes, signature: Bytes, message: Bytes): Promise<SignatureFault | null> {
  if (key.length !== 33 || key[0] !== 1 || !isCanonicalPoint(key, 1)) return 'bad-key'
  if (signature.length !== 64 || !isCanonicalPoint(signature, 0) || isIdentity(signature) || !isReducedScalar(signature, 32))
    return 'bad-signature'
  const entry = keyOf(key)
  const usable = await entry.usable
  if (usable === null) return 'bad-key'
  if (!(await crypto.subtle.verify('Ed25519', usable, signature, message))) return 'bad-signature'
  return (await (entry.isPrimeOrder ??= isPrimeOrder(key, entry))) ? null : 'bad-key'
}

export async function verifySignature(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  return (await signatureFault(key, signature, message)) === null
}

function keyOf(key: Bytes): KnownKey {
  const name = toHex(key)
  const found = known.get(name)
  if (found) return found
  for (const oldest of known.keys()) {
    if (known.size < KEYS_KEPT) break
    known.delete(oldest)
  }
  const entry: KnownKey = { usable: importKey(key), isPrimeOrder: null }
  known.set(name, entry)
  return entry
}

async function importKey(key: Bytes): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey('raw', key.slice(1), 'Ed25519', false, ['verify'])
  } catch (error) {
    // Some engines look at the point already here.
    if (error instanceof DOMException && error.name === 'DataError') return null
    throw error
  }
}

async function isPrimeOrder(key: Bytes, entry: KnownKey): Promise<boolean> {
  const { ed25519 } = await loadCurve(entry)
  const point = decompress(() => ed25519.Point.fromBytes(key.slice(1), false))
  return point !== null && !point.isSmallOrder() && point.isTorsionFree()
}

/** Apart from the app's first load. When it cannot be had (offline, not cached), the next signature of the key tries again. */
async function loadCurve(entry: KnownKey): Promise<typeof import('@noble/curves/ed25519.js')> {
  try {
    return await import('@noble/curves/ed25519.js')
  } catch (cause) {
    entry.isPrimeOrder = null
    throw new Error('The code that checks keys could not be loaded.', { cause })
  }
}

/** The curve library throws for bytes that are no point. */
function decompress<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** Whether the y coordinate at `from` is below p = 2^255 - 19. */
function isCanonicalPoint(bytes: Uint8Array, from: number): boolean {
  if (((bytes[from + 31] as number) & 0x7f) !== 0x7f) return true
  for (let i = 30; i > 0; i--) if (bytes[from + i] !== 0xff) return true
  return (bytes[from] as number) < 0xed
}

/** The identity, with either sign bit. */
function isIdentity(signature: Uint8Array): boolean {
  if (signature[0] !== 1 || ((signature[31] as number) & 0x7f) !== 0) return false
  for (let i = 1; i < 31; i++) if (signature[i] !== 0) return false
  return true
}

/** L = 2^252 + 27742317777372353535851937790883648493, big end first. */
const L = Uint8Array.from([
  0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7, 0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c,
  0xf5, 0xd3, 0xed,
])

function isReducedScalar(bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = (bytes[from + 31 - i] as number) - (L[i] as number)
    if (difference !== 0) return difference < 0
  }
  return false
}

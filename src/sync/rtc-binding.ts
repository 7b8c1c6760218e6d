/**
 * What both ends of a DTLS connection know and nobody between them can choose: a digest of the two certificate fingerprints.
 *
 * Signalling carries the fingerprints, so whoever sits there can swap them; then the two ends compute different digests, and a
 * key that signs its digest exposes it. That holds only while each description names exactly one certificate: a description
 * with two would let a middleman list its own beside the true one at both ends and make the digests agree.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { compareBytes, concatBytes, fromHex, type Bytes } from '../base/bytes.ts'

/** Nothing, where a description does not name exactly one SHA-256 fingerprint: such a link is not to be used. */
export function bindingOf(localSdp: string, remoteSdp: string): Bytes | undefined {
  const local = fingerprintOf(localSdp)
  const remote = fingerprintOf(remoteSdp)
  if (local === undefined || remote === undefined) return undefined
  return sha256(compareBytes(local, remote) < 0 ? concatBytes(local, remote) : concatBytes(remote, local))
}

function fingerprintOf(sdp: string): Bytes | undefined {
  const named = new Set(Array.from(sdp.matchAll(/^a=fingerprint:(.*?)\s*$/gim), ([, value = '']) => value.toLowerCase()))
  const [only] = named
  const match = named.size === 1 ? /^sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})$/.exec(only ?? '') : null
  return match?.[1] === undefined ? undefined : fromHex(match[1].replaceAll(':', ''))
}

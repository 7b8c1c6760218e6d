/**
 * What a peer may say on y-webrtc's own channel: awareness, small and well formed, and nothing else.
 *
 * The Y.Doc behind the provider stays empty because no sync message passes, and nobody can list others as tabs of this browser
 * (whose signals y-webrtc would then ignore). A message passes whole or not at all: honest peers keep the same rule, so they
 * never relay what would be dropped here.
 */

import * as decoding from 'lib0/decoding'
import { LOCAL } from '../core/limits.ts'

/** States one replica keeps; far above any mesh of browsers, far below what hurts. */
export const PRESENCE_STATES = 512

const AWARENESS_MESSAGE = 1
// A clock near the end of the safe integers can grow no more: its client could never speak again.
const CLOCK_MAX = 2 ** 40

/** True for an awareness message of y-webrtc (type 1) whose update passes. */
export function admitsMessage(message: Uint8Array, known: (clientId: number) => boolean, knownCount: number): boolean {
  const decoder = decoding.createDecoder(message)
  try {
    if (decoding.readVarUint(decoder) !== AWARENESS_MESSAGE) return false
    const update = decoding.readVarUint8Array(decoder)
    return !decoding.hasContent(decoder) && admitsAwareness(update, known, knownCount)
  } catch {
    return false // cut short: lib0 has no other way to say so, and the answer is the same
  }
}

/** True when every state in the update is JSON (an object or null) within the limits, and not too many are new. */
export function admitsAwareness(update: Uint8Array, known: (clientId: number) => boolean, knownCount: number): boolean {
  const decoder = decoding.createDecoder(update)
  try {
    const count = decoding.readVarUint(decoder)
    if (count > PRESENCE_STATES) return false
    let states = knownCount
    for (let i = 0; i < count; i++) {
      const clientId = decoding.readVarUint(decoder)
      if (!known(clientId) && ++states > PRESENCE_STATES) return false
      if (decoding.readVarUint(decoder) > CLOCK_MAX) return false
      const text = decoding.readVarUint8Array(decoder)
      if (text.length > LOCAL.presenceBytes) return false
      const state: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
      if (typeof state !== 'object' || Array.isArray(state)) return false
    }
    return !decoding.hasContent(decoder)
  } catch {
    return false // cut short, not UTF-8 or not JSON
  }
}

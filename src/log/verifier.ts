/**
 * Checks what peers send: strict decoding, hashes, the signature under the strict Ed25519 profile; and opens what is sealed under a
 * key that it was given. A body that cannot be opened yet is no fault: the batch comes back without it.
 *
 * Everything here is a pure function of the bytes, so it can run in a Worker and every replica finds the same. Whether the
 * ancestors are there, and whether the author may, is decided elsewhere (`ledger.ts`, `core/authority.ts`).
 */

import type { Bytes } from '../base/bytes.ts'
import type { VerifiedBatch } from '../core/batch.ts'
import type { EpochKey } from './sealing.ts'

export type RejectReason =
  | 'too-large'
  | 'malformed'
  | 'unknown-version'
  | 'bad-key'
  | 'bad-signature'
  | 'bad-body'
  | 'wrong-workspace'

export type Verdict =
  | { readonly ok: true; readonly batch: VerifiedBatch }
  | { readonly ok: false; readonly reason: RejectReason; readonly detail: string }

export interface Verifier {
  /** Bodies sealed under this key can be opened from here on. */
  learn(key: EpochKey): void
  /** One verdict per wire, in the same order. Never throws for what the bytes say; rejects only when the Worker is gone. */
  verify(wires: readonly Bytes[]): Promise<readonly Verdict[]>
  close(): void
}

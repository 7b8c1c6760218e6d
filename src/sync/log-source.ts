/**
 * What the exchange needs of a replica: what is here, in which order it came, its bytes, and a place to put what comes in.
 */

import type { Bytes } from '../base/bytes.ts'
import type { History } from '../core/history.ts'

export interface ReceiveReport {
  readonly admitted: number
  readonly duplicate: number
  /** Kept until their ancestors or their time come. */
  readonly delayed: number
  /** What no honest peer sends: garbage, bad signatures, batches that cannot belong here. Plain reasons. */
  readonly refused: readonly string[]
}

export interface LogSource {
  /** Read only. A batch may be sent to peers once `history.arrivalOf(ordinal) > 0`: then it is durable (L2). */
  readonly history: History
  /** Verifies, admits and stores; resolves once what was admitted is durable. Never rejects for what the bytes say. */
  receive(wires: readonly Bytes[], from: string): Promise<ReceiveReport>
  /** Called with ordinals that have just become durable, own and foreign, ascending. Answers how to stop listening. */
  onDurable(listener: (ordinals: readonly number[]) => void): () => void
  /** The bytes of durable batches, in the given order where that is ascending by arrival, in pages. */
  wires(ordinals: readonly number[]): AsyncIterable<readonly { readonly ordinal: number; readonly wire: Bytes }[]>
}

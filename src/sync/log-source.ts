/**
 * What the exchange needs of a replica: what is here, in which order it came, its bytes, and a place to put what comes in.
 */

import type { Bytes } from '../base/bytes.ts'
import type { History } from '../core/history.ts'

export interface ReceiveReport {
  readonly admitted: number
  readonly duplicate: number
  /** Kept until their ancestors, their time or their key come. */
  readonly delayed: number
  /** What no honest peer sends: garbage, bad signatures, batches that cannot belong here. Plain reasons. */
  readonly refused: readonly string[]
  /** For how long nothing more should be taken from whoever brought these: their authors write more than they may. */
  readonly waitMs: number
}

export interface OutgoingWire {
  readonly ordinal: number
  readonly wire: Bytes
  /** Id of the key that its body is sealed under; null in the open. */
  readonly epoch: Bytes | null
}

export interface LogSource {
  /** Read only. A batch may be sent to peers once `history.arrivalOf(ordinal) > 0`: then it is durable (L2). */
  readonly history: History
  /** Verifies, admits and stores; resolves once what was admitted is durable. Never rejects for what the bytes say. */
  receive(wires: readonly Bytes[], from: string): Promise<ReceiveReport>
  /** Whether this batch came and is kept beside the log: nobody needs to send it again. */
  isSetAside(id: Bytes): boolean
  /** Called with ordinals that have just become durable, own and foreign, ascending. Answers how to stop listening. */
  onDurable(listener: (ordinals: readonly number[]) => void): () => void
  /** The bytes of durable batches, as peers get them, in the given order where that is ascending by arrival, in pages. */
  wires(ordinals: readonly number[]): AsyncIterable<readonly OutgoingWire[]>
  /** The batches that hand out the key of this epoch, open: a peer that is to open what follows gets them first. */
  keyWires(epoch: Bytes): Promise<readonly Bytes[]>
  /** Looks for keys in these, out of their turn: nothing is admitted. Never rejects for what the bytes say. */
  learn(wires: readonly Bytes[]): Promise<void>
}

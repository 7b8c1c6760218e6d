/**
 * A log as a file, for keeping and for checking: every batch, open, behind its length.
 *
 *   "worknode log 1\n" ‖ (length u32, little-endian ‖ wire)*          in order of arrival: ancestors first
 */

import { type Bytes, concatBytes, utf8 } from '../base/bytes.ts'
import { PROTOCOL } from '../core/limits.ts'

export const LOG_MAGIC = utf8('worknode log 1\n')

/** The file is not what it says it is, or not whole. What was read before stays read. */
export class LogFileError extends Error {
  override readonly name = 'LogFileError'
}

export async function* encodeLog(pages: AsyncIterable<readonly Bytes[]>): AsyncGenerator<Bytes> {
  yield LOG_MAGIC
  for await (const wires of pages) yield concatBytes(...wires.flatMap((wire) => [lengthOf(wire), wire]))
}

/** The wires of a file that comes in pieces of any size. Throws a `LogFileError`. */
export async function* decodeLog(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Bytes> {
  let rest: Bytes = new Uint8Array(0)
  let isBegun = false
  for await (const piece of pieces) {
    rest = concatBytes(rest, piece)
    if (!isBegun) {
      if (LOG_MAGIC.some((byte, i) => i < rest.length && rest[i] !== byte)) throw new LogFileError('This is no log of Worknode.')
      if (rest.length < LOG_MAGIC.length) continue
      rest = rest.slice(LOG_MAGIC.length)
      isBegun = true
    }
    let at = 0
    for (let length = lengthAt(rest, at); length !== null && at + 4 + length <= rest.length; length = lengthAt(rest, at)) {
      yield rest.slice(at + 4, at + 4 + length)
      at += 4 + length
    }
    rest = rest.slice(at)
  }
  if (!isBegun) throw new LogFileError('This is no log of Worknode.')
  if (rest.length > 0) throw new LogFileError('The file ends within a batch: it was cut off.')
}

function lengthAt(bytes: Bytes, at: number): number | null {
  if (bytes.length < at + 4) return null
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
  if (length === 0 || length > PROTOCOL.batchBytes) throw new LogFileError('The file is damaged: no batch can have this length.')
  return length
}

function lengthOf(wire: Bytes): Bytes {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, wire.length, true)
  return length
}

/**
 * A key for the workspace's bodies, sealed to those who may read them.
 *
 *   rekey = [epoch32, [[box33, enc32, sealed48], ...], [[older epoch32, iv12, sealed48], ...]]
 *
 * An *epoch* is one key of 32 bytes; its id is a hash of the key, so whoever opens a seal knows that it is the right one, and
 * needs to trust nobody. `seals` hand the key to devices (HPKE, `log/epoch-keys.ts`), `older` hands the keys before it to
 * whoever holds this one. One epoch may be sealed by several changes, as devices come.
 *
 * A batch that holds a rekey travels in the open, since who cannot read yet must find their seal in it.
 */

import { type Bytes, compareBytes } from '../base/bytes.ts'
import type { Value } from './batch.ts'
import { PROTOCOL } from './limits.ts'

export interface Seal {
  /** Tagged X25519 key of the device. */
  readonly box: Bytes
  /** HPKE's encapsulated key. */
  readonly enc: Bytes
  readonly sealed: Bytes
}

export interface OlderKey {
  readonly epoch: Bytes
  readonly iv: Bytes
  readonly sealed: Bytes
}

export interface Rekey {
  /** Hash of the key. */
  readonly epoch: Bytes
  readonly seals: readonly Seal[]
  readonly older: readonly OlderKey[]
}

export const EPOCH_BYTES = 32
const KEY_AND_TAG = 48

export function encodeRekey({ epoch, seals, older }: Rekey): readonly Value[] {
  return [
    epoch,
    seals.map(({ box, enc, sealed }) => [box, enc, sealed]).toSorted(byFirst),
    older.map(({ epoch: before, iv, sealed }) => [before, iv, sealed]).toSorted(byFirst),
  ]
}

/** Null when the arguments do not fit. */
export function decodeRekey(args: readonly Value[]): Rekey | null {
  const [epoch, seals, older] = args
  if (args.length !== 3 || !isBytes(epoch, EPOCH_BYTES)) return null
  const boxes = triples(seals, [33, 32, KEY_AND_TAG])
  const olderKeys = triples(older, [EPOCH_BYTES, 12, KEY_AND_TAG])
  if (boxes === null || olderKeys === null || boxes.some(([box]) => box[0] !== 1)) return null
  return {
    epoch,
    seals: boxes.map(([box, enc, sealed]) => ({ box, enc, sealed })),
    older: olderKeys.map(([before, iv, sealed]) => ({ epoch: before, iv, sealed })),
  }
}

type Triple = readonly [Bytes, Bytes, Bytes]

/** A list in bytewise order of its first parts, none of them twice. */
function triples(list: Value | undefined, lengths: readonly [number, number, number]): readonly Triple[] | null {
  if (!Array.isArray(list) || list.length > PROTOCOL.sealsPerRekey) return null
  const items = list as readonly Value[]
  const isTriple = (item: Value): item is Triple =>
    Array.isArray(item) && item.length === 3 && lengths.every((length, i) => isBytes((item as readonly Value[])[i], length))
  if (!items.every(isTriple)) return null
  return items.every((item, i) => i === 0 || byFirst(items[i - 1] as Triple, item) < 0) ? items : null
}

function byFirst(a: readonly Value[], b: readonly Value[]): number {
  return compareBytes(a[0] as Bytes, b[0] as Bytes)
}

function isBytes(value: Value | undefined, length: number): value is Bytes {
  return value instanceof Uint8Array && value.length === length
}

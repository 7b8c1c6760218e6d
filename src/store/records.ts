/**
 * The records of a stored log: how an append is cut into them, their bytes, and which of them a seal merges.
 *
 * A database charges for records, not for bytes, so neighbours are kept in one: at most `RECORD.batches` of them and about
 * `RECORD.bytes` (a single larger batch is a record of its own). Records follow each other without a gap, so a record's
 * first arrival and count say which arrivals it holds.
 *
 *   bytes of a record = (u32 little-endian length, wire)*
 *
 * `sealableRuns` is greedy from the left, and a run ends only where the next record would have burst it: what it merged
 * it never merges again, so sealing twice is sealing once.
 */

import { assert } from '../base/assert.ts'
import type { Bytes } from '../base/bytes.ts'

export const RECORD = { batches: 256, bytes: 64 * 1024 } as const

/** What is known of a record without reading it. */
export interface RecordInfo {
  readonly first: number
  readonly count: number
  /** Length of its bytes as `encodeRecord` made them. */
  readonly raw: number
  /** Length as compressed; 0 where it was never sealed. */
  readonly packed: number
}

export function storedBytes(record: RecordInfo): number {
  return record.packed || record.raw
}

export function recordBytes(wires: readonly Bytes[]): number {
  return wires.reduce((sum, wire) => sum + PREFIX + wire.length, 0)
}

/** Cuts an append into groups, each for one record. */
export function groupWires(wires: readonly Bytes[]): Bytes[][] {
  const groups: Bytes[][] = []
  let raw = 0
  for (const wire of wires) {
    const length = wire.length + PREFIX
    const group = groups.at(-1)
    if (group && fits(group.length + 1, raw + length)) {
      group.push(wire)
      raw += length
    } else {
      groups.push([wire])
      raw = length
    }
  }
  return groups
}

export function encodeRecord(wires: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(recordBytes(wires))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const wire of wires) {
    view.setUint32(at, wire.length, true)
    bytes.set(wire, at + PREFIX)
    at += PREFIX + wire.length
  }
  return bytes
}

/** Each wire comes with its own buffer: a view of the record would drag the whole of it through `postMessage`. */
export function decodeRecord(bytes: Bytes): Bytes[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wires: Bytes[] = []
  for (let at = 0; at < bytes.length;) {
    const start = at + PREFIX
    assert(start <= bytes.length, 'a stored record ends at a batch')
    at = start + view.getUint32(at, true)
    assert(at <= bytes.length, 'a stored record holds its batches whole')
    wires.push(bytes.slice(start, at))
  }
  return wires
}

/**
 * Runs of neighbours that one sealed record is to replace: as many as fit, or one alone that is full and not sealed yet.
 * The last run is still growing, so one record alone there is left as it is.
 */
export function sealableRuns<R extends RecordInfo>(records: readonly R[]): R[][] {
  const runs: R[][] = [[]]
  let count = 0
  let raw = 0
  for (const record of records) {
    if (!fits(count + record.count, raw + record.raw)) {
      runs.push([])
      count = 0
      raw = 0
    }
    runs.at(-1)?.push(record)
    count += record.count
    raw += record.raw
  }
  return runs.filter((run, i) => run.length > 1 || (i < runs.length - 1 && run[0]?.packed === 0))
}

const PREFIX = 4

function fits(count: number, raw: number): boolean {
  return count <= RECORD.batches && raw <= RECORD.bytes
}

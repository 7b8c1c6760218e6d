import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRecord, encodeRecord, groupWires, RECORD, recordBytes, sealableRuns, type RecordInfo } from './records.ts'

test('a record gives back its batches, each in a buffer of its own', () => {
  const wire = fc.uint8Array({ maxLength: 50 })
  fc.assert(
    fc.property(fc.array(wire, { maxLength: 20 }), (wires) => {
      const bytes = wires.map((part) => new Uint8Array(part))
      const record = encodeRecord(bytes)
      expect(record.length).toBe(recordBytes(bytes))
      const decoded = decodeRecord(record)
      expect(decoded).toEqual(bytes)
      for (const one of decoded) expect(one.buffer.byteLength).toBe(one.length)
    }),
  )
})

test('a record cut short is a broken invariant, not a short answer', () => {
  const record = encodeRecord([new Uint8Array(10), new Uint8Array(10)])
  expect(() => decodeRecord(record.slice(0, 20))).toThrow('whole')
  expect(() => decodeRecord(record.slice(0, 16))).toThrow('ends at a batch')
})

test('an append is cut at 256 batches and 64 KiB, and a larger batch stands alone', () => {
  const sizes = (wires: number[]) => groupWires(wires.map((length) => new Uint8Array(length))).map((group) => group.length)
  expect(sizes(Array.from({ length: 600 }, () => 1))).toEqual([256, 256, 88])
  expect(sizes([30_000, 30_000, 30_000])).toEqual([2, 1])
  expect(sizes([1, 200_000, 1, 1])).toEqual([1, 1, 2])
  expect(sizes([RECORD.bytes - 8, 0, 1])).toEqual([2, 1])
})

test('sealing merges neighbours while they fit, packs a full record, and leaves a growing one alone', () => {
  const of = (...records: [count: number, raw: number, packed?: number][]) => {
    let first = 1
    return records.map(([count, raw, packed = 0]): RecordInfo => {
      const record = { first, count, raw, packed }
      first += count
      return record
    })
  }
  const runs = (records: RecordInfo[]) => sealableRuns(records).map((run) => run.map((record) => record.first))
  expect(runs([])).toEqual([])
  expect(runs(of([1, 100]))).toEqual([])
  expect(runs(of([1, 100], [1, 100]))).toEqual([[1, 2]])
  expect(runs(of([256, 60_000], [1, 100]))).toEqual([[1]])
  expect(runs(of([256, 60_000, 40_000], [1, 100], [2, 100]))).toEqual([[257, 258]])
  expect(runs(of([1, 200_000], [1, 100], [1, 200_000, 150_000], [1, 10]))).toEqual([[1], [2]])
})

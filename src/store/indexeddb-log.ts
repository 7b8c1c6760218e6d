/**
 * The log in IndexedDB: `[first, count, raw, packed] -> bytes of one record`, deflated where `packed` is not 0.
 *
 * The key of a record says all there is to say about it but its content, so sealing plans, sizes are summed and pages are
 * cut from keys alone. What arrived never changes, so equal keys mean equal records.
 *
 * Compression is asynchronous and a transaction may not wait for it. A seal therefore reads, compresses, and in a second
 * transaction replaces the records if they are still the ones that it read; else it leaves them to whoever changed them.
 */

import { assert } from '../base/assert.ts'
import { concatBytes, type Bytes } from '../base/bytes.ts'
import { deflate, inflate } from './deflate.ts'
import type { RecordKey, StoreSchema } from './indexeddb-schema.ts'
import type { Database } from './indexeddb.ts'
import { decodeRecord, encodeRecord, groupWires, sealableRuns, storedBytes, type RecordInfo } from './records.ts'
import { StoreGoneError, type Store, type StoredBatch } from './store.ts'

/** Encodes now; what it returns says which records to put once it is known where the log ends. */
export function recordsToPut(
  wires: readonly Bytes[],
): (first: number) => readonly { readonly key: RecordKey; readonly bytes: Bytes }[] {
  assert(wires.length > 0, 'an append holds a batch')
  const groups = groupWires(wires).map((group) => ({ count: group.length, bytes: encodeRecord(group) }))
  return (first) => {
    let next = first
    return groups.map(({ count, bytes }) => {
      const key: RecordKey = [next, count, bytes.length, 0]
      next += count
      return { key, bytes }
    })
  }
}

/** The arrival that comes next. */
export async function endOfLog(log: ReadableLog): Promise<number> {
  const last = await log.openKeyCursor(null, 'prev')
  return last ? lastArrival(keyToRecord(last.key)) + 1 : 1
}

export function indexedDbLog(db: Database<StoreSchema>): Pick<Store, 'readSince' | 'readAt' | 'seal' | 'size'> {
  async function readRecords(): Promise<RecordInfo[]> {
    const keys = await db.read(['log'], (tx) => tx.objectStore('log').getAllKeys())
    return keys.map(keyToRecord)
  }

  /** A page of the wanted records from the one that holds `arrival` on; `next` is the first arrival not looked at, null at the end. */
  function readPage(arrival: number, wanted: (record: RecordInfo) => boolean): Promise<Page> {
    return db.read(['log'], async (tx) => {
      const log = tx.objectStore('log')
      const start = await log.openKeyCursor(IDBKeyRange.upperBound([arrival, []]), 'prev')
      if (!start || lastArrival(keyToRecord(start.key)) < arrival) return { records: [], next: null }
      const window = (await log.getAllKeys(IDBKeyRange.lowerBound(start.key), WINDOW)).map(keyToRecord)
      const page = cutPage(window, wanted)
      const next = lastArrival(window[page.seen - 1] as RecordInfo) + 1
      if (page.records.length === 0) return { records: [], next }
      const keys = page.records.map(recordToKey)
      const gapless = keys.length === lastIndex(window, page.records) - window.indexOf(page.records[0] as RecordInfo) + 1
      const values = gapless ? await log.getAll(span(keys)) : await Promise.all(keys.map((key) => log.get(key)))
      return { records: page.records.map((info, i) => ({ info, bytes: values[i] as Bytes })), next }
    })
  }

  async function sealRun(run: readonly RecordInfo[]): Promise<boolean> {
    const keys = run.map(recordToKey)
    const values = await db.read(['log'], async (tx) => {
      const log = tx.objectStore('log')
      const found = await log.getAllKeys(span(keys))
      return sameKeys(found, keys) ? log.getAll(span(keys)) : null
    })
    if (!values) return false
    const raw = concatBytes(...(await Promise.all(run.map((info, i) => rawBytes({ info, bytes: values[i] as Bytes })))))
    const packed = await deflate(raw)
    const count = run.reduce((sum, record) => sum + record.count, 0)
    const sealed: RecordKey = [(run[0] as RecordInfo).first, count, raw.length, packed.length]
    return db.write(['log'], 'strict', async (tx) => {
      const log = tx.objectStore('log')
      if (!sameKeys(await log.getAllKeys(span(keys)), keys)) return false
      await log.delete(span(keys))
      await log.put(packed, sealed)
      return true
    })
  }

  return {
    async *readSince(since) {
      assert(Number.isSafeInteger(since) && since >= 0, 'reading starts after an arrival, or after 0')
      for (let at: number | null = since + 1; at !== null;) {
        const page: Page = await readPage(at, () => true)
        const batches = (await pageBatches(page)).filter((batch) => batch.arrival > since)
        if (batches.length > 0) yield batches
        at = page.next
      }
    },

    async *readAt(arrivals) {
      assert(
        arrivals.every((arrival, i) => i === 0 || arrival > (arrivals[i - 1] as number)),
        'arrivals to read ascend',
      )
      const asked = new Set(arrivals)
      for (let i = arrivals.findIndex((arrival) => arrival > 0); i >= 0 && i < arrivals.length;) {
        let ahead = i
        const page = await readPage(arrivals[i] as number, (record) => {
          while ((arrivals[ahead] ?? Infinity) < record.first) ahead++
          return (arrivals[ahead] ?? Infinity) <= lastArrival(record)
        })
        const batches = (await pageBatches(page)).filter((batch) => asked.has(batch.arrival))
        if (batches.length > 0) yield batches
        if (page.next === null) return
        while ((arrivals[i] ?? Infinity) < page.next) i++
      }
    },

    async seal() {
      let merged = 0
      for (const run of sealableRuns(await readRecords())) if (await sealRun(run)) merged += run.length
      return merged
    },

    async size() {
      const records = await readRecords()
      const last = records.at(-1)
      const bytes = records.reduce((sum, record) => sum + storedBytes(record), 0)
      return { batches: last ? lastArrival(last) : 0, bytes, records: records.length }
    },
  }
}

// A page is what a reader holds at once; keys are looked at in windows, so that a page of tiny records ends as well.
const PAGE_BYTES = 1024 * 1024
const WINDOW = 512

interface StoredRecord {
  readonly info: RecordInfo
  readonly bytes: Bytes
}

interface Page {
  readonly records: readonly StoredRecord[]
  readonly next: number | null
}

/** The object store `log` of a transaction. */
interface ReadableLog {
  openKeyCursor(query: null, direction: 'prev'): Promise<{ readonly key: RecordKey } | null>
}

/** The wanted records until the page is full, and how many of the window that took. */
function cutPage(window: readonly RecordInfo[], wanted: (record: RecordInfo) => boolean) {
  const records: RecordInfo[] = []
  let seen = 0
  let bytes = 0
  for (const record of window) {
    if (bytes > 0 && bytes + record.raw > PAGE_BYTES) break
    seen++
    if (!wanted(record)) continue
    records.push(record)
    bytes += record.raw
  }
  return { records, seen }
}

async function pageBatches(page: Page): Promise<StoredBatch[]> {
  const records = await Promise.all(
    page.records.map(async (record) => {
      const wires = decodeRecord(await rawBytes(record))
      assert(wires.length === record.info.count, 'a record holds as many batches as its key says')
      return wires.map((wire, i) => ({ arrival: record.info.first + i, wire }))
    }),
  )
  return records.flat()
}

async function rawBytes({ info, bytes }: StoredRecord): Promise<Bytes> {
  if (info.packed === 0) return bytes
  try {
    return await inflate(bytes)
  } catch (error) {
    throw new StoreGoneError(`the record of arrival ${info.first} is damaged`, { cause: error })
  }
}

function keyToRecord([first, count, raw, packed]: RecordKey): RecordInfo {
  return { first, count, raw, packed }
}

function recordToKey({ first, count, raw, packed }: RecordInfo): RecordKey {
  return [first, count, raw, packed]
}

function lastArrival(record: RecordInfo): number {
  return record.first + record.count - 1
}

function lastIndex(window: readonly RecordInfo[], records: readonly RecordInfo[]): number {
  return window.indexOf(records.at(-1) as RecordInfo)
}

function span(keys: readonly RecordKey[]): IDBKeyRange {
  return IDBKeyRange.bound(keys[0], keys.at(-1))
}

function sameKeys(found: readonly RecordKey[], keys: readonly RecordKey[]): boolean {
  return found.length === keys.length && keys.every((key, i) => key.every((part, n) => part === found[i]?.[n]))
}

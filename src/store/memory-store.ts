/**
 * The store in memory: for tests, for simulation, and for a session that keeps nothing.
 *
 * A *disk* is plain data that outlives the handles on it, as a database outlives tabs and crashes; handles on one disk are
 * tabs of one profile. Operations take effect in the order of asking, soon after and never at once, by microtasks alone:
 * under a virtual clock each run is the same.
 *
 * Faults on demand: `beforeWrite` runs before each transaction (throw, and nothing is written), `afterWrite` once it is on
 * the disk and before anybody hears of it. Either may `kill()` the handle: what it was asked then never settles, as in
 * a process that is gone. `cutPower(disk)` takes back what was written without waiting for the disk: snapshots, and what peers
 * sent.
 */

import { assert } from '../base/assert.ts'
import { equalBytes, type Bytes } from '../base/bytes.ts'
import { keptReceipts, type Receipt } from './receipts.ts'
import { groupWires, recordBytes, sealableRuns, storedBytes, type RecordInfo } from './records.ts'
import {
  type Durability,
  FeedMovedError,
  StoreGoneError,
  type FeedHead,
  type OwnAppend,
  type Snapshot,
  type Store,
  type StoredBatch,
} from './store.ts'

export interface MemoryDisk {
  readonly incarnation: string
  readonly log: Bytes[]
  records: RecordInfo[]
  readonly feeds: Map<string, FeedHead>
  receipts: readonly Receipt[]
  snapshot: Snapshot | null
  /** What a power cut would leave, while something has not reached the disk. */
  flushed: { readonly snapshot: Snapshot | null; readonly batches: number } | null
}

export type MemoryWrite = 'append' | 'mark' | 'seal' | 'snapshot'

export interface MemoryStoreOptions {
  readonly disk?: MemoryDisk
  readonly beforeWrite?: (write: MemoryWrite) => void
  readonly afterWrite?: (write: MemoryWrite) => void
  /** Batches in a page of reading; small in a simulation that wants many pauses. */
  readonly pageBatches?: number
}

export interface MemoryStore extends Store {
  /** The process dies: nothing that this handle was asked, or will be, settles. The disk keeps what was written. */
  kill(): void
  /** The database goes away under the handle: `onLost` is told and every operation refuses. */
  lose(): void
}

export function memoryDisk(incarnation = 'memory'): MemoryDisk {
  return { incarnation, log: [], records: [], feeds: new Map(), receipts: [], snapshot: null, flushed: null }
}

/** The machine loses power: what no strict write followed may be gone. What one wrote oneself, and the feeds, never are. */
export function cutPower(disk: MemoryDisk): void {
  if (disk.flushed) {
    const { snapshot, batches } = disk.flushed
    disk.snapshot = snapshot
    disk.log.length = batches
    disk.records = disk.records.filter(({ first }) => first <= batches)
  }
  disk.flushed = null
}

export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { disk = memoryDisk(), beforeWrite, afterWrite, pageBatches = 256 } = options
  const listeners: ((error: StoreGoneError) => void)[] = []
  const pending = new Set<Promise<unknown>>()
  let state: 'open' | 'closed' | 'killed' = 'open'
  let lost: StoreGoneError | null = null

  /** The moment at which the store gets to it. */
  async function turn(): Promise<void> {
    await null
    if (state === 'killed') await never()
    if (lost) throw new StoreGoneError(lost.message)
    if (state === 'closed') throw new StoreGoneError('the store is closed')
  }

  /** One transaction: `change` may throw before it has changed anything. */
  function write<T>(kind: MemoryWrite, durability: Durability, change: () => T): Promise<T> {
    const written = turn().then(() => writeNow(kind, durability, change))
    pending.add(written)
    const over = () => pending.delete(written)
    written.then(over, over)
    return written
  }

  async function writeNow<T>(kind: MemoryWrite, durability: Durability, change: () => T): Promise<T> {
    beforeWrite?.(kind)
    if (state === 'killed') await never()
    const before = disk.flushed ?? { snapshot: disk.snapshot, batches: disk.log.length }
    const result = change()
    disk.flushed = durability === 'strict' ? null : before
    afterWrite?.(kind)
    if (state === 'killed') await never()
    return result
  }

  async function* pages(arrivals: readonly number[]): AsyncGenerator<readonly StoredBatch[]> {
    for (let at = 0; at < arrivals.length; at += pageBatches) {
      await turn()
      const page = arrivals.slice(at, at + pageBatches).flatMap((arrival) => batchAt(disk, arrival))
      if (page.length > 0) yield page
    }
  }

  return {
    incarnation: disk.incarnation,

    async append(wires, own, receipts = []) {
      assert(wires.length > 0 || receipts.length > 0, 'an append holds a batch or a receipt')
      const copies = wires.map((wire) => wire.slice())
      return write('append', own || receipts.length > 0 ? 'strict' : 'relaxed', () => {
        const head = own && movedHead(disk, own)
        const answer = disk.log.length + 1
        for (const group of groupWires(copies)) {
          const first = disk.log.length + 1
          disk.records.push({ first, count: group.length, raw: recordBytes(group), packed: 0 })
          disk.log.push(...group)
        }
        if (head) disk.feeds.set(feedKey(head.key, head.feed), head)
        if (receipts.length > 0) disk.receipts = keptReceipts([...disk.receipts, ...receipts])
        return answer
      })
    },

    async receipts() {
      await turn()
      return disk.receipts
    },

    async *readSince(since) {
      assert(Number.isSafeInteger(since) && since >= 0, 'reading starts after an arrival, or after 0')
      await turn()
      while (since < disk.log.length) {
        const end = Math.min(since + pageBatches, disk.log.length)
        yield Array.from({ length: end - since }, (_, i) => batchAt(disk, since + i + 1)).flat()
        since = end
        await turn()
      }
    },

    async *readAt(arrivals) {
      assert(
        arrivals.every((arrival, i) => i === 0 || arrival > (arrivals[i - 1] as number)),
        'arrivals to read ascend',
      )
      yield* pages(arrivals)
    },

    async seal() {
      await turn()
      let merged = 0
      for (const run of sealableRuns(disk.records)) {
        const sealed = await writeNow('seal', 'strict', () => {
          const at = disk.records.indexOf(run[0] as RecordInfo)
          if (!run.every((record, i) => disk.records[at + i] === record)) return false
          const first = (run[0] as RecordInfo).first
          const count = run.reduce((sum, record) => sum + record.count, 0)
          const raw = run.reduce((sum, record) => sum + record.raw, 0)
          disk.records.splice(at, run.length, { first, count, raw, packed: raw })
          return true
        })
        if (sealed) merged += run.length
      }
      return merged
    },

    async feeds(key) {
      await turn()
      return [...disk.feeds.values()].filter((head) => head.key === key)
    },

    async markFeed(key, feed, seq, clean) {
      return write('mark', 'strict', () => {
        const head = disk.feeds.get(feedKey(key, feed))
        if (head?.seq !== seq || head.clean === clean) return false
        disk.feeds.set(feedKey(key, feed), { ...head, clean })
        return true
      })
    },

    async readSnapshot() {
      await turn()
      return structuredClone(disk.snapshot)
    },

    async writeSnapshot(snapshot, fresh) {
      const { meta, chunks } = structuredClone(snapshot)
      await write('snapshot', 'relaxed', () => {
        const kept = fresh ? [] : (disk.snapshot?.chunks ?? [])
        disk.snapshot = { meta, chunks: new Map([...kept, ...chunks]) }
      })
    },

    async dropSnapshot() {
      await write('snapshot', 'relaxed', () => {
        disk.snapshot = null
      })
    },

    async size() {
      await turn()
      const bytes = disk.records.reduce((sum, record) => sum + storedBytes(record), 0)
      return { batches: disk.log.length, bytes, records: disk.records.length }
    },

    onLost(listener) {
      if (lost) listener(lost)
      else listeners.push(listener)
    },

    async close() {
      const asked = [...pending]
      await null
      if (state === 'open') state = 'closed'
      await Promise.allSettled(asked)
    },

    kill() {
      state = 'killed'
    },

    lose() {
      if (state !== 'open' || lost) return
      lost = new StoreGoneError('the database went away')
      for (const listener of listeners) listener(lost)
    },
  }
}

function batchAt(disk: MemoryDisk, arrival: number): StoredBatch[] {
  const wire = disk.log[arrival - 1]
  return wire ? [{ arrival, wire: wire.slice() }] : []
}

/** The head after an own append; throws where the feed is not where its writer believes. */
function movedHead(disk: MemoryDisk, own: OwnAppend): FeedHead {
  const now = disk.feeds.get(feedKey(own.key, own.feed))
  const agrees = own.expect ? now?.seq === own.expect.seq && equalBytes(now.id, own.expect.id) : now === undefined
  if (!agrees) throw new FeedMovedError(`feed ${own.feed} is not at ${own.expect?.seq ?? 'its start'}`)
  return { key: own.key, feed: own.feed, seq: own.head.seq, id: own.head.id.slice(), clean: false }
}

function feedKey(key: string, feed: string): string {
  return `${key}/${feed}`
}

function never(): Promise<never> {
  return new Promise(() => {})
}

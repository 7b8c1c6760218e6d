/**
 * The store in a folder, for Node.
 *
 *   sealed     compressed records, only ever added to
 *   tail       what came since: first a frame of incarnation and feeds, then one frame for each append and each mark
 *   receipts   those that are older than the tail (`file-receipts.ts`)
 *   snapshot   the last snapshot, replaced whole
 *   lock       who has the folder open: one process at a time
 *
 * A frame of the tail is a transaction: batches, the move of their feed's head and receipts are in one, and on the disk before the
 * append resolves. Sealing adds to `sealed` and `receipts` first and then replaces the tail; after a kill between the two the tail
 * still holds what is sealed already, and opening skips it.
 */

import { constants, type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '../base/assert.ts'
import { type Bytes, concatBytes, equalBytes, fromHex, toHex } from '../base/bytes.ts'
import { firstIndex } from '../base/first-index.ts'
import type { RandomBytes } from '../base/random.ts'
import { LOCAL } from '../core/limits.ts'
import { deflate, inflate } from './deflate.ts'
import { dataOffset, encodeFrame, readBytes, readFrames, replaceFile, syncFolder } from './file-frames.ts'
import { lockFolder } from './file-lock.ts'
import { FileReceipts } from './file-receipts.ts'
import { readSnapshotFile, writeSnapshotFile } from './file-snapshot.ts'
import { charsOf, keptReceipts, type Receipt } from './receipts.ts'
import { decodeRecord, encodeRecord, groupWires, type RecordInfo, sealableRuns, storedBytes } from './records.ts'
import {
  type FeedHead,
  FeedMovedError,
  type OwnAppend,
  type Snapshot,
  type Store,
  type StoredBatch,
  StoreFullError,
  StoreGoneError,
  type StoreSize,
} from './store.ts'

type StoredHead = Omit<FeedHead, 'id'> & { readonly id: string }

/** What a frame says: each part is there where it applies. */
interface Facts {
  readonly incarnation?: string
  readonly heads?: readonly StoredHead[]
  /** The records in the frame's data, one after the other. */
  readonly records?: readonly RecordInfo[]
  readonly receipts?: readonly Receipt[]
}

interface FileRecord extends RecordInfo {
  readonly sealed: boolean
  readonly at: number
}

export interface FileStoreOptions {
  readonly dir: string
  readonly random: RandomBytes
}

/** Makes the folder where there is none. Rejects with `FolderInUseError` while another process has it. */
export async function openFileStore({ dir, random }: FileStoreOptions): Promise<Store> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const store = new FileStore(dir, await lockFolder(join(dir, 'lock')))
  try {
    await store.open(random)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

class FileStore implements Store {
  incarnation = ''
  readonly #dir: string
  readonly #free: () => Promise<void>
  readonly #feeds = new Map<string, FeedHead>()
  readonly #listeners: ((error: StoreGoneError) => void)[] = []
  readonly #older: FileReceipts
  /** Of the tail. */
  #receipts: Receipt[] = []
  #records: FileRecord[] = []
  #sealed: FileHandle | null = null
  #tail: FileHandle | null = null
  #sealedLength = 0
  #tailLength = 0
  #work: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | null = null
  #lost: StoreGoneError | null = null

  constructor(dir: string, free: () => Promise<void>) {
    this.#dir = dir
    this.#free = free
    this.#older = new FileReceipts(this.#path('receipts'))
  }

  async open(random: RandomBytes): Promise<void> {
    this.#sealed = await open(this.#path('sealed'), constants.O_RDWR | constants.O_CREAT, 0o600)
    this.#sealedLength = await readFrames<Facts>(this.#sealed, ({ facts, at }) => this.#learn(facts, at, true))
    await this.#older.open()
    try {
      await this.#openTail()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      this.incarnation = toHex(random(16))
      await this.#replaceTail([])
    }
    this.#records.reduce((end, { first, count }) => {
      // Before anything is cut off: what is damaged in its middle somebody may want to look at.
      if (first !== end + 1)
        throw new Error(
          `The log in ${this.#dir} is damaged: batches ${end + 1} to ${first - 1} are missing. Put a copy of the folder in its place.`,
        )
      return first + count - 1
    }, 0)
    await this.#sealed.truncate(this.#sealedLength)
    await this.#tail?.truncate(this.#tailLength)
    await syncFolder(this.#dir)
  }

  append(wires: readonly Bytes[], own?: OwnAppend, receipts: readonly Receipt[] = []): Promise<number> {
    const groups = groupWires(wires).map((group) => ({ count: group.length, bytes: encodeRecord(group) }))
    const moved = own && { ...own, head: { seq: own.head.seq, id: own.head.id.slice() } }
    return this.#turn(async () => {
      assert(groups.length > 0 || receipts.length > 0, 'an append holds a batch or a receipt')
      const head = moved && this.#movedHead(moved)
      const first = this.#end + 1
      let next = first
      const records = groups.map(({ count, bytes }): RecordInfo => {
        const record = { first: next, count, raw: bytes.length, packed: 0 }
        next += count
        return record
      })
      await this.#write(
        { records, ...(head ? { heads: [stored(head)] } : {}), ...(receipts.length > 0 ? { receipts } : {}) },
        groups.map(({ bytes }) => bytes),
      )
      return first
    })
  }

  receipts(): Promise<readonly Receipt[]> {
    return this.#turn(async () => keptReceipts([...(await this.#older.all()), ...this.#receipts]))
  }

  async *readSince(since: number): AsyncGenerator<readonly StoredBatch[]> {
    assert(Number.isSafeInteger(since) && since >= 0, 'reading starts after an arrival, or after 0')
    for (let at = since; ;) {
      // Looked for anew each time: a seal may have moved it.
      const page = await this.#turn(() => this.#readRecord(at + 1))
      if (page === null) return
      const news = page.filter(({ arrival }) => arrival > at)
      at = (news.at(-1) as StoredBatch).arrival
      yield news
    }
  }

  async *readAt(arrivals: readonly number[]): AsyncGenerator<readonly StoredBatch[]> {
    assert(
      arrivals.every((arrival, i) => i === 0 || arrival > (arrivals[i - 1] as number)),
      'arrivals to read ascend',
    )
    for (let i = 0; i < arrivals.length;) {
      const page = (await this.#turn(() => this.#readRecord(arrivals[i] as number))) ?? []
      const last = page.at(-1)?.arrival ?? Infinity
      const asked = new Set<number>()
      while (i < arrivals.length && (arrivals[i] as number) <= last) asked.add(arrivals[i++] as number)
      const found = page.filter(({ arrival }) => asked.has(arrival))
      if (found.length > 0) yield found
    }
  }

  seal(): Promise<number> {
    return this.#turn(async () => {
      const runs = sealableRuns(this.#records)
      if (runs.length === 0 && !this.#isTailLong) return 0
      const merged = new Map<FileRecord, { record: RecordInfo; data: Bytes }>()
      for (const run of runs) merged.set(run[0] as FileRecord, await this.#merge(run))
      const gone = new Set(runs.flatMap((run) => run.slice(1)))
      const left = this.#records.filter((record) => !gone.has(record))
      const last = left.at(-1)
      for (const record of left) {
        const now = merged.get(record)
        if (record === last || (record.sealed && !now)) continue
        const { record: info, data } = now ?? { record, data: await this.#data(record) }
        await this.#add('sealed', { records: [info] }, [data])
      }
      await this.#replaceTail(last && !last.sealed ? [merged.get(last) ?? { record: last, data: await this.#data(last) }] : [])
      return runs.reduce((sum, run) => sum + run.length, 0)
    })
  }

  feeds(key: string): Promise<readonly FeedHead[]> {
    return this.#turn(async () =>
      [...this.#feeds.values()].filter((head) => head.key === key).map((head) => ({ ...head, id: head.id.slice() })),
    )
  }

  markFeed(key: string, feed: string, seq: number, clean: boolean): Promise<boolean> {
    return this.#turn(async () => {
      const head = this.#feeds.get(`${key}/${feed}`)
      if (head?.seq !== seq || head.clean === clean) return false
      await this.#write({ heads: [stored({ ...head, clean })] }, [])
      return true
    })
  }

  readSnapshot(): Promise<Snapshot | null> {
    return this.#turn(() => readSnapshotFile(this.#path('snapshot')))
  }

  async writeSnapshot(snapshot: Snapshot, fresh: boolean): Promise<void> {
    // The clone refuses what cannot be stored, and keeps what is stored from changing under us.
    const copy = structuredClone({ meta: snapshot.meta, chunks: snapshot.chunks })
    await this.#turn(() => this.#guard(() => writeSnapshotFile(this.#path('snapshot'), copy, fresh)))
  }

  dropSnapshot(): Promise<void> {
    return this.#turn(() => rm(this.#path('snapshot'), { force: true }))
  }

  size(): Promise<StoreSize> {
    return this.#turn(async () => ({
      batches: this.#end,
      bytes: this.#records.reduce((sum, record) => sum + storedBytes(record), 0),
      records: this.#records.length,
    }))
  }

  onLost(listener: (error: StoreGoneError) => void): void {
    if (this.#lost) listener(this.#lost)
    else this.#listeners.push(listener)
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#work.then(async () => {
      await this.#sealed?.close()
      await this.#tail?.close()
      await this.#older.close()
      await this.#free()
    }))
  }

  get #end(): number {
    const last = this.#records.at(-1)
    return last ? last.first + last.count - 1 : 0
  }

  /** By what came without batches, such as answers to writes that changed nothing. */
  get #isTailLong(): boolean {
    const chars = this.#receipts.reduce((sum, receipt) => sum + charsOf(receipt), 0)
    return this.#receipts.length >= LOCAL.repeatableAnswers || chars > LOCAL.repeatableChars
  }

  #path(name: string): string {
    return join(this.#dir, name)
  }

  /** One thing after the other, in the order of asking. */
  #turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(new StoreGoneError('the store is closed'))
    const done = this.#work.then(() => {
      if (this.#lost) throw this.#lost
      return work()
    })
    this.#work = done.catch(() => undefined)
    return done
  }

  #learn({ incarnation, heads, records, receipts = [] }: Facts, at: number, sealed: boolean): void {
    if (incarnation !== undefined) this.incarnation = incarnation
    this.#receipts.push(...receipts)
    for (const head of heads ?? []) this.#feeds.set(`${head.key}/${head.feed}`, { ...head, id: fromHex(head.id) })
    let from = at
    for (const { first, count, raw, packed } of records ?? []) {
      const record = { first, count, raw, packed, sealed, at: from }
      // Sealed already, and the kill came before the tail was replaced.
      if (first > this.#end) this.#records.push(record)
      from += storedBytes(record)
    }
  }

  #movedHead({ key, feed, expect, head }: OwnAppend): FeedHead {
    const now = this.#feeds.get(`${key}/${feed}`)
    const agrees = expect ? now?.seq === expect.seq && equalBytes(now.id, expect.id) : now === undefined
    if (!agrees) throw new FeedMovedError(`feed ${feed} is not at ${expect?.seq ?? 'its start'}`)
    return { key, feed, seq: head.seq, id: head.id, clean: false }
  }

  async #openTail(): Promise<void> {
    this.#tail = await open(this.#path('tail'), 'r+', 0o600)
    this.#tailLength = await readFrames<Facts>(this.#tail, ({ facts, at }) => this.#learn(facts, at, false))
  }

  #write(facts: Facts, data: readonly Bytes[]): Promise<void> {
    return this.#add('tail', facts, data)
  }

  /** A frame at the end of a file, durably; it is known here only then. */
  async #add(name: 'sealed' | 'tail', facts: Facts, data: readonly Bytes[]): Promise<void> {
    const file = (name === 'tail' ? this.#tail : this.#sealed) as FileHandle
    const start = name === 'tail' ? this.#tailLength : this.#sealedLength
    const frame = encodeFrame(facts, data)
    await this.#guard(async () => {
      try {
        for (let at = 0; at < frame.length;) at += (await file.write(frame, at, frame.length - at, start + at)).bytesWritten
        await file.datasync()
      } catch (error) {
        // What did get there must not be read as a frame later, nor stand before the next one.
        await file.truncate(start)
        throw error
      }
    })
    if (name === 'tail') {
      this.#tailLength += frame.length
      this.#learn(facts, start + dataOffset(frame), false)
    } else this.#sealedLength += frame.length
  }

  /** Replaces the tail by one that holds these records, and reads the index anew. */
  async #replaceTail(records: readonly { readonly record: RecordInfo; readonly data: Bytes }[]): Promise<void> {
    const heads = [...this.#feeds.values()].map(stored)
    const frames = records.map(({ record: { first, count, raw, packed }, data }) =>
      encodeFrame({ records: [{ first, count, raw, packed }] }, [data]),
    )
    await this.#guard(() => this.#older.add(this.#receipts))
    await this.#guard(() => replaceFile(this.#path('tail'), [encodeFrame({ incarnation: this.incarnation, heads }), ...frames]))
    await this.#tail?.close()
    this.#tail = null
    this.#receipts = []
    this.#records = []
    await readFrames<Facts>(this.#sealed as FileHandle, ({ facts, at }) => this.#learn(facts, at, true))
    await this.#openTail()
  }

  async #merge(run: readonly FileRecord[]): Promise<{ record: RecordInfo; data: Bytes }> {
    const parts: Bytes[] = []
    for (const record of run) parts.push(await this.#raw(record))
    const bytes = concatBytes(...parts)
    const packed = await deflate(bytes)
    const count = run.reduce((sum, record) => sum + record.count, 0)
    const smaller = packed.length < bytes.length
    // As long as its raw bytes: kept as they are.
    const record = {
      first: (run[0] as FileRecord).first,
      count,
      raw: bytes.length,
      packed: smaller ? packed.length : bytes.length,
    }
    return { record, data: smaller ? packed : bytes }
  }

  #data(record: FileRecord): Promise<Bytes> {
    return readBytes((record.sealed ? this.#sealed : this.#tail) as FileHandle, record.at, storedBytes(record))
  }

  async #raw(record: FileRecord): Promise<Bytes> {
    const data = await this.#data(record)
    return record.packed > 0 && record.packed < record.raw ? inflate(data) : data
  }

  /** The batches of the record that holds this arrival. */
  async #readRecord(arrival: number): Promise<readonly StoredBatch[] | null> {
    const record = this.#records[recordOf(this.#records, arrival)]
    if (!record) return null
    return decodeRecord(await this.#raw(record)).map((wire, i) => ({ arrival: record.first + i, wire }))
  }

  /** Names what went wrong with the disk; whatever is not a full one is the end of this store. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EDQUOT') throw new StoreFullError(message)
      this.#lost = new StoreGoneError(message)
      for (const listener of this.#listeners.splice(0)) listener(this.#lost)
      throw this.#lost
    }
  }
}

function stored({ id, ...head }: FeedHead): StoredHead {
  return { ...head, id: toHex(id) }
}

/** Index of the record that holds the arrival, or -1. */
function recordOf(records: readonly FileRecord[], arrival: number): number {
  const at = firstIndex(records, ({ first, count }) => arrival < first + count)
  return (records[at]?.first ?? Infinity) <= arrival ? at : -1
}

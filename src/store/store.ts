/**
 * Where a replica keeps its log, its snapshot and its feeds.
 *
 * The log is a list of wire batches in the order in which this store took them in (their *arrival*, from 1 upward, one
 * sequence for all tabs of a profile). `append` resolves only once the batches would survive the tab, and the machine,
 * being killed. The same batch may be appended twice (two tabs each hear it from the same peer): readers drop the second.
 * A snapshot is a cache of the fold: it may be absent, it is written atomically, and dropping it loses nothing.
 *
 * Run `storeContract` (`store.contract.ts`) against an implementation before using it.
 */

import type { Bytes } from '../base/bytes.ts'

export interface StoredBatch {
  readonly arrival: number
  readonly wire: Bytes
}

/** Where one of our own feeds stands. `feed` is the hex of its 8 bytes. */
export interface FeedHead {
  readonly key: string
  readonly feed: string
  readonly seq: number
  readonly id: Bytes
  /** Written when its writer closed in good order; only then may the feed be taken up again. */
  readonly clean: boolean
}

export interface OwnAppend {
  readonly key: string
  readonly feed: string
  /** The head that these batches continue, or null for a new feed: compared inside the append transaction. */
  readonly expect: { readonly seq: number; readonly id: Bytes } | null
  /** The head once they are in. */
  readonly head: { readonly seq: number; readonly id: Bytes }
}

/** Another writer moved the feed: nothing was written. Recovery: open a new feed and sign again. */
export class FeedMovedError extends Error {
  override readonly name = 'FeedMovedError'
}

/** The disk is full. Nothing was written. Recovery: keep the work in memory, say so, offer export, try again later. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'
}

/** The database went away under us (deleted, blocked, closed by the browser). Recovery: as for a full disk, then reopen. */
export class StoreGoneError extends Error {
  override readonly name = 'StoreGoneError'
}

/** Plain structured-clonable data. Chunks are separate records, so that only what changed is written again. */
export interface Snapshot {
  readonly meta: unknown
  readonly chunks: ReadonlyMap<string, unknown>
}

export interface StoreSize {
  readonly batches: number
  /** Bytes of the log records as stored. */
  readonly bytes: number
  readonly records: number
}

export interface Store {
  /** Random text, new whenever this store was made anew: tells a resuming reader that arrivals start over. */
  readonly incarnation: string
  /**
   * Appends in the given order, all or nothing, durably (`strict`). Answers the arrival of the first; the rest follow
   * without a gap. With `own`, the feed's head is compared and moved in the same transaction.
   */
  append(wires: readonly Bytes[], own?: OwnAppend): Promise<number>
  /** Batches with `arrival > since`, in arrival order, in pages. What is appended while reading may or may not be seen. */
  readSince(since: number): AsyncIterable<readonly StoredBatch[]>
  /** The batches of these arrivals (ascending, no duplicates), in pages; an arrival that is not there is skipped. */
  readAt(arrivals: readonly number[]): AsyncIterable<readonly StoredBatch[]>
  /** Merges small records of the log into compressed ones. Idempotent; safe to be killed in. Answers how many were merged. */
  seal(): Promise<number>
  feeds(key: string): Promise<readonly FeedHead[]>
  /** Sets or removes the clean mark of a feed, durably, if its head is still `seq`; answers whether it was. */
  markFeed(key: string, feed: string, seq: number, clean: boolean): Promise<boolean>
  readSnapshot(): Promise<Snapshot | null>
  /** Replaces `meta` and the given chunks, keeps the others; with `fresh` removes all others. One transaction. */
  writeSnapshot(snapshot: Snapshot, fresh: boolean): Promise<void>
  dropSnapshot(): Promise<void>
  size(): Promise<StoreSize>
  /** Called at most once, when the store is lost while open (another tab deletes or upgrades it, the browser closes it). */
  onLost(listener: (error: StoreGoneError) => void): void
  close(): Promise<void>
}

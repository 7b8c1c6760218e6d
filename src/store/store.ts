/**
 * Where a replica keeps its log, its snapshot and its feeds.
 *
 * The log is a list of wire batches in the order in which this store took them in (their *arrival*, from 1 upward, one
 * sequence for all tabs of a profile). `append` resolves only once the batches would survive the tab being killed, and where some
 * are our own, the machine: what peers sent, they can send again. What it takes in it copies; what it gives out is the reader's own, each wire in a buffer of its own.
 * The same batch may be appended twice (two tabs each hear it from the same peer): readers drop the second.
 * A snapshot is a cache of the fold: it may be absent, it is written atomically, and dropping it loses nothing.
 *
 * Run `storeContract` (`store.contract.ts`) against an implementation before using it.
 */

import type { Bytes } from '../base/bytes.ts'
import type { Receipt } from './receipts.ts'

/** `strict`: survives a power cut, and so does all that was written before. `relaxed`: survives the process. */
export type Durability = 'strict' | 'relaxed'

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

/** The database went away under us (deleted, blocked, closed by the browser) or cannot be read. Recovery: as for a full disk, then reopen. */
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
  /** Bytes of the log's records as stored, the snapshot not counted. */
  readonly bytes: number
  readonly records: number
}

export interface Store {
  /** Random text, new whenever this store was made anew: tells a resuming reader that arrivals start over. */
  readonly incarnation: string
  /**
   * Appends in the given order, all or nothing. Answers the arrival of the first; the rest follow without a gap. With `own` it
   * is `strict`, and the feed's head is compared and moved in the same transaction; without, `relaxed`. Receipts are in the same
   * transaction as well, and `strict`; they may come without batches, and only to a store that keeps them.
   */
  append(wires: readonly Bytes[], own?: OwnAppend, receipts?: readonly Receipt[]): Promise<number>
  /** Receipts that count, oldest first. Not there: this store keeps none. */
  receipts?(): Promise<readonly Receipt[]>
  /**
   * Batches with `arrival > since`, in arrival order, in pages that are never empty; nothing when `since` is the end or
   * beyond. What is appended while reading may or may not be seen.
   */
  readSince(since: number): AsyncIterable<readonly StoredBatch[]>
  /** The batches of these arrivals (ascending, no duplicates), in pages; an arrival that is not there is skipped. */
  readAt(arrivals: readonly number[]): AsyncIterable<readonly StoredBatch[]>
  /**
   * Merges small records of the log into compressed ones; changes no arrival. Idempotent; safe to be killed in, and to run
   * in two tabs at once (what another changed meanwhile is left for the next time). Answers how many it merged.
   */
  seal(): Promise<number>
  feeds(key: string): Promise<readonly FeedHead[]>
  /**
   * Sets or removes the clean mark of a feed, durably, if its head is still `seq`; answers whether this call changed it,
   * so that of two who would take up one clean feed only one does.
   */
  markFeed(key: string, feed: string, seq: number, clean: boolean): Promise<boolean>
  readSnapshot(): Promise<Snapshot | null>
  /**
   * Replaces `meta` and the given chunks, keeps the others; with `fresh` removes all others. One transaction. The first
   * writing of each writer must be fresh, or chunks of two folds mix. May be undone by a power cut, never in part.
   */
  writeSnapshot(snapshot: Snapshot, fresh: boolean): Promise<void>
  dropSnapshot(): Promise<void>
  size(): Promise<StoreSize>
  /**
   * Each listener is called at most once, when the store is lost while open (another tab deletes or upgrades it, the browser
   * closes it); at once where that has happened already. Closing it ourselves is no loss.
   */
  onLost(listener: (error: StoreGoneError) => void): void
  /** Waits for the writes that were asked for. Afterwards every operation rejects with `StoreGoneError`; closing again does nothing. */
  close(): Promise<void>
}

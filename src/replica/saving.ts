/**
 * What is on its way to the disk, and how that goes: in words for people when it does not.
 *
 * Nothing that was refused is dropped. It waits until saving is tried again, or until another replica takes it over.
 */

import type { Bytes } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import type { Receipt } from '../store/receipts.ts'
import { FeedMovedError, type Store } from '../store/store.ts'
import { type DiskHead, DiskQueue, type Pending } from './disk.ts'

export interface SaveState {
  /** Edits that are in memory only. */
  readonly pending: number
  /** Why saving has stopped, in words for people; null while it works. */
  readonly problem: string | null
}

export class Saving {
  readonly #disk: DiskQueue
  readonly #unsigned: () => number
  readonly #told = createEmitter<SaveState>()
  readonly #stuck = createEmitter<void>()
  #problem: string | null = null

  /** `unsigned`: how many edits have no batch yet. `durable`: these are, from this arrival on. */
  constructor(store: Store, unsigned: () => number, durable: (ordinals: readonly number[], firstArrival: number) => void) {
    this.#unsigned = unsigned
    this.#disk = new DiskQueue(
      store,
      (ordinals, first) => {
        durable(ordinals, first)
        this.tell()
      },
      (error) => this.failed(error),
    )
  }

  get state(): SaveState {
    return { pending: this.#unsigned() + this.#disk.waiting, problem: this.#problem }
  }

  get isIdle(): boolean {
    return this.#disk.waiting === 0
  }

  /** The bytes of a batch that is not durable yet. */
  wireOf(ordinal: number): Bytes | undefined {
    return this.#disk.wireOf(ordinal)
  }

  /** Where a feed of ours stands on the disk. */
  lead(feedName: string, head: DiskHead | null): void {
    this.#disk.lead(feedName, head)
  }

  push(pending: Pending): void {
    this.#disk.push(pending)
  }

  /** It goes to the disk after everything that was pushed before it. */
  pushReceipt(receipt: Receipt): void {
    this.#disk.push({ ordinal: null, own: null, receipts: () => [receipt] })
  }

  /** Resolves when everything pushed so far is durable, or the store has refused. */
  settled(): Promise<void> {
    return this.#disk.settled()
  }

  async retry(): Promise<void> {
    this.#problem = null
    await this.#disk.retry()
    this.tell()
  }

  failed(error: unknown): void {
    if (error instanceof FeedMovedError) {
      this.#problem = 'Another tab took over this feed. Your changes are kept in memory and are being written anew.'
      this.#stuck.emit()
    } else this.#problem = error instanceof Error ? error.message : String(error)
    this.tell()
  }

  /** As `failed`, where nothing is saved any more but by a fresh replica. */
  stuck(error: unknown): void {
    this.failed(error)
    this.#stuck.emit()
  }

  tell(): void {
    this.#told.emit(this.state)
  }

  onState(listener: (state: SaveState) => void): () => void {
    return this.#told.on(listener)
  }

  /** See `Replica.onStuck`. */
  onStuck(listener: () => void): () => void {
    return this.#stuck.on(listener)
  }
}

/**
 * The receipts of a folder's store that are older than its tail: a file of frames that is added to, and written anew without what
 * counts no more whenever it has grown to twice its size. A receipt is here before it leaves the tail; being in both for a while
 * does no harm.
 */

import { constants, type FileHandle, open } from 'node:fs/promises'
import { encodeFrame, readFrames, replaceFile } from './file-frames.ts'
import { keptReceipts, type Receipt } from './receipts.ts'

/** Below this, what counts no more is in nobody's way. */
const ENOUGH_BYTES = 256 * 1024

export class FileReceipts {
  readonly #path: string
  #file: FileHandle | null = null
  #length = 0
  #lengthAtLast = 0

  constructor(path: string) {
    this.#path = path
  }

  async open(): Promise<void> {
    await this.#open()
    // What a crash left half written is in the way of the next frame.
    await this.#file?.truncate(this.#length)
    this.#lengthAtLast = this.#length
  }

  async all(): Promise<readonly Receipt[]> {
    const all: Receipt[] = []
    await readFrames<readonly Receipt[]>(this.#file as FileHandle, ({ facts }) => all.push(...facts))
    return all
  }

  /** Resolves when they are on the disk. */
  async add(fresh: readonly Receipt[]): Promise<void> {
    if (fresh.length === 0) return
    const frame = encodeFrame(fresh)
    const file = this.#file as FileHandle
    for (let at = 0; at < frame.length;) at += (await file.write(frame, at, frame.length - at, this.#length + at)).bytesWritten
    await file.datasync()
    this.#length += frame.length
    if (this.#length > 2 * this.#lengthAtLast + ENOUGH_BYTES) await this.#compact()
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = null
  }

  async #compact(): Promise<void> {
    await replaceFile(this.#path, [encodeFrame(keptReceipts(await this.all()))])
    await this.close()
    await this.#open()
    this.#lengthAtLast = this.#length
  }

  async #open(): Promise<void> {
    this.#file = await open(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600)
    this.#length = await readFrames<readonly Receipt[]>(this.#file, () => undefined)
  }
}

/**
 * The edits of batches, read from the log once and kept: for those who walk the log to and fro. Each knows its author.
 */

import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import { KIND } from '../core/batch.ts'
import { decodeEdit, type Edit, type TagNames } from '../core/change.ts'
import type { Author } from '../core/fold.ts'
import type { History } from '../core/history.ts'
import type { ActorKey } from '../core/ids.ts'
import { readStored } from '../log/stored.ts'

export interface LogSource {
  readonly history: History
  stored(ordinals: readonly number[]): AsyncIterable<readonly { readonly ordinal: number; readonly wire: Bytes }[]>
}

export interface ReadBatch {
  readonly author: Author
  /** By index; null is no edit of the tree. Empty of what is about rights. */
  readonly edits: readonly (Edit | null)[]
  /** Of the genesis: its first root. */
  readonly root: ActorKey | null
}

/** A tagged key in hex. */
const ACTOR_CHARS = 66

export class LogReader {
  readonly #source: LogSource
  readonly #names: TagNames
  readonly #batches = new Map<number, ReadBatch>()
  readonly #authors = new Map<string, Author>()

  constructor(source: LogSource) {
    this.#source = source
    const { history } = source
    this.#names = { ordinalOf: (id) => history.ordinalOf(id), idOf: (ordinal) => history.idOf(ordinal) }
  }

  /** Reads those that were not read before; `breathe` is called after each, since one may hold hundreds of changes. */
  async read(ordinals: readonly number[], breathe: () => Promise<void>): Promise<void> {
    const missing = ordinals.filter((ordinal) => !this.#batches.has(ordinal))
    if (missing.length === 0) return
    for await (const page of this.#source.stored(missing))
      for (const { ordinal, wire } of page) {
        this.#batches.set(ordinal, this.#decode(ordinal, wire))
        await breathe()
      }
  }

  /** What was read of a batch. */
  at(ordinal: number): ReadBatch | undefined {
    return this.#batches.get(ordinal)
  }

  /** Lets go of it: for a walk that comes by once. */
  forget(ordinals: readonly number[]): void {
    for (const ordinal of ordinals) this.#batches.delete(ordinal)
  }

  #decode(ordinal: number, wire: Bytes): ReadBatch {
    const { header, body } = readStored(wire)
    const isGenesis = header.workspace === null
    const edits =
      isGenesis || header.kind === KIND.authority
        ? []
        : (body?.changes ?? []).map((change) => decodeEdit(change, ordinal, this.#names))
    return { author: this.#authorOf(ordinal), edits, root: isGenesis ? (toHex(header.introduced[0] as Bytes) as ActorKey) : null }
  }

  #authorOf(ordinal: number): Author {
    const actor = this.#source.history.feedOf(ordinal).slice(0, ACTOR_CHARS) as ActorKey
    const known = this.#authors.get(actor)
    if (known) return known
    const author = { key: fromHex(actor), actor }
    this.#authors.set(actor, author)
    return author
  }
}

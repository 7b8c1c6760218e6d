/**
 * Snapshots: the folded state with the place in the log it covers, so that a cold start costs what there is, not what was.
 *
 * A snapshot is a cache. It is cut into chunks by ordinal and by node, and only chunks that changed are written again. It is
 * taken only while everything here is durable, and read back only by the same version of these rules; else it is dropped
 * and the log is folded again.
 */

import { type AuthorityOp, decodeAuthority, encodeAuthority } from '../core/authority-change.ts'
import type { SavedEntry } from '../core/authority.ts'
import type { Value } from '../core/batch.ts'
import type { Invalid } from '../core/capability-registry.ts'
import type { ChangeColumns } from '../core/change-index.ts'
import type { NodeId } from '../core/ids.ts'
import { assert } from '../base/assert.ts'
import type { Snapshot } from '../store/store.ts'
import type { Bytes } from '../base/bytes.ts'
import type { HistoryColumns, Ref } from '../core/history.ts'
import { type NodeChunk, packNodes, unpackNodes } from './node-chunk.ts'
import type { State } from './state.ts'

/** Grows whenever the fold's rules or this layout change. */
const RULES = 9
const BATCHES_PER_CHUNK = 4096
const NODES_PER_CHUNK = 256

interface Meta {
  readonly rules: number
  /** Every batch with an arrival up to this is in. */
  readonly arrival: number
  readonly chains: readonly { readonly feed: string; readonly first: number; readonly parent: number | null }[]
  readonly heads: readonly number[]
  readonly batches: number
  readonly nodes: number
  readonly roots: readonly Bytes[]
  readonly rootBoxes: readonly Bytes[]
  readonly entries: readonly PlainEntry[]
  readonly introductions: readonly (readonly [string, readonly number[]])[]
  readonly void: readonly (readonly [Ref, Invalid])[]
  readonly fenced: readonly Ref[]
  readonly turned: readonly Ref[]
  readonly changes: number
}

/** A change to who may what, in the words of the wire. */
type PlainEntry = Omit<SavedEntry, 'change'> & { readonly op: AuthorityOp; readonly args: readonly Value[] }

interface BatchChunk {
  readonly history: HistoryColumns
  readonly changes: ChangeColumns
}

/** Knows which chunks the last snapshot of this replica wrote, and so which to write next. */
export class Snapshotter {
  readonly #state: State
  readonly #dirtyNodes = new Set<number>()
  #writtenBatches = 0
  #writtenNodes = 0
  #fresh = true

  constructor(state: State) {
    this.#state = state
  }

  touch(ids: Iterable<NodeId>): void {
    const { nodes, hidden } = this.#state.fold
    for (const id of ids) {
      const node = nodes.get(id) ?? hidden.get(id)
      if (node) this.#dirtyNodes.add(Math.floor(node.slot / NODES_PER_CHUNK))
    }
  }

  /** The arrival of a batch has changed after it was written: its chunk is written again. */
  rearranged(ordinal: number): void {
    this.#writtenBatches = Math.min(this.#writtenBatches, ordinal)
  }

  /** The chunks to write. The store clones them before its call returns. */
  take(arrival: number): { readonly snapshot: Snapshot; readonly fresh: boolean } {
    const { history, index, fold, authority, ledger } = this.#state
    const chunks = new Map<string, unknown>()
    // Nodes that are known and not there are touched by nobody.
    for (let slot = this.#writtenNodes; slot < fold.known; slot++) this.#dirtyNodes.add(Math.floor(slot / NODES_PER_CHUNK))
    for (const chunk of this.#dirtyNodes) {
      const from = chunk * NODES_PER_CHUNK
      const length = Math.min(NODES_PER_CHUNK, fold.known - from)
      chunks.set(`nodes:${chunk}`, packNodes(Array.from({ length }, (_, i) => fold.inSlot(from + i))))
    }
    const from = Math.floor(this.#writtenBatches / BATCHES_PER_CHUNK) * BATCHES_PER_CHUNK
    for (let at = from; at < history.count; at += BATCHES_PER_CHUNK) {
      const to = Math.min(at + BATCHES_PER_CHUNK, history.count)
      const chunk: BatchChunk = { history: history.columns(at, to), changes: index.columns(at, to) }
      chunks.set(`batches:${at / BATCHES_PER_CHUNK}`, chunk)
    }
    const meta: Meta = {
      rules: RULES,
      arrival,
      chains: history.chainNames(),
      heads: [...history.heads],
      batches: history.count,
      nodes: fold.known,
      roots: this.#state.roots,
      rootBoxes: this.#state.rootBoxes,
      entries: authority
        .saved()
        .map(({ change, ...entry }) => ({ ...entry, op: change.op, args: encodeAuthority(change, 0)[4] })),
      introductions: ledger.introductions(),
      void: [...this.#state.void],
      fenced: [...this.#state.fences.fenced],
      turned: [...this.#state.turnedEver],
      changes: this.#state.changes,
    }
    const fresh = this.#fresh
    this.#dirtyNodes.clear()
    this.#writtenBatches = history.count
    this.#writtenNodes = fold.known
    this.#fresh = false
    return { snapshot: { meta, chunks }, fresh }
  }

  /** After a failed write: everything is written the next time. */
  forget(): void {
    this.#fresh = true
    this.#writtenBatches = 0
    this.#writtenNodes = 0
  }

  /** The arrival that a snapshot covers; 0 of one of other rules. */
  coverOf({ meta: plain }: Snapshot): number {
    const meta = plain as Meta
    return meta.rules === RULES ? meta.arrival : 0
  }

  /** Fills an empty state. Answers the arrival it covers, or null where the snapshot is of other rules or incomplete. */
  restore({ meta: plain, chunks }: Snapshot): number | null {
    const meta = plain as Meta
    if (meta.rules !== RULES || meta.roots.length === 0) return null
    const batches: BatchChunk[] = []
    const nodes: NodeChunk[] = []
    for (let chunk = 0; chunk * BATCHES_PER_CHUNK < meta.batches; chunk++)
      batches.push(chunks.get(`batches:${chunk}`) as BatchChunk)
    for (let chunk = 0; chunk * NODES_PER_CHUNK < meta.nodes; chunk++) nodes.push(chunks.get(`nodes:${chunk}`) as NodeChunk)
    if (batches.includes(undefined as never) || nodes.includes(undefined as never)) return null
    const { history, fold, ledger } = this.#state
    history.restore(
      batches.map((chunk) => chunk.history),
      meta.chains,
      meta.heads,
    )
    nodes.forEach((chunk, i) => fold.restore(unpackNodes(chunk, i * NODES_PER_CHUNK)))
    for (const [ref, why] of meta.void) this.#state.void.set(ref, why)
    for (const ref of meta.turned) this.#state.turnedEver.add(ref)
    this.#state.resume(
      meta.roots,
      meta.rootBoxes,
      meta.entries.map(savedEntry),
      batches.map((chunk) => chunk.changes),
    )
    this.#state.fences.restore(meta.fenced)
    ledger.restore(meta.introductions)
    this.#state.changes = meta.changes
    // Another tab may have written over what we read: our first snapshot is whole, so that chunks of two folds never mix.
    this.forget()
    return meta.arrival
  }
}

function savedEntry({ op, args, ...entry }: PlainEntry): SavedEntry {
  const change = decodeAuthority(op, args)
  assert(change !== null, 'a snapshot holds what could be read')
  return { ...entry, change }
}

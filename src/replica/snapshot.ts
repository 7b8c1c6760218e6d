/**
 * Snapshots: the folded state with the place in the log it covers, so that a cold start costs what there is, not what was.
 *
 * A snapshot is a cache. It is cut into chunks by ordinal and by node, and only chunks that changed are written again. It is
 * taken only while everything here is durable, and read back only by the same version of these rules; else it is dropped
 * and the log is folded again.
 */

import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import type { Snapshot } from '../store/store.ts'
import type { Bytes } from '../base/bytes.ts'
import type { HistoryColumns, Ref } from '../core/history.ts'
import type { Invalid, KnownCapability } from '../core/authority.ts'
import { type NodeChunk, packNodes, unpackNodes } from './node-chunk.ts'
import type { State } from './state.ts'

/** Grows whenever the fold's rules or this layout change. */
const RULES = 2
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
  readonly capabilities: readonly KnownCapability[]
  readonly introductions: readonly (readonly [string, readonly number[]])[]
  readonly quarantine: readonly (readonly [Ref, Invalid])[]
  readonly changes: number
}

/** Knows which chunks the last snapshot of this replica wrote, and so which to write next. */
export class Snapshotter {
  readonly #state: State
  readonly #dirtyNodes = new Set<number>()
  readonly #indexOf = new Map<NodeId, number>()
  #writtenBatches = 0
  #fresh = true

  constructor(state: State) {
    this.#state = state
  }

  touch(ids: Iterable<NodeId>): void {
    for (const id of ids) {
      let index = this.#indexOf.get(id)
      if (index === undefined) this.#indexOf.set(id, (index = this.#indexOf.size))
      this.#dirtyNodes.add(Math.floor(index / NODES_PER_CHUNK))
    }
  }

  /** The arrival of a batch has changed after it was written: its chunk is written again. */
  rearranged(ordinal: number): void {
    this.#writtenBatches = Math.min(this.#writtenBatches, ordinal)
  }

  /** The chunks to write. The store clones them before its call returns. */
  take(arrival: number): { readonly snapshot: Snapshot; readonly fresh: boolean } {
    const { history, fold, authority, ledger } = this.#state
    const chunks = new Map<string, unknown>()
    const nodeIds = [...this.#indexOf.keys()]
    for (const chunk of this.#dirtyNodes) {
      const ids = nodeIds.slice(chunk * NODES_PER_CHUNK, (chunk + 1) * NODES_PER_CHUNK)
      chunks.set(`nodes:${chunk}`, packNodes(ids.map((id) => fold.nodes.get(id) as WorkNode)))
    }
    const from = Math.floor(this.#writtenBatches / BATCHES_PER_CHUNK) * BATCHES_PER_CHUNK
    for (let at = from; at < history.count; at += BATCHES_PER_CHUNK)
      chunks.set(`batches:${at / BATCHES_PER_CHUNK}`, history.columns(at, at + BATCHES_PER_CHUNK))
    const meta: Meta = {
      rules: RULES,
      arrival,
      chains: history.chainNames(),
      heads: [...history.heads],
      batches: history.count,
      nodes: nodeIds.length,
      roots: this.#state.roots,
      capabilities: authority.known(),
      introductions: ledger.introductions(),
      quarantine: [...this.#state.quarantine],
      changes: this.#state.changes,
    }
    const fresh = this.#fresh
    this.#dirtyNodes.clear()
    this.#writtenBatches = history.count
    this.#fresh = false
    return { snapshot: { meta, chunks }, fresh }
  }

  /** After a failed write: everything is written the next time. */
  forget(): void {
    this.#fresh = true
    this.#writtenBatches = 0
    for (let chunk = 0; chunk * NODES_PER_CHUNK < this.#indexOf.size; chunk++) this.#dirtyNodes.add(chunk)
  }

  /** Fills an empty state. Answers the arrival it covers, or null where the snapshot is of other rules or incomplete. */
  restore({ meta: plain, chunks }: Snapshot): number | null {
    const meta = plain as Meta
    if (meta.rules !== RULES || meta.roots.length === 0) return null
    const columns: HistoryColumns[] = []
    const nodes: NodeChunk[] = []
    for (let chunk = 0; chunk * BATCHES_PER_CHUNK < meta.batches; chunk++)
      columns.push(chunks.get(`batches:${chunk}`) as HistoryColumns)
    for (let chunk = 0; chunk * NODES_PER_CHUNK < meta.nodes; chunk++) nodes.push(chunks.get(`nodes:${chunk}`) as NodeChunk)
    if (columns.includes(undefined as never) || nodes.includes(undefined as never)) return null
    const { history, fold, ledger, quarantine } = this.#state
    history.restore(columns, meta.chains, meta.heads)
    this.#state.resume(meta.roots, meta.capabilities)
    for (const chunk of nodes) {
      const unpacked = unpackNodes(chunk)
      fold.restore(unpacked)
      for (const node of unpacked) this.#indexOf.set(node.id, this.#indexOf.size)
    }
    ledger.restore(meta.introductions)
    for (const [ref, why] of meta.quarantine) quarantine.set(ref, why)
    this.#state.changes = meta.changes
    // Another tab may have written over what we read: our first snapshot is whole, so that chunks of two folds never mix.
    this.forget()
    return meta.arrival
  }
}

/**
 * What of a replica is the same in whoever's hand: what is here, who may what, what counts and what is on its way. Nothing is written.
 */

import type { Bytes } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import type { Authority } from '../core/authority.ts'
import type { Capability, Invalid } from '../core/capability-registry.ts'
import type { By, Part, WorkNode } from '../core/fold.ts'
import type { History, Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import type { OutgoingWire } from '../sync/log-source.ts'
import { type AuditedState, auditedOf } from './audit.ts'
import type { HumanEdits } from './human-edits.ts'
import type { Flood } from './incoming.ts'
import type { Outgoing } from './outgoing.ts'
import { type RunRow, runRows } from './run-row.ts'
import type { SharedLog } from './shared-log.ts'
import type { Views } from './views.ts'

export interface Delayed {
  /** For an ancestor. */
  readonly waiting: number
  /** For their time. */
  readonly held: number
  /** For a key. */
  readonly sealed: number
  /** Of authors who write too fast, or have no right and enough of whose is kept. */
  readonly outside: number
}

export class Reading {
  readonly #shared: SharedLog

  constructor(shared: SharedLog) {
    this.#shared = shared
  }

  get workspace(): Bytes {
    return this.#state.workspace
  }

  get views(): Views {
    return this.#shared.views
  }

  get history(): History {
    return this.#state.history
  }

  get nodes(): ReadonlyMap<NodeId, WorkNode> {
    return this.#state.fold.nodes
  }

  /** Whether a peer has sent what only a newer version understands. */
  get sawNewerVersion(): boolean {
    return this.#shared.incoming.sawNewer
  }

  /** Whether the genesis is here: before it nothing else can be. */
  get hasGenesis(): boolean {
    return this.#state.roots.length > 0
  }

  /** The roots' keys in rank order; empty until the genesis is here. */
  get roots(): readonly Bytes[] {
    return this.#state.roots
  }

  /** Valid changes to the tree so far. */
  get changes(): number {
    return this.#state.changes
  }

  get random(): RandomBytes {
    return this.#shared.ports.random
  }

  get now(): () => number {
    return this.#shared.ports.now
  }

  /** Lets the page breathe: for long work on what the replica holds. */
  get yieldToUi(): () => Promise<void> {
    return this.#shared.ports.yieldToUi
  }

  /** What it takes to tell events from batches, with the verdicts of now. */
  get audited(): AuditedState {
    return auditedOf(this.#state)
  }

  /** Who wrote the change, and by how senior a right. */
  byOf(ref: Ref): By {
    return this.#state.byOf(ref)
  }

  /** Whether the change takes part in its node, and how, by the verdicts of now. */
  partOf(ref: Ref): Part {
    return this.#state.partOf(ref)
  }

  /** What people changed, and how far somebody has read it. */
  get humanEdits(): HumanEdits {
    return this.#shared.humanEdits
  }

  /** All changes about a node, counting or not, the latest admitted first. */
  refsOf(id: NodeId): readonly Ref[] {
    const node = this.#state.fold.nodes.get(id) ?? this.#state.fold.hidden.get(id)
    return node ? this.#state.index.refsOf(node.slot) : []
  }

  /** Whether this actor writes on this very device, in this tab or process. */
  isActiveHere(actor: ActorKey): boolean {
    return this.#shared.writer.isHandOf(actor)
  }

  /** Whether this tab writes to the feed, in any hand. */
  isWrittenHere(feed: string): boolean {
    return this.#shared.writer.isWrittenHere(feed)
  }

  /** Who may what, and why. Read only. */
  get authority(): Authority {
    return this.#state.authority
  }

  /** How many changes of a batch cite this capability. */
  countCiting(ordinal: number, capability: Capability): number {
    let count = 0
    this.#state.index.eachCiting(ordinal, capability.number, () => count++)
    return count
  }

  /** The capability that a change cites; null where nobody here knows it. */
  capabilityOf(ref: Ref): Capability | null {
    return this.#state.authority.registry.at(this.#state.index.at(ref)?.capability ?? -1) ?? null
  }

  /** Changes that were admitted and do not count, with the reason. */
  get quarantine(): ReadonlyMap<Ref, Invalid> {
    return this.#state.quarantine
  }

  /** The newest changes whose verdict has ever turned, oldest first. */
  get turnedEver(): ReadonlySet<Ref> {
    return this.#state.turnedEver
  }

  /** Batches that came and are not admitted. */
  get delayed(): Delayed {
    const { waiting, held } = this.#state.ledger
    return { waiting, held, sealed: this.#shared.incoming.sealed, outside: this.#shared.incoming.outside }
  }

  /** Who has written far more than they may, in the last minutes. */
  floods(): readonly Flood[] {
    return this.#shared.incoming.floods()
  }

  isSetAside(id: Bytes): boolean {
    return this.#shared.incoming.isSetAside(id)
  }

  /** The runs of a task, in the order of their claims. */
  runsOf(task: NodeId): readonly RunRow[] {
    const node = this.nodes.get(task)
    return node ? runRows(node, this.#state) : []
  }

  /** Whether bodies leave this device sealed. */
  get isSealed(): boolean {
    return this.#shared.epochs.isSealed
  }

  /** Of the store: arrivals of one mean nothing in another. */
  get incarnation(): string {
    return this.#shared.ports.store.incarnation
  }

  /** The arrival up to which all that the store has is here, other tabs' batches among it. */
  get covered(): number {
    return this.#shared.covered
  }

  /** Changes that count now and did not, or the other way round. */
  onTurned(listener: (refs: ReadonlySet<Ref>) => void): () => void {
    return this.#shared.turned.on(listener)
  }

  onDurable(listener: (ordinals: readonly number[]) => void): () => void {
    return this.#shared.durable.on(listener)
  }

  wires(ordinals: readonly number[]): AsyncIterable<readonly OutgoingWire[]> {
    return this.#shared.outgoing.wires(ordinals)
  }

  keyWires(epoch: Bytes): Promise<readonly Bytes[]> {
    return this.#shared.outgoing.keyWires(epoch)
  }

  /** Batches as the store has them, open. */
  stored(ordinals: readonly number[]): ReturnType<Outgoing['stored']> {
    return this.#shared.outgoing.stored(ordinals)
  }

  /** The whole log as wire batches, open, in order of arrival. */
  async *exportLog(): AsyncIterable<readonly Bytes[]> {
    await this.#shared.saved()
    for await (const page of this.#shared.ports.store.readSince(0)) yield page.map(({ wire }) => wire)
  }

  /** Changes since the last snapshot. */
  get unsnapshotted(): number {
    return this.#shared.unsnapshotted
  }

  /** What runs wrote shows, or does not, otherwise than before: `partOf` answers otherwise. */
  onFences(listener: () => void): () => void {
    return this.#shared.fenceChanges.on(listener)
  }

  /** Who may what, or who is who, may be otherwise now. */
  onAuthority(listener: () => void): () => void {
    return this.#shared.authorityChanges.on(listener)
  }

  /** Grows with every such change. */
  get authorityVersion(): number {
    return this.#shared.authorityVersion
  }

  get #state(): SharedLog['state'] {
    return this.#shared.state
  }
}

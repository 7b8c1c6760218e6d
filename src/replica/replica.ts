/**
 * The replica: log, store, fold and views as one object; everything above uses this and nothing below.
 *
 * Every operation completes against what is here (L6): an edit counts at once in memory, is signed, and is *saved* when the
 * store says it would survive a kill; only then do peers see it (L2). What peers send is verified elsewhere, admitted in
 * small slices, stored, and only then passed on. Several tabs of a profile share one store; each is a replica of its own.
 */

import { assert } from '../base/assert.ts'
import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import type { RandomBytes } from '../base/random.ts'
import type { Authority } from '../core/authority.ts'
import type { AuthorityChange } from '../core/authority-change.ts'
import type { Capability, Invalid } from '../core/capability-registry.ts'
import { capabilityId, type Grant } from '../core/capability.ts'
import type { Edit, Right } from '../core/change.ts'
import { KIND } from '../core/batch.ts'
import type { By, Part, WorkNode } from '../core/fold.ts'
import type { History, Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import type { Facts } from '../core/scope.ts'
import { type Admitted, FROM_STORE } from '../log/ledger.ts'
import { readStored } from '../log/stored.ts'
import type { Verifier } from '../log/verifier.ts'
import type { Keyring } from '../log/keyring.ts'
import type { Snapshot, Store } from '../store/store.ts'
import type { LogSource, OutgoingWire, ReceiveReport } from '../sync/log-source.ts'
import { type AuditedState, auditedOf } from './audit.ts'
import { Epochs } from './epochs.ts'
import { type Flood, Incoming, SLICE_MS } from './incoming.ts'
import { Outgoing } from './outgoing.ts'
import { rebuildStale } from './refold.ts'
import { type SaveState, Saving } from './saving.ts'
import { Snapshotter } from './snapshot.ts'
import { Standing } from './standing.ts'
import { State } from './state.ts'
import { stateHash } from './state-hash.ts'
import { Transaction } from './transaction.ts'
import { editsOf, UndoHistory, type UndoStep } from './undo.ts'
import type { EndReason, WorkOp } from '../core/work.ts'
import { type RunRow, runRows } from './run-row.ts'
import { Views } from './views.ts'
import { grantDraft, type SignedBatch, type Signer, Writer, type Written } from './writer.ts'

export interface FeedLease {
  /** Hex of the feed's 8 bytes. */
  readonly feed: string
  readonly head: { readonly seq: number; readonly id: Bytes } | null
  /** Marks the feed clean, if asked to, and frees it. */
  release(): Promise<void>
}

export interface ReplicaPorts {
  readonly store: Store
  readonly verifier: Verifier
  readonly signer: Signer
  /** The keys of the bodies; kept by whoever made it. */
  readonly keyring: Keyring
  readonly openFeed: () => Promise<FeedLease>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly random: RandomBytes
  /** Lets the page breathe between slices of work. */
  readonly yieldToUi: () => Promise<void>
}

export interface TakenBack {
  readonly label: string
  /** Changes of the step that others have overwritten, or that may not be taken back any more. */
  readonly skipped: number
}

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

/** Opens the replica of a workspace from its store: from the snapshot where there is one, then from the log. */
export async function openReplica(workspace: Bytes, ports: ReplicaPorts): Promise<Replica> {
  const state = new State(workspace, ports.now)
  const snapshotter = new Snapshotter(state)
  // The feed first, and at once: were the log read before it, another tab could write on it in between.
  const opening = ports.openFeed()
  try {
    const [snapshot, lease] = await Promise.all([ports.store.readSnapshot(), opening])
    const covered = snapshot ? await coveredBy(snapshot, snapshotter, ports.store) : 0
    if (snapshot && covered === 0) await ports.store.dropSnapshot()
    const replica = new Replica(state, snapshotter, covered, ports)
    await replica.catchUp()
    replica.begin(lease)
    return replica
  } catch (error) {
    await opening.then((lease) => lease.release()).catch(() => undefined)
    throw error
  }
}

/** The arrival up to which a snapshot has the log; 0 where it cannot be used. */
async function coveredBy(snapshot: Snapshot, snapshotter: Snapshotter, store: Store): Promise<number> {
  const covered = snapshotter.coverOf(snapshot)
  // After a power cut a disk may have kept the snapshot, and not the end of the log that it was taken from.
  for await (const page of store.readAt(covered > 0 ? [covered] : []))
    if (page.length > 0) return snapshotter.restore(snapshot) ?? 0
  return 0
}

export class Replica implements LogSource {
  readonly workspace: Bytes
  readonly actor: ActorKey
  readonly views: Views
  readonly #state: State
  readonly #ports: ReplicaPorts
  readonly #snapshotter: Snapshotter
  #covered: number
  #writer: Writer | null = null
  #saving: Saving | null = null
  #lease: FeedLease | null = null
  #flushing: Promise<void> | null = null
  readonly #standing: Standing
  #refolding: Promise<void> | null = null
  #changesAtSnapshot: number
  #keysSought = 0
  #authorityVersion = 0
  #rekeying: Promise<unknown> = Promise.resolve()
  readonly #incoming: Incoming
  readonly #epochs: Epochs
  readonly #outgoing: Outgoing
  readonly #undo = new UndoHistory()
  readonly #durable = createEmitter<readonly number[]>()
  readonly #authorityChanges = createEmitter<void>()

  /** Use `openReplica`. */
  constructor(state: State, snapshotter: Snapshotter, covered: number, ports: ReplicaPorts) {
    this.workspace = state.workspace
    this.actor = toHex(ports.signer.key) as ActorKey
    this.#state = state
    this.#snapshotter = snapshotter
    this.#covered = covered
    this.#ports = ports
    this.#changesAtSnapshot = state.changes
    this.views = new Views(state, ports.now)
    this.#standing = new Standing(state, this.actor, ports.now)
    this.#epochs = new Epochs(state, ports.keyring)
    this.#outgoing = new Outgoing(state, { ...ports, sealing: ports.keyring.sealing, epochs: this.#epochs })
    this.#incoming = new Incoming(state, this.actor, {
      ...ports,
      idle: () => this.#signed(),
      isIdle: () => this.#active().idle,
      taken: (admitted) => this.#take(admitted),
      sliced: () => this.#publish(),
      settled: async () => {
        await this.#refold()
        this.#publish()
      },
    })
  }

  /** Takes the feed to write to. Called once, by `openReplica`, after the log is read. */
  begin(lease: FeedLease): void {
    const { store, signer, now, random } = this.#ports
    this.#lease = lease
    const place = { feed: fromHex(lease.feed), head: lease.head }
    this.#saving = new Saving(
      store,
      lease.head,
      () => this.#writer?.unsigned ?? 0,
      (ordinals, first) => this.#saved(ordinals, first),
    )
    this.#writer = new Writer(this.#state, signer, place, now, random, (signed) => this.#push(signed, true))
  }

  get history(): History {
    return this.#state.history
  }

  get nodes(): ReadonlyMap<NodeId, WorkNode> {
    return this.#state.fold.nodes
  }

  /** Whether a peer has sent what only a newer version understands. */
  get sawNewerVersion(): boolean {
    return this.#incoming.sawNewer
  }

  /** Whether the genesis is here: before it nothing else can be. */
  get hasGenesis(): boolean {
    return this.#state.roots.length > 0
  }

  /** Valid changes to the tree so far. */
  get changes(): number {
    return this.#state.changes
  }

  get random(): RandomBytes {
    return this.#ports.random
  }

  get now(): () => number {
    return this.#ports.now
  }

  /** Lets the page breathe: for long work on what the replica holds. */
  get yieldToUi(): () => Promise<void> {
    return this.#ports.yieldToUi
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

  /** All changes about a node, counting or not, the latest admitted first. */
  refsOf(id: NodeId): readonly Ref[] {
    const node = this.#state.fold.nodes.get(id) ?? this.#state.fold.hidden.get(id)
    return node ? this.#state.index.refsOf(node.slot) : []
  }

  /** Key and feed of this tab's own feed, in hex. */
  get feedName(): string {
    return this.#active().feedName
  }

  /** Who may what, and why. Read only. */
  get authority(): Authority {
    return this.#state.authority
  }

  /** The live capabilities of this actor, the most senior first. */
  get held(): readonly Capability[] {
    return this.#standing.held
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

  /** Batches that came and are not admitted. */
  get delayed(): Delayed {
    const { waiting, held } = this.#state.ledger
    return { waiting, held, sealed: this.#incoming.sealed, outside: this.#incoming.outside }
  }

  /** Who has written far more than they may, in the last minutes. */
  floods(): readonly Flood[] {
    return this.#incoming.floods()
  }

  isSetAside(id: Bytes): boolean {
    return this.#incoming.isSetAside(id)
  }

  /** The runs of a task, in the order of their claims. */
  runsOf(task: NodeId): readonly RunRow[] {
    const node = this.nodes.get(task)
    return node ? runRows(node, this.#state) : []
  }

  /** Whether bodies leave this device sealed. */
  get isSealed(): boolean {
    return this.#epochs.isSealed
  }

  /** Whether this actor may do this to such a node, here and now: a courtesy, the fold judges again. */
  may(right: Right, about: string | Facts): boolean {
    return this.#standing.may(right, about)
  }

  /** Whether this actor may say so of a run of the task. */
  maySay(op: WorkOp, task: WorkNode, run: NodeId, why: EndReason | null = null): boolean {
    return this.#standing.forEdit({ op, node: task.id, run, epoch: 1, why, note: null }) !== null
  }

  /** The most senior capability of this actor with a right that is about no node, or null. */
  capabilityFor(right: Right): Capability | null {
    return this.#standing.forAuthority(right)
  }

  /**
   * Makes changes, at once and in one go; `label` names the step for undo, null makes none. Callers check `may` first:
   * an edit without the right is a bug and throws.
   */
  transact<T>(label: string | null, change: (tx: Transaction) => T): T {
    const tx = new Transaction(this.#state, (edit) => this.#write(edit), this.#ports)
    try {
      return change(tx)
    } finally {
      if (label !== null) this.#undo.record({ label, inverses: tx.inverses })
      this.#publish()
      this.#flush()
    }
  }

  /** As `transact`, in a batch of its own: what fits into one comes to everybody as a whole. */
  transactTogether<T>(label: string | null, change: (tx: Transaction) => T): T {
    this.#active().close()
    return this.transact(label, change)
  }

  /** Publishes a change to who may what, at once, under a capability of this actor's that admits it. */
  publish(change: AuthorityChange, capability: string): Ref {
    const ref = this.#active().writeAuthority(change, capability)
    this.#authorityChanged()
    this.#refold().catch((error: unknown) => this.#disk().failed(error))
    this.#flush()
    // Who ends somebody's rights sees to it that they can read no more.
    if (change.op === 'revoke') this.rekey().catch((error: unknown) => this.#disk().failed(error))
    return ref
  }

  /**
   * Does what is due about the keys of the bodies, where this actor may: hands the present one to who lacks it, or makes a new
   * one after somebody was removed. Answers whether there was anything to do.
   */
  rekey(): Promise<boolean> {
    const rekeyed = this.#rekeying.then(() => this.#rekeyNow())
    this.#rekeying = rekeyed.catch(() => false)
    return rekeyed
  }

  async #rekeyNow(): Promise<boolean> {
    const { due } = this.#epochs
    if (due === null || this.capabilityFor('rekey') === null) return false
    const { key, rekeys } = await this.#epochs.make(due, this.#ports.random)
    // Somebody else may have been quicker while it was made.
    const cited = this.capabilityFor('rekey')
    if (this.#epochs.due === null || cited === null) return false
    for (const rekey of rekeys) this.publish({ op: 'rekey', rekey }, cited.id)
    this.#ports.keyring.add(key)
    return true
  }

  /**
   * Takes in one grant under another key, in a feed of its own: how an invite is redeemed. It is signed first and then comes
   * in like anybody else's batch, so what is written here meanwhile never hangs on something without an id. Answers whether
   * the grant counts.
   */
  async redeem(invite: Signer, grant: Grant, capability: string): Promise<boolean> {
    while (!this.#active().idle) await this.#signed()
    const batch = await invite.sign(grantDraft(this.#state, invite.key, grant, capability, this.#ports))
    await this.#incoming.admit([{ ok: true, batch }], 'invite')
    await this.saved()
    this.#disk().tell()
    const id = toHex(capabilityId(grant))
    return this.held.some((capability) => capability.id === id)
  }

  get nextUndo(): UndoStep | undefined {
    return this.#undo.nextUndo
  }

  get nextRedo(): UndoStep | undefined {
    return this.#undo.nextRedo
  }

  /**
   * Takes back this session's last step, or the given one whatever came after it; answers its label and how much of it was
   * overwritten since, or null where nothing is left to take back.
   */
  undo(step?: UndoStep): TakenBack | null {
    return this.#takeBack('undo', step)
  }

  redo(): TakenBack | null {
    return this.#takeBack('redo')
  }

  get saveState(): SaveState {
    return this.#disk().state
  }

  onSaveState(listener: (state: SaveState) => void): () => void {
    return this.#disk().onState(listener)
  }

  /** Another writer took our feed (a copied profile, a lost lock): reopen the replica and hand `unsaved` to it. */
  onFeedMoved(listener: () => void): () => void {
    return this.#disk().onFeedMoved(listener)
  }

  /** Resolves when everything written so far is durable, or saving has stopped (`saveState.problem`). */
  async saved(): Promise<void> {
    while (this.#flushing) await this.#flushing
    await this.#disk().settled()
  }

  /** The store went away while open: said at once, not only when the next write fails. */
  storeLost(error: Error): void {
    this.#disk().failed(error)
  }

  /** Tries again to save what a full or lost store refused. */
  retrySaving(): Promise<void> {
    return this.#disk().retry()
  }

  async receive(wires: readonly Bytes[], from: string): Promise<ReceiveReport> {
    // Another tab of this profile stored them before it sent them: read them there instead of storing them twice.
    if (from === this.actor) await this.catchUp()
    const report = await this.#incoming.receive(wires, from)
    await this.#disk().settled()
    return report
  }

  learn(wires: readonly Bytes[]): Promise<void> {
    return this.#incoming.learn(wires)
  }

  onDurable(listener: (ordinals: readonly number[]) => void): () => void {
    return this.#durable.on(listener)
  }

  wires(ordinals: readonly number[]): AsyncIterable<readonly OutgoingWire[]> {
    return this.#outgoing.wires(ordinals)
  }

  keyWires(epoch: Bytes): Promise<readonly Bytes[]> {
    return this.#outgoing.keyWires(epoch)
  }

  /** Batches as the store has them, open. */
  stored(ordinals: readonly number[]): ReturnType<Outgoing['stored']> {
    return this.#outgoing.stored(ordinals)
  }

  /** The whole log as wire batches, open, in order of arrival. */
  async *exportLog(): AsyncIterable<readonly Bytes[]> {
    await this.saved()
    for await (const page of this.#ports.store.readSince(0)) yield page.map(({ wire }) => wire)
  }

  /**
   * Admits what is in the store and not here: at the start, and what other tabs of this profile have stored since. It was
   * verified before it was stored.
   */
  async catchUp(): Promise<void> {
    let sliceEnd = this.#ports.now() + SLICE_MS
    for await (const page of this.#ports.store.readSince(this.#covered)) {
      for (const { arrival, wire } of page) {
        const batch = readStored(wire)
        // Asked again after each wait: something may have been written before we go on.
        while (this.#writer && !this.#writer.idle) await this.#signed()
        const { history } = this.#state
        const known = history.ordinalOf(batch.id)
        // Another tab stored it as well, and was quicker: its arrival counts, or what it wrote on top would come before it.
        const ours = known === null ? arrival : history.arrivalOf(known)
        if (known !== null && (ours === 0 || arrival < ours)) {
          history.setArrival(known, arrival)
          this.#snapshotter.rearranged(known)
          if (ours === 0) this.#durable.emit([known])
        }
        if (known === null)
          this.#state.offer(batch, FROM_STORE, (admitted) => {
            // What waited for it came from a peer, and is not in the store.
            if (admitted.from !== FROM_STORE) return this.#take(admitted)
            history.setArrival(admitted.ordinal, arrival)
            this.#noticeAuthority(admitted)
            if (this.#writer) this.#durable.emit([admitted.ordinal])
          })
        this.#covered = Math.max(this.#covered, arrival)
        if (this.#ports.now() < sliceEnd) continue
        await this.#ports.yieldToUi()
        sliceEnd = this.#ports.now() + SLICE_MS
      }
    }
    await this.#refold()
    this.#publish()
    await this.#learnKeys()
  }

  /** What time brings: batches that are due, tasks that may be begun now. Call it every second or so. */
  tick(): void {
    this.views.refreshDue()
    if (!this.#active().idle) return
    this.#state.ledger.release((admitted) => {
      this.#state.apply(admitted)
      this.#take(admitted)
    })
    this.#refold().catch((error: unknown) => this.#disk().failed(error))
    this.#incoming.letIn().catch((error: unknown) => this.#disk().failed(error))
    this.#publish()
  }

  /** Changes since the last snapshot. */
  get unsnapshotted(): number {
    return this.#state.changes - this.#changesAtSnapshot
  }

  /** Writes a snapshot if all here is durable; call it from one tab only. Answers whether it did. */
  async snapshot(): Promise<boolean> {
    await this.catchUp()
    await this.saved()
    if (!this.#active().idle || !this.#disk().isIdle || !this.hasGenesis || this.#state.stale.size > 0) return false
    const { snapshot, fresh } = this.#snapshotter.take(this.#covered)
    const { changes } = this.#state
    try {
      await this.#ports.store.writeSnapshot(snapshot, fresh)
    } catch (error) {
      this.#snapshotter.forget()
      throw error
    }
    this.#changesAtSnapshot = changes
    return true
  }

  /** Hex; equal on two replicas that hold the same batches. */
  async stateHash(): Promise<string> {
    await this.settled()
    return stateHash(this.#state)
  }

  /** Resolves once everything of ours has its id and every node is folded from what counts. */
  async settled(): Promise<void> {
    while (!this.#active().idle || this.#state.stale.size > 0) {
      await this.#signed()
      await this.#refold()
    }
  }

  /** Who may what, or who is who, may be otherwise now. */
  onAuthority(listener: () => void): () => void {
    return this.#authorityChanges.on(listener)
  }

  /** Grows with every such change. */
  get authorityVersion(): number {
    return this.#authorityVersion
  }

  /** What no store has: what a fresh replica takes over after `onFeedMoved`. */
  unsaved(): readonly Written[] {
    return this.#active().unsaved()
  }

  /** Saves what can be saved and lets go of the feed, clean if everything is durable. The store and verifier are the host's to close. */
  async close(): Promise<void> {
    await this.saved()
    if (this.#disk().state.problem === null) await this.#lease?.release()
  }

  #active(): Writer {
    assert(this.#writer !== null, 'a replica is used once it is open')
    return this.#writer
  }

  #disk(): Saving {
    assert(this.#saving !== null, 'a replica is used once it is open')
    return this.#saving
  }

  async #signed(): Promise<void> {
    const writer = this.#active()
    while (!writer.idle) await writer.allSigned()
  }

  #write(edit: Edit): Ref {
    const right = this.#state.rightOf(edit, this.actor)
    assert(right !== null, `the node of an edit is here (${edit.node})`)
    const capability = this.#standing.forEdit(edit)
    assert(capability !== null, `the actor may ${right} what ${edit.op} is about`)
    return this.#active().write(edit, right, capability.id)
  }

  /** Builds anew what a verdict that turned has made stale; one at a time. */
  #refold(): Promise<void> {
    if (this.#state.stale.size === 0) return this.#refolding ?? Promise.resolve()
    return (this.#refolding ??= rebuildStale(this.#state, {
      unsaved: (ordinal) => this.#writer?.unsavedIn(ordinal),
      waiting: (ordinal) => this.#saving?.wireOf(ordinal),
      stored: (ordinals) => this.stored(ordinals),
      yieldToUi: this.#ports.yieldToUi,
    })
      .then(() => this.#publish())
      .finally(() => (this.#refolding = null)))
  }

  #takeBack(which: 'undo' | 'redo', chosen?: UndoStep): TakenBack | null {
    const { history } = this.#state
    const isOurs = (ref: Ref): boolean => history.feedOf(Math.floor(ref / 256)).startsWith(this.actor)
    let skipped = 0
    const step = this.#undo.turn(
      which,
      (taken) => {
        const found = editsOf(taken, this.#state.fold.nodes, isOurs)
        const allowed = found.edits.filter((edit) => this.#standing.forEdit(edit) !== null)
        skipped = found.skipped + found.edits.length - allowed.length
        const tx = new Transaction(this.#state, (edit) => this.#write(edit), this.#ports)
        for (const edit of allowed) tx.write(edit)
        return tx.inverses
      },
      chosen,
    )
    if (step === null) return null
    this.#publish()
    this.#flush()
    return { label: step.label, skipped }
  }

  /** Signs and stores until nothing waits; what is written meanwhile goes into the next round. */
  #flush(): void {
    this.#flushing ??= this.#run().finally(() => (this.#flushing = null))
    this.#disk().tell()
  }

  async #run(): Promise<void> {
    await Promise.resolve()
    try {
      while (!this.#active().idle) {
        await this.#active().allSigned()
        await this.#disk().settled()
      }
    } catch (error) {
      this.#disk().failed(error)
    }
  }

  #push({ batch, ordinal }: SignedBatch, own: boolean): void {
    const feed = toHex(batch.header.feed)
    this.#disk().push({
      ordinal,
      id: batch.id,
      wire: batch.wire,
      own: own ? { key: this.actor, feed, seq: batch.header.seq } : null,
    })
  }

  #take(admitted: Admitted): void {
    this.#noticeAuthority(admitted)
    this.#disk().push({ ordinal: admitted.ordinal, id: admitted.batch.id, wire: admitted.batch.wire, own: null })
  }

  #noticeAuthority({ batch }: Admitted): void {
    if (batch.header.kind === KIND.authority) this.#authorityChanged()
  }

  /** Keys that came by another tab, or before this device kept them, are in the log. */
  async #learnKeys(): Promise<void> {
    const { entries } = this.#state.authority
    const fresh = entries.slice(this.#keysSought)
    this.#keysSought = entries.length
    await this.#ports.keyring.learnFrom(fresh.flatMap(({ change }) => (change.op === 'rekey' ? [change.rekey] : [])))
  }

  #authorityChanged(): void {
    this.#standing.forget()
    this.#epochs.forget()
    this.#incoming.authorityChanged()
    this.#authorityVersion++
    this.#authorityChanges.emit()
  }

  #publish(): void {
    if (!this.#state.hasTouched) return
    const touched = this.#state.takeTouched()
    this.#snapshotter.touch(touched)
    this.views.update(touched)
  }

  #saved(ordinals: readonly number[], first: number): void {
    const { history } = this.#state
    const fresh = ordinals.filter((ordinal) => history.arrivalOf(ordinal) === 0)
    // Where another tab stored it first, that arrival stands: what hangs on it may have come between.
    ordinals.forEach((ordinal, i) => {
      if (history.arrivalOf(ordinal) === 0) history.setArrival(ordinal, first + i)
    })
    for (const ordinal of ordinals) this.#writer?.forget(ordinal)
    if (first === this.#covered + 1) this.#covered += ordinals.length
    if (fresh.length > 0) this.#durable.emit(fresh)
  }
}

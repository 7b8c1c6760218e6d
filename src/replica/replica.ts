/**
 * The replica: log, store, fold and views as one object, in the hand of one actor; everything above uses this and nothing below.
 *
 * Every operation completes against what is here (L6). Several tabs of a profile share one store; each is a replica of its own.
 * The agents whose keys are kept on this device share one log with its person (`as`): what one writes, the others see at once, and
 * each signs with its own key, under its own rights, in its own feed. What is the same in every hand stands in `reading.ts`.
 */

import { assert } from '../base/assert.ts'
import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import type { AuthorityChange } from '../core/authority-change.ts'
import type { Value } from '../core/batch.ts'
import type { Capability } from '../core/capability-registry.ts'
import { capabilityId, type Grant } from '../core/capability.ts'
import type { Edit, Right } from '../core/change.ts'
import type { WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import { type ActorKey, type NodeId, type NodeType, shortKey } from '../core/ids.ts'
import type { Facts } from '../core/scope.ts'
import type { EndReason, WorkOp } from '../core/work.ts'
import type { Receipt } from '../store/receipts.ts'
import type { LogSource, ReceiveReport } from '../sync/log-source.ts'
import type { SaveState } from './saving.ts'
import { Reading } from './reading.ts'
import { openShared, type SharedLog, type SharedPorts } from './shared-log.ts'
import { Standing } from './standing.ts'
import { stateHash } from './state-hash.ts'
import { Transaction } from './transaction.ts'
import { editsOf, UndoHistory, type UndoStep } from './undo.ts'
import { grantDraft, type Hand, type Signer, type UnsavedChange } from './writer.ts'

export interface FeedLease {
  /** Hex of the feed's 8 bytes. */
  readonly feed: string
  readonly head: { readonly seq: number; readonly id: Bytes } | null
  /** Marks the feed clean, if asked to, and frees it. */
  release(): Promise<void>
}

/** Who writes, and where. */
export interface ActorPorts {
  readonly signer: Signer
  readonly openFeed: () => Promise<FeedLease>
}

export type ReplicaPorts = SharedPorts & ActorPorts

export interface TakenBack {
  readonly label: string
  /** Changes of the step that others have overwritten, or that may not be taken back any more. */
  readonly skipped: number
}

/** Opens the replica of a workspace from its store. */
export async function openReplica(workspace: Bytes, ports: ReplicaPorts): Promise<Replica> {
  // The feed first, and at once: were the log read before it, another tab could write on it in between.
  const opening = ports.openFeed()
  try {
    const [shared, lease] = await Promise.all([openShared(workspace, toHex(ports.signer.key) as ActorKey, ports), opening])
    await shared.catchUp()
    return new Replica(shared, ports.signer, lease)
  } catch (error) {
    await opening.then((lease) => lease.release()).catch(() => undefined)
    throw error
  }
}

export class Replica extends Reading implements LogSource {
  readonly actor: ActorKey
  readonly #shared: SharedLog
  readonly #signer: Signer
  readonly #lease: FeedLease
  readonly #hand: Hand
  readonly #standing: Standing
  readonly #undo = new UndoHistory()
  #rekeying: Promise<unknown> = Promise.resolve()
  #isClosed = false

  /** Use `openReplica`, and `as`. What is in the feed is in the log. */
  constructor(shared: SharedLog, signer: Signer, lease: FeedLease) {
    super(shared)
    this.actor = toHex(signer.key) as ActorKey
    this.#shared = shared
    this.#signer = signer
    this.#lease = lease
    this.#hand = shared.writer.join(signer, { feed: fromHex(lease.feed), head: lease.head })
    shared.saving.lead(this.#hand.feedName, lease.head)
    this.#standing = new Standing(shared, this.actor)
  }

  /**
   * The same log in another's hand: an agent's whose key is kept here. It writes under its own rights, in a feed of its own, and
   * has an undo of its own; everything else is shared. Closing it frees its feed and nothing more; close it before this one.
   */
  async as({ signer, openFeed }: ActorPorts): Promise<Replica> {
    if (this.isMute(toHex(signer.key) as ActorKey))
      throw new Error(`The key ${shortKey(toHex(signer.key))} does not sign. Load the page again to try it anew.`)
    const lease = await openFeed()
    try {
      // Another tab may have written the end of that feed.
      await this.#shared.catchUp()
      return new Replica(this.#shared, signer, lease)
    } catch (error) {
      await lease.release().catch(() => undefined)
      throw error
    }
  }

  /** Key and feed of this tab's own feed, in hex. */
  get feedName(): string {
    return this.#hand.feedName
  }

  /** The live capabilities of this actor, the most senior first. */
  get held(): readonly Capability[] {
    return this.#standing.held
  }

  /** Whether this actor may do this to such a node, here and now: a courtesy, the fold judges again. */
  may(right: Right, about: string | Facts): boolean {
    return this.#standing.may(right, about)
  }

  /** Whether this actor may say so of a run of the task. */
  maySay(op: WorkOp, task: WorkNode, run: NodeId, why: EndReason | null = null, note: Value = null): boolean {
    return this.#standing.forEdit({ op, node: task.id, run, epoch: 1, why, note }) !== null
  }

  /** The most senior capability of this actor with a right that is about no node, or null. */
  capabilityFor(right: Right): Capability | null {
    return this.#standing.forAuthority(right)
  }

  /** Whether this capability is this actor's, and has a right that is about no node. */
  mayCite(id: string, right: Right): boolean {
    return this.#standing.mayCite(id, right)
  }

  /**
   * Makes changes, at once and in one go; `label` names the step for undo, null makes none. Callers check `may` first:
   * an edit without the right is a bug and throws.
   */
  transact<T>(label: string | null, change: (tx: Transaction) => T): T {
    const tx = this.#transaction()
    try {
      return change(tx)
    } finally {
      if (label !== null) this.#undo.record({ label, inverses: tx.inverses })
      this.#shared.publish()
      this.#shared.refoldSoon()
      this.#shared.flush()
    }
  }

  /** As `transact`, in a batch of its own: what fits into one comes to everybody as a whole. */
  transactTogether<T>(label: string | null, change: (tx: Transaction) => T): T {
    this.#shared.writer.close()
    return this.transact(label, change)
  }

  /**
   * Does what may be asked for again under this name, and keeps a receipt of it with what it writes, in one transaction: `begun` until
   * all that it has written is saved, then what `answered` says of it (empty: it did nothing, and the name is free).
   */
  once<T>(name: string, begun: string, act: () => T | Promise<T>, answered: (done: T) => string): T | Promise<T> {
    return this.#shared.once(name, begun, act, answered)
  }

  /** What the store has been told by `once`, oldest first; empty of one that keeps no receipts. */
  async receipts(): Promise<readonly Receipt[]> {
    return (await this.#shared.ports.store.receipts?.()) ?? []
  }

  /** Publishes a change to who may what, at once, under a capability of this actor's that admits it. */
  publish(change: AuthorityChange, capability: string): Ref {
    assert(!this.#isClosed, 'who writes holds their feed')
    const ref = this.#shared.writer.writeAuthority(this.#hand, change, capability)
    this.#shared.authorityChanged()
    this.#shared.refoldSoon()
    this.#shared.flush()
    // Who ends somebody's rights sees to it that they can read no more.
    if (change.op === 'revoke') this.rekey().catch((error: unknown) => this.#shared.saving.failed(error))
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
    const { due } = this.#shared.epochs
    if (due === null || this.capabilityFor('rekey') === null) return false
    const { key, rekeys } = await this.#shared.epochs.make(due, this.random)
    // Somebody else may have been quicker while it was made.
    const cited = this.capabilityFor('rekey')
    if (this.#shared.epochs.due === null || cited === null) return false
    for (const rekey of rekeys) this.publish({ op: 'rekey', rekey }, cited.id)
    this.#shared.ports.keyring.add(key)
    return true
  }

  /**
   * Takes in one grant under another key, in a feed of its own: how an invite is redeemed. It is signed first and then comes
   * in like anybody else's batch, so what is written here meanwhile never hangs on something without an id. Answers whether
   * the grant counts.
   */
  async redeem(invite: Signer, grant: Grant, capability: string): Promise<boolean> {
    while (!this.#shared.writer.idle) await this.#shared.signed()
    const batch = await invite.sign(grantDraft(this.#state, invite.key, grant, capability, this.#shared.ports))
    await this.#shared.incoming.admit([{ ok: true, batch }], 'invite')
    await this.saved()
    this.#shared.saving.tell()
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
    return this.#shared.saving.state
  }

  onSaveState(listener: (state: SaveState) => void): () => void {
    return this.#shared.saving.onState(listener)
  }

  /**
   * Nothing is saved here any more, of any hand: another writer took a feed of ours (a copied profile, a lost lock), or an agent's
   * key does not sign, and what others wrote stands on what it wrote. Open a fresh replica and let it `takeOver`.
   */
  onStuck(listener: () => void): () => void {
    return this.#shared.saving.onStuck(listener)
  }

  /** Whether this key was asked to sign here and did not: it gets no hand in this log. */
  isMute(actor: ActorKey): boolean {
    return this.#shared.mute.has(actor)
  }

  /** Gives this key no hand in this log. */
  mute(actor: ActorKey): void {
    this.#shared.mute.add(actor)
  }

  /** Resolves when everything written so far is durable, or saving has stopped (`saveState.problem`). */
  saved(): Promise<void> {
    return this.#shared.saved()
  }

  /** The store went away while open: said at once, not only when the next write fails. */
  storeLost(error: Error): void {
    this.#shared.saving.failed(error)
  }

  /** Tries again to save what could not be signed, by whichever hand, or a full or lost store refused. */
  retrySaving(): Promise<void> {
    return this.#shared.retrySaving()
  }

  async receive(wires: readonly Bytes[], from: string): Promise<ReceiveReport> {
    // Another tab of this profile stored them before it sent them: read them there instead of storing them twice.
    if (from === this.actor) await this.catchUp()
    return this.#shared.receive(wires, from)
  }

  learn(wires: readonly Bytes[]): Promise<void> {
    return this.#shared.incoming.learn(wires)
  }

  /** Admits what is in the store and not here: what other tabs of this profile have stored since. */
  catchUp(): Promise<void> {
    return this.#shared.catchUp()
  }

  /** What time brings: batches that are due, tasks that may be begun now. Call it every second or so. */
  tick(): void {
    this.#shared.tick()
  }

  /** Writes a snapshot if all here is durable; call it from one tab only. Answers whether it did. */
  snapshot(): Promise<boolean> {
    return this.#shared.snapshot()
  }

  /** Hex; equal on two replicas that hold the same batches. */
  async stateHash(): Promise<string> {
    await this.settled()
    return stateHash(this.#state)
  }

  /** Resolves once everything of ours has its id and every node is folded from what counts. */
  async settled(): Promise<void> {
    const { writer } = this.#shared
    while (!writer.idle || this.#state.stale.size > 0) {
      await this.#shared.signed()
      await this.#shared.refold()
    }
  }

  /** Whether what this actor writes there now would not show, since its run lost the task. */
  isFenced(about: { readonly id: NodeId; readonly type: NodeType }): boolean {
    return this.#state.fences.binds(about, this.actor)
  }

  /** What no store has, of every hand: what a fresh replica takes over after `onStuck`. */
  unsaved(): readonly UnsavedChange[] {
    return this.#shared.writer.unsaved()
  }

  /** Whether this actor may make this edit, here and now. */
  mayWrite(edit: Edit): boolean {
    return this.#standing.forEdit(edit) !== null
  }

  /** Saves what can be saved and lets go of the feed, clean if everything is durable. The store and verifier are the host's to close. */
  async close(): Promise<void> {
    await this.saved()
    this.#isClosed = true
    this.#shared.writer.leave(this.#hand)
    if (this.saveState.problem === null) await this.#lease.release()
  }

  get #state(): SharedLog['state'] {
    return this.#shared.state
  }

  #transaction(): Transaction {
    assert(!this.#isClosed, 'who writes holds their feed')
    return new Transaction(this.#state, (edit) => this.#write(edit), { random: this.random, signer: this.#signer })
  }

  #write(edit: Edit): Ref {
    const right = this.#state.judge.rightOf(edit, this.actor)
    assert(right !== null, `the node of an edit is here (${edit.node})`)
    const capability = this.#standing.forEdit(edit)
    assert(capability !== null, `the actor may ${right} what ${edit.op} is about`)
    return this.#shared.writer.write(this.#hand, edit, right, capability.id)
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
        const tx = this.#transaction()
        for (const edit of allowed) tx.write(edit)
        return tx.inverses
      },
      chosen,
    )
    if (step === null) return null
    this.#shared.publish()
    this.#shared.flush()
    return { label: step.label, skipped }
  }
}

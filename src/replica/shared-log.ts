/**
 * What all hands of a replica share: the log with what is folded from it, what comes in from peers and other tabs, and what goes
 * out to the disk and to peers. `Replica` is this in one actor's hand.
 *
 * An edit counts at once in memory, is signed, and is *saved* when the store says it would survive a kill; only then do peers see
 * it (L2). What peers send is verified elsewhere, admitted in small slices, stored, and only then passed on. Nothing foreign is
 * admitted while a batch of ours has no id.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import type { RandomBytes } from '../base/random.ts'
import { KIND } from '../core/batch.ts'
import type { Ref } from '../core/history.ts'
import type { ActorKey } from '../core/ids.ts'
import type { Keyring } from '../log/keyring.ts'
import { type Admitted, FROM_STORE } from '../log/ledger.ts'
import { readStored } from '../log/stored.ts'
import type { Verifier } from '../log/verifier.ts'
import type { Receipt } from '../store/receipts.ts'
import type { Snapshot, Store } from '../store/store.ts'
import type { ReceiveReport } from '../sync/log-source.ts'
import { Epochs } from './epochs.ts'
import { HumanEdits } from './human-edits.ts'
import { Incoming, SLICE_MS } from './incoming.ts'
import { Outgoing } from './outgoing.ts'
import { rebuildStale } from './refold.ts'
import { Saving } from './saving.ts'
import { Slip } from './slip.ts'
import { Snapshotter } from './snapshot.ts'
import { State } from './state.ts'
import { Views } from './views.ts'
import { type SignedBatch, SigningError, Writer } from './writer.ts'

export interface SharedPorts {
  readonly store: Store
  readonly verifier: Verifier
  /** The keys of the bodies; kept by whoever made it. */
  readonly keyring: Keyring
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly random: RandomBytes
  /** Lets the page breathe between slices of work. */
  readonly yieldToUi: () => Promise<void>
}

export class SharedLog {
  readonly state: State
  readonly ports: SharedPorts
  readonly views: Views
  readonly humanEdits: HumanEdits
  readonly writer: Writer
  readonly saving: Saving
  readonly epochs: Epochs
  readonly outgoing: Outgoing
  readonly incoming: Incoming
  readonly durable = createEmitter<readonly number[]>()
  readonly authorityChanges = createEmitter<void>()
  /** Changes show, or do not, otherwise than before, though nobody's rights are others: their run won or lost. */
  readonly fenceChanges = createEmitter<void>()
  readonly turned = createEmitter<ReadonlySet<Ref>>()
  /** Grows whenever who may what, or who is who, may be otherwise. */
  authorityVersion = 0
  /** Whose keys did not sign: they get no hand in this log. */
  readonly mute = new Set<ActorKey>()
  readonly #self: ActorKey
  readonly #snapshotter: Snapshotter
  #covered: number
  #changesAtSnapshot: number
  #keysSought = 0
  #flushing: Promise<void> | null = null
  #refolding: Promise<void> | null = null

  /** Use `openShared`. `self`: whose device this is. */
  constructor(state: State, snapshotter: Snapshotter, covered: number, self: ActorKey, ports: SharedPorts) {
    this.state = state
    this.ports = ports
    this.#self = self
    this.#snapshotter = snapshotter
    this.#covered = covered
    this.#changesAtSnapshot = state.changes
    this.views = new Views(state, ports.now)
    this.humanEdits = new HumanEdits(state)
    this.epochs = new Epochs(state, ports.keyring)
    this.outgoing = new Outgoing(state, { ...ports, sealing: ports.keyring.sealing, epochs: this.epochs })
    this.writer = new Writer(state, ports.now, ports.random, (signed) => this.#pushOwn(signed))
    this.saving = new Saving(
      ports.store,
      () => this.writer.unsigned,
      (ordinals, first) => this.#saved(ordinals, first),
    )
    this.incoming = new Incoming(state, self, {
      ...ports,
      idle: () => this.signed(),
      isIdle: () => this.writer.idle,
      taken: (admitted) => this.#take(admitted),
      sliced: () => this.publish(),
      settled: async () => {
        await this.refold()
        this.publish()
      },
    })
  }

  /** Resolves once every batch of ours has its id. Look again after the wait: more may have been written. */
  async signed(): Promise<void> {
    while (!this.writer.idle) await this.writer.allSigned()
  }

  /** Resolves when everything written so far is durable, or saving has stopped (`saving.state.problem`). */
  async saved(): Promise<void> {
    while (this.#flushing) await this.#flushing
    await this.saving.settled()
  }

  /** See `Replica.once`. */
  once<T>(name: string, begun: string, act: () => T | Promise<T>, answered: (done: T) => string): T | Promise<T> {
    const slip = new Slip(name, this.ports.now(), begun)
    const done = this.writer.under(slip, act)
    if (!(done instanceof Promise)) {
      slip.answered = answered(done)
      // Nothing carries it: what was asked for was so already.
      if (slip.last === null && slip.answered !== '') this.saving.pushReceipt(slip.receipt)
      return done
    }
    // Into the line before anything that is written after a wait.
    this.saving.pushReceipt(slip.receipt)
    return done.then(async (value) => {
      // Nor is it answered there before all of it is: what was written first may go to the store when the last is not yet signed.
      await this.saved()
      if (this.saving.state.problem !== null) return value
      slip.answered = answered(value)
      this.saving.pushReceipt(slip.receipt)
      return value
    })
  }

  /** Tries again what could not be signed, and what the store refused. */
  async retrySaving(): Promise<void> {
    // What is failing right now says so first.
    while (this.#flushing) await this.#flushing
    this.mute.clear()
    this.writer.retry()
    const retried = this.saving.retry()
    this.flush()
    await retried
    await this.saved()
  }

  /** The arrival up to which all that the store has is here. */
  get covered(): number {
    return this.#covered
  }

  /** Shows what was touched, and tells what turned. */
  publish(): void {
    const turned = this.state.takeTurned()
    if (turned.size > 0) {
      this.humanEdits.forget()
      this.turned.emit(turned)
    }
    if (!this.state.hasTouched) return
    const touched = this.state.takeTouched()
    this.#snapshotter.touch(touched)
    this.views.update(touched)
    if (this.state.takeFencesTurned()) this.fenceChanges.emit()
  }

  /** Signs and stores until nothing waits; what is written meanwhile goes into the next round. */
  flush(): void {
    this.#flushing ??= this.#run().finally(() => (this.#flushing = null))
    this.saving.tell()
  }

  /** Who may what has changed. */
  authorityChanged(): void {
    this.epochs.forget()
    this.incoming.authorityChanged()
    this.authorityVersion++
    this.authorityChanges.emit()
  }

  /** Builds anew what a verdict that turned has made stale; one at a time. */
  refold(): Promise<void> {
    if (this.state.stale.size === 0) return this.#refolding ?? Promise.resolve()
    return (this.#refolding ??= rebuildStale(this.state, {
      unsaved: (ordinal) => this.writer.unsavedIn(ordinal),
      waiting: (ordinal) => this.saving.wireOf(ordinal),
      stored: (ordinals) => this.outgoing.stored(ordinals),
      yieldToUi: this.ports.yieldToUi,
    })
      .then(() => this.publish())
      .finally(() => (this.#refolding = null)))
  }

  /** As `refold`, for whoever cannot wait: what goes wrong is told by the save state. */
  refoldSoon(): void {
    this.refold().catch((error: unknown) => this.saving.failed(error))
  }

  async receive(wires: readonly Bytes[], from: string): Promise<ReceiveReport> {
    const report = await this.incoming.receive(wires, from)
    await this.saving.settled()
    return report
  }

  /**
   * Admits what is in the store and not here: at the start, and what other tabs of this profile have stored since. It was
   * verified before it was stored.
   */
  async catchUp(): Promise<void> {
    let sliceEnd = this.ports.now() + SLICE_MS
    for await (const page of this.ports.store.readSince(this.#covered)) {
      for (const { arrival, wire } of page) {
        const batch = readStored(wire)
        // Asked again after each wait: something may have been written before we go on.
        while (!this.writer.idle) await this.signed()
        const { history } = this.state
        const known = history.ordinalOf(batch.id)
        // Another tab stored it as well, and was quicker: its arrival counts, or what it wrote on top would come before it.
        const ours = known === null ? arrival : history.arrivalOf(known)
        if (known !== null && (ours === 0 || arrival < ours)) {
          history.setArrival(known, arrival)
          this.#snapshotter.rearranged(known)
          if (ours === 0) this.durable.emit([known])
        }
        if (known === null)
          this.state.offer(batch, FROM_STORE, (admitted) => {
            // What waited for it came from a peer, and is not in the store.
            if (admitted.from !== FROM_STORE) return this.#take(admitted)
            history.setArrival(admitted.ordinal, arrival)
            this.#noticeAuthority(admitted)
            this.durable.emit([admitted.ordinal])
          })
        this.#covered = Math.max(this.#covered, arrival)
        if (this.ports.now() < sliceEnd) continue
        await this.ports.yieldToUi()
        sliceEnd = this.ports.now() + SLICE_MS
      }
    }
    await this.refold()
    this.publish()
    await this.#learnKeys()
  }

  /** What time brings: batches that are due, tasks that may be begun now. */
  tick(): void {
    this.writer.tick()
    this.views.refreshDue()
    if (!this.writer.idle) return
    this.state.ledger.release((admitted) => {
      this.state.apply(admitted)
      this.#take(admitted)
    })
    this.refoldSoon()
    this.incoming.letIn().catch((error: unknown) => this.saving.failed(error))
    this.publish()
  }

  /** Changes since the last snapshot. */
  get unsnapshotted(): number {
    return this.state.changes - this.#changesAtSnapshot
  }

  /** Writes a snapshot if all here is durable; call it from one tab only. Answers whether it did. */
  async snapshot(): Promise<boolean> {
    await this.catchUp()
    await this.saved()
    const hasGenesis = this.state.roots.length > 0
    if (!this.writer.idle || !this.saving.isIdle || !hasGenesis || this.state.stale.size > 0) return false
    const { snapshot, fresh } = this.#snapshotter.take(this.#covered)
    const { changes } = this.state
    try {
      await this.ports.store.writeSnapshot(snapshot, fresh)
    } catch (error) {
      this.#snapshotter.forget()
      throw error
    }
    this.#changesAtSnapshot = changes
    return true
  }

  async #run(): Promise<void> {
    await Promise.resolve()
    try {
      while (!this.writer.idle) {
        await this.writer.allSigned()
        await this.saving.settled()
      }
    } catch (error) {
      // One's own key is that of the device: no fresh replica could do without it.
      if (!(error instanceof SigningError) || error.actor === this.#self) return this.saving.failed(error)
      this.mute.add(error.actor)
      this.saving.stuck(error)
    }
  }

  #pushOwn({ batch, ordinal, slips }: SignedBatch): void {
    const { key, feed, seq } = batch.header
    const receipts = (): readonly Receipt[] => [...slips].map((slip) => slip.receiptWith(ordinal))
    this.saving.push({ ordinal, id: batch.id, wire: batch.wire, own: { key: toHex(key), feed: toHex(feed), seq }, receipts })
  }

  #take(admitted: Admitted): void {
    this.#noticeAuthority(admitted)
    this.saving.push({ ordinal: admitted.ordinal, id: admitted.batch.id, wire: admitted.batch.wire, own: null })
  }

  #noticeAuthority({ batch }: Admitted): void {
    if (batch.header.kind === KIND.authority) this.authorityChanged()
  }

  /** Keys that came by another tab, or before this device kept them, are in the log. */
  async #learnKeys(): Promise<void> {
    const { entries } = this.state.authority
    const fresh = entries.slice(this.#keysSought)
    this.#keysSought = entries.length
    await this.ports.keyring.learnFrom(fresh.flatMap(({ change }) => (change.op === 'rekey' ? [change.rekey] : [])))
  }

  #saved(ordinals: readonly number[], first: number): void {
    const { history } = this.state
    const fresh = ordinals.filter((ordinal) => history.arrivalOf(ordinal) === 0)
    // Where another tab stored it first, that arrival stands: what hangs on it may have come between.
    ordinals.forEach((ordinal, i) => {
      if (history.arrivalOf(ordinal) === 0) history.setArrival(ordinal, first + i)
    })
    for (const ordinal of ordinals) this.writer.forget(ordinal)
    if (first === this.#covered + 1) this.#covered += ordinals.length
    if (fresh.length > 0) this.durable.emit(fresh)
  }
}

/** Reads what the store has: from the snapshot where there is one, then from the log. */
export async function openShared(workspace: Bytes, self: ActorKey, ports: SharedPorts): Promise<SharedLog> {
  const state = new State(workspace, ports.now)
  const snapshotter = new Snapshotter(state)
  const snapshot = await ports.store.readSnapshot()
  const covered = snapshot ? await coveredBy(snapshot, snapshotter, ports.store) : 0
  if (snapshot && covered === 0) await ports.store.dropSnapshot()
  return new SharedLog(state, snapshotter, covered, self, ports)
}

/** The arrival up to which a snapshot has the log; 0 where it cannot be used. */
async function coveredBy(snapshot: Snapshot, snapshotter: Snapshotter, store: Store): Promise<number> {
  const covered = snapshotter.coverOf(snapshot)
  // After a power cut a disk may have kept the snapshot, and not the end of the log that it was taken from.
  for await (const page of store.readAt(covered > 0 ? [covered] : []))
    if (page.length > 0) return snapshotter.restore(snapshot) ?? 0
  return 0
}

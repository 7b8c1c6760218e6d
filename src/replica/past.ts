/**
 * The board as it was: the fold of all saved batches up to an HLC, with the verdicts of now.
 *
 * Whatever an HLC leaves out has none of what it keeps on top of it, so any HLC cuts the log at a state that could have been.
 * The history is the replica's own, so that refs mean the same; nodes and views are others, and nothing is written.
 *
 * Moving forward folds what lies between. Moving back builds anew the nodes that what lies between is about, by the mechanism
 * that follows verdicts that turn. So a move costs what changed on the way and the histories of what it touched. All of it is done
 * in slices; a new goal is taken up at the next one.
 */

import type { Bytes } from '../base/bytes.ts'
import { createEmitter } from '../base/emitter.ts'
import type { Hlc } from '../core/batch.ts'
import type { Edit } from '../core/change.ts'
import { type Author, type By, Fold, type Part } from '../core/fold.ts'
import { compareHlc } from '../core/hlc.ts'
import type { History, Ref } from '../core/history.ts'
import type { NodeId } from '../core/ids.ts'
import { SLICE_MS } from './incoming.ts'
import { LogReader, type LogSource } from './log-reader.ts'
import { Timeline } from './timeline.ts'
import { Views } from './views.ts'

/** What of a replica it takes. */
export interface PastSource extends LogSource {
  readonly workspace: Bytes
  readonly now: () => number
  readonly yieldToUi: () => Promise<void>
  partOf(ref: Ref): Part
  byOf(ref: Ref): By
  onDurable(listener: (ordinals: readonly number[]) => void): () => void
  onAuthority(listener: () => void): () => void
  onFences(listener: () => void): () => void
}

/** Batches that are read at once. */
const TOGETHER = 64

export class Past {
  readonly history: History
  readonly views: Views
  readonly timeline: Timeline
  readonly fold: Fold
  readonly #source: PastSource
  readonly #reader: LogReader
  readonly #changed = createEmitter<void>()
  /** Batches that are in the timeline, and of them those that are folded. */
  readonly #known = new Set<number>()
  readonly #applied = new Set<number>()
  /** The changes of each node that are folded, counting or not. */
  readonly #changes = new Map<NodeId, Ref[]>()
  /** Those that were folded as not counting. */
  readonly #parts = new Map<Ref, Part>()
  #touched = new Set<NodeId>()
  #at: Hlc = [0, 0]
  #goal: Hlc = [0, 0]
  /** Batches that came since, and lie before where we are. */
  #late: number[] = []
  #hasTurned = false
  #moving: Promise<void> | null = null
  #progress = 1
  #fault: unknown = null
  #sliceEnd = 0
  #stops: readonly (() => void)[] = []

  /** Use `openPast`. */
  constructor(source: PastSource) {
    this.#source = source
    this.history = source.history
    this.fold = new Fold(source.history, source.workspace)
    this.views = new Views(this, source.now)
    this.timeline = new Timeline(source.history)
    this.#reader = new LogReader(source)
  }

  /** Where it stands. */
  get at(): Hlc {
    return this.#at
  }

  /** How much of the way is done, 0 to 1. */
  get progress(): number {
    return this.#progress
  }

  get isMoving(): boolean {
    return this.#moving !== null
  }

  /** Why the last move could not be made, or null: the log could not be read. */
  get fault(): unknown {
    return this.#fault
  }

  onChanged(listener: () => void): () => void {
    return this.#changed.on(listener)
  }

  /** Orders what is saved, and listens to what comes. Called once, by `openPast`. */
  async begin(): Promise<void> {
    const { history, onDurable, onAuthority, onFences } = this.#source
    const turned = (): void => {
      this.#hasTurned = true
      this.#follow()
    }
    this.#stops = [
      onDurable.call(this.#source, (ordinals: readonly number[]) => this.#arrive(ordinals)),
      onAuthority.call(this.#source, turned),
      onFences.call(this.#source, turned),
    ]
    const here = history.count
    for (let ordinal = 0; ordinal < here; ordinal++) {
      // What is saved while we are at it comes by the listener.
      if (history.arrivalOf(ordinal) > 0 && !this.#known.has(ordinal)) this.#note(ordinal)
      await this.#breathe()
    }
  }

  /** Goes to the state of all batches with an HLC up to this one; resolves when it is there, or at a later goal. */
  travel(to: Hlc): Promise<void> {
    const first = this.timeline.first
    this.#goal = first !== null && compareHlc(to, first) < 0 ? first : to
    this.#fault = null
    return this.#go()
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#goal = this.#at
  }

  #note(ordinal: number): void {
    this.#known.add(ordinal)
    this.timeline.add(ordinal)
  }

  #arrive(ordinals: readonly number[]): void {
    for (const ordinal of ordinals) {
      if (this.#known.has(ordinal)) continue
      this.#note(ordinal)
      const hlc = this.history.hlcOf(ordinal)
      // On the way it may lie behind already.
      if (this.#moving || compareHlc(hlc, this.#at) <= 0) this.#late.push(ordinal)
    }
    this.#changed.emit()
    if (this.#late.length > 0) this.#follow()
  }

  #go(): Promise<void> {
    this.#moving ??= this.#run()
      .catch((error: unknown) => {
        this.#fault = error
        throw error
      })
      .finally(() => {
        this.#moving = null
        this.#progress = 1
        this.#changed.emit()
      })
    return this.#moving
  }

  /** Goes along with what happens; what goes wrong is in `fault`. */
  #follow(): void {
    this.#go().catch(() => undefined)
  }

  async #run(): Promise<void> {
    for (;;) {
      this.#sliceEnd = this.#source.now() + SLICE_MS
      const order = compareHlc(this.#goal, this.#at)
      if (order > 0) await this.#forward(this.#goal)
      else if (order < 0) await this.#back(this.#goal)
      else if (this.#late.length > 0) await this.#applyAll(this.#late.splice(0))
      else if (this.#hasTurned) await this.#turn()
      else return
    }
  }

  async #forward(to: Hlc): Promise<void> {
    const ordinals = this.timeline.between(this.#at, to)
    let reached: Hlc | null = null
    for (let from = 0; from < ordinals.length; from += TOGETHER) {
      const some = ordinals.slice(from, from + TOGETHER)
      await this.#reader.read(some, () => this.#breathe())
      for (const [i, ordinal] of some.entries()) {
        this.#apply(ordinal)
        if (!(await this.#pause((from + i) / ordinals.length)) || this.#goal === to) continue
        // Another goal: we stand where all batches of one time are in.
        const [here, next] = [this.history.hlcOf(ordinal), ordinals[from + i + 1]]
        if (next === undefined || compareHlc(this.history.hlcOf(next), here) === 0) continue
        reached = here
        break
      }
      if (reached) break
    }
    this.#at = reached ?? to
    this.#publish()
  }

  async #back(to: Hlc): Promise<void> {
    const ordinals = this.timeline.between(to, this.#at).filter((ordinal) => this.#applied.delete(ordinal))
    const about = new Set<NodeId>()
    for (const ordinal of ordinals)
      for (const edit of this.#reader.at(ordinal)?.edits ?? []) if (edit && this.#changes.has(edit.node)) about.add(edit.node)
    this.#at = to
    await this.#rebuild(about)
  }

  /** Some that lie behind us, and are not folded yet. */
  async #applyAll(ordinals: readonly number[]): Promise<void> {
    const behind = ordinals.filter((ordinal) => compareHlc(this.history.hlcOf(ordinal), this.#at) <= 0)
    await this.#reader.read(behind, () => this.#breathe())
    for (const ordinal of behind) {
      this.#apply(ordinal)
      await this.#pause(1)
    }
    this.#publish()
  }

  /** Verdicts are other ones: whoever was folded by the old ones is built anew. */
  async #turn(): Promise<void> {
    this.#hasTurned = false
    const turned = new Set<NodeId>()
    for (const [id, refs] of this.#changes) {
      if (refs.some((ref) => this.#source.partOf(ref) !== (this.#parts.get(ref) ?? 'counts'))) turned.add(id)
      await this.#breathe()
    }
    await this.#rebuild(turned)
  }

  async #rebuild(ids: ReadonlySet<NodeId>): Promise<void> {
    let done = 0
    for (const id of ids) {
      const node = this.fold.nodes.get(id) ?? this.fold.hidden.get(id)
      const refs = (this.#changes.get(id) ?? []).filter((ref) => this.#applied.has(batchOf(ref)))
      this.#changes.set(id, refs)
      if (node)
        this.fold.rebuild(
          node,
          refs.map((ref) => ({ ref, edit: this.#editAt(ref), by: this.#source.byOf(ref), part: this.#partOf(ref) })),
        )
      this.#touched.add(id)
      await this.#pause(++done / ids.size)
    }
    this.#publish()
  }

  #apply(ordinal: number): void {
    if (this.#applied.has(ordinal)) return
    this.#applied.add(ordinal)
    const batch = this.#reader.at(ordinal)
    if (!batch) return
    if (batch.root !== null) this.#touched.add(this.fold.begin(batch.root, ordinal * 256).id)
    batch.edits.forEach((edit, index) => {
      if (edit) this.#applyEdit(edit, batch.author, ordinal * 256 + index)
    })
  }

  /** As the state of a replica takes it, with the verdict given. */
  #applyEdit(edit: Edit, author: Author, ref: Ref): void {
    const known = edit.op === 'create' ? null : this.fold.nodeAt(edit.node, ref)
    if (edit.op === 'create' ? !this.fold.isTrue(edit, author) : known === null) return
    const part = this.#partOf(ref)
    if (part === 'counts') this.fold.apply(edit, author, ref, known, this.#source.byOf(ref).rank)
    else if (edit.op === 'create') this.fold.know(edit, author, ref)
    else if (edit.op === 'text' && part === 'masked' && known) this.fold.mask(edit, ref, known)
    const refs = this.#changes.get(edit.node)
    if (refs) refs.push(ref)
    else this.#changes.set(edit.node, [ref])
    this.#touched.add(edit.node)
  }

  #partOf(ref: Ref): Part {
    const part = this.#source.partOf(ref)
    if (part === 'counts') this.#parts.delete(ref)
    else this.#parts.set(ref, part)
    return part
  }

  #editAt(ref: Ref): Edit {
    return this.#reader.at(batchOf(ref))?.edits[ref % 256] as Edit
  }

  /** Shows what is done and lets the page breathe, once the slice is over; answers whether it was. */
  async #pause(progress: number): Promise<boolean> {
    if (this.#source.now() < this.#sliceEnd) return false
    this.#progress = progress
    this.#publish()
    await this.#breathe()
    return true
  }

  async #breathe(): Promise<void> {
    if (this.#source.now() < this.#sliceEnd) return
    await this.#source.yieldToUi()
    this.#sliceEnd = this.#source.now() + SLICE_MS
  }

  #publish(): void {
    const touched = this.#touched
    this.#touched = new Set()
    this.views.update(touched)
    this.#changed.emit()
  }
}

/** Begins at nothing: `travel` goes on from there. */
export async function openPast(source: PastSource): Promise<Past> {
  const past = new Past(source)
  await past.begin()
  return past
}

function batchOf(ref: Ref): number {
  return Math.floor(ref / 256)
}

/**
 * The state of a replica: the DAG, who may, and the worknodes, kept in step.
 *
 *   batch ──> ledger (belongs?) ──> authority (may?) ──> fold (what it does) ──> touched nodes
 *                                        └──> what turned ──> stale nodes, to be built anew from the log
 *
 * Everything here is synchronous and a function of the set of batches. A change that is admitted and not valid is noted in
 * `void` with its reason and does nothing, unless it is adopted (L4: it stays in the log). When a verdict turns, the nodes
 * it is about are *stale*: whoever has the log reads their changes and calls `rebuild`.
 */

import { assert } from '../base/assert.ts'
import { type Bytes, toHex } from '../base/bytes.ts'
import { Authority, type Use } from '../core/authority.ts'
import { authorityOp, decodeAuthority } from '../core/authority-change.ts'
import { type BatchBody, type Change, KIND, type VerifiedBatch } from '../core/batch.ts'
import type { Capability, Invalid } from '../core/capability-registry.ts'
import { type ChangeColumns, ChangeIndex, MOVES, NO_SLOT } from '../core/change-index.ts'
import {
  decodeEdit,
  type Edit,
  isAuthorityOp,
  isWorkEdit,
  OP,
  parentsNamed,
  RIGHT_NUMBERS,
  RIGHTS,
  type Right,
  rightOf,
  type TagNames,
  type WorkEdit,
} from '../core/change.ts'
import { type Author, type By, Fold, type Part, type WorkNode } from '../core/fold.ts'
import { History, type Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import type { Facts } from '../core/scope.ts'
import { type Admission, type Admitted, Ledger } from '../log/ledger.ts'
import { EditJudge, MAY_TURN } from './edit-judge.ts'
import { Fences } from './fences.ts'

/** Of a change whose right is not known or not the one it needs, and of records of work: nobody can adopt it. */
export const NO_RIGHT = 0x7f
const ACTOR_DIGITS = 66

export class State {
  readonly workspace: Bytes
  readonly history = new History()
  readonly index = new ChangeIndex()
  readonly authority = new Authority(this.history, (ref) => this.#describe(ref))
  readonly fold: Fold
  readonly ledger: Ledger
  readonly judge: EditJudge
  /** Valid changes that do not show: their run lost its task. */
  readonly fences: Fences
  /** Why changes are not valid; those that were adopted count all the same. */
  readonly void = new Map<Ref, Invalid>()
  readonly #stale = new Set<number>()
  /** Changes whose verdict has turned since somebody last took them. */
  #turned = new Set<Ref>()
  /** The newest of those that ever turned, oldest first: whoever follows the events may have heard the verdict before. */
  readonly turnedEver = new Set<Ref>()
  /** Nodes changed since somebody last took them. */
  #touched = new Set<NodeId>()
  #isWithin = false
  #hasFencesTurned = false
  /** Applied valid changes to the tree, ever. */
  changes = 0
  readonly #authors = new Map<string, Author>()
  readonly #names: TagNames = {
    ordinalOf: (id) => this.history.ordinalOf(id),
    idOf: (ordinal) => this.history.idOf(ordinal),
  }
  #roots: readonly Bytes[] = []
  #rootBoxes: readonly Bytes[] = []
  /** The latest uses of the batch that is being applied. */
  #uses: { readonly ordinal: number; readonly byCapability: Map<string, Use>; last: string; lastUse: Use | null } = noUses(-1)

  constructor(workspace: Bytes, now: () => number) {
    this.workspace = workspace
    this.fold = new Fold(this.history, workspace)
    this.ledger = new Ledger(this.history, workspace, now)
    this.judge = new EditJudge(this.history, this.fold, this.void)
    const { registry } = this.authority
    this.fences = new Fences({ history: this.history, index: this.index, fold: this.fold, registry })
  }

  get names(): TagNames {
    return this.#names
  }

  /** The roots' keys in rank order; empty until the genesis is here. */
  get roots(): readonly Bytes[] {
    return this.#roots
  }

  /** What keys are sealed to for the roots, in the same order; empty where the genesis names none. */
  get rootBoxes(): readonly Bytes[] {
    return this.#rootBoxes
  }

  /** Offers a verified batch; `admitted` is called for each batch that gets in by it, in order, after it is applied. */
  offer(batch: VerifiedBatch, from: string, admitted: (batch: Admitted) => void): Admission {
    return this.ledger.offer(batch, from, (next) => {
      this.apply(next)
      admitted(next)
    })
  }

  /**
   * Whether every batch that has a place in the history was applied to its end. Where one was not, by a bug of ours, it is not
   * stored either: nothing may be written that hangs on it.
   */
  get isWhole(): boolean {
    return !this.#isWithin
  }

  /** Applies an admitted batch. */
  apply(admitted: Admitted): void {
    assert(this.isWhole, 'the batch before was applied to its end')
    this.#isWithin = true
    this.#apply(admitted)
    this.#isWithin = false
  }

  #apply({ batch, ordinal }: Admitted): void {
    const { header, body } = batch
    if (body === null) return
    if (header.workspace === null) return this.begin(header.introduced, rootBoxesOf(body), ordinal)
    const author = this.authorOf(header.key)
    const capabilities = body.capabilities.map(toHex)
    const grants = body.changes.reduce((count, change) => count + (change[0] === OP.grant ? 1 : 0), 0)
    body.changes.forEach((change, index) => {
      const ref = ordinal * 256 + index
      const cited = capabilities[change[3]] as string
      if (header.kind === KIND.authority) this.applyAuthority(change, cited, author, ref, grants)
      else this.#applyChange(change, cited, author, ref)
    })
  }

  /**
   * Judges an edit and applies it if it counts; answers why it is not valid, or null. `claimed`: the right that a foreign change
   * says it needs.
   */
  applyEdit(edit: Edit, cited: string, author: Author, ref: Ref, claimed: number | null = null): Invalid | null {
    const known = edit.op === 'create' ? null : this.fold.nodeAt(edit.node, ref)
    const isTrue = edit.op !== 'create' || this.fold.isTrue(edit, author)
    const type = edit.op === 'create' ? edit.facts.type : known?.type
    const right = type === undefined ? null : rightOf(edit, type, edit.op === 'create' || known?.creator === author.actor)
    const use = this.#useOf(cited, author.actor, ref)
    const lasting = isTrue ? this.judge.faultOf({ edit, author, known, right, claimed, use, ref }) : 'bad-node'
    const why = lasting ?? use.void
    if (why !== null) this.void.set(ref, why)
    const rank = (use.fault === null && use.capability?.rank) || 0
    const isShown = !isTrue || isWorkEdit(edit) || this.#isShown(edit, known, author.actor, rank, ref)
    const node = this.#take(edit, author, ref, known, isTrue, why, isShown, rank)
    const numbered = right === null || lasting === 'wrong-right' || isWorkEdit(edit) ? NO_RIGHT : RIGHT_NUMBERS[right]
    const capability = use.fault === null && use.capability ? use.capability.number : -1
    const moves = parentsNamed(edit).length > 0 ? MOVES : 0
    this.index.add(Math.floor(ref / 256), node ? node.slot : NO_SLOT, capability, numbered | moves)
    if (node?.work && why === null && isWorkEdit(edit) && edit.op !== 'renew') this.fences.follow(node)
    return why
  }

  /** Takes in a change to who may what; answers why it does not count, or null. `grants`: how many its batch has. */
  applyAuthority(change: Change, cited: string, author: Author, ref: Ref, grants: number): Invalid | null {
    const why = this.#judgeAuthority(change, cited, author, ref, grants)
    this.#note(ref, NO_SLOT, why)
    this.#turn()
    return why
  }

  /** Slots of nodes whose changes count otherwise than they are folded. */
  get stale(): ReadonlySet<number> {
    this.#settleFences()
    return this.#stale
  }

  /** What was admitted and does not count, with the reason. */
  get quarantine(): ReadonlyMap<Ref, Invalid> {
    const { adopted } = this.authority.adoption
    this.#settleFences()
    const { fenced } = this.fences
    if (adopted.size === 0 && fenced.size === 0) return this.void
    const all = new Map<Ref, Invalid>([...fenced].map((ref) => [ref, 'fenced']))
    for (const [ref, why] of this.void) all.set(ref, why)
    for (const ref of adopted) all.delete(ref)
    return all
  }

  /** Why the change does not count, or show; null where it does, or would but for being adopted. */
  whyNot(ref: Ref): Invalid | null {
    this.#settleFences()
    return this.void.get(ref) ?? (this.fences.fenced.has(ref) ? 'fenced' : null)
  }

  /** Whether the change takes part in its node, and how. */
  partOf(ref: Ref): Part {
    const why = this.whyNot(ref)
    if (why === null || this.authority.adoption.adopted.has(ref)) return 'counts'
    return MAY_TURN.has(why) ? 'masked' : 'void'
  }

  /** Builds a stale node anew from all its changes. */
  rebuild(slot: number, changes: readonly { readonly ref: Ref; readonly edit: Edit }[]): void {
    const node = this.fold.inSlot(slot)
    this.fold.rebuild(
      node,
      changes.map(({ ref, edit }) => ({ ref, edit, by: this.byOf(ref), part: this.partOf(ref) })),
    )
    this.#stale.delete(slot)
    this.#touched.add(node.id)
    this.fences.follow(node)
  }

  /** Whether fences have turned since somebody last asked. */
  takeFencesTurned(): boolean {
    this.#settleFences()
    const hasTurned = this.#hasFencesTurned
    this.#hasFencesTurned = false
    return hasTurned
  }

  /** Who wrote the change, and by how senior a right. */
  byOf(ref: Ref): By {
    const actor = this.history.feedOf(Math.floor(ref / 256)).slice(0, ACTOR_DIGITS) as ActorKey
    return { actor, rank: this.authority.registry.at(this.index.at(ref)?.capability ?? -1)?.rank ?? 0 }
  }

  typeOf(edit: Edit): string | null {
    return edit.op === 'create' ? edit.facts.type : (this.fold.nodes.get(edit.node)?.type ?? null)
  }

  takeTouched(): Set<NodeId> {
    const touched = this.#touched
    this.#touched = new Set()
    return touched
  }

  takeTurned(): ReadonlySet<Ref> {
    const turned = this.#turned
    if (turned.size > 0) this.#turned = new Set()
    return turned
  }

  get hasTouched(): boolean {
    return this.#touched.size > 0
  }

  authorOf(key: Bytes): Author {
    const actor = toHex(key) as ActorKey
    const known = this.#authors.get(actor)
    if (known) return known
    const author = { key, actor }
    this.#authors.set(actor, author)
    return author
  }

  /** The genesis: its roots and the workspace's own node. */
  begin(roots: readonly Bytes[], boxes: readonly Bytes[], ordinal: number): void {
    this.#roots = roots
    this.#rootBoxes = boxes
    this.ledger.begin(roots)
    this.authority.begin(this.workspace, roots)
    this.#touched.add(this.fold.begin(toHex(roots[0] as Bytes) as ActorKey, ordinal * 256).id)
  }

  /** Goes on where a snapshot was taken; history, nodes and verdicts are restored beside it. */
  resume(
    roots: readonly Bytes[],
    boxes: readonly Bytes[],
    entries: Parameters<Authority['restore']>[2],
    columns: readonly ChangeColumns[],
  ): void {
    this.#roots = roots
    this.#rootBoxes = boxes
    this.ledger.begin(roots)
    this.authority.restore(this.workspace, roots, entries)
    this.index.restore(columns)
    this.index.eachUse((number, ordinal) => {
      const capability = this.authority.registry.at(number) as Capability
      capability.uses.push(ordinal)
    })
    for (const [ref, why] of this.void) {
      if (!MAY_TURN.has(why)) continue
      const capability = this.authority.registry.at(this.index.at(ref)?.capability ?? -1)
      capability?.void.set(Math.floor(ref / 256), why)
    }
  }

  #applyChange(change: Change, cited: string, author: Author, ref: Ref): void {
    const [op, right] = change
    const edit = isAuthorityOp(op) ? null : decodeEdit(change, Math.floor(ref / 256), this.#names)
    if (edit !== null) return void this.applyEdit(edit, cited, author, ref, right)
    // Ops of newer versions are admitted and ignored; known ops must fit.
    this.#note(
      ref,
      NO_SLOT,
      isAuthorityOp(op) ? 'wrong-kind' : op <= OP.text || (op >= OP.claim && op <= OP.lost) ? 'malformed' : null,
    )
  }

  #judgeAuthority(change: Change, cited: string, author: Author, ref: Ref, grants: number): Invalid | null {
    const [number, right, , , args] = change
    if (!isAuthorityOp(number)) return 'wrong-kind'
    const op = authorityOp(number)
    if (op === null) return 'malformed'
    const { actor } = author
    const hlc = this.history.hlcOf(Math.floor(ref / 256))
    return this.authority.take({ op, change: decodeAuthority(op, args), right, cited, actor, ref, hlc, grants })
  }

  #useOf(cited: string, actor: ActorKey, ref: Ref): Use {
    const ordinal = Math.floor(ref / 256)
    if (this.#uses.ordinal !== ordinal) this.#uses = noUses(ordinal)
    const uses = this.#uses
    // Nearly always the same as that of the change before.
    if (uses.lastUse !== null && uses.last === cited) return uses.lastUse
    let use = uses.byCapability.get(cited)
    if (!use) uses.byCapability.set(cited, (use = this.authority.use(cited, actor, ordinal, this.history.hlcOf(ordinal))))
    uses.last = cited
    uses.lastUse = use
    return use
  }

  /** Lets the fold have it, as far as it counts; answers the node that it is about. */
  #take(
    edit: Edit,
    author: Author,
    ref: Ref,
    known: WorkNode | null,
    isTrue: boolean,
    why: Invalid | null,
    isShown: boolean,
    rank: number,
  ): WorkNode | null {
    if (!isTrue) return null
    if (why === null && isShown) {
      const node = this.fold.apply(edit, author, ref, known, rank) as WorkNode
      this.changes++
      this.#touched.add(node.id)
      return node
    }
    if (edit.op === 'create') {
      const node = this.fold.know(edit, author, ref)
      this.#touched.add(node.id)
      return node
    }
    if (edit.op === 'text' && known && (why === null || MAY_TURN.has(why))) {
      this.fold.mask(edit, ref, known)
      this.#touched.add(known.id)
    }
    return known
  }

  #note(ref: Ref, slot: number, why: Invalid | null): void {
    if (why !== null) this.void.set(ref, why)
    this.index.add(Math.floor(ref / 256), slot, -1, 0)
  }

  #isShown(edit: Exclude<Edit, WorkEdit>, known: WorkNode | null, actor: ActorKey, rank: number, ref: Ref): boolean {
    if (edit.op === 'create') return this.fences.admit({ id: edit.node, type: edit.facts.type }, true, actor, rank, ref)
    return known === null || this.fences.admit(known, false, actor, rank, ref)
  }

  /** Work has been folded since: what its runs wrote shows, or does not. Before anybody asks what counts. */
  #settleFences(): void {
    for (const { ref, slot } of this.fences.settle()) {
      this.#hasFencesTurned = true
      if (this.void.has(ref)) continue
      this.#stale.add(slot)
      this.#noteTurned(ref)
    }
  }

  /** Takes down what the authority has found out, and which nodes it changes. */
  #turn(): void {
    const turned = this.authority.takeTurned()
    if (turned === null) return
    for (const { ref, why } of turned.entries) this.#setVoid(ref, why)
    for (const { capability, ordinal, why } of turned.uses) {
      this.index.eachCiting(ordinal, capability.number, (ref, slot) => {
        const before = this.void.get(ref)
        if (before !== undefined && !MAY_TURN.has(before)) return
        this.#setVoid(ref, why)
        if ((before === undefined) !== (why === null) && slot !== NO_SLOT) this.#stale.add(slot)
      })
    }
    for (const ref of turned.adopted) {
      const change = this.index.at(ref)
      if (!change || this.whyNot(ref) === null) continue
      this.#stale.add(change.slot)
      this.#noteTurned(ref)
    }
  }

  #noteTurned(ref: Ref): void {
    this.#turned.add(ref)
    this.turnedEver.delete(ref)
    this.turnedEver.add(ref)
    if (this.turnedEver.size <= 2 * LOCAL.turnsKept) return
    const old = [...this.turnedEver].slice(0, -LOCAL.turnsKept)
    for (const one of old) this.turnedEver.delete(one)
  }

  #setVoid(ref: Ref, why: Invalid | null): void {
    if (this.void.has(ref) !== (why !== null)) this.#noteTurned(ref)
    if (why === null) this.void.delete(ref)
    else this.void.set(ref, why)
  }

  #describe(ref: Ref): { right: Right; facts: Facts; moves: boolean } | null {
    const change = this.index.at(ref)
    if (!change || change.slot === NO_SLOT) return null
    const right = RIGHTS[change.right & ~MOVES]
    const facts = this.fold.inSlot(change.slot)
    return right === undefined || facts.type === 'person' ? null : { right, facts, moves: (change.right & MOVES) !== 0 }
  }
}

function noUses(ordinal: number) {
  return { ordinal, byCapability: new Map<string, Use>(), last: '', lastUse: null as Use | null }
}

/** The third word of a genesis: one box a root. Whatever else stands there is none. */
function rootBoxesOf({ changes }: BatchBody): readonly Bytes[] {
  const boxes = changes[0]?.[4][2]
  if (!Array.isArray(boxes)) return []
  const isBox = (box: unknown): box is Bytes => box instanceof Uint8Array && box.length === 33 && box[0] === 1
  return boxes.every(isBox) ? boxes : []
}

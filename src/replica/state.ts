/**
 * The state of a replica: the DAG, who may, and the worknodes, kept in step.
 *
 *   batch ──> ledger (belongs?) ──> authority (may?) ──> fold (what it does) ──> touched nodes
 *
 * Everything here is synchronous and a function of the set of batches. A change that is admitted but not valid is noted in
 * `quarantine` with its reason and does nothing (L4: it stays in the log).
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import { type Change, KIND, type VerifiedBatch } from '../core/batch.ts'
import { Authority, type Invalid, type KnownCapability } from '../core/authority.ts'
import { decodeGrant } from '../core/capability.ts'
import { decodeEdit, type Edit, isAuthorityOp, OP, RIGHTS, rightOf, type TagNames } from '../core/change.ts'
import { type Author, Fold } from '../core/fold.ts'
import { History, type Ref } from '../core/history.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { type Admission, type Admitted, Ledger } from '../log/ledger.ts'

export class State {
  readonly workspace: Bytes
  readonly history = new History()
  readonly authority = new Authority(this.history)
  readonly fold: Fold
  readonly ledger: Ledger
  readonly quarantine = new Map<Ref, Invalid>()
  /** Nodes changed since somebody last took them. */
  #touched = new Set<NodeId>()
  /** Applied valid changes to the tree, ever. */
  changes = 0
  readonly #authors = new Map<string, Author>()
  readonly #names: TagNames = {
    ordinalOf: (id) => this.history.ordinalOf(id),
    idOf: (ordinal) => this.history.idOf(ordinal),
  }
  #roots: readonly Bytes[] = []

  constructor(workspace: Bytes, now: () => number) {
    this.workspace = workspace
    this.fold = new Fold(this.history, workspace)
    this.ledger = new Ledger(this.history, workspace, now)
  }

  get names(): TagNames {
    return this.#names
  }

  /** The roots' keys in rank order; empty until the genesis is here. */
  get roots(): readonly Bytes[] {
    return this.#roots
  }

  /** Offers a verified batch; `admitted` is called for each batch that gets in by it, in order, after it is applied. */
  offer(batch: VerifiedBatch, from: string, admitted: (batch: Admitted) => void): Admission {
    return this.ledger.offer(batch, from, (next) => {
      this.apply(next)
      admitted(next)
    })
  }

  /** Applies an admitted batch. */
  apply({ batch, ordinal }: Admitted): void {
    const { header, body } = batch
    if (header.workspace === null) return this.begin(header.introduced, ordinal)
    if (body === null) return
    const author = this.authorOf(header.key)
    const capabilities = body.capabilities.map(toHex)
    const grants = body.changes.reduce((count, change) => count + (change[0] === OP.grant ? 1 : 0), 0)
    body.changes.forEach((change, index) => {
      const ref = ordinal * 256 + index
      const invalid =
        header.kind === KIND.authority
          ? this.#applyAuthority(change, capabilities, author, ordinal, ref, grants)
          : this.#applyChange(change, capabilities, author, ordinal, ref)
      if (invalid) this.quarantine.set(ref, invalid)
    })
  }

  /** Applies one edit; answers why it does not count, or null. `claimed`: the right that a foreign change says it needs. */
  applyEdit(
    edit: Edit,
    capability: string,
    author: Author,
    ordinal: number,
    ref: Ref,
    claimed: number | null = null,
  ): Invalid | null {
    const known = edit.op === 'create' ? null : this.fold.nodeAt(edit.node, ref)
    const type = edit.op === 'create' ? edit.facts.type : known?.type
    if (type === undefined) return 'no-effect'
    const right = rightOf(edit, type)
    if (claimed !== null && RIGHTS[claimed] !== right) return 'wrong-right'
    const invalid = this.authority.judge(capability, author.actor, right, type, this.history.hlcOf(ordinal), ref)
    if (invalid) return invalid
    const node = this.fold.apply(edit, author, ref, known)
    if (node === null) return 'no-effect'
    this.changes++
    this.#touched.add(node.id)
    return null
  }

  typeOf(edit: Edit): string | null {
    return edit.op === 'create' ? edit.facts.type : (this.fold.nodes.get(edit.node)?.type ?? null)
  }

  takeTouched(): Set<NodeId> {
    const touched = this.#touched
    this.#touched = new Set()
    return touched
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
  begin(roots: readonly Bytes[], ordinal: number): void {
    this.#roots = roots
    this.ledger.begin(roots)
    this.authority.begin(this.workspace, roots)
    this.#touched.add(this.fold.begin(toHex(roots[0] as Bytes) as ActorKey, ordinal * 256).id)
  }

  /** Goes on where a snapshot was taken; history and nodes are restored beside it. */
  resume(roots: readonly Bytes[], known: readonly KnownCapability[]): void {
    this.#roots = roots
    this.ledger.begin(roots)
    this.authority.restore(this.workspace, known)
  }

  #applyChange(change: Change, capabilities: readonly string[], author: Author, ordinal: number, ref: Ref): Invalid | null {
    const [op, right, , capIndex] = change
    if (isAuthorityOp(op)) return 'wrong-kind'
    const edit = decodeEdit(change, ordinal, this.#names)
    // Ops of newer versions are admitted and ignored; known ops must fit.
    if (edit === null) return op <= OP.text ? 'malformed' : null
    return this.applyEdit(edit, capabilities[capIndex] as string, author, ordinal, ref, right)
  }

  #applyAuthority(
    change: Change,
    capabilities: readonly string[],
    author: Author,
    ordinal: number,
    ref: Ref,
    grants: number,
  ): Invalid | null {
    const [op, right, , capIndex, args] = change
    if (!isAuthorityOp(op)) return 'wrong-kind'
    if (op !== OP.grant) return null
    if (RIGHTS[right] !== 'grant') return 'wrong-right'
    const cited = capabilities[capIndex] as string
    const invalid = this.authority.judge(cited, author.actor, 'grant', null, this.history.hlcOf(ordinal), ref)
    if (invalid) return invalid
    const grant = decodeGrant(args[0])
    if (grant === null) return 'malformed'
    return this.authority.grant(grant, cited, author.actor, ref, grants)
  }
}

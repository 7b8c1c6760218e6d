/**
 * A transaction: what an operation writes with. Edits count as they are written; inverses gather for undo.
 */

import type { RandomBytes } from '../base/random.ts'
import { type Bytes, compareBytes } from '../base/bytes.ts'
import { wellFormed } from '../base/well-formed.ts'
import { encodeCbor } from '../core/cbor.ts'
import type { Edit, FieldValue } from '../core/change.ts'
import type { Value } from '../core/batch.ts'
import { sameValue } from '../core/conflicts.ts'
import { own } from '../core/crdt/own.ts'
import type { WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import { type NodeFacts, type NodeId, type NodeType, nodeIdOf } from '../core/ids.ts'
import { type EndReason, epochOf, type WorkOp } from '../core/work.ts'
import { type Inverse, inverseOf } from './undo.ts'
import type { State } from './state.ts'
import type { Signer } from './writer.ts'

export interface NewNode {
  readonly type: NodeType
  readonly project?: NodeId | null
  readonly path?: string | null
  readonly subject?: NodeId | null
  /** Random, unless the node's id is to be told from it. */
  readonly nonce?: Bytes
  /** For the short key of a task; 0 elsewhere. */
  readonly number?: number
  readonly fields: readonly FieldValue[]
}

export class Transaction {
  readonly inverses: Inverse[] = []
  readonly #state: State
  readonly #write: (edit: Edit) => Ref
  readonly #random: RandomBytes
  readonly #key: Bytes

  constructor(
    state: State,
    write: (edit: Edit) => Ref,
    { random, signer }: { readonly random: RandomBytes; readonly signer: Signer },
  ) {
    this.#state = state
    this.#write = write
    this.#random = random
    this.#key = signer.key
  }

  node(id: NodeId): WorkNode | undefined {
    return this.#state.fold.nodes.get(id)
  }

  create({ type, project = null, path = null, subject = null, nonce, number = 0, fields: given }: NewNode): NodeId {
    const fields = given.map(([field, value]): FieldValue => [field, asWritten(value)])
    const facts: NodeFacts = { type, project, path, subject, nonce: nonce ?? this.#random(16) }
    const node = nodeIdOf(this.#state.workspace, this.#key, facts)
    this.write({ op: 'create', node, facts, number, fields })
    return node
  }

  /** Writes a register; writing what it holds already, without conflict, is no change. */
  set(node: NodeId, field: string, given: Value): void {
    const value = asWritten(given)
    const versions = own(this.node(node)?.registers ?? {}, field)
    if (versions?.length === 2 && sameValue(versions[0] as Value, value)) return
    this.write({ op: 'set', node, field, value })
  }

  add(node: NodeId, field: string, given: string): void {
    const element = wellFormed(given)
    if (!this.#tags(node, field, element)) this.write({ op: 'add', node, field, element })
  }

  remove(node: NodeId, field: string, element: string): void {
    const tags = this.#tags(node, field, element)
    // Somebody may have added one element thousands of times: each removal fits into a batch.
    for (let from = 0; tags && from < tags.length; from += TAGS_PER_REMOVE)
      this.write({ op: 'remove', node, field, element, tags: tags.slice(from, from + TAGS_PER_REMOVE) })
  }

  text(node: NodeId, field: string, update: Bytes): void {
    this.write({ op: 'text', node, field, update })
  }

  /** Writes a record of a run of the task, in the round of its claim. */
  say(task: WorkNode, op: WorkOp, run: NodeId, why: EndReason | null = null, note: Value = null): void {
    const claimed = task.work?.runs.find(({ id }) => id === run)
    this.write({ op, node: task.id, run, epoch: claimed ? epochOf(claimed) : 1, why, note: asWritten(note) })
  }

  #tags(node: NodeId, field: string, element: string): readonly Ref[] | undefined {
    return own(own(this.node(node)?.sets ?? {}, field) ?? {}, element)
  }

  write(edit: Edit): void {
    const before = inverseOf(edit, this.node(edit.node), 0)
    const ref = this.#write(edit)
    if (before) this.inverses.push('ours' in before ? { ...before, ours: ref } : before)
  }
}

const TAGS_PER_REMOVE = 4000

/** Half characters have no bytes: they would become another character on the wire, and we would differ from our own log. */
function asWritten(value: Value): Value {
  if (typeof value === 'string') return wellFormed(value)
  if (Array.isArray(value)) return value.map(asWritten)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const entries = Object.entries(value).map(([key, item]) => [wellFormed(key), asWritten(item)] as const)
  // In the order of the wire, so that who wrote it reads the same as everybody else.
  return Object.fromEntries(entries.toSorted(([a], [b]) => compareBytes(encodeCbor(a), encodeCbor(b))))
}

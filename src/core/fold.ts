/**
 * The fold: from the changes that count to worknodes.
 *
 * A node is a pure function of the set of changes to it that count (L1): registers keep the writes nobody superseded, sets keep
 * live tags, text fields keep their Yjs updates in canonical order. Applying one change costs what that change touches, also
 * when it comes late. A change that counts no more cannot be taken out again, since what it superseded is gone from memory:
 * its node is built anew from all its changes (`rebuild`).
 *
 * A node is *known* once a create of it is in the log, so that changes to it can be judged by its facts; it is *there*, in
 * `nodes`, while one of its creates counts. Text that was cut stays in its field, masked: what honest hands wrote beside it
 * keeps its place (`replica/text.ts`).
 *
 * Nodes are plain data, so that a snapshot is a structured clone of them. Nobody outside this file writes to one.
 */

import type { Bytes } from '../base/bytes.ts'
import type { Value } from './batch.ts'
import { type Edit, isWorkEdit, type WorkEdit } from './change.ts'
import { addElement, removeTags, type Tagged } from './crdt/or-set.ts'
import { own, putOwn } from './crdt/own.ts'
import { type Versions, winner, writeRegister } from './crdt/register.ts'
import type { History, Ref } from './history.ts'
import { type ActorKey, type NodeId, type NodeType, nodeIdOf, personNodeId, workspaceNodeId } from './ids.ts'
import type { Status } from './fields.ts'
import { FIRST_AGENT_RANK } from './roles.ts'
import { newWork, takeRecord, type Work } from './work.ts'

export interface TextEdit {
  readonly ref: Ref
  readonly update: Bytes
  /** It was cut: its letters count as deleted, and it deletes nothing. */
  readonly masked?: true
}

/** How a change takes part when its node is built. */
export type Part = 'counts' | 'masked' | 'void'

export interface KnownChange {
  readonly ref: Ref
  readonly by: By
  readonly edit: Edit
  readonly part: Part
}

export interface WorkNode {
  readonly id: NodeId
  readonly type: NodeType
  readonly project: NodeId | null
  readonly path: string | null
  readonly subject: NodeId | null
  readonly creator: ActorKey
  /** Dense, in the order in which nodes became known here. */
  readonly slot: number
  /** Of the creates that count the first in canonical order; `NOT_CREATED` where none does. */
  created: Ref
  /** Further creates of the same node that count, where its creator wrote some. */
  createdAgain?: Ref[]
  /** Creates that do not count. */
  voidCreates?: Ref[]
  /** The number its creator proposed for the short key (`keys.ts` resolves clashes). */
  number: number
  /** The change that comes last in canonical order. */
  updated: Ref
  /** How many changes have touched it. */
  edits: number
  /** The last changes in canonical order, at most `RECENT`: where the story of the node is read from the log. */
  recent: Ref[]
  registers: Record<string, Versions>
  sets: Record<string, Tagged>
  /** Another array whenever edits of the field were taken out, masked or unmasked. */
  texts: Record<string, TextEdit[]>
  /** Of a task that somebody claimed. */
  work?: Work
  /** Writes by agents that call it finished. What they hand in people look at, so these do not hide where the work stands. */
  agentFinish?: Ref[]
}

/** By whom, and by how senior a right. */
export interface By {
  readonly actor: ActorKey
  readonly rank: number
}

export interface Author {
  readonly key: Bytes
  readonly actor: ActorKey
}

const NOTHING: Tagged = {}
const RECENT = 32
export const NOT_CREATED: Ref = -1

export class Fold {
  /** The nodes that are there. */
  readonly nodes = new Map<NodeId, WorkNode>()
  /** Nodes that are known and not there. */
  readonly hidden = new Map<NodeId, WorkNode>()
  readonly #bySlot: WorkNode[] = []
  readonly #history: History
  readonly #workspace: Bytes

  constructor(history: History, workspace: Bytes) {
    this.#history = history
    this.#workspace = workspace
  }

  /** The workspace's node comes with the genesis, written by its first root. */
  begin(root: ActorKey, ref: Ref): WorkNode {
    const id = workspaceNodeId(this.#workspace)
    return this.#add(id, { type: 'workspace', project: null, path: null, subject: null }, root, ref, 0)
  }

  /** Takes back nodes from a snapshot, in the order of their slots. */
  restore(nodes: Iterable<WorkNode>): void {
    for (const node of nodes) {
      this.#bySlot.push(node)
      ;(node.created === NOT_CREATED ? this.hidden : this.nodes).set(node.id, node)
    }
  }

  /** How many nodes are known. */
  get known(): number {
    return this.#bySlot.length
  }

  inSlot(slot: number): WorkNode {
    return this.#bySlot[slot] as WorkNode
  }

  /** The node as the change can know it, there or not: null where no create of it is in its past. */
  nodeAt(id: NodeId, ref: Ref): WorkNode | null {
    const node = this.nodes.get(id) ?? this.hidden.get(id)
    return node && this.#isKnownBefore(node, ref) ? node : null
  }

  /** Whether the id of a create commits to what the create says, by this author. */
  isTrue(edit: Edit & { op: 'create' }, { key }: Author): boolean {
    if (edit.facts.type === 'person' && personNodeId(this.#workspace, key) !== edit.node) return false
    return nodeIdOf(this.#workspace, key, edit.facts) === edit.node
  }

  /** Makes the node known by a create that is true and does not count. */
  know(edit: Edit & { op: 'create' }, author: Author, ref: Ref): WorkNode {
    const node = this.find(edit.node) ?? this.#add(edit.node, edit.facts, author.actor, NOT_CREATED, edit.number)
    ;(node.voidCreates ??= []).push(ref)
    return node
  }

  /**
   * Applies one change that counts; answers the node it changed, or null if it had no effect: a create that is not true, a
   * change to a node it cannot know. `known`: what `nodeAt` answered. `rank`: of the right it goes by.
   */
  apply(edit: Edit, author: Author, ref: Ref, known?: WorkNode | null, rank = 0): WorkNode | null {
    const node = edit.op === 'create' ? this.#created(edit, author, ref) : (known ?? this.nodeAt(edit.node, ref))
    if (node === null) return null
    this.#apply(edit, { actor: author.actor, rank }, ref, node)
    if (edit.op === 'create') this.#place(node)
    return node
  }

  /** Keeps the place of a text edit that was cut. */
  mask(edit: Edit & { op: 'text' }, ref: Ref, node: WorkNode): void {
    this.#insertText(node, edit.field, { ref, update: edit.update, masked: true })
  }

  /** Builds a node anew from all its changes, in any order. */
  rebuild(node: WorkNode, changes: readonly KnownChange[]): void {
    // The workspace is there by its genesis, whatever else is said about it.
    if (node.type === 'workspace') node.updated = node.created
    else node.created = NOT_CREATED
    delete node.createdAgain
    delete node.voidCreates
    node.registers = {}
    node.sets = {}
    node.texts = {}
    delete node.work
    delete node.agentFinish
    node.recent = []
    node.edits = 0
    for (const { ref, edit, part, by } of changes.toSorted((a, b) => this.#history.compare(a.ref, b.ref))) {
      if (part === 'counts') this.#apply(edit, by, ref, node)
      else if (edit.op === 'create') (node.voidCreates ??= []).push(ref)
      else if (edit.op === 'text' && part === 'masked') this.mask(edit, ref, node)
    }
    this.#place(node)
  }

  #apply(edit: Edit, by: By, ref: Ref, node: WorkNode): void {
    if (isWorkEdit(edit)) takeRecord((node.work ??= newWork()), edit, { ref, by: by.actor, rank: by.rank }, this.#history)
    else this.#applyToTree(edit, ref, node)
    if (node.edits === 0 || this.#history.compare(ref, node.updated) > 0) node.updated = ref
    node.edits++
    insertInOrder(this.#history, node.recent, ref, (other) => other)
    if (node.recent.length > RECENT) node.recent.shift()
    if (edit.op === 'set' && edit.field === 'status' && by.rank >= FIRST_AGENT_RANK && isFinish(edit.value))
      this.#noteAgentFinish(node, ref)
    if (node.work) node.work.shown = this.#shownStatus(node.work, own(node.registers, 'status'), node.agentFinish)
  }

  /** The newer of what people set and what the work went through; null where the register says it. */
  #shownStatus({ status, since }: Work, set: Versions | undefined, byAgents: readonly Ref[] = []): Status | null {
    if (status === null || since === null) return null
    const ref = set?.[1] as Ref | undefined
    return ref === undefined || byAgents.includes(ref) || this.#history.compare(since, ref) > 0 ? status : null
  }

  /** Only those count that no other write has taken the place of. */
  #noteAgentFinish(node: WorkNode, ref: Ref): void {
    const live = new Set((own(node.registers, 'status') ?? []).filter((_, i) => i % 2 === 1))
    node.agentFinish = [...(node.agentFinish ?? []), ref].filter((one) => live.has(one))
  }

  #applyToTree(edit: Exclude<Edit, WorkEdit>, ref: Ref, node: WorkNode): void {
    switch (edit.op) {
      case 'create':
        this.#noteCreate(node, edit.number, ref)
        for (const [field, value] of edit.fields) this.#write(node, field, value, ref)
        break
      case 'set':
        this.#write(node, edit.field, edit.value, ref)
        break
      case 'add':
        addElement(ensure<Tagged>(node.sets, edit.field, {}), edit.element, ref)
        break
      case 'remove':
        removeTags(this.#history, own(node.sets, edit.field) ?? NOTHING, edit.element, edit.tags, ref)
        break
      case 'text':
        this.#insertText(node, edit.field, { ref, update: edit.update })
        break
    }
  }

  #created(edit: Edit & { op: 'create' }, author: Author, ref: Ref): WorkNode | null {
    if (!this.isTrue(edit, author)) return null
    return this.find(edit.node) ?? this.#add(edit.node, edit.facts, author.actor, ref, edit.number)
  }

  #noteCreate(node: WorkNode, number: number, ref: Ref): void {
    if (node.created === ref) return
    const isFirst = node.created === NOT_CREATED || this.#history.compare(ref, node.created) < 0
    if (!isFirst) return void (node.createdAgain ??= []).push(ref)
    if (node.created !== NOT_CREATED) (node.createdAgain ??= []).push(node.created)
    node.created = ref
    node.number = number
  }

  #add(
    id: NodeId,
    facts: Pick<WorkNode, 'type' | 'project' | 'path' | 'subject'>,
    creator: ActorKey,
    created: Ref,
    number: number,
  ): WorkNode {
    const node = emptyNode(id, facts, creator, this.#bySlot.length, created, number)
    this.#bySlot.push(node)
    ;(created === NOT_CREATED ? this.hidden : this.nodes).set(id, node)
    return node
  }

  /** The node, there or only known. */
  find(id: NodeId): WorkNode | undefined {
    return this.nodes.get(id) ?? this.hidden.get(id)
  }

  /** Puts the node among those that are there, or away from them. */
  #place(node: WorkNode): void {
    const [to, from] = node.created === NOT_CREATED ? [this.hidden, this.nodes] : [this.nodes, this.hidden]
    from.delete(node.id)
    if (to.get(node.id) !== node) to.set(node.id, node)
  }

  /** Whether a create of the node lies in the past of the change: any, since what it says of the node is hashed into the id. */
  #isKnownBefore(node: WorkNode, ref: Ref): boolean {
    const sawIt = (created: Ref): boolean => this.#history.saw(ref, created)
    if (node.type === 'workspace' || (node.created !== NOT_CREATED && sawIt(node.created))) return true
    return (node.createdAgain?.some(sawIt) || node.voidCreates?.some(sawIt)) ?? false
  }

  #insertText(node: WorkNode, field: string, edit: TextEdit): void {
    insertInOrder(this.#history, ensure<TextEdit[]>(node.texts, field, []), edit, (other) => other.ref)
  }

  #write(node: WorkNode, field: string, value: Value, ref: Ref): void {
    putOwn(node.registers, field, writeRegister(this.#history, own(node.registers, field), value, ref))
  }
}

function isFinish(status: Value): boolean {
  return status === 'in_review' || status === 'done' || status === 'cancelled'
}

function ensure<T>(record: Record<string, T>, field: string, empty: T): T {
  const known = own(record, field)
  if (known === undefined) putOwn(record, field, empty)
  return known ?? empty
}

/** Most come in order: the place is looked for from the end. */
function insertInOrder<T>(history: History, list: T[], item: T, refOf: (item: T) => Ref): void {
  let at = list.length
  while (at > 0 && history.compare(refOf(list[at - 1] as T), refOf(item)) > 0) at--
  if (at === list.length) list.push(item)
  else list.splice(at, 0, item)
}

export function read(node: WorkNode, field: string): Value | undefined {
  return winner(own(node.registers, field))
}

/** The elements of a set field, in code-unit order. */
export function elements(node: WorkNode, field: string): string[] {
  return Object.keys(own(node.sets, field) ?? NOTHING).toSorted()
}

function emptyNode(
  id: NodeId,
  facts: Pick<WorkNode, 'type' | 'project' | 'path' | 'subject'>,
  creator: ActorKey,
  slot: number,
  created: Ref,
  number: number,
): WorkNode {
  const { type, project, path, subject } = facts
  return {
    id,
    type,
    project,
    path,
    subject,
    creator,
    slot,
    created,
    number,
    updated: created,
    edits: 0,
    recent: [],
    registers: {},
    sets: {},
    texts: {},
  }
}

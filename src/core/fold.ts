/**
 * The fold: from valid changes to worknodes.
 *
 * A node is a pure function of the set of valid changes to it (L1): registers keep the writes nobody superseded, sets keep
 * live tags, text fields keep their Yjs updates in canonical order. Applying one change costs what that change touches,
 * also when it comes late. A change to a node whose create is not in its past has no effect.
 *
 * Nodes are plain data, so that a snapshot is a structured clone of them. Nobody outside this file writes to one.
 */

import type { Bytes } from '../base/bytes.ts'
import type { Value } from './batch.ts'
import type { Edit } from './change.ts'
import { addElement, removeTags, type Tagged } from './crdt/or-set.ts'
import { own, putOwn } from './crdt/own.ts'
import { type Versions, winner, writeRegister } from './crdt/register.ts'
import type { History, Ref } from './history.ts'
import { type ActorKey, type NodeId, type NodeType, nodeIdOf, workspaceNodeId } from './ids.ts'

export interface TextEdit {
  readonly ref: Ref
  readonly update: Bytes
}

export interface WorkNode {
  readonly id: NodeId
  readonly type: NodeType
  readonly project: NodeId | null
  readonly path: string | null
  readonly subject: NodeId | null
  readonly creator: ActorKey
  /** The create that comes first in canonical order. */
  created: Ref
  /** Further creates of the same node, where its creator wrote some: a change counts that has any of them in its past. */
  createdAgain?: Ref[]
  /** The number its creator proposed for the short key (`keys.ts` resolves clashes). */
  number: number
  /** The change that comes last in canonical order. */
  updated: Ref
  /** How many changes have touched it. */
  edits: number
  /** The last changes in canonical order, at most `RECENT`: where the story of the node is read from the log. */
  readonly recent: Ref[]
  readonly registers: Record<string, Versions>
  readonly sets: Record<string, Tagged>
  readonly texts: Record<string, TextEdit[]>
}

export interface Author {
  readonly key: Bytes
  readonly actor: ActorKey
}

const NOTHING: Tagged = {}
const RECENT = 32

export class Fold {
  readonly nodes = new Map<NodeId, WorkNode>()
  readonly #history: History
  readonly #workspace: Bytes

  constructor(history: History, workspace: Bytes) {
    this.#history = history
    this.#workspace = workspace
  }

  /** The workspace's node comes with the genesis, written by its first root. */
  begin(root: ActorKey, ref: Ref): WorkNode {
    const id = workspaceNodeId(this.#workspace)
    const node = emptyNode(id, { type: 'workspace', project: null, path: null, subject: null }, root, ref, 0)
    this.nodes.set(id, node)
    return node
  }

  /** Takes back nodes from a snapshot. */
  restore(nodes: Iterable<WorkNode>): void {
    for (const node of nodes) this.nodes.set(node.id, node)
  }

  /** The node as the change can know it: null where no create of it is in its past. */
  nodeAt(id: NodeId, ref: Ref): WorkNode | null {
    const node = this.nodes.get(id)
    return node && this.isCreatedBefore(node, ref) ? node : null
  }

  /** Applies one valid change; answers the node it changed, or null if it had no effect. `known`: what `nodeAt` answered. */
  apply(edit: Edit, author: Author, ref: Ref, known?: WorkNode | null): WorkNode | null {
    const node = edit.op === 'create' ? this.#create(edit, author, ref) : (known ?? this.nodeAt(edit.node, ref))
    if (node === null) return null
    switch (edit.op) {
      case 'create':
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
        insertInOrder(
          this.#history,
          ensure<TextEdit[]>(node.texts, edit.field, []),
          { ref, update: edit.update },
          (other) => other.ref,
        )
        break
    }
    node.edits++
    insertInOrder(this.#history, node.recent, ref, (other) => other)
    if (node.recent.length > RECENT) node.recent.shift()
    if (this.#history.compare(ref, node.updated) > 0) node.updated = ref
    return node
  }

  #create(edit: Edit & { op: 'create' }, author: Author, ref: Ref): WorkNode | null {
    // A known node's facts are proved anew as well: the right to create was judged by the type that this create names.
    if (nodeIdOf(this.#workspace, author.key, edit.facts) !== edit.node) return null
    const known = this.nodes.get(edit.node)
    if (known) {
      const isFirst = this.#history.compare(ref, known.created) < 0
      ;(known.createdAgain ??= []).push(isFirst ? known.created : ref)
      if (isFirst) {
        known.created = ref
        known.number = edit.number
      }
      return known
    }
    const node = emptyNode(edit.node, edit.facts, author.actor, ref, edit.number)
    this.nodes.set(edit.node, node)
    return node
  }

  /** Whether a create of the node lies in the past of the change. */
  isCreatedBefore(node: WorkNode, ref: Ref): boolean {
    if (node.type === 'workspace' || this.#history.saw(ref, node.created)) return true
    return node.createdAgain?.some((created) => this.#history.saw(ref, created)) ?? false
  }

  #write(node: WorkNode, field: string, value: Value, ref: Ref): void {
    putOwn(node.registers, field, writeRegister(this.#history, own(node.registers, field), value, ref))
  }
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
  ref: Ref,
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
    created: ref,
    number,
    updated: ref,
    edits: 0,
    recent: [],
    registers: {},
    sets: {},
    texts: {},
  }
}

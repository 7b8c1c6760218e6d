/**
 * Views: what the board reads, kept in step with the fold.
 *
 * Derived from the nodes and nothing else. An update costs what the touched nodes touch: their column, their parent, the
 * tasks that wait on them. A task's row is made when somebody asks for it and kept until it changes, so a component that
 * reads the same row twice gets the same object.
 */

import { createEmitter, type Emitter } from '../base/emitter.ts'
import { conflictsOf } from '../core/conflicts.ts'
import { STATUSES, type Status } from '../core/fields.ts'
import { read, type WorkNode } from '../core/fold.ts'
import type { Ref } from '../core/history.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { Keys } from '../core/keys.ts'
import { dependenciesOf, isDeleted } from '../core/readiness.ts'
import { Tree } from '../core/tree.ts'
import type { Value } from '../core/batch.ts'
import type { Versions } from '../core/crdt/register.ts'
import { Column, type Seat } from './column.ts'
import { Documents } from './documents.ts'
import { FileLeases } from './file-leases.ts'
import type { Folded } from './folded.ts'
import { taskRow, type TaskRow } from './task-row.ts'

const NO_IDS: readonly NodeId[] = []

export class Views {
  readonly keys: Keys
  readonly tree: Tree
  readonly documents = new Documents()
  readonly fileLeases = new FileLeases()
  readonly #state: Folded
  readonly #now: () => number
  readonly #columns = new Map<Status, Column>(STATUSES.map((status) => [status, new Column(`column:${status}`)]))
  readonly #seats = new Map<NodeId, Seat>()
  readonly #rows = new Map<NodeId, TaskRow>()
  /** Task → the tasks that name it as a dependency. */
  readonly #dependents = new Map<string, Set<NodeId>>()
  readonly #dependsOn = new Map<NodeId, readonly string[]>()
  /** What hangs on a node, by topic: `comments:<node>`, `runs:<node>`. */
  readonly #hung = new Map<string, readonly NodeId[]>()
  readonly #questions = new Set<NodeId>()
  readonly #byType = new Map<string, readonly NodeId[]>()
  readonly #byExternal = new Map<string, NodeId>()
  readonly #conflicted = new Set<NodeId>()
  /** Nodes that stand in the list of their type already. */
  readonly #listed = new Set<NodeId>()
  /** Tasks that may not be begun yet, and from when. */
  readonly #begins = new Map<NodeId, number>()
  readonly #nodeListeners = new Map<string, Emitter<void>>()
  readonly #changed = createEmitter<ReadonlySet<NodeId>>()
  #version = 0

  constructor(state: Folded, now: () => number) {
    this.#state = state
    this.#now = now
    this.keys = new Keys(state.history)
    this.tree = new Tree(state.history)
    // Nobody has read or listens yet: what becomes stale is of no account.
    const [stale, topics] = [new Set<NodeId>(), new Set<string>()]
    for (const node of this.nodes.values()) this.#take(node, stale, topics)
  }

  /** Grows with every change: a cheap "is this still what I saw?". */
  get version(): number {
    return this.#version
  }

  get nodes(): ReadonlyMap<NodeId, WorkNode> {
    return this.#state.fold.nodes
  }

  /** Ids of the tasks in a column, in board order. The array is replaced, never changed. */
  column(status: Status): readonly NodeId[] {
    return this.#columnOf(status).ids
  }

  /** All tasks that are not deleted, column by column. */
  *tasks(): Iterable<NodeId> {
    for (const status of STATUSES) yield* this.column(status)
  }

  /** The row of a task, or null where there is none (deleted tasks have one). */
  task(id: NodeId): TaskRow | null {
    const known = this.#rows.get(id)
    if (known) return known
    const node = this.nodes.get(id)
    if (!node || node.type !== 'task') return null
    const row = taskRow(node, this.#state, this, this.#now())
    this.#rows.set(id, row)
    return row
  }

  /** Nodes of a type in the order they were created here; deleted ones too. */
  ofType(type: string): readonly NodeId[] {
    return this.#byType.get(type) ?? NO_IDS
  }

  /** Comments on a node, oldest first; deleted ones are left out. */
  commentsOn(subject: NodeId): readonly NodeId[] {
    return this.#hung.get(`comments:${subject}`) ?? NO_IDS
  }

  /** Runs of a task, oldest first. */
  runsOf(task: NodeId): readonly NodeId[] {
    return this.#hung.get(`runs:${task}`) ?? NO_IDS
  }

  /** Comments that ask something nobody has answered. */
  get questions(): ReadonlySet<NodeId> {
    return this.#questions
  }

  get conflicted(): ReadonlySet<NodeId> {
    return this.#conflicted
  }

  dependentsOf(id: NodeId): ReadonlySet<NodeId> {
    return this.#dependents.get(id) ?? NO_DEPENDENTS
  }

  /** The node that an import brought in under this system and id. */
  byExternal(system: string, externalId: string): NodeId | null {
    const id = this.#byExternal.get(`${system}\0${externalId}`)
    const node = id && this.nodes.get(id)
    const ext = node ? (read(node, 'ext') as External | undefined) : undefined
    // Whatever said so may not count any more.
    return ext?.system === system && ext.id === externalId ? (id ?? null) : null
  }

  /** By id or by short key. */
  find(idOrKey: string): NodeId | null {
    return isNodeId(idOrKey) ? (this.nodes.has(idOrKey) ? idOrKey : null) : this.keys.resolve(idOrKey)
  }

  /** `topic` is a node id, `column:<status>`, `type:<type>`, `comments:<node>`, `runs:<node>`, `documents:<task>` or `questions`. */
  on(topic: string, listener: () => void): () => void {
    let emitter = this.#nodeListeners.get(topic)
    if (!emitter) this.#nodeListeners.set(topic, (emitter = createEmitter<void>()))
    return emitter.on(listener)
  }

  onChanged(listener: (touched: ReadonlySet<NodeId>) => void): () => void {
    return this.#changed.on(listener)
  }

  /** Brings the views in step with nodes that changed. */
  update(touched: ReadonlySet<NodeId>): void {
    if (touched.size === 0) return
    this.#version++
    const topics = new Set<string>()
    const stale = new Set<NodeId>(touched)
    // What is gone first: nothing that is placed anew may meet it.
    for (const id of touched) if (!this.nodes.has(id)) this.#vanish(id, stale, topics)
    for (const id of touched) {
      const node = this.nodes.get(id)
      if (node) this.#take(node, stale, topics)
    }
    this.#dropRows(stale)
    if (this.#nodeListeners.size > 0) for (const topic of [...stale, ...topics]) this.#nodeListeners.get(topic)?.emit()
    this.#changed.emit(stale)
  }

  /** A burst touches more tasks than anybody looks at. */
  #dropRows(stale: ReadonlySet<NodeId>): void {
    if (stale.size <= this.#rows.size) for (const id of stale) this.#rows.delete(id)
    else for (const id of this.#rows.keys()) if (stale.has(id)) this.#rows.delete(id)
  }

  /** `stale` gathers the other tasks whose rows change with it, `topics` who else is to hear of it. */
  #take(node: WorkNode, stale: Set<NodeId>, topics: Set<string>): void {
    if (node.type === 'task') this.#updateTask(node, stale, topics)
    else if (node.type === 'comment' && node.subject) this.#updateComment(node, node.subject, stale, topics)
    else if (node.type !== 'comment') this.#updateType(node, topics)
    if (node.type === 'run' && node.subject) this.#hang(node, node.subject, `runs:${node.subject}`, stale, topics)
    if (node.type === 'document') for (const task of this.documents.take(node)) topics.add(`documents:${task}`)
  }

  /** The node's create does not count any more: nothing may show it, or go by it. */
  #vanish(id: NodeId, stale: Set<NodeId>, topics: Set<string>): void {
    const node = this.#state.fold.hidden.get(id)
    if (!node) return
    if (node.type === 'task') {
      for (const other of this.keys.remove(node)) {
        stale.add(other.id)
        for (const dependent of this.dependentsOf(other.id)) stale.add(dependent)
      }
      const parent = this.tree.parentOf(id)
      if (parent) stale.add(parent)
      for (const moved of this.tree.remove(id)) stale.add(moved)
      for (const child of this.tree.childrenOf(id)) stale.add(child)
      for (const to of this.#dependsOn.get(id) ?? NO_IDS) this.#dependents.get(to)?.delete(id)
      this.#dependsOn.delete(id)
      for (const dependent of this.dependentsOf(id)) stale.add(dependent)
      for (const other of this.fileLeases.remove(id)) stale.add(other)
      this.#begins.delete(id)
      this.#conflicted.delete(id)
      this.#seat(id, null, '', topics)
    } else if (node.type === 'comment' && node.subject) {
      if (this.#questions.delete(id)) topics.add('questions')
      this.#unhang(id, node.subject, `comments:${node.subject}`, stale, topics)
    } else {
      if (node.type === 'run' && node.subject) this.#unhang(id, node.subject, `runs:${node.subject}`, stale, topics)
      if (this.#listed.delete(id))
        this.#byType.set(
          node.type,
          this.ofType(node.type).filter((other) => other !== id),
        )
      topics.add(`type:${node.type}`)
      for (const task of this.documents.remove(id)) topics.add(`documents:${task}`)
    }
  }

  /** One walk of the registers: this runs for every task at every start. */
  #updateTask(node: WorkNode, stale: Set<NodeId>, topics: Set<string>): void {
    let [status, order, isGone, hasRivals]: [Status, string, boolean, boolean] = ['backlog', '', false, false]
    let [begins, isMoved]: [Value, boolean] = [null, false]
    for (const field in node.registers) {
      const versions = node.registers[field] as Versions
      const value = versions[0] as Value
      if (versions.length > 2) hasRivals = true
      if (field === 'status') status = value as Status
      // Fractional index; where a task has none it goes first, in the order of ids.
      else if (field === 'order') order = value as string
      else if (field === 'notBefore') begins = value
      else if (field === 'deleted') isGone = value === true
      else if (field === 'parent') isMoved = this.#move(node.id, value, versions[1] as Ref, stale)
      else if (field === 'ext') this.#noteExternal(node.id, value as External | null)
    }
    status = node.work?.shown ?? status
    this.#noteDue(node.id, begins)
    // A move that does not count any more leaves the node where it would be without it.
    if (!isMoved) this.#unmove(node.id, stale)
    // Two who created apart may have proposed one number: then the other's key changes, here and where it is named.
    for (const { id } of this.keys.add(node)) {
      stale.add(id)
      for (const dependent of this.dependentsOf(id)) stale.add(dependent)
    }
    this.#updateDependencies(node)
    for (const id of this.dependentsOf(node.id)) stale.add(id)
    for (const id of this.fileLeases.take(node)) stale.add(id)
    if (hasRivals && conflictsOf(node).length > 0) this.#conflicted.add(node.id)
    else this.#conflicted.delete(node.id)
    this.#seat(node.id, isGone ? null : this.#columnOf(status), order, topics)
  }

  /** A row says whether its task may be begun, and so changes by itself when the time has come. */
  refreshDue(): void {
    const now = this.#now()
    const due = new Set([...this.#begins].flatMap(([id, at]) => (at <= now ? [id] : [])))
    for (const id of due) this.#begins.delete(id)
    this.update(due)
  }

  #noteDue(id: NodeId, at: Value): void {
    if (typeof at === 'number' && at > this.#now()) this.#begins.set(id, at)
    else this.#begins.delete(id)
  }

  #move(id: NodeId, parent: Value, ref: Ref, stale: Set<NodeId>): true {
    const before = this.tree.parentOf(id)
    this.#noteMoved([before, id], this.tree.move(id, isNodeId(parent) ? parent : null, ref), stale)
    return true
  }

  #unmove(id: NodeId, stale: Set<NodeId>): void {
    const before = this.tree.parentOf(id)
    this.#noteMoved([before], this.tree.remove(id), stale)
  }

  /** Rows of these, of all that moved, and of what they hang under now say something else. */
  #noteMoved(about: readonly (NodeId | null)[], moved: readonly NodeId[], stale: Set<NodeId>): void {
    for (const id of [...about, ...moved]) {
      if (id === null) continue
      stale.add(id)
      const up = this.tree.parentOf(id)
      if (up) stale.add(up)
    }
  }

  #noteExternal(id: NodeId, ext: External | null): void {
    if (typeof ext?.system === 'string' && typeof ext.id === 'string') this.#byExternal.set(`${ext.system}\0${ext.id}`, id)
  }

  #updateDependencies(node: WorkNode): void {
    const targets = node.sets['dependencies'] ? dependenciesOf(node).map(({ to }) => to) : NO_IDS
    const before = this.#dependsOn.get(node.id) ?? NO_IDS
    if (targets.length === 0 && before.length === 0) return
    for (const to of before) if (!targets.includes(to as NodeId)) this.#dependents.get(to)?.delete(node.id)
    for (const to of targets) {
      const known = this.#dependents.get(to)
      if (known) known.add(node.id)
      else this.#dependents.set(to, new Set([node.id]))
    }
    this.#dependsOn.set(node.id, targets)
  }

  #updateComment(node: WorkNode, subject: NodeId, stale: Set<NodeId>, topics: Set<string>): void {
    const isOpen = read(node, 'question') != null && read(node, 'answer') == null && !isDeleted(node)
    if (isOpen !== this.#questions.has(node.id)) {
      if (isOpen) this.#questions.add(node.id)
      else this.#questions.delete(node.id)
      topics.add('questions')
    }
    if (isDeleted(node)) this.#unhang(node.id, subject, `comments:${subject}`, stale, topics)
    else this.#hang(node, subject, `comments:${subject}`, stale, topics)
  }

  /** Puts it into the list of its subject, at the place of its create. */
  #hang(node: WorkNode, subject: NodeId, topic: string, stale: Set<NodeId>, topics: Set<string>): void {
    const { history } = this.#state
    const list = (this.#hung.get(topic) ?? NO_IDS).filter((id) => id !== node.id)
    // Most come last: the place is looked for from the end.
    let at = list.length
    while (at > 0 && history.compare((this.nodes.get(list[at - 1] as NodeId) as WorkNode).created, node.created) > 0) at--
    list.splice(at, 0, node.id)
    this.#hung.set(topic, list)
    stale.add(subject)
    topics.add(topic)
  }

  #unhang(id: NodeId, subject: NodeId, topic: string, stale: Set<NodeId>, topics: Set<string>): void {
    const list = this.#hung.get(topic) ?? NO_IDS
    if (list.includes(id))
      this.#hung.set(
        topic,
        list.filter((other) => other !== id),
      )
    stale.add(subject)
    topics.add(topic)
  }

  #updateType(node: WorkNode, topics: Set<string>): void {
    if (!this.#listed.has(node.id)) this.#byType.set(node.type, [...this.ofType(node.type), node.id])
    this.#listed.add(node.id)
    topics.add(`type:${node.type}`)
  }

  /** Gives the task its seat in this column, unless it sits there already; null: in none. */
  #seat(id: NodeId, column: Column | null, order: string, topics: Set<string>): void {
    const old = this.#seats.get(id)
    if (old?.column === column && old?.order === order) return
    if (old) {
      old.column.leave(old)
      topics.add(old.column.topic)
    }
    if (column) {
      this.#seats.set(id, column.add(id, order))
      topics.add(column.topic)
    } else this.#seats.delete(id)
  }

  #columnOf(status: Status): Column {
    return this.#columns.get(status) as Column
  }
}

/** Where an imported task comes from. */
interface External {
  readonly system?: unknown
  readonly id?: unknown
}

const NO_DEPENDENTS: ReadonlySet<NodeId> = new Set()

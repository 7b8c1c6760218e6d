/**
 * How the tasks are laid out: which of them are shown, in which lane and column, in which order.
 *
 * An arrangement is made by one walk over the tasks and then follows the views: a change costs what it touches, whatever the
 * filter and the grouping. A task stands in every column that it belongs to (an assignment board has one for each assignee).
 * It follows only while it is connected; connecting brings it up to date.
 */

import { createEmitter, type Emitter } from '../../base/emitter.ts'
import type { Status } from '../../core/fields.ts'
import { elements, read, type WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import type { Row } from '../../core/query.ts'
import { isDeleted, statusOf } from '../../core/readiness.ts'
import { Column, type Seat } from '../../replica/column.ts'
import type { Replica } from '../../replica/replica.ts'
import type { Views } from '../../replica/views.ts'
import type { Group, LaneBy } from './board-address.ts'
import { type NameOf, priorityOf, TaskFacts } from './task-facts.ts'

export interface Layout {
  readonly group: Group
  readonly lanes: LaneBy
  /** Which tasks are shown; null: all. */
  readonly fits: ((row: Row) => boolean) | null
  readonly nameOf: NameOf
}

/** A column is named by its status or by its assignee, '' being nobody; a lane by an assignee, a parent's id or a priority. */
export interface Arrangement {
  /** Columns that hold a task, shown or not, in no order. */
  columns(): readonly string[]
  /** Lanes that show a task, in order; one that is called '' where there are none. */
  lanes(): readonly string[]
  /** What a cell shows, in order; the array is replaced, never changed. */
  ids(lane: string, column: string): readonly NodeId[]
  /** How many tasks a column holds, shown or not. */
  total(column: string): number
  /** How many of them are shown. */
  visible(column: string): number
  /** How many tasks a lane shows. */
  laneSize(lane: string): number
  /** `topic` is `columns`, `lanes`, or what `cellOf`, `sizeOf` (of a column) and `laneOf` answer. */
  on(topic: string, listener: () => void): () => void
  /** Follows the views until the answer is called. */
  connect(): () => void
}

export function cellOf(lane: string, column: string): string {
  return `cell:${lane}\0${column}`
}

export function sizeOf(column: string): string {
  return `size:${column}`
}

export function laneOf(lane: string): string {
  return `lane:${lane}`
}

export function createArrangement(replica: Replica, layout: Layout): Arrangement {
  const isPlain = layout.group === 'status' && layout.lanes === 'none' && layout.fits === null
  return isPlain ? plainArrangement(replica.views) : new Placed(replica, layout)
}

/** The columns of the views as they are: nothing to work out, nothing to follow. */
function plainArrangement(views: Views): Arrangement {
  const topicOf = (topic: string): string => topic.replace(/^(?:cell:\0|size:)/, 'column:')
  return {
    columns: () => NO_NAMES,
    lanes: () => ONE_LANE,
    ids: (_, column) => views.column(column as Status),
    total: (column) => views.column(column as Status).length,
    visible: (column) => views.column(column as Status).length,
    laneSize: () => 0,
    on: (topic, listener) => views.on(topicOf(topic), listener),
    connect: () => () => undefined,
  }
}

/** Where a task stands: its columns, those in which it is shown, its lanes, and a seat in each cell. */
interface Standing {
  readonly columns: readonly string[]
  readonly visible: readonly string[]
  readonly lanes: readonly string[]
  readonly seats: readonly Seat[]
}

class Placed implements Arrangement {
  readonly #replica: Replica
  readonly #layout: Layout
  readonly #standing = new Map<NodeId, Standing>()
  readonly #cells = new Map<string, Column>()
  readonly #totals = new Map<string, number>()
  readonly #visible = new Map<string, number>()
  readonly #laneSizes = new Map<string, number>()
  readonly #emitters = new Map<string, Emitter<void>>()
  #columns: readonly string[] | null = null
  #lanes: readonly string[] | null = null
  #version = -1

  constructor(replica: Replica, layout: Layout) {
    this.#replica = replica
    this.#layout = layout
    this.#placeAll(new Set())
  }

  columns(): readonly string[] {
    return (this.#columns ??= [...this.#totals.keys()])
  }

  lanes(): readonly string[] {
    return (this.#lanes ??= this.#layout.lanes === 'none' ? ONE_LANE : this.#sortedLanes())
  }

  ids(lane: string, column: string): readonly NodeId[] {
    return this.#cells.get(cellOf(lane, column))?.ids ?? NO_IDS
  }

  total(column: string): number {
    return this.#totals.get(column) ?? 0
  }

  visible(column: string): number {
    return this.#visible.get(column) ?? 0
  }

  laneSize(lane: string): number {
    return this.#laneSizes.get(lane) ?? 0
  }

  on(topic: string, listener: () => void): () => void {
    let emitter = this.#emitters.get(topic)
    if (!emitter) this.#emitters.set(topic, (emitter = createEmitter<void>()))
    return emitter.on(listener)
  }

  connect(): () => void {
    const { views } = this.#replica
    if (views.version !== this.#version) this.#tell((topics) => this.#placeAll(topics))
    return views.onChanged((touched) => {
      this.#version = views.version
      // The name of an agent stands on many tasks that were not touched.
      const isRenamed = [...touched].some((id) => views.nodes.get(id)?.type === 'agent')
      this.#tell((topics) => {
        if (isRenamed) this.#placeAll(topics)
        else for (const id of touched) this.#place(id, topics)
      })
    })
  }

  #tell(change: (topics: Set<string>) => void): void {
    const topics = new Set<string>()
    change(topics)
    for (const topic of topics) this.#emitters.get(topic)?.emit()
  }

  #placeAll(topics: Set<string>): void {
    const { views } = this.#replica
    this.#version = views.version
    for (const id of new Set([...this.#standing.keys(), ...views.tasks()])) this.#place(id, topics)
  }

  #place(id: NodeId, topics: Set<string>): void {
    const node = this.#replica.nodes.get(id)
    const old = this.#standing.get(id)
    const isHere = node?.type === 'task' && !isDeleted(node)
    if (!old && !isHere) return
    const columns = isHere ? this.#columnsOf(node) : NO_NAMES
    const lanes = isHere && this.#isShown(node) ? this.#lanesOf(node) : NO_NAMES
    const order = isHere ? this.#orderOf(node) : ''
    const cells = lanes.flatMap((lane) => columns.map((column) => cellOf(lane, column)))
    const seats = old && isSeated(old.seats, cells, order) ? old.seats : this.#seat(id, old?.seats ?? [], cells, order, topics)
    const next = { columns, lanes, seats, visible: lanes.length > 0 ? columns : NO_NAMES }
    if (!old || !sameNames(old.columns, columns))
      if (recount(this.#totals, old?.columns, columns, (name) => topics.add(sizeOf(name))))
        this.#columns = this.#unlist('columns', topics)
    if (!old || !sameNames(old.visible, next.visible))
      recount(this.#visible, old?.visible, next.visible, (name) => topics.add(sizeOf(name)))
    if (!old || !sameNames(old.lanes, lanes))
      if (recount(this.#laneSizes, old?.lanes, lanes, (name) => topics.add(laneOf(name))))
        this.#lanes = this.#unlist('lanes', topics)
    if (isHere) this.#standing.set(id, next)
    else this.#standing.delete(id)
  }

  #isShown(node: WorkNode): boolean {
    return this.#layout.fits?.(new TaskFacts(node, this.#replica, this.#layout.nameOf)) ?? true
  }

  /** Leaves the old seats and takes new ones. */
  #seat(id: NodeId, old: readonly Seat[], cells: readonly string[], order: string, topics: Set<string>): readonly Seat[] {
    for (const seat of old) {
      seat.column.leave(seat)
      topics.add(seat.column.topic)
    }
    for (const cell of cells) topics.add(cell)
    return cells.map((cell) => this.#cell(cell).add(id, order))
  }

  /** A list of names is made anew when it is asked for. */
  #unlist(topic: 'columns' | 'lanes', topics: Set<string>): null {
    topics.add(topic)
    return null
  }

  #cell(cell: string): Column {
    const known = this.#cells.get(cell)
    if (known) return known
    const made = new Column(cell)
    this.#cells.set(cell, made)
    return made
  }

  #columnsOf(node: WorkNode): readonly string[] {
    return this.#layout.group === 'agent' ? this.#agentsOf(node) : [statusOf(node)]
  }

  #lanesOf(node: WorkNode): readonly string[] {
    switch (this.#layout.lanes) {
      case 'none':
        return ONE_LANE
      case 'agent':
        return this.#agentsOf(node)
      case 'priority':
        return [String(priorityOf(node))]
      case 'parent':
        return [this.#replica.views.tree.parentOf(node.id) ?? '']
    }
  }

  #agentsOf(node: WorkNode): readonly string[] {
    const assignees = elements(node, 'assignees')
    return assignees.length === 0 ? ONE_LANE : [...new Set(assignees.map(this.#layout.nameOf))]
  }

  /** As on the board; in the column of somebody first what is at hand. */
  #orderOf(node: WorkNode): string {
    const order = String(read(node, 'order') ?? '')
    return this.#layout.group === 'agent' ? `${AT_HAND.indexOf(statusOf(node))}${order}` : order
  }

  /** Those without come last. */
  #sortedLanes(): readonly string[] {
    const names = this.#layout.lanes === 'priority' ? ALL_PRIORITIES : [...this.#laneSizes.keys()]
    const { nodes } = this.#replica
    const numberOf = (id: string): number => nodes.get(id as NodeId)?.number ?? 0
    const isParent = this.#layout.lanes === 'parent'
    return names.toSorted((a, b) => {
      if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1
      return (isParent ? numberOf(a) - numberOf(b) : 0) || a.localeCompare(b)
    })
  }
}

const AT_HAND: readonly Status[] = ['in_progress', 'blocked', 'in_review', 'ready', 'backlog', 'done', 'cancelled']
const ALL_PRIORITIES: readonly string[] = ['0', '1', '2', '3', '4']
const NO_NAMES: readonly string[] = []
const NO_IDS: readonly NodeId[] = []
const ONE_LANE: readonly string[] = ['']

/** Counts a task out of some names and into others; answers whether a name came to be or went away. */
function recount(
  sizes: Map<string, number>,
  before: readonly string[] = NO_NAMES,
  after: readonly string[],
  changed: (name: string) => void,
): boolean {
  let isOther = false
  const count = (name: string, by: 1 | -1): void => {
    const size = (sizes.get(name) ?? 0) + by
    if (size === 0) sizes.delete(name)
    else sizes.set(name, size)
    if (size === (by > 0 ? 1 : 0)) isOther = true
    changed(name)
  }
  for (const name of after) count(name, 1)
  for (const name of before) count(name, -1)
  return isOther
}

function sameNames(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a?.length === b.length && a.every((name, i) => name === b[i])
}

function isSeated(seats: readonly Seat[], cells: readonly string[], order: string): boolean {
  return seats.length === cells.length && seats.every((seat, i) => seat.column.topic === cells[i] && seat.order === order)
}

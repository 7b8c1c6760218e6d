/**
 * Runs by agent: what each holds, what came of the rest, and what it has cost.
 *
 * Kept in step with the tasks: a change costs the runs of the tasks that it touched, whatever the history, and tells those who
 * listen to the agents of these runs. Derived from the log and nothing else.
 */

import { createEmitter, type Emitter } from '../base/emitter.ts'
import type { WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { isHeld, isOwnWord } from '../core/work.ts'
import type { Replica } from './replica.ts'
import type { RunRow, Usage } from './run-row.ts'
import type { Views } from './views.ts'

/** What the log says of one agent's work. The same object until it changes. */
export interface AgentRecord {
  /** Runs that hold a task, the newest first. */
  readonly holds: readonly RunRow[]
  /** Runs that were handed in and wait for a word. */
  readonly waiting: number
  readonly runs: number
  readonly done: number
  readonly failed: number
  /** How often its work was sent back. */
  readonly sentBack: number
  readonly usage: Usage
  /** When it last wrote something about its work, by its own clock; null for never. */
  readonly recordedAt: number | null
}

interface Entry {
  readonly row: RunRow
  readonly sentBack: number
  readonly recordedAt: number
}

interface Tally {
  readonly entries: Map<NodeId, Entry>
  readonly holds: Map<NodeId, RunRow>
  waiting: number
  done: number
  failed: number
  sentBack: number
  inputTokens: number
  outputTokens: number
  costMicros: number
  /** Runs whose usage is an estimate in part. */
  estimated: number
  recordedAt: number
  record: AgentRecord | null
}

const known = new WeakMap<Views, AgentRuns>()

/** One look for all who ask, in whatever hand; it goes on as long as the log is open. */
export function agentRunsIn(replica: Replica): AgentRuns {
  const there = known.get(replica.views)
  if (there) return there
  const made = new AgentRuns(replica)
  known.set(replica.views, made)
  return made
}

export class AgentRuns {
  readonly #replica: Replica
  readonly #tallies = new Map<string, Tally>()
  readonly #byTask = new Map<NodeId, readonly Entry[]>()
  readonly #listeners = new Map<string, Emitter<void>>()
  readonly #changed = createEmitter<ReadonlySet<string>>()

  /** Use `agentRunsIn`. */
  constructor(replica: Replica) {
    this.#replica = replica
    for (const node of replica.nodes.values()) if (node.work) this.#take(node.id, new Set())
    replica.views.onChanged((touched) => this.#update(touched))
  }

  of(actor: string): AgentRecord {
    const tally = this.#tallies.get(actor)
    return tally ? (tally.record ??= recordOf(tally)) : NOTHING
  }

  /** Its last runs, the newest first. */
  recent(actor: string, most: number): readonly RunRow[] {
    const rows = [...(this.#tallies.get(actor)?.entries.values() ?? [])].map(({ row }) => row)
    return rows.toSorted(newestFirst).slice(0, most)
  }

  on(actor: string, listener: () => void): () => void {
    let emitter = this.#listeners.get(actor)
    if (!emitter) this.#listeners.set(actor, (emitter = createEmitter<void>()))
    return emitter.on(listener)
  }

  onChanged(listener: (actors: ReadonlySet<string>) => void): () => void {
    return this.#changed.on(listener)
  }

  #update(touched: ReadonlySet<NodeId>): void {
    const actors = new Set<string>()
    for (const id of touched) this.#take(id, actors)
    if (actors.size === 0) return
    for (const actor of actors) this.#listeners.get(actor)?.emit()
    this.#changed.emit(actors)
  }

  #take(id: NodeId, actors: Set<string>): void {
    const node = this.#replica.nodes.get(id)
    const before = this.#byTask.get(id)
    if (!node?.work && !before) return
    for (const entry of before ?? []) this.#count(entry, -1, actors)
    const entries = node?.work ? entriesOf(this.#replica, node) : []
    for (const entry of entries) this.#count(entry, 1, actors)
    if (entries.length > 0) this.#byTask.set(id, entries)
    else this.#byTask.delete(id)
  }

  #count(entry: Entry, by: 1 | -1, actors: Set<string>): void {
    const { row, sentBack, recordedAt } = entry
    let tally = this.#tallies.get(row.agent)
    if (!tally) this.#tallies.set(row.agent, (tally = newTally()))
    actors.add(row.agent)
    tally.record = null
    if (by > 0) tally.entries.set(row.id, entry)
    else tally.entries.delete(row.id)
    if (by > 0 && isHeld(row.state)) tally.holds.set(row.id, row)
    else tally.holds.delete(row.id)
    if (row.state === 'submitted') tally.waiting += by
    if (row.state === 'accepted') tally.done += by
    if (row.state === 'fail' || row.state === 'expire') tally.failed += by
    tally.sentBack += by * sentBack
    tally.inputTokens += by * row.usage.inputTokens
    tally.outputTokens += by * row.usage.outputTokens
    tally.costMicros += by * row.usage.costMicros
    if (row.usage.estimated) tally.estimated += by
    // That it was heard of stays true, whatever becomes of what it said.
    tally.recordedAt = Math.max(tally.recordedAt, recordedAt)
  }
}

function entriesOf(replica: Replica, task: WorkNode): Entry[] {
  const { history, nodes } = replica
  const runs = task.work?.runs ?? []
  return replica.runsOf(task.id).map((row) => {
    const run = runs.find(({ id }) => id === row.id)
    const own = run?.records ?? []
    const said = own.filter((record) => isOwnWord(record)).map(({ ref }) => ref)
    if (run?.renewed) said.push(run.renewed)
    const node = nodes.get(row.id)
    // Steps and cost are set on the run's node.
    const isOwn = node && history.feedOf(Math.floor(node.updated / 256)).startsWith(row.agent)
    return {
      row,
      sentBack: own.filter(({ op }) => op === 'reject').length,
      recordedAt: Math.max(0, ...said.map((ref) => history.msOf(ref)), isOwn ? history.msOf(node.updated) : 0),
    }
  })
}

function newTally(): Tally {
  return {
    entries: new Map(),
    holds: new Map(),
    waiting: 0,
    done: 0,
    failed: 0,
    sentBack: 0,
    inputTokens: 0,
    outputTokens: 0,
    costMicros: 0,
    estimated: 0,
    recordedAt: 0,
    record: null,
  }
}

function recordOf({ entries, holds, waiting, done, failed, sentBack, recordedAt, ...spent }: Tally): AgentRecord {
  const { inputTokens, outputTokens, costMicros, estimated } = spent
  return {
    holds: [...holds.values()].toSorted(newestFirst),
    waiting,
    runs: entries.size,
    done,
    failed,
    sentBack,
    usage: { inputTokens, outputTokens, costMicros, ...(estimated > 0 ? { estimated: true } : {}) },
    recordedAt: recordedAt || null,
  }
}

function newestFirst(a: RunRow, b: RunRow): number {
  return a.began < b.began ? 1 : a.began > b.began ? -1 : a.id < b.id ? -1 : 1
}

const NOTHING: AgentRecord = recordOf(newTally())

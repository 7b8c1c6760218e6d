/**
 * Imports a plan: Beads JSON lines into tasks of this workspace.
 *
 * Upsert only, by the id in the plan: what a plan does not name is left alone, and the same plan twice writes nothing the second
 * time. Tasks first, in the order of the file, so that short keys follow it; then what ties them together, forward references
 * included. Work is done in chunks of about one batch, with a pause after each: the page lives, and peers are heard.
 *
 * An import is no step of undo: it is longer than a step may be. Its tasks can be deleted, and a plan imported again.
 */

import { refuse, ok, type Result } from '../base/result.ts'
import type { WorkNode } from '../core/fold.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { dependenciesOf } from '../core/readiness.ts'
import type { Replica } from '../replica/replica.ts'
import type { Transaction } from '../replica/transaction.ts'
import { at, ID_KEY, isDeletedState, linkKey, type PlanLink, statusIn, taskOf } from './beads-map.ts'
import { BeadsParser, instantOf, linesOf, type ParsedPlan } from './beads-parse.ts'
import { type Source, sourceIn, sourceOf, SYSTEM } from './beads-source.ts'
import { exportedIds, exportTask } from './export-plan.ts'
import { hasResolvable, linkIssue } from './import-links.ts'
import { type ImportReport, newTally, reportOf, type Tally } from './import-report.ts'
import {
  columnEnds,
  createIssue,
  type Issue,
  issueOf,
  type KnownComments,
  knownComments,
  updateIssue,
  whyTooLarge,
} from './import-task.ts'

/** One batch holds 256 changes; a task takes two or three. */
const CHUNK_TASKS = 100
const CHUNK_LINES = 500
/** Chunks between two waits for the disk: what is signed and not stored must not pile up. */
const CHUNKS_UNSAVED = 16
const NEEDS = [
  ['create', 'task'],
  ['update', 'task'],
  ['assign', 'task'],
  ['delete', 'task'],
  ['comment', 'comment'],
] as const

export type Progress = (done: number, total: number) => void

/** `source`: the whole file as text, or its lines. Refuses, with nothing written, what is too large or holds no issue at all. */
export async function importPlan(
  replica: Replica,
  source: string | Iterable<string>,
  onProgress: Progress,
  yieldToUi: () => Promise<void>,
): Promise<Result<ImportReport>> {
  const lacking = NEEDS.find(([right, type]) => !replica.may(right, type))
  if (lacking)
    return refuse({
      code: 'permission_denied',
      detail: `To import a plan you must be allowed to ${lacking[0]} a ${lacking[1]} here.`,
    })
  const read = await parse(source, yieldToUi)
  if (!read.ok) return read
  return ok(await new Import(replica, read.value, onProgress, yieldToUi).run())
}

async function parse(source: string | Iterable<string>, yieldToUi: () => Promise<void>): Promise<Result<ParsedPlan>> {
  const parser = new BeadsParser()
  let lines = 0
  for (const line of typeof source === 'string' ? linesOf(source) : source) {
    const taken = parser.take(line)
    if (!taken.ok) return taken
    if (++lines % CHUNK_LINES === 0) await yieldToUi()
  }
  const plan = parser.finish()
  if (plan.records.length > 0) return ok(plan)
  const [first] = plan.firstSkipped
  const why = first ? `Of ${plan.skipped} lines none is an issue; line ${first.line}: ${first.reason}.` : 'It is empty.'
  return refuse({
    code: 'invalid',
    detail: `This is no plan that can be read. ${why} A plan has one JSON object a line, each with an "id".`,
  })
}

interface Known {
  readonly id: NodeId
  readonly old: Source
}

type Fate = 'created' | 'updated' | 'unchanged'

class Import {
  readonly #replica: Replica
  readonly #plan: ParsedPlan
  readonly #progress: Progress
  readonly #yield: () => Promise<void>
  readonly #tally: Tally = newTally()
  readonly #refused: { id: string; reason: string }[] = []
  /** By the id in the plan: its node, what became of it, and the links its source had before. */
  readonly #nodes = new Map<string, NodeId>()
  readonly #fates = new Map<string, Fate>()
  readonly #linksBefore = new Map<string, readonly PlanLink[]>()
  #exported: ReadonlyMap<NodeId, string> | null = null
  #chunks = 0

  constructor(replica: Replica, plan: ParsedPlan, progress: Progress, yieldToUi: () => Promise<void>) {
    this.#replica = replica
    this.#plan = plan
    this.#progress = progress
    this.#yield = yieldToUi
  }

  async run(): Promise<ImportReport> {
    const { records } = this.#plan
    this.#progress(0, records.length)
    const issues = await this.#readIssues()
    await this.#writeTasks(issues)
    await this.#writeLinks(issues)
    this.#count(issues)
    await this.#replica.saved()
    this.#progress(records.length, records.length)
    return reportOf(this.#plan, this.#tally, this.#refused)
  }

  async #readIssues(): Promise<Issue[]> {
    const issues: Issue[] = []
    let read = 0
    for (const record of this.#plan.records) {
      const issue = issueOf(record)
      const reason = whyTooLarge(issue)
      if (reason === null) issues.push(issue)
      else this.#refused.push({ id: record.id, reason })
      if (++read % CHUNK_LINES === 0) await this.#yield()
    }
    return issues
  }

  async #writeTasks(issues: readonly Issue[]): Promise<void> {
    const orderIn = columnEnds(this.#replica)
    const comments = knownComments(this.#replica)
    const fresh = issues.filter((issue) => this.#find(issue) === null)
    const orders = ordersOf(fresh, orderIn)
    let done = 0
    await this.#inChunks(issues, (tx, issue, next) => {
      const { id } = issue.record
      const order = orders.get(id)
      if (order !== undefined) {
        const made = createIssue(this.#replica, tx, issue, order, next())
        this.#settle(id, made.id, [], 'created')
        this.#tally.comments += made.comments
      } else this.#update(tx, issue, this.#find(issue) as Known, comments, orderIn)
      if (++done % CHUNK_TASKS === 0) this.#progress(done, this.#plan.records.length)
    })
  }

  #update(tx: Transaction, issue: Issue, { id, old }: Known, comments: KnownComments, orderIn: (status: string) => string): void {
    const links = taskOf({ id: old.id, fields: old.raw }).links
    const node = tx.node(id) as WorkNode
    const written = isStale(issue, old, node)
      ? NOTHING
      : updateIssue(this.#replica, tx, node, issue, old, comments.get(id) ?? new Map(), orderIn)
    this.#settle(issue.record.id, id, links, written.changed ? 'updated' : 'unchanged')
    this.#tally.comments += written.comments
  }

  #settle(id: string, node: NodeId, linksBefore: readonly PlanLink[], fate: Fate): void {
    this.#nodes.set(id, node)
    this.#linksBefore.set(id, linksBefore)
    this.#fates.set(id, fate)
  }

  async #writeLinks(issues: readonly Issue[]): Promise<void> {
    const resolve = (to: string): NodeId | null => this.#nodes.get(to) ?? this.#replica.views.byExternal(SYSTEM, to)
    const before = ({ record }: Issue): readonly PlanLink[] => this.#linksBefore.get(record.id) as readonly PlanLink[]
    const linked = issues.filter((issue) => {
      const words = (links: readonly PlanLink[]): string => links.map(linkKey).join('\n')
      return words(before(issue)) !== words(issue.task.links) || hasResolvable(this.#nodeOf(issue), resolve)
    })
    await this.#inChunks(linked, (tx, issue) => {
      const { id } = issue.record
      const written = linkIssue(tx, this.#nodes.get(id) as NodeId, issue.task.links, before(issue), resolve)
      this.#tally.dependencies += written.added
      if (written.changed && this.#fates.get(id) === 'unchanged') this.#fates.set(id, 'updated')
    })
  }

  #count(issues: readonly Issue[]): void {
    for (const issue of issues) {
      this.#tally[this.#fates.get(issue.record.id) as Fate]++
      if (isDeletedState(String(issue.task.scalars.state))) this.#tally.deleted++
      this.#tally.unresolved += dependenciesOf(this.#nodeOf(issue)).filter(({ to }) => !isNodeId(to)).length
    }
  }

  #nodeOf({ record }: Issue): WorkNode {
    return this.#replica.nodes.get(this.#nodes.get(record.id) as NodeId) as WorkNode
  }

  /** The task that came from this issue before, or left as it, with what its source said then. */
  #find({ record }: Issue): Known | null {
    const { views, nodes } = this.#replica
    const id = views.byExternal(SYSTEM, record.id)
    const old = id && sourceIn(nodes.get(id) as WorkNode)
    if (id && old) return { id, old }
    const own = at(record.fields, ID_KEY)
    const node = isNodeId(own) ? nodes.get(own) : undefined
    if (node?.type !== 'task') return null
    this.#exported ??= exportedIds(this.#replica)
    return { id: node.id, old: sourceOf({ id: record.id, fields: exportTask(this.#replica, node, this.#exported) }) }
  }

  async #inChunks(
    issues: readonly Issue[],
    write: (tx: Transaction, issue: Issue, nextNumber: () => number) => void,
  ): Promise<void> {
    for (let from = 0; from < issues.length; from += CHUNK_TASKS) {
      const chunk = issues.slice(from, from + CHUNK_TASKS)
      let number = this.#replica.views.keys.next
      this.#replica.transact(null, (tx) => {
        for (const issue of chunk) write(tx, issue, () => number++)
      })
      if (++this.#chunks % CHUNKS_UNSAVED === 0) await this.#replica.saved()
      await this.#yield()
    }
  }
}

const NOTHING = { changed: false, comments: 0 }

/** A task of our own that left in a plan and was edited here since: there is no telling whose edit is newer, so ours stays. */
function isStale({ record }: Issue, old: Source, node: WorkNode): boolean {
  if (sourceIn(node) !== null) return false
  const [theirs, ours] = [instantOf(at(record.fields, 'updated_at')), instantOf(at(old.raw, 'updated_at'))]
  return theirs !== undefined && ours !== undefined && theirs < ours
}

/** New tasks go to the ends of their columns: the more urgent first, then the older. */
function ordersOf(issues: readonly Issue[], orderIn: (status: string) => string): ReadonlyMap<string, string> {
  const ranked = issues.map(({ task, record }) => ({
    id: record.id,
    status: statusIn(String(task.scalars.state)),
    priority: Number(task.scalars.priority ?? 2),
    created: instantOf(at(record.fields, 'created_at')) ?? 0,
  }))
  ranked.sort((a, b) => a.priority - b.priority || a.created - b.created)
  return new Map(ranked.map(({ id, status }) => [id, orderIn(status)]))
}

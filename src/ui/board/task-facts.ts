/**
 * What a query asks of a task, read off its node, and each fact only when it is asked for: a row of each of ten thousand tasks
 * would be made for nothing.
 */

import { elements, read, type WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { statusOf, waitsOn, whyNotReady } from '../../core/readiness.ts'
import { PRIORITIES } from '../../core/task-query.ts'
import type { Replica } from '../../replica/replica.ts'

/** What an assignee is called. */
export type NameOf = (assignee: string) => string

/** The fields are `QUERY_FIELDS`. */
export class TaskFacts {
  readonly [field: string]: unknown
  readonly #node: WorkNode
  readonly #replica: Replica
  readonly #nameOf: NameOf

  constructor(node: WorkNode, replica: Replica, nameOf: NameOf) {
    this.#node = node
    this.#replica = replica
    this.#nameOf = nameOf
  }

  get status(): string {
    return statusOf(this.#node)
  }

  get priority(): string {
    return PRIORITIES[priorityOf(this.#node)] ?? ''
  }

  /** Each as it is written and as it is called. */
  get agents(): readonly string[] {
    return elements(this.#node, 'assignees').flatMap((one) => [one.toLowerCase(), this.#nameOf(one).toLowerCase()])
  }

  get agentCount(): number {
    return elements(this.#node, 'assignees').length
  }

  get labels(): readonly string[] {
    return elements(this.#node, 'labels').map((label) => label.toLowerCase())
  }

  get labelCount(): number {
    return elements(this.#node, 'labels').length
  }

  get ready(): boolean {
    return whyNotReady(this.#node, this.#replica.nodes, this.#replica.now()).length === 0
  }

  /** By its status, or by what it waits on while it is to be done. */
  get blocked(): boolean {
    const status = statusOf(this.#node)
    const isOver = status === 'done' || status === 'cancelled'
    return status === 'blocked' || (!isOver && waitsOn(this.#node, this.#replica.nodes).length > 0)
  }

  get question(): boolean {
    const { views } = this.#replica
    return views.questions.size > 0 && views.commentsOn(this.#node.id).some((id) => views.questions.has(id))
  }

  get conflict(): boolean {
    return this.#replica.views.conflicted.has(this.#node.id)
  }

  get updated(): number {
    return this.#replica.history.msOf(this.#node.updated)
  }

  get text(): string {
    const { keys } = this.#replica.views
    const title = String(read(this.#node, 'title') ?? '')
    return [keys.keyOf(this.#node), title, ...elements(this.#node, 'labels'), ...this.agents].join('\n').toLowerCase()
  }
}

export function priorityOf(node: WorkNode): number {
  const priority = read(node, 'priority')
  return typeof priority === 'number' ? priority : 2
}

/** The labels in use and the names that tasks are assigned to, sorted. Looks at every task. */
export function wordsInUse(
  { views }: Replica,
  nameOf: NameOf,
): { readonly labels: readonly string[]; readonly agents: readonly string[] } {
  const labels = new Set<string>()
  const agents = new Set<NodeId | string>()
  for (const id of views.tasks()) {
    const node = views.nodes.get(id)
    if (!node) continue
    for (const label of elements(node, 'labels')) labels.add(label)
    for (const assignee of elements(node, 'assignees')) agents.add(assignee)
  }
  const sorted = (names: Iterable<string>): string[] => [...new Set(names)].toSorted((a, b) => a.localeCompare(b))
  return { labels: sorted(labels), agents: sorted([...agents].map(nameOf)) }
}

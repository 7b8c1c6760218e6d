/**
 * Readiness: may somebody start this task now, and if not, why not.
 *
 * A task is ready when its status is `ready`, its time has come, and every gating dependency is done or cancelled. A
 * dependency that is not here (yet), deleted, or no task does not gate: work must not wait for what nobody can finish.
 */

import { GATING, type Status, STATUSES } from './fields.ts'
import { elements, read, type WorkNode } from './fold.ts'
import { isNodeId, type NodeId } from './ids.ts'

export interface Dependency {
  readonly to: string
  readonly type: string
}

export type Why =
  | { readonly code: 'status'; readonly status: Status }
  | { readonly code: 'waits_on'; readonly tasks: readonly NodeId[] }
  | { readonly code: 'not_before'; readonly at: number }
  | { readonly code: 'deleted' }
  /** A run holds it, or was submitted and waits for a word. */
  | { readonly code: 'claimed'; readonly run: NodeId }

export function statusOf(task: WorkNode): Status {
  return task.work?.shown ?? (read(task, 'status') as Status | undefined) ?? 'backlog'
}

export function isClosed(task: WorkNode): boolean {
  return CLOSED.has(statusOf(task))
}

const CLOSED: ReadonlySet<Status> = new Set<Status>(['done', 'cancelled'])
export const OPEN_STATUSES: readonly Status[] = STATUSES.filter((status) => !CLOSED.has(status))

export function isDeleted(node: WorkNode): boolean {
  return read(node, 'deleted') === true
}

/** Dependencies are elements `type:target`; the target of an import may be an id nobody here knows. */
export function dependenciesOf(task: WorkNode): Dependency[] {
  return elements(task, 'dependencies').map((element) => {
    const colon = element.indexOf(':')
    return { type: element.slice(0, colon), to: element.slice(colon + 1) }
  })
}

export function dependencyElement({ type, to }: Dependency): string {
  return `${type}:${to}`
}

export function gates(dependency: Dependency): boolean {
  return (GATING as readonly string[]).includes(dependency.type)
}

/** The open tasks this one waits on. */
export function waitsOn(task: WorkNode, nodes: ReadonlyMap<NodeId, WorkNode>): NodeId[] {
  return dependenciesOf(task).flatMap((dependency) => {
    if (!gates(dependency) || !isNodeId(dependency.to)) return []
    const target = nodes.get(dependency.to)
    return target?.type === 'task' && !isDeleted(target) && !isClosed(target) ? [target.id] : []
  })
}

/** Empty when the task may be claimed at `now`. */
export function whyNotReady(task: WorkNode, nodes: ReadonlyMap<NodeId, WorkNode>, now: number): Why[] {
  const why: Why[] = []
  if (isDeleted(task)) why.push({ code: 'deleted' })
  const status = statusOf(task)
  if (status !== 'ready') why.push({ code: 'status', status })
  const open = waitsOn(task, nodes)
  if (open.length > 0) why.push({ code: 'waits_on', tasks: open })
  const holder = task.work?.holder
  if (holder) why.push({ code: 'claimed', run: holder })
  const notBefore = read(task, 'notBefore')
  if (typeof notBefore === 'number' && notBefore > now) why.push({ code: 'not_before', at: notBefore })
  return why
}

/** Whether a gating dependency of `from` on `to` would close a circle of what is here. */
export function wouldWaitOnItself(from: NodeId, to: NodeId, nodes: ReadonlyMap<NodeId, WorkNode>): boolean {
  const seen = new Set<string>()
  const open: string[] = [to]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === from) return true
    const node = nodes.get(id as NodeId)
    if (!node || seen.has(id)) continue
    seen.add(id)
    for (const dependency of dependenciesOf(node)) if (gates(dependency)) open.push(dependency.to)
  }
  return false
}

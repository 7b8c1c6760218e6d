/**
 * Planning: a graph of tasks that appears at once, or not at all.
 *
 * All of it is looked at before any of it is written, and it is written into one batch: no replica ever has half of a plan, so nobody
 * claims a task whose predecessors have not come yet. What holds for all of them is decided once, and stands in the words of each.
 * Tasks are given to somebody who is here, or to nobody: a name that nobody goes by would leave a task lying for ever.
 */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import type { FieldValue } from '../core/change.ts'
import type { Status } from '../core/fields.ts'
import { isPath } from '../core/glob.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { LOCAL, PROTOCOL } from '../core/limits.ts'
import { dependencyElement } from '../core/readiness.ts'
import { actorOfProfile, agentKeys, nameOfActor, profilesIn, textIn } from '../replica/agents.ts'
import { knownPeople } from '../replica/people.ts'
import type { Replica } from '../replica/replica.ts'
import { writeCheck } from './elements.ts'
import { findTask, ordersIn, rowOf } from './find.ts'
import { aboutOf, operation } from './operation.ts'
import { priority, status, taskRef, title, word } from './shapes.ts'
import { writeBody } from './tasks.ts'

const pattern = z.string().check(z.refine(isPath, 'A pattern is relative, with "/" between names, such as src/api/**.'))
const few = <T extends z.ZodMiniType>(shape: T, most: number) => z._default(z.array(shape).check(z.maxLength(most)), [])

const plannedTask = z.object({
  /** What the other tasks of the plan call it. */
  ref: word,
  title,
  body: z._default(z.string().check(z.maxLength(LOCAL.planChars)), ''),
  status: z._default(status, 'ready'),
  priority: z.optional(priority),
  kind: z.optional(word),
  labels: few(word, LOCAL.labelsPerTask),
  assignees: few(word, LOCAL.assigneesPerTask),
  files: few(pattern, LOCAL.filesPerTask),
  checks: few(title, LOCAL.checksPerTask),
  /** Tasks of the plan by their `ref`, others by id or key. */
  dependsOn: few(word, LOCAL.dependenciesPerTask),
})
type Planned = z.output<typeof plannedTask>

export interface Plan {
  readonly tasks: readonly { readonly ref: string; readonly id: NodeId; readonly key: string }[]
}

export const planTasks = operation({
  name: 'plan_tasks',
  summary:
    'Create a graph of tasks at once, or not at all: what waits on what, who does it, and what was decided for all of them',
  route: 'POST /plans',
  needs: ['create', 'task'],
  input: z.object({
    tasks: z
      .array(plannedTask)
      .check(z.minLength(1), z.maxLength(LOCAL.tasksPerPlan, `A plan has ${LOCAL.tasksPerPlan} tasks at most.`)),
    decisions: few(title, LOCAL.decisionsPerPlan),
    parent: z.optional(z.nullable(taskRef)),
    project: z.optional(z.nullable(z.string())),
  }),
  run({ replica }, input): Result<Plan> {
    const { tasks, decisions } = input
    if (input.project && !isNodeId(input.project))
      return refuse({ code: 'not_found', detail: `There is no project ${input.project} here.` })
    const parent = input.parent ? findTask(replica, input.parent) : null
    if (parent && !parent.ok) return parent
    if (parent?.ok && replica.views.tree.depthOf(parent.value.id) + 1 >= LOCAL.treeDepth)
      return refuse({ code: 'invalid', detail: `Tasks may be nested ${LOCAL.treeDepth} deep at most.` })
    const project = (input.project ?? (parent?.ok ? parent.value.project : null)) as NodeId | null
    const links = linksOf(replica, tasks)
    if (!links.ok) return links
    const fault = rightsFault(replica, tasks, project) ?? strangersFault(replica, tasks) ?? sizeFault(tasks, decisions)
    if (fault) return fault
    const places = placesOf(replica, tasks)
    const first = replica.views.keys.next
    const under = parent?.ok ? parent.value.id : null
    const ids = new Map<string, NodeId>()
    replica.transactTogether('Plan', (tx) => {
      for (const [i, task] of tasks.entries()) {
        const fields: FieldValue[] = [
          ['title', task.title],
          ['status', task.status],
          ['order', places[i] as string],
        ]
        if (task.priority !== undefined) fields.push(['priority', task.priority])
        if (task.kind !== undefined) fields.push(['kind', task.kind])
        if (under) fields.push(['parent', under])
        ids.set(task.ref, tx.create({ type: 'task', project, number: first + i, fields }))
      }
      for (const task of tasks) {
        const id = ids.get(task.ref) as NodeId
        writeBody(replica, tx, id, bodyOf(task, decisions))
        for (const label of task.labels) tx.add(id, 'labels', label)
        for (const assignee of task.assignees) tx.add(id, 'assignees', assignee)
        for (const glob of task.files) tx.add(id, 'files', glob)
        let last: string | null = null
        for (const text of task.checks) {
          const node = tx.node(id)
          if (node) last = writeCheck(replica, tx, node, { text, kind: 'dod', done: false }, last)
        }
        for (const to of links.value.get(task.ref) ?? [])
          tx.add(id, 'dependencies', dependencyElement({ to: ids.get(to) ?? to, type: 'blocks' }))
      }
    })
    return ok({ tasks: tasks.map(({ ref }) => keyed(replica, ref, ids.get(ref) as NodeId)) })
  },
})

/** The words of a task: its own, then what was decided for all. */
export function bodyOf({ body }: Pick<Planned, 'body'>, decisions: readonly string[]): string {
  if (decisions.length === 0) return body
  const shared = ['## Decided for all tasks of this plan', '', ...decisions.map((decision) => `- ${decision}`)].join('\n')
  return body === '' ? shared : `${body}\n\n${shared}`
}

function keyed(replica: Replica, ref: string, id: NodeId): Plan['tasks'][number] {
  return { ref, id, key: rowOf(replica, id).key }
}

/** What each task waits on: refs of the plan stay refs, others become ids. Circles and what is not there are refused. */
function linksOf(replica: Replica, tasks: readonly Planned[]): Result<ReadonlyMap<string, readonly string[]>> {
  const links = new Map<string, readonly string[]>()
  const refs = new Set(tasks.map(({ ref }) => ref))
  if (refs.size < tasks.length)
    return refuse({ code: 'invalid', detail: 'Two tasks of the plan have one ref: each needs its own.' })
  for (const { ref, dependsOn } of tasks) {
    const targets: string[] = []
    for (const name of new Set(dependsOn)) {
      const found = refs.has(name) ? null : findTask(replica, name)
      if (found && !found.ok)
        return refuse({ code: 'not_found', detail: `${ref} depends on ${name}, which is neither in the plan nor here.` })
      targets.push(found?.ok ? found.value.id : name)
    }
    links.set(ref, targets)
  }
  const circle = circleIn(links)
  if (circle) return refuse({ code: 'invalid', detail: `Then each would wait on the other: ${circle.join(' → ')}.` })
  return ok(links)
}

/** Takes away what waits on nothing, again and again; what is left goes round. */
function circleIn(links: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const left = new Map(links)
  for (let before = -1; left.size !== before;) {
    before = left.size
    for (const [ref, targets] of left) if (!targets.some((target) => left.has(target))) left.delete(ref)
  }
  return left.size === 0 ? null : [...left.keys()]
}

function rightsFault(replica: Replica, tasks: readonly Planned[], project: NodeId | null): Result<never> | null {
  const about = aboutOf(replica, 'task', { project })
  const assigns = tasks.some(({ assignees }) => assignees.length > 0)
  for (const right of ['update', ...(assigns ? ['assign' as const] : [])] as const)
    if (!replica.may(right, about)) return refuse({ code: 'permission_denied', detail: `You may not ${right} tasks here.` })
  return null
}

function strangersFault(replica: Replica, tasks: readonly Planned[]): Result<never> | null {
  const named = tasks.flatMap(({ assignees }) => assignees)
  if (named.length === 0) return null
  const here = whoIsHere(replica)
  const stranger = named.find((name) => !here.has(name))
  if (stranger === undefined) return null
  return refuse({ code: 'not_found', detail: `Nobody here is called ${stranger}. Assign only to those that list_agents names.` })
}

/** What one may call those who are here: ids, keys and names of agents and people. */
function whoIsHere(replica: Replica): ReadonlySet<string> {
  const here = new Set<string>([replica.actor])
  for (const node of profilesIn(replica))
    for (const name of [node.id, actorOfProfile(replica, node), textIn(node, 'name')]) if (name) here.add(name)
  for (const actor of agentKeys(replica)) here.add(actor).add(nameOfActor(replica, actor))
  for (const { actor, name } of knownPeople(replica)) here.add(actor).add(name)
  here.delete('')
  return here
}

/** One batch holds so many changes and so many bytes; what is over is planned in two steps. */
function sizeFault(tasks: readonly Planned[], decisions: readonly string[]): Result<never> | null {
  let [changes, chars] = [0, 0]
  for (const task of tasks) {
    const { labels, assignees, files, checks, dependsOn } = task
    const body = bodyOf(task, decisions)
    const words = [...labels, ...assignees, ...files, ...dependsOn]
    changes += 1 + (body === '' ? 0 : 1) + words.length + checks.length * CHANGES_PER_CHECK
    chars += body.length + task.title.length + [...words, ...checks].reduce((sum, text) => sum + text.length, 0)
  }
  if (changes <= PROTOCOL.batchChanges && chars <= LOCAL.planChars) return null
  return refuse({
    code: 'too_large',
    detail:
      `A plan appears at once: it has ${PROTOCOL.batchChanges} changes and ${LOCAL.planChars} characters at most, ` +
      `and this one has ${changes} and ${chars}. Plan in two steps.`,
  })
}

/** The item, and its words, place and kind. */
const CHANGES_PER_CHECK = 4

function placesOf(replica: Replica, tasks: readonly Planned[]): readonly string[] {
  const taken = new Map<string, number>()
  const byColumn = new Map<string, readonly string[]>()
  for (const column of new Set(tasks.map((task) => task.status))) {
    const many = tasks.filter((task) => task.status === column).length
    byColumn.set(column, ordersIn(replica, column as Status, null, new Set(), many))
  }
  return tasks.map(({ status: column }) => {
    const at = taken.get(column) ?? 0
    taken.set(column, at + 1)
    return byColumn.get(column)?.[at] as string
  })
}

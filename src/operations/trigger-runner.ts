/**
 * Carries out the triggers that this actor has switched on, while its replica is open; run it in one tab of a profile only.
 *
 * An event is acted on when it comes in, if it counts and was written after the trigger was switched on; what came in while nobody
 * was here is left alone. What is due or silent is marked on the workspace's node before it is acted on, so that a reload does it
 * no second time. Whoever fires more often than `LOCAL.triggerFiringsPerHour` is switched off, and says so: triggers that set each
 * other off end there.
 */

import type { Event } from '../core/event.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import { isNodeId, type NodeId, workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { isClosed, isDeleted } from '../core/readiness.ts'
import { isHeld } from '../core/work.ts'
import { isActorKey, isAgent } from '../replica/agents.ts'
import { ANY_EVENT, readEventsOf } from '../replica/event-pages.ts'
import { lastSignOf } from '../replica/inbox-item.ts'
import type { Replica } from '../replica/replica.ts'
import { run } from './table.ts'
import { isSince, type Trigger, triggerField, triggersIn } from './triggers.ts'

export interface TriggerPorts {
  /** Tells this person. `task` is what it is about, where it is about one. */
  notify(text: string, task: NodeId | null): void
  /** The log could not be read: nothing was done, and what comes next is looked at again. */
  report(error: unknown): void
}

export interface TriggerRunner {
  /** What time brings. Call it every half minute or so. */
  tick(): void
  /** Resolves once everything that has come in was looked at. */
  settled(): Promise<void>
  stop(): void
}

/** What set it off. */
interface Cause {
  readonly task: WorkNode | null
  /** Whom a pause is about: a key, `*`, or nobody. */
  readonly agent: string | null
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

export function startTriggers(replica: Replica, ports: TriggerPorts): TriggerRunner {
  const fired = new Map<string, number[]>()
  const made = new Set<string>()
  let looking: Promise<void> = Promise.resolve()

  const stop = replica.onDurable((ordinals) => {
    if (mine().some(({ when }) => when.on === 'event')) looking = looking.then(() => look(ordinals)).catch(ports.report)
  })

  function mine(): readonly Trigger[] {
    // Whose right to change the workspace has ended carries out nothing: not even the marks could be written.
    if (!replica.may('update', 'workspace')) return []
    return triggersIn(replica).filter(({ runner }) => runner === replica.actor)
  }

  async function look(ordinals: readonly number[]): Promise<void> {
    const events = (await readEventsOf(replica, ANY_EVENT, ordinals)).toReversed()
    for (const { ref, event } of events) {
      for (const trigger of mine())
        if (isAskedFor(trigger, event) && isSince(replica, trigger, ref)) fire(trigger, causeOf(event))
    }
  }

  function isAskedFor({ when }: Trigger, { type, valid, target }: Event): boolean {
    if (when.on !== 'event' || !valid || (type !== when.type && !type.startsWith(`${when.type}.`))) return false
    if (type === 'task.created' && made.has(target ?? '')) return false
    return when.label === null || hasLabel(taskOf(target), when.label)
  }

  function causeOf({ actor, target }: Event): Cause {
    return { task: taskOf(target), agent: isActorKey(actor) && isAgent(replica, actor) ? actor : null }
  }

  /** The task, or the one that a comment or a run is about. */
  function taskOf(target: string | null): WorkNode | null {
    const node = isNodeId(target) ? replica.nodes.get(target) : undefined
    const about = node?.subject ? replica.nodes.get(node.subject) : node
    return about?.type === 'task' ? about : null
  }

  function tick(): void {
    for (const trigger of mine()) {
      if (trigger.when.on === 'schedule') schedule(trigger)
      else if (trigger.when.on !== 'event') watch(trigger)
    }
  }

  function schedule(trigger: Trigger): void {
    if (trigger.when.on !== 'schedule') return
    const { from, everyMinutes } = trigger.when
    const slotAt = (ms: number): number => Math.floor((ms - from) / (everyMinutes * MINUTE_MS))
    const slot = slotAt(replica.now())
    const last = read(workspaceNode(), triggerField(trigger.id, 'slot'))
    // What was due before it was switched on is nobody's business; of what was missed while nobody was here once is enough.
    if (slot < 0 || slot <= Math.max(slotAt(trigger.since), typeof last === 'number' ? last : -1)) return
    mark((tx, node) => tx.set(node, triggerField(trigger.id, 'slot'), slot))
    fire(trigger, { task: null, agent: '*' })
  }

  /** Deadlines and silences: a mark stands as long as its cause does. */
  function watch(trigger: Trigger): void {
    const done = triggerField(trigger.id, 'done')
    const causes = new Map<string, WorkNode>()
    for (const id of replica.views.tasks()) {
      const task = replica.nodes.get(id)
      const cause = task && !isDeleted(task) && !isClosed(task) ? causeIn(trigger, task) : null
      if (task && cause) causes.set(cause, task)
    }
    const marks = new Set(elements(workspaceNode(), done))
    for (const old of marks) if (!causes.has(old)) mark((tx, node) => tx.remove(node, done, old))
    for (const [cause, task] of causes) {
      if (marks.has(cause)) continue
      mark((tx, node) => tx.add(node, done, cause))
      if (!fire(trigger, { task, agent: holderOf(task)?.agent ?? null })) return
    }
  }

  /** Names what is the matter with the task; null where nothing is. */
  function causeIn({ when }: Trigger, task: WorkNode): string | null {
    if (when.on !== 'deadline' && when.on !== 'silence') return null
    if (when.label !== null && !hasLabel(task, when.label)) return null
    const until = replica.now() - when.minutes * MINUTE_MS
    if (when.on === 'deadline') {
      const due = read(task, 'due')
      return typeof due === 'number' && due - when.minutes * MINUTE_MS <= replica.now() ? `${task.id} ${due}` : null
    }
    const held = holderOf(task)
    return held && isHeld(held.state) && lastSignOf(replica, task, held) <= until ? `${task.id} ${held.id}` : null
  }

  function holderOf(task: WorkNode) {
    return task.work?.holder ? replica.runsOf(task.id).find(({ id }) => id === task.work?.holder) : undefined
  }

  /** Answers whether the trigger may go on. */
  function fire(trigger: Trigger, cause: Cause): boolean {
    const now = replica.now()
    const recent = (fired.get(trigger.id) ?? []).filter((at) => now - at < HOUR_MS)
    if (recent.length >= LOCAL.triggerFiringsPerHour) {
      const words = `It was set off more than ${LOCAL.triggerFiringsPerHour} times in an hour.`
      mark((tx, node) => {
        tx.set(node, triggerField(trigger.id, 'stopped'), words)
        tx.set(node, triggerField(trigger.id, 'on'), false)
      })
      ports.notify(`Trigger “${trigger.name}” switched itself off. ${words}`, null)
      return false
    }
    fired.set(trigger.id, [...recent, now])
    const problem = carryOut(trigger, cause)
    if (problem !== null) ports.notify(`Trigger “${trigger.name}” could not do its part: ${problem}`, cause.task?.id ?? null)
    return true
  }

  /** Answers what was in the way, or null. */
  function carryOut({ name, action }: Trigger, { task, agent }: Cause): string | null {
    const context = { replica }
    switch (action.do) {
      case 'notify': {
        ports.notify(action.text, task?.id ?? null)
        const said = task && run(context, 'comment_task', { id: task.id, body: `${action.text}\n\n(Trigger “${name}”)` })
        return said && !said.ok ? said.refusal.detail : null
      }
      case 'create_task': {
        const body = task ? `Made by the trigger “${name}” for ${keyOf(task)}.` : `Made by the trigger “${name}”.`
        const { title, labels, priority, assignee } = action
        const assignees = assignee === null ? {} : { assignees: [assignee] }
        const done = run(context, 'create_task', { title, body, labels, priority, status: 'ready', ...assignees })
        if (!done.ok) return done.refusal.detail
        made.add(done.value.id)
        return null
      }
      case 'assign': {
        if (!task || elements(task, 'assignees').includes(action.to)) return null
        const done = run(context, 'assign_task', { id: task.id, assignee: action.to })
        return done.ok ? null : done.refusal.detail
      }
      case 'pause': {
        if (agent === null) return null
        const done = run(context, 'pause_agent', { id: agent })
        return done.ok ? null : done.refusal.detail
      }
    }
  }

  function mark(write: (tx: Parameters<Parameters<Replica['transact']>[1]>[0], node: NodeId) => void): void {
    replica.transact(null, (tx) => write(tx, workspaceNodeId(replica.workspace)))
  }

  function workspaceNode(): WorkNode {
    return replica.nodes.get(workspaceNodeId(replica.workspace)) as WorkNode
  }

  function keyOf(task: WorkNode): string {
    return replica.views.task(task.id)?.key ?? task.id
  }

  return { tick, stop, settled: () => looking }
}

function hasLabel(task: WorkNode | null, label: string): boolean {
  const wanted = label.toLowerCase()
  return task !== null && elements(task, 'labels').some((one) => one.toLowerCase() === wanted)
}

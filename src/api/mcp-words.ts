/** Tasks and documents in few words, for models: what a tool shows of them unless it is asked for all. */

import type { NodeId } from '../core/ids.ts'
import type { Why } from '../core/readiness.ts'
import { nameOfActor } from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import type { ActorKey } from '../core/ids.ts'
import type { Quote } from './mcp-answer.ts'

/** What is known of a task by itself: nothing that somebody wrote. */
export function factsOf(row: TaskRow): Readonly<Record<string, unknown>> {
  return { id: row.id, key: row.key, status: row.status, ready: row.ready, progress: row.progress, run: row.run?.id ?? null }
}

/** A task in a line, signed by whoever wrote in it last. */
export function briefly(replica: Replica, row: TaskRow): Quote {
  const { key, title, status, priority, labels, assignees } = row
  const tags = [...labels.map((label) => `#${label}`), ...assignees.map((who) => `@${who}`)].join(' ')
  const why = row.ready || status === 'done' ? '' : ` (${row.why.map((one) => whyWords(replica, one)).join('; ')})`
  return signed(
    replica,
    `task ${key}`,
    row.updatedBy,
    `${key} p${priority} ${status}: ${oneLine(title)}${tags ? ` ${tags}` : ''}${why}`,
    {
      key,
      title,
      priority,
      labels,
      assignees,
    },
  )
}

export function signed(replica: Replica, of: string, author: string, markdown: string, json: unknown): Quote {
  return { of, author, name: nameOfActor(replica, author as ActorKey), markdown, json }
}

function whyWords(replica: Replica, why: Why): string {
  switch (why.code) {
    case 'waits_on':
      return `waits on ${why.tasks.map((id: NodeId) => replica.views.task(id)?.key ?? id).join(', ')}`
    case 'claimed':
      return 'somebody works on it'
    case 'not_before':
      return `not before ${new Date(why.at).toISOString()}`
    case 'deleted':
      return 'deleted'
    case 'status':
      return `is ${why.status}`
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

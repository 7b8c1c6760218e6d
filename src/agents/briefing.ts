/**
 * What an agent reads before it starts, and when it goes on: the task, the whole thread, earlier attempts, and what the tasks before it
 * have handed on. Read off the replica in one go, so that all of it is of one moment.
 */

import type { Value } from '../core/batch.ts'
import { read, type WorkNode } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import { dependenciesOf } from '../core/readiness.ts'
import { lossOf, RunLost } from '../operations/watch-run.ts'
import { isAgent, nameOfActor } from '../replica/agents.ts'
import { documentRow } from '../replica/document-row.ts'
import { handoffIn } from '../replica/handoff.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { textOf } from '../replica/text.ts'
import type { Briefing, Handoff, Hold, Said } from './agent-port.ts'

export function briefingOf(replica: Replica, task: WorkNode, run: NodeId): Briefing {
  const { views } = replica
  return {
    task: views.task(task.id) as TaskRow,
    body: textOf(task, 'body', replica.history),
    comments: saidOn(replica, task.id),
    attempts: replica.runsOf(task.id),
    handoffs: handoffsTo(replica, task),
    documents: views.documents.on(task.id).map((id) => documentRow(replica, replica.nodes.get(id) as WorkNode)),
    hold: holdOf(replica, task.id, run),
  }
}

/** Whether the run may go on, now. */
export function holdOf(replica: Replica, task: NodeId, run: NodeId): Hold {
  if (replica.runsOf(task).find(({ id }) => id === run)?.state === 'submitted') return { state: 'submitted' }
  const code = lossOf(replica, task, run)
  if (code === null) return { state: 'held' }
  return { state: code === 'paused' ? 'paused' : 'gone', detail: new RunLost(code).message }
}

/** The thread of a task, oldest first. */
export function saidOn(replica: Replica, task: NodeId): readonly Said[] {
  return replica.views.commentsOn(task).flatMap((id) => {
    const comment = replica.nodes.get(id)
    return comment ? [saidIn(replica, comment)] : []
  })
}

function saidIn(replica: Replica, comment: WorkNode): Said {
  const question = mapOf(read(comment, 'question'))
  const answer = mapOf(read(comment, 'answer'))?.['text']
  const { options, freeForm } = question ?? {}
  return {
    id: comment.id,
    by: comment.creator,
    name: nameOfActor(replica, comment.creator),
    isPerson: !isAgent(replica, comment.creator),
    at: new Date(replica.history.msOf(comment.created)).toISOString(),
    text: textOf(comment, 'body', replica.history),
    question: question && {
      options: Array.isArray(options) ? options.filter((option) => typeof option === 'string') : [],
      freeForm: freeForm !== false,
    },
    answer: typeof answer === 'string' ? answer : null,
  }
}

function handoffsTo(replica: Replica, task: WorkNode): readonly Handoff[] {
  const parent = replica.views.tree.parentOf(task.id)
  const before = dependenciesOf(task).map(({ to, type }) => ({ id: to as NodeId, relation: type }))
  return [...before, ...(parent ? [{ id: parent, relation: 'part_of' }] : [])].flatMap(({ id, relation }) => {
    const node = replica.nodes.get(id)
    const row = node?.type === 'task' ? replica.views.task(node.id) : undefined
    if (!node || !row) return []
    const { work } = node
    const finished = work?.accepted ?? work?.candidates[0] ?? null
    const evidence = mapOf(replica.runsOf(node.id).find((run) => run.id === finished)?.evidence)
    const { summary, checks } = evidence ?? {}
    return [
      {
        task: row.key,
        title: row.title,
        relation,
        summary: typeof summary === 'string' ? summary : '',
        checks: Array.isArray(checks) ? checks.filter((check) => typeof check === 'string') : [],
        words: handoffIn(evidence),
        documents: replica.views.documents
          .on(node.id)
          .map((document) => ({ id: document, path: replica.nodes.get(document)?.path ?? '' })),
      },
    ]
  })
}

function mapOf(value: Value | undefined): Readonly<Record<string, Value>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
    ? (value as Readonly<Record<string, Value>>)
    : null
}

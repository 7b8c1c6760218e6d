/**
 * A task as Markdown, for models and for people in a terminal: what is wanted first, then what stands in the way, who works on it, what
 * was said. The same task gives the same text. Everything in it was written by others; whoever passes it on says so.
 */

import { read, type WorkNode } from '../core/fold.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { rowOf } from '../operations/find.ts'
import { nameOfActor } from '../replica/agents.ts'
import { documentRow } from '../replica/document-row.ts'
import type { Replica } from '../replica/replica.ts'
import { textOf } from '../replica/text.ts'

export function taskMarkdown(replica: Replica, id: NodeId): string {
  const { views, nodes, history } = replica
  const row = rowOf(replica, id)
  const keyOf = (task: string): string => views.task(task as NodeId)?.key ?? task
  const facts = [
    `status ${row.status}, priority ${row.priority}, ${row.progress} %`,
    ...(row.assignees.length > 0 ? [`for ${row.assignees.join(', ')}`] : []),
    ...(row.labels.length > 0 ? [`labels ${row.labels.join(', ')}`] : []),
    ...(row.parent ? [`part of ${keyOf(row.parent)}`] : []),
    ...(row.due ? [`due ${row.due}`] : []),
    ...(row.files.length > 0 ? [`files ${row.files.join(', ')}`] : []),
    ...(row.run
      ? [`held by ${who(replica, row.run.agent)} since ${row.run.since}: ${row.run.state} ${row.run.step}`.trimEnd()]
      : []),
  ]
  const documents = views.documents.on(id).map((one) => documentRow(replica, nodes.get(one) as WorkNode))
  return [
    `# ${row.key} ${row.title}`,
    facts.join(' · '),
    textOf(nodes.get(id) as WorkNode, 'body', history),
    section(
      'Checks',
      row.checks.map(({ text, done }) => `- [${done ? 'x' : ' '}] ${text}`),
    ),
    section(
      'Depends on',
      row.dependencies.map(({ to, key, type, done }) => `- ${key ?? to} (${type}${done ? ', done' : ''})`),
    ),
    section(
      'Subtasks',
      row.subtasks.map((one) => `- ${keyOf(one)} ${views.task(one)?.title ?? ''}`),
    ),
    section(
      'Documents',
      documents.map(({ id: document, path }) => `- ${path} (${document})`),
    ),
    section(
      'Runs',
      replica.runsOf(id).map(({ agent, state, said }) => `- ${who(replica, agent)}: ${state}${said ? `. ${said}` : ''}`),
    ),
    section(
      'Said',
      views.commentsOn(id).map((one) => said(replica, nodes.get(one) as WorkNode)),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}`
}

function said(replica: Replica, comment: WorkNode): string {
  const question = read(comment, 'question') as { readonly options?: readonly string[] } | null | undefined
  const answer = read(comment, 'answer') as { readonly text?: string } | null | undefined
  const words = indented(textOf(comment, 'body', replica.history))
  const asked = question ? ` asks${question.options?.length ? ` (${question.options.join(' / ')})` : ''}` : ''
  return `- ${who(replica, comment.creator)}${asked}: ${words}${answer?.text ? `\n  Answer: ${indented(answer.text)}` : ''}`
}

function indented(text: string): string {
  return text.trim().replaceAll('\n', '\n  ')
}

/** A name is its owner's word; the key is proof. */
function who(replica: Replica, actor: string): string {
  const name = nameOfActor(replica, actor as ActorKey)
  return name ? `${name} (${actor.slice(-8)})` : actor.slice(-8)
}

/**
 * The law of Undo: what takes something away, or moves it, offers the way back. Every operation stands here, so that a new one
 * cannot be forgotten: with what is said beside Undo, or null where nothing is lost that was there.
 *
 * Rights are not among them. Ending one is asked about first, with its consequences, and taken back on the page of people.
 */

import type { Status } from '../core/fields.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import type { InputOf, OperationName } from '../operations/table.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { assigneeName } from './names.ts'
import { count, STATUS_TITLE } from './words.ts'

/** What was done, in words; asked after it was. `before`: the task as it was. */
type Words<N extends OperationName> = (input: InputOf<N>, replica: Replica, before: TaskRow | null) => string | null

const nothingLost = (): null => null

export const UNDO_LAW: { readonly [N in OperationName]: Words<N> } = {
  delete_task: ({ id }, replica) => `${keyOf(replica, id)} deleted`,
  order_task: ({ id }, replica, before) => movedWords(replica, id, before),
  update_tasks: ({ ids, status }) =>
    `${count(ids.length, 'task')} ${status === undefined ? 'changed' : `moved to ${STATUS_TITLE[status as Status] ?? status}`}`,
  delete_view: () => 'View deleted for everybody here',
  delete_trigger: () => 'Trigger deleted',
  move_task: ({ id, parent }, replica) =>
    parent === null
      ? `${keyOf(replica, id)} is no longer part of another task`
      : `${keyOf(replica, id)} moved below ${keyOf(replica, parent)}`,
  update_task: ({ id, due }, replica, before) => {
    const now = rowOf(replica, id)
    if (now !== null && before !== null && now.status !== before.status) return movedWords(replica, id, before)
    return due === null && before?.due != null ? `Due date of ${keyOf(replica, id)} removed` : null
  },
  assign_task: ({ id, assignee, remove }, replica) =>
    `${keyOf(replica, id)} is ${remove ? 'no longer ' : ''}assigned to ${assigneeName(assignee, replica.nodes, [])}`,
  label_task: ({ id, label, remove }, replica) => (remove ? `Label ${label} taken off ${keyOf(replica, id)}` : null),
  link_task: ({ id, to, remove }, replica) =>
    remove ? `${keyOf(replica, id)} is no longer linked to ${keyOf(replica, to)}` : null,
  update_check: ({ id, remove }, replica) => (remove ? `Check of ${keyOf(replica, id)} removed` : null),
  delete_comment: ({ restore }) => (restore ? null : 'Comment deleted'),
  delete_agent: ({ restore }) => (restore ? null : 'Profile taken off the list'),
  delete_document: ({ id, restore }, replica) =>
    restore ? null : `${replica.nodes.get(id as NodeId)?.path ?? 'The document'} deleted`,
  resolve_conflict: ({ id, field }, replica) => `Conflict over the ${field} of ${keyOf(replica, id)} settled`,

  create_task: nothingLost,
  plan_tasks: nothingLost,
  get_agent: nothingLost,
  update_agent: nothingLost,
  pause_agent: nothingLost,
  resume_agent: nothingLost,
  stop_agent: nothingLost,
  stop_all: nothingLost,
  save_view: nothingLost,
  limit_column: nothingLost,
  get_policy: nothingLost,
  set_policy: nothingLost,
  list_triggers: nothingLost,
  save_trigger: nothingLost,
  switch_trigger: nothingLost,
  accept_task: nothingLost,
  add_document: nothingLost,
  answer_question: nothingLost,
  ask_task: nothingLost,
  claim_task: nothingLost,
  confirm_task: nothingLost,
  create_document: nothingLost,
  get_document: nothingLost,
  list_documents: nothingLost,
  list_runs: nothingLost,
  reject_task: nothingLost,
  release_task: nothingLost,
  renew_task: nothingLost,
  report_progress: nothingLost,
  stop_task: nothingLost,
  submit_task: nothingLost,
  update_document: nothingLost,
  restore_task: nothingLost,
  complete_subtask: nothingLost,
  add_check: nothingLost,
  comment_task: nothingLost,
  create_project: nothingLost,
  create_agent: nothingLost,
  set_profile: nothingLost,
  get_task: nothingLost,
  list_tasks: nothingLost,
  post_event: nothingLost,
  list_comments: nothingLost,
  list_projects: nothingLost,
  get_worknode: nothingLost,
  list_children: nothingLost,
  who_am_i: nothingLost,
  list_agents: nothingLost,
  query_tasks: nothingLost,
  authorize: nothingLost,
  list_capabilities: nothingLost,
  list_quarantine: nothingLost,
  preview_revocation: nothingLost,
  generate_capability: nothingLost,
  revoke_capability: nothingLost,
  renounce_capability: nothingLost,
  remove_member: nothingLost,
  close_invite: nothingLost,
  adopt_changes: nothingLost,
  unadopt_changes: nothingLost,
  undo_revocation: nothingLost,
  reaffirm_revocation: nothingLost,
}

/** The task that an operation is about, as it is before. */
export function taskBefore(replica: Replica, input: object): TaskRow | null {
  return 'id' in input && typeof input.id === 'string' ? rowOf(replica, input.id) : null
}

function movedWords(replica: Replica, id: string, before: TaskRow | null): string | null {
  const now = rowOf(replica, id)
  if (now === null) return null
  if (before?.status !== now.status) return `${now.key} moved to ${STATUS_TITLE[now.status]}`
  const ids = replica.views.column(now.status)
  return `${now.key} is now ${ids.indexOf(now.id) + 1} of ${ids.length} in ${STATUS_TITLE[now.status]}`
}

function rowOf({ views }: Replica, id: string): TaskRow | null {
  const found = views.find(id)
  return found === null ? null : views.task(found)
}

function keyOf(replica: Replica, id: string): string {
  return rowOf(replica, id)?.key ?? (isNodeId(id) ? 'The task' : id)
}

/** The table of operations: what every door offers, no more and no less. */

import type * as z from 'zod/mini'
import type { Result } from '../base/result.ts'
import { createAgent, deleteAgent, getAgent, listAgents, updateAgent } from './agents.ts'
import {
  adoptChanges,
  authorize,
  closeInviteOperation,
  generateCapability,
  listCapabilities,
  listQuarantine,
  previewRevocation,
  reaffirmRevocation,
  removeMember,
  renounceCapability,
  revokeCapability,
  setProfile,
  unadoptChanges,
  undoRevocation,
  whoAmI,
} from './authority.ts'
import { addDocument, createDocument, deleteDocument, getDocument, listDocuments, updateDocument } from './documents.ts'
import { deleteView, limitColumn, saveView } from './board-settings.ts'
import { updateTasks } from './bulk.ts'
import {
  addCheck,
  assignTask,
  commentTask,
  completeSubtask,
  deleteComment,
  labelTask,
  linkTask,
  listComments,
  postEvent,
  resolveConflict,
  updateCheck,
} from './elements.ts'
import { listTasks } from './list-tasks.ts'
import { type Context, perform } from './operation.ts'
import { planTasks } from './plan-tasks.ts'
import { getPolicy, setPolicy } from './policy.ts'
import { createProject, listProjects, queryTasks } from './structure.ts'
import { pauseAgent, resumeAgent, stopAgent, stopAll } from './supervise.ts'
import {
  acceptTask,
  answerQuestion,
  askTask,
  claimTask,
  confirmTask,
  listRuns,
  rejectTask,
  releaseTask,
  renewTask,
  reportProgress,
  stopTask,
  submitTask,
} from './work.ts'
import { deleteTrigger, listTriggers, saveTrigger, switchTrigger } from './triggers.ts'
import { getWorknode, listChildren } from './worknodes.ts'
import { createTask, deleteTask, getTask, moveTask, orderTask, restoreTask, updateTask } from './tasks.ts'

export const OPERATIONS = {
  create_task: createTask,
  plan_tasks: planTasks,
  list_tasks: listTasks,
  get_task: getTask,
  update_task: updateTask,
  update_tasks: updateTasks,
  order_task: orderTask,
  move_task: moveTask,
  assign_task: assignTask,
  label_task: labelTask,
  link_task: linkTask,
  complete_subtask: completeSubtask,
  add_check: addCheck,
  update_check: updateCheck,
  comment_task: commentTask,
  list_comments: listComments,
  delete_comment: deleteComment,
  post_event: postEvent,
  resolve_conflict: resolveConflict,
  claim_task: claimTask,
  confirm_task: confirmTask,
  renew_task: renewTask,
  report_progress: reportProgress,
  ask_task: askTask,
  answer_question: answerQuestion,
  submit_task: submitTask,
  release_task: releaseTask,
  accept_task: acceptTask,
  reject_task: rejectTask,
  stop_task: stopTask,
  list_runs: listRuns,
  delete_task: deleteTask,
  restore_task: restoreTask,
  create_document: createDocument,
  add_document: addDocument,
  list_documents: listDocuments,
  get_document: getDocument,
  update_document: updateDocument,
  delete_document: deleteDocument,
  create_project: createProject,
  list_projects: listProjects,
  create_agent: createAgent,
  list_agents: listAgents,
  get_agent: getAgent,
  update_agent: updateAgent,
  delete_agent: deleteAgent,
  pause_agent: pauseAgent,
  resume_agent: resumeAgent,
  stop_agent: stopAgent,
  stop_all: stopAll,
  query_tasks: queryTasks,
  get_worknode: getWorknode,
  list_children: listChildren,
  who_am_i: whoAmI,
  list_capabilities: listCapabilities,
  generate_capability: generateCapability,
  revoke_capability: revokeCapability,
  renounce_capability: renounceCapability,
  remove_member: removeMember,
  close_invite: closeInviteOperation,
  authorize,
  list_quarantine: listQuarantine,
  adopt_changes: adoptChanges,
  unadopt_changes: unadoptChanges,
  preview_revocation: previewRevocation,
  undo_revocation: undoRevocation,
  reaffirm_revocation: reaffirmRevocation,
  set_profile: setProfile,
  save_view: saveView,
  delete_view: deleteView,
  limit_column: limitColumn,
  get_policy: getPolicy,
  set_policy: setPolicy,
  list_triggers: listTriggers,
  save_trigger: saveTrigger,
  switch_trigger: switchTrigger,
  delete_trigger: deleteTrigger,
} as const

type Table = typeof OPERATIONS
export type OperationName = keyof Table
export type InputOf<N extends OperationName> = z.input<Table[N]['input']>
export type OutputOf<N extends OperationName> = ReturnType<Table[N]['run']> extends Result<infer Out> ? Out : never

/** Runs an operation by name. The input is checked; nothing is written unless all of it is right. */
export function run<N extends OperationName>(context: Context, name: N, input: InputOf<N>): Result<OutputOf<N>> {
  return perform(OPERATIONS[name] as never, context, input)
}

/**
 * Where each operation is, over HTTP. The table itself stays out of what an HTTP client loads, so its routes are written here once
 * more; types see to it that none is missing, and a test that each is the same.
 */

import { WorknodeError } from './error.ts'
import type { OperationName } from './operations.ts'

export const ROUTES: Readonly<Record<OperationName, string>> = {
  create_task: 'POST /tasks',
  plan_tasks: 'POST /plans',
  list_tasks: 'GET /tasks',
  list_triggers: 'GET /triggers',
  save_trigger: 'POST /triggers',
  switch_trigger: 'POST /triggers/:trigger/switch',
  delete_trigger: 'DELETE /triggers/:trigger',
  get_worknode: 'GET /worknodes/:id',
  list_children: 'GET /worknodes/:id/children',
  list_agent_tasks: 'GET /agents/:id/tasks',
  query_agent_tasks: 'POST /agents/:id/query',
  next_tasks: 'GET /agents/:id/next',
  list_projects: 'GET /projects',
  analytics_progress: 'GET /analytics/progress',
  analytics_agents: 'GET /analytics/agents',
  analytics_conflicts: 'GET /analytics/conflicts',
  post_event: 'POST /events',
  list_comments: 'GET /tasks/:id/comments',
  list_events: 'GET /events',
  list_task_events: 'GET /tasks/:id/events',
  who_am_i: 'GET /me',
  claim_next: 'POST /agents/:id/tasks',
  import_tasks: 'POST /import',
  export_tasks: 'GET /export',
  complete_task: 'POST /tasks/:id/complete',
  get_task: 'GET /tasks/:id',
  update_task: 'PATCH /tasks/:id',
  update_tasks: 'PATCH /tasks',
  order_task: 'POST /tasks/:id/order',
  move_task: 'POST /tasks/:id/move',
  assign_task: 'POST /tasks/:id/assign',
  label_task: 'POST /tasks/:id/label',
  link_task: 'POST /tasks/:id/link',
  complete_subtask: 'POST /tasks/:id/subtasks/complete',
  add_check: 'POST /tasks/:id/checks',
  update_check: 'PATCH /tasks/:id/checks/:check',
  comment_task: 'POST /tasks/:id/comments',
  delete_comment: 'DELETE /comments/:id',
  resolve_conflict: 'POST /tasks/:id/resolve',
  claim_task: 'POST /tasks/:id/claim',
  confirm_task: 'POST /tasks/:id/confirm',
  renew_task: 'POST /tasks/:id/renew',
  report_progress: 'POST /tasks/:id/progress',
  ask_task: 'POST /tasks/:id/ask',
  answer_question: 'POST /comments/:id/answer',
  submit_task: 'POST /tasks/:id/submit',
  release_task: 'POST /tasks/:id/release',
  accept_task: 'POST /tasks/:id/accept',
  reject_task: 'POST /tasks/:id/reject',
  stop_task: 'POST /tasks/:id/stop',
  list_runs: 'GET /tasks/:id/runs',
  delete_task: 'DELETE /tasks/:id',
  restore_task: 'POST /tasks/:id/restore',
  create_document: 'POST /documents',
  add_document: 'POST /tasks/:id/documents',
  list_documents: 'GET /tasks/:id/documents',
  get_document: 'GET /documents/:id',
  update_document: 'PUT /documents/:id',
  delete_document: 'DELETE /documents/:id',
  create_project: 'POST /projects',
  create_agent: 'POST /agents',
  list_agents: 'GET /agents',
  get_agent: 'GET /agents/:id',
  update_agent: 'PATCH /agents/:id',
  delete_agent: 'DELETE /agents/:id',
  pause_agent: 'POST /agents/:id/pause',
  resume_agent: 'POST /agents/:id/resume',
  stop_agent: 'POST /agents/:id/stop',
  stop_all: 'POST /agents/stop',
  query_tasks: 'POST /tasks/query',
  list_capabilities: 'GET /capabilities',
  generate_capability: 'POST /capabilities',
  revoke_capability: 'POST /capabilities/:id/revoke',
  renounce_capability: 'POST /capabilities/:id/renounce',
  remove_member: 'POST /members/:actor/remove',
  close_invite: 'POST /invites/:id/close',
  authorize: 'POST /authorize',
  list_quarantine: 'GET /quarantine',
  adopt_changes: 'POST /quarantine/adopt',
  unadopt_changes: 'POST /quarantine/unadopt',
  preview_revocation: 'POST /capabilities/:id/preview',
  undo_revocation: 'POST /revocations/:change/undo',
  reaffirm_revocation: 'POST /revocations/:change/reaffirm',
  set_profile: 'PUT /me',
  save_view: 'POST /views',
  delete_view: 'DELETE /views/:view',
  limit_column: 'PUT /columns/:status/limit',
  get_policy: 'GET /policy',
  set_policy: 'PATCH /policy',
}

export interface Call {
  readonly method: string
  /** Below `/api/v1`. */
  readonly path: string
  /** Undefined where there is nothing to send. */
  readonly body: Readonly<Record<string, unknown>> | undefined
}

/** What the path names goes into the path; of the rest, reads ask in the address and writes say it in the body. */
export function callOf(name: OperationName, input: Readonly<Record<string, unknown>>): Call {
  const [method = '', pattern = ''] = ROUTES[name].split(' ')
  const rest = { ...input }
  const path = pattern.replaceAll(/:(\w+)/g, (_, field: string) => {
    const value = rest[field]
    if (typeof value !== 'string' || value === '') throw new WorknodeError('invalid', `${name} needs "${field}".`)
    delete rest[field]
    return encodeURIComponent(value)
  })
  if (method === 'GET') return { method, path: path + queryOf(rest), body: undefined }
  return { method, path, body: rest }
}

/** `?a=1&b=2`, or nothing. A list is said once per element; what is undefined or null is left out. */
export function queryOf(fields: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const [field, value] of Object.entries(fields))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) query.append(field, typeof one === 'object' ? JSON.stringify(one) : String(one))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

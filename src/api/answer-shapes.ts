/** The shapes of what doors answer, by their names in the OpenAPI document. */

import * as z from 'zod/mini'
import { CLAIM_MODES, STATUSES } from '../core/fields.ts'
import { RIGHTS } from '../core/change.ts'
import { ROLES } from '../core/roles.ts'

const text = z.string()
const whole = z.int()
const uuid = z.string().check(z.describe('The id of a worknode'))
const actor = z.string().check(z.describe('A key, hex'))
const time = z.string().check(z.describe('ISO 8601'))
const orNull = z.nullable
/** What fields may hold: JSON, since bytes are told in hex. */
const value = z.unknown()
const status = z.enum(STATUSES)
const seen = text.check(
  z.describe('What a reader of this has seen; sent along with a write, it fences it where a person wrote since'),
)

export const Usage = z.object({
  inputTokens: whole,
  outputTokens: whole,
  costMicros: whole,
  /** There where some of it is an estimate. */
  estimated: z.optional(z.literal(true)),
})

export const Run = z.object({
  id: uuid,
  task: uuid,
  agent: actor,
  epoch: whole,
  state: z.enum(['claimed', 'working', 'submitted', 'accepted', 'lost', 'superseded', 'release', 'fail', 'expire', 'revoke']),
  since: time,
  began: time,
  step: text,
  usage: Usage,
  evidence: value,
  said: text,
  refused: z.array(text),
  halted: orNull(z.literal('budget')),
  lease: orNull(z.object({ authority: actor, given: z.boolean() })).check(
    z.describe('Of a run on a strict task: whose word it waits for before the work begins, and whether it was given'),
  ),
})

const Why = z.union([
  z.object({ code: z.literal('status'), status }),
  z.object({ code: z.literal('waits_on'), tasks: z.array(uuid) }),
  z.object({ code: z.literal('not_before'), at: z.number() }),
  z.object({ code: z.literal('deleted') }),
  z.object({ code: z.literal('claimed'), run: uuid }),
])

export const Task = z.object({
  id: uuid,
  key: z.string().check(z.describe('The short key, such as WN-12')),
  type: z.literal('task'),
  title: text,
  body: text,
  status,
  priority: whole,
  kind: text,
  labels: z.array(text),
  assignees: z.array(text),
  dependencies: z.array(z.object({ to: text, type: text, done: z.boolean(), key: orNull(text) })),
  files: z.array(text),
  checks: z.array(z.object({ id: text, text, done: z.boolean(), kind: text })),
  subtasks: z.array(uuid),
  completedSubtasks: z.array(text),
  progress: whole,
  ready: z.boolean().check(z.describe('Whether it can be claimed now')),
  why: z.array(Why).check(z.describe('Why it cannot be claimed')),
  project: orNull(uuid),
  parent: orNull(uuid),
  order: text,
  createdAt: time,
  createdBy: actor,
  updatedAt: time,
  updatedBy: actor,
  due: orNull(time),
  run: orNull(Run),
  sharesFilesWith: z.array(uuid).check(z.describe('Tasks that are worked on now, and about files of this one')),
  claimMode: z.enum(CLAIM_MODES),
  candidates: whole,
  comments: whole,
  questions: whole,
  conflicts: z.array(z.object({ field: text, values: z.array(value) })),
  deleted: z.boolean(),
  hasBody: z.boolean(),
  ext: value,
  seen,
})

export const Claimed = z.object({ task: Task, run: uuid, epoch: whole })
export const Thing = z.object({ id: uuid })

export const Comment = z.object({
  id: uuid,
  type: z.literal('comment'),
  task: uuid,
  body: text,
  question: value,
  answer: value,
  createdAt: time,
  createdBy: actor,
})

const document = {
  id: uuid,
  type: z.literal('document'),
  path: text,
  mime: text,
  project: orNull(uuid),
  task: orNull(uuid),
  createdAt: time,
  createdBy: actor,
  updatedAt: time,
  updatedBy: actor,
  deleted: z.boolean(),
}
export const Document = z.object(document)
export const WrittenDocument = z.object({ ...document, seen: z.optional(seen) })
export const DocumentContent = z.object({ ...document, content: text, seen })

export const Project = z.object({
  id: uuid,
  type: z.literal('project'),
  title: text,
  createdAt: time,
  createdBy: actor,
  updatedAt: time,
  updatedBy: actor,
  tasks: whole,
  done: whole,
})

const worknode = {
  id: uuid,
  type: text,
  name: text,
  parent: orNull(uuid),
  project: orNull(uuid),
  path: orNull(text),
  subject: orNull(uuid),
  createdAt: time,
  createdBy: actor,
  updatedAt: time,
  updatedBy: actor,
  deleted: z.boolean(),
}
export const WorknodeRow = z.object(worknode)
export const Worknode = z.object({ ...worknode, fields: z.record(text, value) })

const agent = {
  id: text,
  type: z.literal('agent'),
  name: text,
  role: orNull(text),
  model: orNull(text),
  skills: z.array(text),
  actor: orNull(actor),
  state: z.enum(['not_joined', 'idle', 'claimed', 'working']),
  task: orNull(uuid),
  run: orNull(uuid),
  step: text,
  paused: z.boolean(),
  usage: Usage,
}
export const Agent = z.object(agent)
export const AgentDetail = z.object({
  ...agent,
  prompt: text,
  limits: z.object({ costMicros: orNull(whole), minutes: orNull(whole) }),
  approve: z.array(text),
})
export const HeldBack = z.object({ id: text, paused: z.boolean() })
export const Stopped = z.object({ stopped: z.array(uuid) })

const whyNothing = z.object({
  code: z.enum([
    'paused',
    'not_ready',
    'claimed',
    'waits_on',
    'not_before',
    'permission',
    'assigned',
    'skills',
    'files',
    'tried_before',
  ]),
  tasks: whole,
  detail: text,
})
export const NextTasks = z.object({ tasks: z.array(Task), why: z.array(whyNothing) })

export const Capability = z.object({
  id: z.string().check(z.describe('Its hash, hex: what events call capability')),
  parent: orNull(text),
  holder: actor,
  issuer: actor,
  role: z.enum([...ROLES, 'owner']),
  rank: whole,
  rights: orNull(z.array(z.enum(RIGHTS))),
  types: orNull(z.array(text)),
  files: orNull(z.array(text)),
  projects: orNull(z.array(text)),
  notBefore: orNull(z.number()),
  expires: orNull(z.number()),
  isInvite: z.boolean(),
  state: z.enum(['live', 'not-yet', 'expired', 'renounced', 'ended', 'void']),
  grantedAt: orNull(z.number()),
  uses: whole,
})
export const Me = z.object({ actor, name: text, agent: orNull(uuid), capabilities: z.array(Capability) })
export const Allowed = z.object({ allowed: z.boolean(), why: text })
export const Quarantined = z.object({ change: text, actor, at: z.number(), why: text })

export const View = z.object({ id: text, name: text, query: text })
const trigger = z.union([
  z.object({ on: z.literal('event'), type: text, label: orNull(text) }),
  z.object({ on: z.literal('schedule'), from: z.number(), everyMinutes: whole }),
  z.object({ on: z.enum(['deadline', 'silence']), minutes: whole, label: orNull(text) }),
])
const triggered = z.union([
  z.object({ do: z.literal('notify'), text }),
  z.object({
    do: z.literal('create_task'),
    title: text,
    labels: z.array(text),
    assignee: orNull(text),
    priority: whole,
  }),
  z.object({ do: z.literal('assign'), to: text }),
  z.object({ do: z.literal('pause') }),
])
export const Trigger = z.object({
  id: text,
  name: text,
  when: trigger,
  action: triggered,
  isOn: z.boolean(),
  runner: orNull(actor),
  since: z.number(),
  stopped: orNull(text),
})

const tally = { edits: whole, conflicts: whole }
export const ProgressReport = z.object({
  tasks: whole,
  byStatus: z.record(z.enum(STATUSES), whole),
  done: whole,
  progress: whole,
  ready: whole,
  waiting: whole,
  conflicted: whole,
  questions: whole,
})
export const AgentReport = z.object({
  id: text,
  name: text,
  actor: orNull(actor),
  holds: whole,
  waiting: whole,
  runs: whole,
  done: whole,
  failed: whole,
  sentBack: whole,
  usage: Usage,
  recordedAt: orNull(time),
})
export const ConflictReport = z.object({
  ...tally,
  fields: z.array(z.object({ field: text, ...tally })),
  actors: z.array(z.object({ actor, done: whole, cycleMs: orNull(z.number()), ...tally })),
  open: z.array(z.object({ task: uuid, key: text, field: text, values: z.array(value) })),
})

export const ImportReport = z.object({
  created: whole,
  updated: whole,
  unchanged: whole,
  deleted: whole,
  comments: whole,
  dependencies: whole,
  unresolved: whole,
  conflictHunks: whole,
  repaired: whole,
  repeated: whole,
  skipped: whole,
  firstSkipped: z.array(z.union([z.object({ line: whole, reason: text }), z.object({ id: text, reason: text })])),
})

export const Event = z.object({
  id: z.string().check(z.describe('<batch, hex>:<index>')),
  hlc: z.string().check(z.describe('Sorts as text')),
  type: z.string().check(z.describe('Derived from the change: task.created, task.assigned, task.submitted, …')),
  actor,
  target: orNull(text),
  task: z.optional(uuid),
  run: z.optional(uuid),
  capability: orNull(z.string().check(z.describe('The hash of the capability that it was done under'))),
  data: z.record(text, value),
  valid: z.boolean(),
  why: orNull(text),
  adopted: z.boolean(),
  late: z.optional(z.literal(true)),
  cursor: z.string().check(z.describe('Resumes right after it')),
})
export const EventPage = z.object({ events: z.array(Event), next: text, more: z.boolean() })
export const Said = z.object({ id: uuid, type: z.literal('comment.created') })
export const Plan = z.object({ tasks: z.array(z.object({ ref: text, id: uuid, key: text })) })
export const PlanText = z.object({ plan: text })

export const HumanChange = z.object({
  field: orNull(text),
  by: actor,
  name: text,
  at: time,
  was: z.optional(value),
  now: z.optional(value),
  diff: z.optional(text.check(z.describe('Of a text: the lines that differ'))),
})
export const Problem = z.object({
  type: text,
  title: text,
  status: whole,
  code: text,
  detail: text,
  hint: z.optional(text),
  /** Of `human_fence`. */
  node: z.optional(uuid),
  seen: z.optional(seen),
  changes: z.optional(z.array(HumanChange)),
})
export const Health = z.object({ ok: z.boolean(), version: text })

/**
 * Tools: what a model can ask for. Each goes by operations of the table and by no other way, on the task of the agent's run; it is
 * offered where the agent holds the rights that these need. Words of cards come back as data in an envelope that says whose they
 * are: nothing in it is an instruction. A tool that writes says what the model has been shown, so that it moves nothing where a person
 * has changed something since: the refusal tells the model what, and then it has been shown that as well.
 */

import * as z from 'zod/mini'
import { ok, type Refusal, refuse, type Result } from '../base/result.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { type HumanFence, humanFenceOf, isHumanFence, nodesNamed } from '../operations/human-fence.ts'
import { type OperationName, OPERATIONS, run as operate } from '../operations/table.ts'
import { documentRow } from '../replica/document-row.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import type { WorkNode } from '../core/fold.ts'
import { saidOn } from './briefing.ts'
import type { JsonSchema, Tool } from './model.ts'
import type { Shown } from './shown.ts'

/** Where a tool works. */
export interface At {
  readonly replica: Replica
  readonly task: NodeId
  readonly run: NodeId
  readonly shown: Shown
}

export interface AgentTool<In extends z.ZodMiniType = z.ZodMiniType> {
  readonly description: string
  readonly input: In
  /** The operations that it goes by. */
  readonly by: readonly OperationName[]
  /** The signal fires when the run may not go on. */
  readonly run: (at: At, input: z.output<In>, signal: AbortSignal) => Result<unknown> | Promise<Result<unknown>>
}

/** Tools beside those of every worker, by name. */
export type MoreTools = Readonly<Record<string, AgentTool>>

export function tool<In extends z.ZodMiniType>(spec: AgentTool<In>): AgentTool {
  return spec
}

const taskRef = z.optional(z.string().check(z.maxLength(64)))
const handed = z._default(z.array(z.string()), [])
const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(LOCAL.noteChars))

/** What every worker has. */
export const WORKER_TOOLS = {
  read_task: tool({
    description: 'Read a task with its text, thread and runs; without an id, the one you work on.',
    by: ['get_task'],
    input: z.object({ id: taskRef }),
    run({ replica, task, shown }, { id = task }) {
      const read = operate({ replica }, 'get_task', { id })
      if (!read.ok) return read
      shown.noteAll(read.value)
      const { id: found } = read.value
      return ok(
        untrusted({
          ...shortTask(read.value),
          body: read.value.body,
          comments: saidOn(replica, found),
          runs: replica.runsOf(found),
        }),
      )
    },
  }),
  list_documents: tool({
    description: 'List documents: their paths and kinds. `under` narrows it to paths that begin so.',
    by: ['list_documents'],
    input: z.object({ under: z._default(z.string().check(z.maxLength(1024)), '') }),
    run: ({ replica, task }, { under }) =>
      ok(
        untrusted(
          documentsNear(replica, task)
            .filter(({ path }) => path.startsWith(under))
            .slice(0, LOCAL.queryRows),
        ),
      ),
  }),
  read_document: tool({
    description: 'Read the document at a path.',
    by: ['get_document'],
    input: z.object({ path: z.string() }),
    run({ replica, task, shown }, { path }) {
      const found = documentsNear(replica, task).find((document) => document.path === path)
      if (!found) return refuse({ code: 'not_found', detail: `There is no document at ${path}.` })
      const read = operate({ replica }, 'get_document', { id: found.id })
      if (!read.ok) return read
      shown.noteAll(read.value)
      return ok(untrusted({ path, content: read.value.content }))
    },
  }),
  write_document: tool({
    description:
      'Write the whole content of the document at a path: a new one on your task, or a new version of the one that is there.',
    by: ['create_document', 'update_document'],
    input: z.object({ path: z.string(), content: z.string(), mime: z.optional(z.string()) }),
    run({ replica, task, shown }, { path, content, mime }) {
      const there = documentsNear(replica, task).find((document) => document.path === path)
      const kind = mime === undefined ? {} : { mime }
      const written = there
        ? operate({ replica }, 'update_document', { id: there.id, content, seen: shown.of(there.id), ...kind })
        : operate({ replica }, 'create_document', { path, content, task, seen: shown.of(task), ...kind })
      if (!written.ok) return written
      shown.noteAll(written.value)
      return ok({ written: path, id: written.value.id })
    },
  }),
  comment: tool({
    description: 'Say something on your task that people and other agents should read.',
    by: ['comment_task'],
    input: z.object({ text: words }),
    run: ({ replica, task }, { text }) => operate({ replica }, 'comment_task', { id: task, body: text }),
  }),
  ask: tool({
    description: 'Ask people what you cannot decide, and wait for the answer. With `options`, they choose one.',
    by: ['ask_task'],
    input: z.object({
      question: words,
      options: z._default(z.array(z.string()).check(z.maxLength(LOCAL.optionsPerQuestion)), []),
      freeForm: z._default(z.boolean(), true),
    }),
    run: ({ replica, task }, input) => operate({ replica }, 'ask_task', { id: task, ...input }),
  }),
  progress: tool({
    description: 'Say how far you are, in percent, and what you do now.',
    by: ['report_progress'],
    input: z.object({
      percent: z.optional(z.int().check(z.minimum(0), z.maximum(100))),
      step: z.optional(z.string().check(z.minLength(1), z.maxLength(LOCAL.stepChars))),
    }),
    run({ replica, task, run: own, shown }, { percent, step }) {
      const said = operate({ replica }, 'report_progress', {
        id: task,
        run: own,
        seen: shown.of(task),
        ...(percent === undefined ? {} : { progress: percent }),
        ...(step === undefined ? {} : { step }),
      })
      return said.ok ? ok({ noted: true }) : said
    },
  }),
  tick: tool({
    description: 'Tick an item of your task’s checklist, by its id or its words, once you have seen that it is met.',
    by: ['update_check'],
    input: z.object({ check: z.string().check(z.maxLength(LOCAL.titleChars)) }),
    run({ replica, task, shown }, { check }) {
      const fence = humanFenceOf(replica, { id: task, seen: shown.of(task) })
      if (fence) return refuse(fence)
      const item = replica.views.task(task)?.checks.find(({ id, text }) => id === check || text === check)
      if (!item) return refuse({ code: 'not_found', detail: 'There is no such item on the checklist of your task.' })
      const done = operate({ replica }, 'update_check', { id: task, check: item.id, done: true })
      return done.ok ? ok({ ticked: item.text }) : done
    },
  }),
  create_task: tool({
    description: 'File work that you discovered and that is not yours to do now, as a task of its own.',
    by: ['create_task', 'link_task'],
    input: z.object({
      title: z.string(),
      body: z._default(z.string(), ''),
      kind: z.optional(z.string()),
      priority: z.optional(z.int()),
    }),
    run({ replica, task }, { title, body, kind, priority }) {
      const made = operate({ replica }, 'create_task', {
        title,
        body,
        project: replica.nodes.get(task)?.project ?? null,
        dependencies: [{ to: task, type: 'discovered_from' }],
        ...(kind === undefined ? {} : { kind }),
        ...(priority === undefined ? {} : { priority }),
      })
      return made.ok ? ok({ key: made.value.key, id: made.value.id }) : made
    },
  }),
  submit: tool({
    description:
      'Hand the work in for review. `checks` names what shows that it is done, `handoff` what the next should know. This ends your run.',
    by: ['submit_task'],
    input: z.object({
      summary: words,
      checks: z._default(z.array(z.string()).check(z.maxLength(LOCAL.evidencePerRun)), []),
      handoff: z.optional(z.object({ changed: handed, verified: handed, decided: handed, risks: handed })),
    }),
    run({ replica, task, run: own, shown }, { summary, checks, handoff }) {
      const given = { id: task, run: own, summary, checks, seen: shown.of(task), ...(handoff ? { handoff } : {}) }
      const done = operate({ replica }, 'submit_task', given)
      return done.ok ? ok({ submitted: done.value.key }) : done
    },
  }),
  block: tool({
    description: 'Say that the task cannot go on until something outside of it changes. This ends your run.',
    by: ['comment_task', 'update_task'],
    input: z.object({ reason: words }),
    run({ replica, task, shown }, { reason }) {
      const said = operate({ replica }, 'comment_task', { id: task, body: `Blocked: ${reason}`, seen: shown.of(task) })
      if (!said.ok) return said
      // A card that leaves "in progress" ends its claim.
      const moved = operate({ replica }, 'update_task', { id: task, status: 'blocked' })
      return moved.ok ? ok({ blocked: moved.value.key }) : moved
    },
  }),
  release: tool({
    description: 'Give the task back, undone, and say why; `failed` if it cannot be done as it stands. This ends your run.',
    by: ['release_task'],
    input: z.object({ note: words, failed: z._default(z.boolean(), false) }),
    run({ replica, task, run: own }, { note, failed }) {
      const done = operate({ replica }, 'release_task', { id: task, run: own, note, failed })
      return done.ok ? ok({ released: done.value.key }) : done
    },
  }),
} as const

export type WorkerTool = keyof typeof WORKER_TOOLS

/** The tools of these names that the actor has the rights for. A name of none of the tools is an operation as it stands. */
export function offered(replica: Replica, names: readonly string[], more: MoreTools): readonly Tool[] {
  return names.flatMap((name): Tool[] => {
    const spec = toolCalled(name, more)
    return spec?.by.every((operation) => mayDo(replica, operation))
      ? [{ name, description: spec.description, schema: schemaOf(spec.input) }]
      : []
  })
}

/** Does it, where it is among `names`; answers words for the model. */
export async function applyTool(
  at: At,
  { names, more, signal }: { readonly names: readonly string[]; readonly more: MoreTools; readonly signal: AbortSignal },
  name: string,
  input: unknown,
): Promise<Result<string>> {
  const spec = names.includes(name) ? toolCalled(name, more) : undefined
  if (!spec) return refuse({ code: 'permission_denied', detail: `You have no tool ${name}. Yours are: ${names.join(', ')}.` })
  const parsed = spec.input.safeParse(input)
  if (!parsed.success) return refuse({ code: 'invalid', detail: z.prettifyError(parsed.error) })
  const before = at.shown.toJSON()
  const done = await spec.run(at, parsed.data, signal)
  if (!done.ok) return isHumanFence(done.refusal) ? refuse(heldBack(at, done.refusal)) : done
  const output = JSON.stringify(done.value)
  if (output.length > LOCAL.toolOutputChars) {
    at.shown.restore(before)
    return refuse({
      code: 'too_large',
      detail: `The answer has ${output.length} characters, more than ${LOCAL.toolOutputChars}. Ask for less.`,
    })
  }
  return ok(output)
}

/** The refusal as the model reads it: what a person changed is data, and has been shown by it. */
function heldBack({ shown }: At, { code, node, seen, changes }: HumanFence): HeldBack {
  const said = {
    code,
    detail:
      'A person has changed this since you read it, and nothing was done. What they changed is below. Do it again if it still holds then.',
    untrusted: { changes },
  }
  if (JSON.stringify(said).length > LOCAL.toolOutputChars)
    return { code, detail: 'A person has changed much of this since you read it, and nothing was done. Read it again first.' }
  shown.note(node, seen)
  return said
}

interface HeldBack extends Refusal {
  readonly untrusted?: { readonly changes: HumanFence['changes'] }
}

function toolCalled(name: string, more: MoreTools): AgentTool | undefined {
  if (Object.hasOwn(more, name)) return more[name]
  if (Object.hasOwn(WORKER_TOOLS, name)) return WORKER_TOOLS[name as WorkerTool]
  if (!Object.hasOwn(OPERATIONS, name)) return undefined
  const operation = OPERATIONS[name as OperationName]
  return {
    description: operation.summary,
    input: operation.input,
    by: [operation.name],
    run: ({ replica, shown }, input) => {
      const about = takesSeen(operation.input) ? nodesNamed(replica, input) : []
      const seen = about.length > 0 ? { seen: shown.ofAll(about.map(({ id }) => id)) } : {}
      const done = operate({ replica }, operation.name, { ...(input as object), ...seen } as never)
      if (!done.ok) return done
      shown.noteAll(done.value)
      return ok(untrusted(done.value))
    },
  }
}

function mayDo(replica: Replica, name: OperationName): boolean {
  const { needs } = OPERATIONS[name]
  return needs === null || replica.may(needs[0], needs[1])
}

function takesSeen(input: z.ZodMiniType): boolean {
  return input instanceof z.ZodMiniObject && 'seen' in input.shape
}

const schemas = new WeakMap<z.ZodMiniType, JsonSchema>()

function schemaOf(input: z.ZodMiniType): JsonSchema {
  let schema = schemas.get(input)
  if (!schema) {
    const { $schema: _, properties = {}, ...rest } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
    // What it has been shown is known here.
    const { seen: __, ...others } = properties
    schemas.set(input, (schema = { ...rest, properties: others }))
  }
  return schema
}

/** What others wrote. */
function untrusted(value: unknown): { readonly untrusted: unknown } {
  return { untrusted: value }
}

function documentsNear(replica: Replica, task: NodeId) {
  const project = replica.nodes.get(task)?.project ?? null
  return replica.views.documents.all.flatMap((id) => {
    const node = replica.nodes.get(id) as WorkNode
    if (node.project !== project) return []
    const { path, mime, task: on } = documentRow(replica, node)
    return [{ id, path, mime, task: on }]
  })
}

function shortTask({
  id,
  key,
  title,
  status,
  kind,
  priority,
  labels,
  assignees,
  files,
  checks,
  dependencies,
  progress,
  why,
  run: held,
}: TaskRow) {
  return {
    id,
    key,
    title,
    status,
    kind,
    priority,
    labels,
    assignees,
    files,
    checks,
    dependencies,
    progress,
    why,
    run: held?.id ?? null,
  }
}

/** Operations on agents: their profiles, and what they do. */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { read, type WorkNode } from '../core/fold.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { agentRunsIn } from '../replica/agent-runs.ts'
import {
  actorOfProfile,
  agentKeys,
  approvalsOf,
  type AgentLimits,
  isActorKey,
  isAgent,
  limitsOf,
  nameOfActor,
  pausedAgent,
  profilesIn,
  skillsOf,
  textIn,
} from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'
import { writeText } from '../replica/rewrite.ts'
import type { Usage } from '../replica/run-row.ts'
import { textOf } from '../replica/text.ts'
import type { Transaction } from '../replica/transaction.ts'
import { operation } from './operation.ts'
import { nodeId, word } from './shapes.ts'

export interface AgentRow {
  /** Of its profile; its key where it has none. */
  readonly id: NodeId | ActorKey
  readonly type: 'agent'
  readonly name: string
  readonly role: string | null
  readonly model: string | null
  readonly skills: readonly string[]
  /** Null while nobody has come in by its invite. */
  readonly actor: ActorKey | null
  /** As the log has it; whether it is alive is for presence to say. */
  readonly state: 'not_joined' | 'idle' | 'claimed' | 'working'
  /** The task it holds, the run of it, and the step that it reported last. */
  readonly task: NodeId | null
  readonly run: NodeId | null
  readonly step: string
  readonly paused: boolean
  readonly usage: Usage
}

export interface AgentDetail extends AgentRow {
  readonly prompt: string
  readonly limits: AgentLimits
  readonly approve: readonly string[]
}

const whole = z.int().check(z.minimum(1), z.maximum(Number.MAX_SAFE_INTEGER))
const profile = {
  role: z.optional(z.nullable(word)),
  model: z.optional(z.nullable(word)),
  skills: z.optional(z.array(word).check(z.maxLength(LOCAL.skillsPerAgent))),
  /** Per run. */
  limits: z.optional(
    z.nullable(
      z.object({
        costMicros: z.optional(whole),
        minutes: z.optional(whole),
        /** What it asks a person about first: a tool, or a tool and a pattern of paths. */
        approve: z.optional(z.array(word).check(z.maxLength(LOCAL.approvalsPerAgent))),
      }),
    ),
  ),
  prompt: z.optional(z.string().check(z.maxLength(LOCAL.promptChars))),
  /** The invite that was made for it, or its key, where it is here already. */
  invite: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/, 'This is not the hash of a capability.'))),
  actor: z.optional(z.string().check(z.refine(isActorKey, 'This is not a key: 01 and 64 hex digits.'))),
}

export const createAgent = operation({
  name: 'create_agent',
  summary: 'Add an agent that tasks can be assigned to: its profile, and the invite by which it comes in',
  route: 'POST /agents',
  needs: ['create', 'agent'],
  input: z.object({ name: word, ...profile }),
  run({ replica }, input): Result<AgentRow> {
    const id = replica.transact('New agent', (tx) => {
      const made = tx.create({ type: 'agent', fields: [['name', input.name]] })
      writeProfile(replica, tx, made, input)
      return made
    })
    return ok(rowOfProfile(replica, replica.nodes.get(id) as WorkNode))
  },
})

export const updateAgent = operation({
  name: 'update_agent',
  summary: 'Set fields of an agent’s profile; what is not given stays',
  route: 'PATCH /agents/:id',
  needs: ['update', 'agent'],
  input: z.object({ id: nodeId, name: z.optional(word), ...profile }),
  run({ replica }, { id, ...input }): Result<AgentRow> {
    const node = replica.nodes.get(id as NodeId)
    if (node?.type !== 'agent') return notThere(id)
    replica.transact(`Change ${textIn(node, 'name')}`, (tx) => writeProfile(replica, tx, node.id, input))
    return ok(rowOfProfile(replica, node))
  },
})

export const deleteAgent = operation({
  name: 'delete_agent',
  summary: 'Take an agent’s profile off the list, or bring it back; its rights and its work stay',
  route: 'DELETE /agents/:id',
  needs: ['delete', 'agent'],
  input: z.object({ id: nodeId, restore: z._default(z.boolean(), false) }),
  run({ replica }, { id, restore }): Result<{ readonly id: NodeId }> {
    const node = replica.nodes.get(id as NodeId)
    if (node?.type !== 'agent') return notThere(id)
    replica.transact(`Delete ${textIn(node, 'name')}`, (tx) => tx.set(node.id, 'deleted', !restore))
    return ok({ id: node.id })
  },
})

export const getAgent = operation({
  name: 'get_agent',
  summary: 'Read an agent’s profile with its prompt and its limits; by the profile’s id or its key, “me” for oneself',
  route: 'GET /agents/:id',
  needs: null,
  input: z.object({ id: z.string().check(z.minLength(1), z.maxLength(66)) }),
  run({ replica }, { id }): Result<AgentDetail> {
    const actor = id === 'me' ? replica.actor : id
    const node = isActorKey(actor)
      ? profilesIn(replica).find((profile) => actorOfProfile(replica, profile) === actor)
      : replica.nodes.get(id as NodeId)
    if (node?.type === 'agent')
      return ok({
        ...rowOfProfile(replica, node),
        prompt: textOf(node, 'prompt', replica.history),
        limits: limitsOf(node),
        approve: approvalsOf(node),
      })
    if (!isActorKey(actor) || !isAgent(replica, actor)) return notThere(id)
    return ok({ ...rowOfKey(replica, actor), prompt: '', limits: NO_LIMITS, approve: [] })
  },
})

const NO_LIMITS: AgentLimits = { costMicros: null, minutes: null }

export const listAgents = operation({
  name: 'list_agents',
  summary: 'List the agents: what each works on, whether it is paused, and what it has cost',
  route: 'GET /agents',
  needs: null,
  input: z.object({}),
  run({ replica }): Result<readonly AgentRow[]> {
    const profiles = profilesIn(replica)
    const taken = new Set(profiles.map((node) => actorOfProfile(replica, node)))
    return ok([
      ...profiles.map((node) => rowOfProfile(replica, node)),
      ...agentKeys(replica).flatMap((actor) => (taken.has(actor) ? [] : [rowOfKey(replica, actor)])),
    ])
  },
})

type ProfileInput = z.output<typeof createAgent.input> | Omit<z.output<typeof updateAgent.input>, 'id'>

function writeProfile(replica: Replica, tx: Transaction, id: NodeId, input: ProfileInput): void {
  const { name, role, model, skills, limits, prompt, invite, actor } = input
  if (name !== undefined) tx.set(id, 'name', name)
  if (role !== undefined) tx.set(id, 'role', role ?? '')
  if (model !== undefined) tx.set(id, 'model', model)
  if (limits !== undefined) tx.set(id, 'limits', limits as Value)
  if (invite !== undefined) tx.set(id, 'invite', invite)
  if (actor !== undefined) tx.set(id, 'actor', actor)
  if (skills !== undefined) {
    for (const skill of skillsOf(tx.node(id) as WorkNode)) if (!skills.includes(skill)) tx.remove(id, 'skills', skill)
    for (const skill of skills) tx.add(id, 'skills', skill)
  }
  if (prompt !== undefined) writeText(replica, tx, id, 'prompt', prompt)
}

function rowOfProfile(replica: Replica, node: WorkNode): AgentRow {
  const actor = actorOfProfile(replica, node)
  const model = read(node, 'model')
  return {
    ...workOf(replica, actor),
    id: node.id,
    type: 'agent',
    name: textIn(node, 'name'),
    role: textIn(node, 'role') || null,
    model: typeof model === 'string' ? model : null,
    skills: skillsOf(node),
  }
}

function rowOfKey(replica: Replica, actor: ActorKey): AgentRow {
  const name = nameOfActor(replica, actor)
  return { ...workOf(replica, actor), id: actor, type: 'agent', name, role: null, model: null, skills: [] }
}

function workOf(
  replica: Replica,
  actor: ActorKey | null,
): Pick<AgentRow, 'actor' | 'state' | 'task' | 'run' | 'step' | 'paused' | 'usage'> {
  const { holds, usage } = agentRunsIn(replica).of(actor ?? '')
  const [live] = holds
  const held = live?.state === 'working' ? 'working' : live ? 'claimed' : 'idle'
  return {
    actor,
    state: actor === null ? 'not_joined' : held,
    task: live?.task ?? null,
    run: live?.id ?? null,
    step: live?.step ?? '',
    paused: actor !== null && pausedAgent(replica, actor) !== null,
    usage,
  }
}

export function notThere(id: string): Result<never> {
  return refuse({ code: 'not_found', detail: `There is no agent ${id} here.` })
}

/**
 * Operations on agents: their profiles, and the ways in which people hold them back.
 *
 * An agent is named by its profile's id or by its key. A pause refuses the next step of its work and takes nothing away; a stop
 * ends its runs, so that others can take the tasks; what was handed in stays with whoever reviews it.
 */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { read, type WorkNode } from '../core/fold.ts'
import { type ActorKey, isNodeId, type NodeId, workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { agentRunsIn } from '../replica/agent-runs.ts'
import {
  actorOfProfile,
  agentKeys,
  EVERY_AGENT,
  isActorKey,
  isAgent,
  nameOfActor,
  pausedAgent,
  pauseOf,
  profilesIn,
  skillsOf,
  textIn,
} from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'
import { writeText } from '../replica/rewrite.ts'
import type { Usage } from '../replica/run-row.ts'
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

const agentRef = z.string().check(z.minLength(1), z.maxLength(66))
const whole = z.int().check(z.minimum(1), z.maximum(Number.MAX_SAFE_INTEGER))
const profile = {
  role: z.optional(z.nullable(word)),
  model: z.optional(z.nullable(word)),
  skills: z.optional(z.array(word).check(z.maxLength(LOCAL.skillsPerAgent))),
  /** Per run. */
  limits: z.optional(z.nullable(z.object({ costMicros: z.optional(whole), minutes: z.optional(whole) }))),
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

export interface HeldBack {
  /** A key, or `*` for all agents. */
  readonly id: string
  readonly paused: boolean
}

export const pauseAgent = operation({
  name: 'pause_agent',
  summary: 'Pause an agent, or * for all: it takes no task and no further step until it is resumed',
  route: 'POST /agents/:id/pause',
  needs: ['update', 'workspace'],
  input: z.object({ id: agentRef }),
  run({ replica }, { id }): Result<HeldBack> {
    const found = id === EVERY_AGENT ? ok(EVERY_AGENT) : findActor(replica, id)
    if (!found.ok) return found
    const label = id === EVERY_AGENT ? 'Pause all agents' : `Pause ${nameOfAgent(replica, found.value)}`
    replica.transact(label, (tx) => tx.add(workspaceNodeId(replica.workspace), 'paused', found.value))
    return ok({ id: found.value, paused: true })
  },
})

export const resumeAgent = operation({
  name: 'resume_agent',
  summary: 'Let a paused agent go on, or * for all that were paused at once',
  route: 'POST /agents/:id/resume',
  needs: ['update', 'workspace'],
  input: z.object({ id: agentRef }),
  run({ replica }, { id }): Result<HeldBack> {
    const found = id === EVERY_AGENT ? ok(EVERY_AGENT) : findActor(replica, id)
    if (!found.ok) return found
    if (id !== EVERY_AGENT && !pauseOf(replica, found.value) && pauseOf(replica, EVERY_AGENT))
      return refuse({ code: 'wrong_state', detail: 'All agents are paused at once: resume all of them.' })
    const label = id === EVERY_AGENT ? 'Resume all agents' : `Resume ${nameOfAgent(replica, found.value)}`
    replica.transact(label, (tx) => tx.remove(workspaceNodeId(replica.workspace), 'paused', found.value))
    return ok({ id: found.value, paused: false })
  },
})

export const stopAgent = operation({
  name: 'stop_agent',
  summary: 'End the runs of an agent that hold a task, so that somebody else can take it',
  route: 'POST /agents/:id/stop',
  needs: ['assign', 'task'],
  input: z.object({ id: agentRef }),
  run({ replica }, { id }): Result<{ readonly stopped: readonly NodeId[] }> {
    const found = findActor(replica, id)
    if (!found.ok) return found
    if (found.value === replica.actor) return refuse({ code: 'wrong_state', detail: 'This is yourself: release the task.' })
    const { holds, waiting } = agentRunsIn(replica).of(found.value)
    if (holds.length === 0)
      return refuse({
        code: 'wrong_state',
        detail: waiting > 0 ? 'It has handed its work in: accept it, or send it back.' : 'It holds no task.',
      })
    const stopped = replica.transact(null, (tx) => stopRuns(replica, tx, found.value))
    if (stopped.length === 0)
      return refuse({ code: 'permission_denied', detail: 'You may not end runs of the task that it holds.' })
    return ok({ stopped })
  },
})

export const stopAll = operation({
  name: 'stop_all',
  summary: 'Pause all agents and end the runs that hold a task; what was handed in stays',
  route: 'POST /agents/stop',
  needs: ['update', 'workspace'],
  input: z.object({}),
  run({ replica }): Result<{ readonly stopped: readonly NodeId[] }> {
    const actors = [...new Set([...agentKeys(replica), ...profilesIn(replica).map((node) => actorOfProfile(replica, node))])]
    const stopped = replica.transact(null, (tx) => {
      // First, so that whoever hears of the stop has heard of the pause.
      tx.add(workspaceNodeId(replica.workspace), 'paused', EVERY_AGENT)
      return actors.flatMap((actor) => (actor && actor !== replica.actor ? stopRuns(replica, tx, actor) : []))
    })
    return ok({ stopped })
  },
})

/** Refuses what an agent does for its work while somebody has paused it. */
export function whilePaused(replica: Replica): Result<never> | null {
  const pause = pausedAgent(replica, replica.actor)
  if (!pause) return null
  const who = nameOfActor(replica, pause.by) || `Key ${pause.by.slice(2, 10)}`
  const whom = pause.all ? 'all agents' : 'this agent'
  return refuse({
    code: 'wrong_state',
    detail: `${who} paused ${whom}. What you hold stays yours: wait until somebody resumes you, or release it.`,
  })
}

/** Ends what this actor may end of another's, and answers the tasks. */
function stopRuns(replica: Replica, tx: Transaction, actor: ActorKey): NodeId[] {
  return agentRunsIn(replica)
    .of(actor)
    .holds.flatMap(({ id, task }) => {
      const node = tx.node(task)
      if (!node || !replica.maySay('end', node, id, 'revoke')) return []
      tx.say(node, 'end', id, 'revoke')
      return [task]
    })
}

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

function findActor(replica: Replica, id: string): Result<ActorKey> {
  if (isActorKey(id)) return isAgent(replica, id) ? ok(id) : notThere(id)
  const node = isNodeId(id) ? replica.nodes.get(id) : undefined
  if (node?.type !== 'agent') return notThere(id)
  const actor = actorOfProfile(replica, node)
  return actor ? ok(actor) : refuse({ code: 'wrong_state', detail: 'This agent has not come in yet: its invite is still open.' })
}

function nameOfAgent(replica: Replica, actor: string): string {
  return nameOfActor(replica, actor as ActorKey) || 'agent'
}

function notThere(id: string): Result<never> {
  return refuse({ code: 'not_found', detail: `There is no agent ${id} here.` })
}

/**
 * Holding agents back: pause, resume, stop, all at once.
 *
 * A pause refuses the next step of an agent's work and takes nothing away; a stop ends its runs, so that others can take the tasks;
 * what was handed in stays with whoever reviews it. An agent is named by its profile's id or by its key, all of them by `*`.
 */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import { type ActorKey, isNodeId, type NodeId, workspaceNodeId } from '../core/ids.ts'
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
} from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'
import type { Transaction } from '../replica/transaction.ts'
import { notThere } from './agents.ts'
import { operation } from './operation.ts'

const agentRef = z.string().check(z.minLength(1), z.maxLength(66))

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

/** Aggregates: how far the work is, and what each agent has done. */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import { STATUSES, type Status } from '../core/fields.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { agentRunsIn } from '../replica/agent-runs.ts'
import type { Usage } from '../replica/run-row.ts'
import { listAgents } from './agents.ts'
import { rowOf } from './find.ts'
import { operation } from './operation.ts'
import { nodeId } from './shapes.ts'

export interface ProgressReport {
  readonly tasks: number
  readonly byStatus: Readonly<Record<Status, number>>
  /** Of the tasks that were not cancelled, in percent. */
  readonly done: number
  /** The mean of what tasks say of themselves, in percent. */
  readonly progress: number
  /** Tasks that can be claimed now. */
  readonly ready: number
  /** Tasks that wait on others. */
  readonly waiting: number
  readonly conflicted: number
  readonly questions: number
}

export const progressReport = operation({
  name: 'analytics_progress',
  summary: 'How far the tasks are, of the workspace or of one project',
  route: 'GET /analytics/progress',
  needs: null,
  input: z.object({ project: z.optional(nodeId) }),
  run({ replica }, { project }): Result<ProgressReport> {
    const rows = Array.from(replica.views.tasks(), (id) => rowOf(replica, id)).filter(
      (row) => project === undefined || row.project === project,
    )
    const counted = rows.filter(({ status }) => status !== 'cancelled')
    const count = (fits: (row: (typeof rows)[number]) => boolean): number => rows.filter(fits).length
    return ok({
      tasks: rows.length,
      byStatus: Object.fromEntries(STATUSES.map((one) => [one, count(({ status }) => status === one)])) as Record<Status, number>,
      done: percent(
        count(({ status }) => status === 'done'),
        counted.length,
      ),
      progress: Math.round(counted.reduce((sum, { progress }) => sum + progress, 0) / Math.max(1, counted.length)),
      ready: count(({ ready }) => ready),
      waiting: count(({ why }) => why.some(({ code }) => code === 'waits_on')),
      conflicted: count(({ conflicts }) => conflicts.length > 0),
      questions: count(({ questions }) => questions > 0),
    })
  },
})

export interface AgentReport {
  readonly id: NodeId | ActorKey
  readonly name: string
  readonly actor: ActorKey | null
  readonly holds: number
  readonly waiting: number
  readonly runs: number
  readonly done: number
  readonly failed: number
  readonly sentBack: number
  readonly usage: Usage
  /** When it last wrote something about its work; null for never. */
  readonly recordedAt: string | null
}

export const agentReport = operation({
  name: 'analytics_agents',
  summary: 'What each agent holds, has done and has cost',
  route: 'GET /analytics/agents',
  needs: null,
  input: z.object({}),
  run(context): Result<readonly AgentReport[]> {
    const agents = listAgents.run(context, {})
    if (!agents.ok) return agents
    return ok(
      agents.value.map(({ id, name, actor }): AgentReport => {
        const { holds, recordedAt, ...record } = agentRunsIn(context.replica).of(actor ?? '')
        const at = recordedAt === null ? null : new Date(recordedAt).toISOString()
        return { id, name, actor, holds: holds.length, ...record, recordedAt: at }
      }),
    )
  },
})

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((100 * part) / whole)
}

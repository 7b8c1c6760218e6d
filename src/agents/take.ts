/**
 * Taking work: what the agent holds already comes first, then the next task that fits it (`claim-and-settle.ts`). Work that it handed
 * in and that came back is work that it holds.
 */

import { ok, type Result } from '../base/result.ts'
import type { NodeId } from '../core/ids.ts'
import { claimAndSettle, type ClaimPorts } from '../operations/claim-and-settle.ts'
import { run } from '../operations/table.ts'
import { agentRunsIn } from '../replica/agent-runs.ts'
import { pausedAgent } from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'
import type { TaskRow } from '../replica/task-row.ts'
import type { Taken } from './agent-port.ts'

export async function take(replica: Replica, ports: ClaimPorts): Promise<Result<Taken | null>> {
  if (pausedAgent(replica, replica.actor)) return ok(null)
  for (const held of agentRunsIn(replica).of(replica.actor).holds) {
    if (held.state === 'working') return ok(taken(replica, held.task, held.id, true))
    // It stands until the lease authority has answered, and is gone on with below.
    if (held.lease !== null) continue
    // It went away between its claim and the beginning: nothing was done, and the task is free for all again.
    run({ replica }, 'release_task', { id: held.task, run: held.id })
  }
  const settled = await claimAndSettle(replica, { task: 'next' }, ports)
  if (settled.ok) return ok(taken(replica, settled.value.task.id, settled.value.run, false))
  return NOTHING_NOW.has(settled.refusal.code) ? ok(null) : settled
}

/** Whatever it is, it may be otherwise when the board has changed. */
const NOTHING_NOW: ReadonlySet<string> = new Set(['nothing_ready', 'claim_held', 'wrong_state', 'unavailable'])

function taken(replica: Replica, task: NodeId, own: NodeId, resumed: boolean): Taken {
  return { task: replica.views.task(task) as TaskRow, run: own, resumed }
}

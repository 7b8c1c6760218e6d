/** Taking the next task: the whole way from looking to beginning, as whoever works goes it (`claim-and-settle.ts`). */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import type { Replica } from '../replica/replica.ts'
import { memoryLocks } from '../store/locks.ts'
import { agentRef, myself } from './agent-tasks.ts'
import { claimAndSettle, type ClaimPorts } from './claim-and-settle.ts'
import { rowOf } from './find.ts'
import { slowOperation } from './operation.ts'
import { taskRef } from './shapes.ts'
import { type Task, taskOf } from './task.ts'

export const claimNext = slowOperation({
  name: 'claim_next',
  summary:
    'Take the next task that fits you, or the one that you name: claims it, waits for others, and begins; null where there is none',
  route: 'POST /agents/:id/tasks',
  needs: ['claim', 'task'],
  input: z.object({ id: z._default(agentRef, 'me'), claim: z._default(taskRef, 'next') }),
  async run({ replica, ports = alone(replica) }, { id, claim }): Promise<Result<Task | null>> {
    const me = myself(replica, id)
    if (!me.ok) return me
    const taken = await claimAndSettle(replica, { task: claim }, ports)
    if (taken.ok) return ok(taskOf(replica, rowOf(replica, taken.value.task.id)))
    return taken.refusal.code === 'nothing_ready' ? ok(null) : taken
  },
})

/** Where nobody is waited for. */
const tabs = new WeakMap<object, ClaimPorts>()

function alone(replica: Replica): ClaimPorts {
  const there = tabs.get(replica.views)
  if (there) return there
  const locks = memoryLocks().tab()
  const made: ClaimPorts = { clock: { now: replica.now, after: (_ms, run) => run() }, delays: () => [], locks }
  tabs.set(replica.views, made)
  return made
}

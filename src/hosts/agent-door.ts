/**
 * The agents whose keys this host holds, over HTTP: what `worknode agent` asks while the host runs. It is a door of the host, beside
 * the table of operations, since only a host holds keys. Whoever calls acts under its own rights: an admin may add whom it may
 * grant rights to, and nobody more than that. A token that does not read is shown nobody, and makes nobody who does.
 */

import { type Context, Hono } from 'hono'
import { problemResponse } from '../api/answer.ts'
import { BASES } from '../api/app.ts'
import { readJson } from '../api/request-body.ts'
import type { Result } from '../base/result.ts'
import * as z from 'zod/mini'
import { AgentSpec } from './agent-spec.ts'
import type { HostedAgents, TokenCaller } from './hosted-agents.ts'

export const AGENTS_PATH = '/api/v1/host/agents'

export function createAgentDoor(agents: HostedAgents): Hono {
  const door = new Hono()

  function guarded(answer: (context: Context, caller: TokenCaller) => Promise<Response>) {
    return async (context: Context): Promise<Response> => {
      const caller = await agents.authenticate(context.req.raw)
      if (!caller.ok) return problemResponse(caller.refusal)
      if (caller.value.context.replica.capabilityFor('grant') === null || !caller.value.mayRead)
        return problemResponse({ code: 'permission_denied', detail: 'Agents are for those who may grant rights, and read.' })
      return answer(context, caller.value)
    }
  }

  for (const base of BASES) {
    const path = `${base}/host/agents`
    door.get(
      path,
      guarded(async (context) => context.json(await agents.list())),
    )
    door.post(
      path,
      guarded(async (context, caller) => {
        const body = await readJson(context.req.raw)
        if (!body.ok) return problemResponse(body.refusal)
        const spec = AgentSpec.safeParse(body.value)
        if (!spec.success) return problemResponse({ code: 'invalid', detail: z.prettifyError(spec.error) })
        return answerOf(context, await agents.add(caller.context.replica, spec.data), 201)
      }),
    )
    door.delete(
      `${path}/:name`,
      guarded(async (context, caller) =>
        answerOf(context, await agents.remove(caller.context.replica, context.req.param('name') ?? ''), 200),
      ),
    )
  }
  return door
}

function answerOf(context: Context, result: Result<object>, status: 200 | 201): Response {
  return result.ok ? context.json(result.value, status) : problemResponse(result.refusal)
}

/**
 * The MCP door: Streamable HTTP on one address, for both eras of the protocol. Every request says who asks, by its token; nothing is
 * kept between two but how fast a caller asks. Which hosts and origins may ask at all is decided before, by whoever mounts this.
 */

import { createMcpHandler, type McpServerFactory } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { assert } from '../base/assert.ts'
import { problemAnswer, problemResponse, toResponse } from './answer.ts'
import type { Caller, RestDeps } from './app.ts'
import { createMcpServer, createWaits } from './mcp-server.ts'
import { createPace, DEFAULT_PACE } from './pace.ts'

export function createMcp({ authenticate, now, version, pace: limits = DEFAULT_PACE, onFault }: RestDeps): Hono {
  const waits = createWaits()
  const pace = createPace(limits, now)
  const factory: McpServerFactory = ({ era, authInfo }) => {
    const caller = authInfo?.extra?.['caller'] as Caller | undefined
    assert(caller, 'nobody is served who was not asked who they are')
    return createMcpServer(caller.context, era, version, waits)
  }
  const handler = createMcpHandler(factory, { ...(onFault && { onerror: onFault }) })
  const door = new Hono()
  door.all('/', async ({ req }) => {
    const caller = await authenticate(req.raw)
    if (!caller.ok) return problemResponse(caller.refusal)
    const { id, mayRead } = caller.value
    if (!mayRead) return problemResponse({ code: 'permission_denied', detail: 'This token may write and not read.' })
    const wait = pace.waitOf(id)
    if (wait > 0)
      return toResponse(
        problemAnswer({ code: 'rate_limited', detail: 'You ask faster than you may.' }, { 'Retry-After': String(wait) }),
      )
    return handler.fetch(req.raw, { authInfo: { token: '', clientId: id, scopes: [], extra: { caller: caller.value } } })
  })
  return door
}

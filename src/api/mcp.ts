/**
 * The MCP door: Streamable HTTP on one address, for both eras of the protocol. Every request says who asks, by its token; nothing is
 * kept between two. Which hosts and origins may ask at all is decided before, by whoever mounts this.
 */

import { createMcpHandler, type McpServerFactory } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import type { Result } from '../base/result.ts'
import { assert } from '../base/assert.ts'
import type { Context } from '../operations/operation.ts'
import { createMcpServer, createWaits } from './mcp-server.ts'

/** Who asks, as far as this door goes. */
export interface McpCaller {
  readonly id: string
  readonly context: Context
  readonly mayRead: boolean
}

export interface McpDeps {
  readonly authenticate: (request: Request) => Promise<Result<McpCaller>> | Result<McpCaller>
  readonly version: string
  /** Told of what went wrong inside; the caller hears no details. */
  readonly report?: (error: Error) => void
}

export function createMcp({ authenticate, version, report }: McpDeps): Hono {
  const waits = createWaits()
  const factory: McpServerFactory = ({ era, authInfo }) => {
    const caller = authInfo?.extra?.['caller'] as McpCaller | undefined
    assert(caller, 'nobody is served who was not asked who they are')
    return createMcpServer(caller.context, era, version, waits)
  }
  const handler = createMcpHandler(factory, { ...(report && { onerror: report }) })
  const door = new Hono()
  door.all('/', async ({ req }) => {
    const caller = await authenticate(req.raw)
    if (!caller.ok) return refused(401, caller.refusal.code, caller.refusal.detail, { 'WWW-Authenticate': 'Bearer' })
    if (!caller.value.mayRead) return refused(403, 'permission_denied', 'This token may not read the board.')
    const { id } = caller.value
    return handler.fetch(req.raw, { authInfo: { token: '', clientId: id, scopes: [], extra: { caller: caller.value } } })
  })
  return door
}

function refused(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}): Response {
  const problem = { type: 'about:blank', title: code, status, code, detail }
  return new Response(JSON.stringify(problem), { status, headers: { 'Content-Type': 'application/problem+json', ...headers } })
}

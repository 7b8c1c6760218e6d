/** A board with an owner and a worker, behind the MCP door, for tests. A token is the name of whose it is. */

import { Hono } from 'hono'
import { ok, refuse } from '../base/result.ts'
import { exchange, founded, joined } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/replica.ts'
import { createMcp } from './mcp.ts'
import { done } from '../operations/operate.fixture.ts'

export interface McpWorld {
  readonly owner: Replica
  readonly agent: Replica
  readonly door: Hono
}

export async function mcpWorld(body = 'A tool library for the street.'): Promise<McpWorld> {
  const { owner, clock } = await founded()
  done(owner, 'create_task', { title: 'Build it', body, status: 'ready' })
  const { member: agent } = await joined(owner, 7, clock, { role: 'agent' })
  await exchange(owner, agent)
  const callers: Readonly<Record<string, Replica>> = { owner, agent, blind: owner }
  const door = new Hono().route(
    '/mcp',
    createMcp({
      version: '1.2.3',
      async authenticate({ headers }) {
        const token = /^Bearer (\w+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? ''
        const replica = callers[token]
        if (!replica) return refuse({ code: 'unauthorized', detail: 'Give a token.' })
        return ok({ id: token, context: { replica }, mayRead: token !== 'blind' })
      },
      now: () => clock.ms,
      onFault: (error) => {
        throw error
      },
    }),
  )
  return { owner, agent, door }
}

/** What tests ask of a client, whichever package and era it is of. */
export interface McpCaller {
  tools(): Promise<string[]>
  call(name: string, input?: Record<string, unknown>): Promise<{ readonly isError?: unknown; readonly text: string }>
  read(uri: string): Promise<string>
  close(): Promise<void>
}

interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
  readResource(of: { uri: string }): Promise<unknown>
  close(): Promise<void>
}

export function callerOf(client: AnyClient): McpCaller {
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, input = {}) {
      const { isError, content } = (await client.callTool({ name, arguments: input })) as {
        isError?: unknown
        content: { text: string }[]
      }
      return { isError, text: content[0]?.text ?? '' }
    },
    async read(uri) {
      const { contents } = (await client.readResource({ uri })) as { contents: { text: string }[] }
      return contents[0]?.text ?? ''
    },
    close: () => client.close(),
  }
}

/** MCP against a real host: by HTTP with a token, and by stdio through the command line, with the official clients of both eras. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as LegacyStdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as LegacyHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { addAgent, call, type OutsideAgent } from './agents-outside.ts'
import { cli, expect, test, type HostProcess } from './host.ts'

interface AnyClient {
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
  close(): Promise<void>
}

type Connect = (agent: OutsideAgent) => Promise<AnyClient>

const NEWER = { versionNegotiation: { mode: { pin: '2026-07-28' } } } as const
const ABOUT = { name: 'test', version: '1' }

function headersOf({ token }: OutsideAgent): { requestInit: { headers: { Authorization: string } } } {
  return { requestInit: { headers: { Authorization: `Bearer ${token}` } } }
}

function commandOf({ url, token }: OutsideAgent) {
  return {
    command: process.execPath,
    args: [cli, 'mcp', '--url', url],
    env: { ...process.env, WORKNODE_TOKEN: token } as Record<string, string>,
  }
}

const WAYS: Readonly<Record<string, Connect>> = {
  async 'HTTP, 2026-07-28'(agent) {
    const client = new Client(ABOUT, NEWER)
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', agent.url), headersOf(agent)))
    return client
  },
  async 'HTTP, 2025-11-25'(agent) {
    const client = new LegacyClient(ABOUT)
    await client.connect(new LegacyHttpTransport(new URL('/mcp', agent.url), headersOf(agent)))
    return client
  },
  async 'stdio, 2026-07-28'(agent) {
    const client = new Client(ABOUT, NEWER)
    await client.connect(new StdioClientTransport(commandOf(agent)))
    return client
  },
  async 'stdio, 2025-11-25'(agent) {
    const client = new LegacyClient(ABOUT)
    await client.connect(new LegacyStdioTransport(commandOf(agent)))
    return client
  },
}

for (const [way, connect] of Object.entries(WAYS))
  test(`an agent works through a task by MCP (${way})`, async ({ host }) => {
    const [agent, lead] = await agentsOf(host)
    const client = await connect(agent)
    const tool = async (name: string, input: Record<string, unknown> = {}): Promise<string> => {
      const { content } = (await client.callTool({ name, arguments: input })) as { content: { text: string }[] }
      return content[0]?.text ?? ''
    }
    await call(lead, 'POST', '/tasks', { title: 'Serve the page', body: 'On port 8080.', status: 'ready' })
    expect(await tool('worknode_next')).toContain('Serve the page')
    expect(await tool('worknode_claim')).toMatch(/^WN-1 is yours/)
    expect(await tool('worknode_show', { task: 'WN-1' })).toContain('On port 8080.')
    expect(
      await tool('worknode_progress', { task: 'WN-1', percent: 50, documents: [{ path: 'docs/page.md', content: 'Hello' }] }),
    ).toContain('50 %')
    expect(await tool('worknode_progress', { task: 'WN-1', documents: [{ path: 'src/secret.ts', content: '' }] })).toMatch(
      /^permission_denied: src\/secret.ts lies outside/,
    )
    expect(await tool('worknode_submit', { task: 'WN-1', summary: 'Served.' })).toContain('in_review')
    await client.close()
    const seen = (await (await call(lead, 'GET', '/tasks/WN-1')).json()) as { status: string; run: { agent: string } }
    expect(seen).toMatchObject({ status: 'in_review', run: { agent: agent.actor } })
  })

async function agentsOf(host: HostProcess): Promise<[worker: OutsideAgent, lead: OutsideAgent]> {
  return [await addAgent(host, 'worker', '--files', 'docs/**'), await addAgent(host, 'lead', '--role', 'coordinator')]
}

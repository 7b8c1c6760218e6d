/** What `docs/mcp.md` shows, works: its calls in their order, its settings as clients read them, its tools all of them. */

import { readFileSync } from 'node:fs'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { mcpWorld } from './mcp.fixture.ts'
import { TOOLS } from './mcp-tools.ts'

const page = readFileSync('docs/mcp.md', 'utf8')

function example(words: string): unknown {
  const text = new RegExp(`^\`\`\`${words}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1]
  return JSON.parse(text ?? '')
}

test('the calls of the page are a worker’s day', async () => {
  const { agent, door } = await mcpWorld()
  const client = new Client({ name: 'docs', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  const requestInit = { headers: { Authorization: 'Bearer agent' } }
  await client.connect(
    new StreamableHTTPClientTransport(new URL('http://worknode.test/mcp'), {
      requestInit,
      fetch: async (url, init) => door.request(String(url), init),
    }),
  )
  for (const call of example('json calls') as { name: string; arguments: Record<string, unknown> }[])
    expect(await client.callTool(call), call.name).not.toMatchObject({ isError: true })
  expect(agent.views.column('in_review')).toHaveLength(1)
  await client.close()
})

test('the page names each tool, the workers’ seven first', () => {
  const named = [...page.matchAll(/^\| `(worknode_\w+)` \|/gm)].map(([, name]) => name)
  expect(named).toEqual(TOOLS.map(({ name }) => name))
})

test('the settings of the page lead to the door and to the bridge', () => {
  expect(example('json http')).toMatchObject({ mcpServers: { worknode: { url: expect.stringMatching(/\/mcp$/) } } })
  expect(example('json stdio')).toMatchObject({
    mcpServers: { worknode: { args: ['worknode', 'mcp', '--url', 'http://localhost:8080'] } },
  })
})

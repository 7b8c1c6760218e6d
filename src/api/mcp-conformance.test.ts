/**
 * The conformance list through MCP: every step that one of the ten tools can do goes through it, the others through REST, on one board.
 * So what a tool has done is seen by all, what others have done is seen by a tool, and its refusals have the same codes.
 */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, expect, test } from 'vitest'
import type { ConformanceDoor, Outcome } from './conformance-case.fixture.ts'
import { conformance } from './conformance.contract.ts'
import { restDoor } from './conformance.fixture.ts'

type Input = Readonly<Record<string, unknown>>
type Call = readonly [tool: string, input: Input]

let used = 0
const open: { close(): Promise<void> }[] = []
afterAll(() => Promise.all(open.map((client) => client.close())))

conformance('MCP', mcpDoor)

test('a good part of the list went through the tools', () => {
  expect(used).toBeGreaterThan(100)
})

async function mcpDoor(): Promise<ConformanceDoor> {
  const rest = await restDoor()
  const clients = { owner: await connect('owner'), agent: await connect('agent') }

  async function connect(token: string): Promise<Client> {
    const client = new Client({ name: 'conformance', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
    const transport = new StreamableHTTPClientTransport(new URL('http://worknode.test/mcp'), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
      fetch: async (url, init) => rest.app.request(String(url), init),
    })
    await client.connect(transport)
    open.push(client)
    return client
  }

  async function tool(client: Client, name: string, input: Input): Promise<Outcome> {
    used++
    const given = { name, arguments: { ...input, format: 'json' } }
    const { isError, content } = (await client.callTool(given)) as { isError?: boolean; content: { text: string }[] }
    const text = content[0]?.text ?? ''
    return isError ? { ok: false, code: text.slice(0, text.indexOf(':')) } : { ok: true, value: JSON.parse(text) }
  }

  return {
    ...rest,
    // Tools have no tags.
    can: rest.can.filter((need) => need !== 'etag'),
    async call(as, op, input, options) {
      const client = clients[as as keyof typeof clients]
      const asked = client && Object.keys(options).length === 0 ? toolFor(op, input, as) : null
      if (!asked) return rest.call(as, op, input, options)
      const done = await tool(client, ...asked)
      if (!done.ok) return done
      const { value } = done as { value: Said }
      if (op === 'ask_task') return { ok: true, value: { id: value.question } }
      if (op === 'list_events' || op === 'list_task_events')
        return { ok: true, value: { ...value, events: value.untrusted?.flatMap(({ data }) => data) ?? [] } }
      if (op === 'claim_next' && !value.task) return { ok: true, value: null }
      if (op === 'get_task' || op === 'get_document') return { ok: true, value: value.untrusted?.[0]?.data }
      const shown = (await tool(client, 'worknode_show', { task: value.task?.id })) as { value: Said }
      return { ok: true, value: shown.value.untrusted?.[0]?.data }
    },
  }
}

interface Said {
  readonly task?: { readonly id: string }
  readonly question?: string
  readonly untrusted?: readonly { readonly data: unknown }[]
}

/** The tool that does this operation with this input; null where none of the ten can. */
function toolFor(op: string, { id, ...input }: Input, as: string): Call | null {
  const only = (...names: readonly string[]): boolean => Object.keys(input).every((name) => names.includes(name))
  const call = (tool: string, fits: boolean, given: Input = input): Call | null => (fits ? [`worknode_${tool}`, given] : null)
  switch (op) {
    case 'create_task':
      return call('create', as === 'owner' && only('title', 'body', 'status', 'priority', 'labels', 'assignees', 'parent'))
    case 'get_task':
      return call('show', only(), { task: id })
    case 'get_document':
      return call('show', only(), { document: id })
    case 'link_task':
      return call('link', as === 'owner' && (input['type'] ?? 'blocks') === 'blocks', { task: id, ...input })
    case 'move_task':
      return call('link', as === 'owner' && typeof input['parent'] === 'string', {
        task: id,
        to: input['parent'],
        type: 'parent',
      })
    case 'claim_next':
      return call('claim', id === 'me' && only('claim'), 'claim' in input ? { task: input['claim'] } : {})
    case 'renew_task':
      return call('progress', only(), { task: id })
    case 'report_progress': {
      const { progress, ...rest } = input
      return call('progress', only('progress', 'step', 'usage'), { task: id, percent: progress, ...rest })
    }
    case 'ask_task':
      return call('ask', only('question', 'options'), { task: id, ...input })
    case 'submit_task':
      return call('submit', only('summary', 'checks'), { task: id, summary: '', ...input })
    case 'release_task':
      return call('release', only('failed', 'note'), { task: id, ...input })
    case 'list_events':
      return call('events', as === 'owner' && only('since', 'task', 'type', 'limit'))
    case 'list_task_events':
      return call('events', as === 'owner' && only('since', 'type', 'limit'), { task: id, ...input })
    default:
      return null
  }
}

/** The stdio bridge between the official clients and the MCP door, with pipes in place of a process. */

import { PassThrough } from 'node:stream'
import { createInterface } from 'node:readline'
import { Client } from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { expect, test } from 'vitest'
import { callerOf, mcpWorld } from '../api/mcp.fixture.ts'
import { bridgeMcp } from './mcp-bridge.ts'

const CLIENTS = {
  '2026-07-28': () => new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
  '2025-11-25': () => new LegacyClient({ name: 'test', version: '1' }),
}

for (const [era, create] of Object.entries(CLIENTS))
  test(`a client of ${era} works through the bridge, refusals and resources too`, async () => {
    const { door, agent } = await mcpWorld()
    const { transport, ended } = pipes((url, init) => Promise.resolve(door.request(String(url), init)))
    const client = create()
    await client.connect(transport)
    const caller = callerOf(client)
    expect(await caller.tools()).toContain('worknode_claim')
    expect((await caller.call('worknode_claim')).text).toMatch(/^WN-1 is yours/)
    expect(await caller.call('worknode_show', { task: 'WN-9' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^not_found/),
    })
    expect(await caller.read('worknode://tasks/WN-1')).toContain('Build it')
    expect(agent.views.column('in_progress')).toHaveLength(1)
    await caller.close()
    await ended
  })

test('what keeps the host from answering is said in words, and a line that is no message as well', async () => {
  const refused = Object.assign(new Error('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
  const { input, lines, ended } = pipes(() => Promise.reject(refused))
  input.write('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n')
  input.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
  expect(await lines.next()).toMatchObject({
    value: { id: 1, error: { message: expect.stringMatching(/ECONNREFUSED.*worknode serve/) } },
  })
  input.write('no\n')
  expect(await lines.next()).toMatchObject({ value: { id: null, error: { code: -32_700 } } })
  input.end()
  await ended
})

test('a token that is not known is told to whoever asks', async () => {
  const { door } = await mcpWorld()
  const { input, lines, ended } = pipes((url, init) => Promise.resolve(door.request(String(url), init)), 'nobody')
  input.write('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n')
  expect(await lines.next()).toMatchObject({ value: { id: 1, error: { message: 'The host answered 401: Give a token.' } } })
  input.end()
  await ended
})

test('a request that the client cancels is given up at the host', async () => {
  let given: AbortSignal | undefined
  const begun = new Promise<void>((resolve) => {
    const { input, ended } = pipes((_url, init) => {
      if (String(init?.body).includes('cancelled')) return Promise.resolve(new Response(null, { status: 202 }))
      given = init?.signal ?? undefined
      input.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}\n')
      return new Promise((_, reject) => {
        given?.addEventListener('abort', () => {
          reject(new Error('aborted'))
          input.end()
        })
      })
    })
    input.write('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"worknode_next"}}\n')
    void ended.then(resolve)
  })
  await begun
  expect(given?.aborted).toBe(true)
})

type Ask = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

function pipes(ask: Ask, token = 'agent') {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const ended = bridgeMcp({ input, output, url: 'http://worknode.test/mcp', token, fetch: ask })
  const read = createInterface({ input: output })[Symbol.asyncIterator]()
  const lines = { next: async () => ({ value: JSON.parse(String((await read.next()).value)) as unknown }) }
  const transport = {
    onmessage: undefined as ((message: unknown) => void) | undefined,
    onclose: undefined as (() => void) | undefined,
    async start() {
      output.on('data', () => undefined)
      void (async () => {
        for (;;) {
          const { value } = await lines.next()
          transport.onmessage?.(value)
        }
      })().catch(() => undefined)
    },
    send: async (message: unknown) => void input.write(`${JSON.stringify(message)}\n`),
    async close() {
      input.end()
      transport.onclose?.()
    },
  }
  return { input, lines, ended, transport }
}

/** Webhooks of a host as it is started: a receiver over a socket, and a host that is started anew. */

import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test, vi } from 'vitest'
import { type Host, startHost } from './node.ts'
import { readSettings } from './settings.ts'

const root = await mkdtemp(join(tmpdir(), 'worknode-webhooks-'))
const data = join(root, 'host')
const got: { readonly body: string; readonly signature: string }[] = []
let status = 200
const receiver = createServer((request, response) => {
  void text(request).then((body) => {
    got.push({ body, signature: String(request.headers['worknode-signature']) })
    response.writeHead(status).end()
  })
})
receiver.listen(0, '127.0.0.1')
await once(receiver, 'listening')
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`

afterAll(async () => {
  receiver.close()
  receiver.closeAllConnections()
  await rm(root, { recursive: true })
})

async function started(): Promise<Host> {
  const read = readSettings({ LOG_LEVEL: 'silent' }, { port: '0', data })
  if (!read.ok) throw new Error(read.refusal.detail)
  return startHost(read.value, root)
}

async function ask(host: Host, method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const token = (await readFile(join(data, 'owner.token'), 'utf8')).trim()
  const response = await fetch(`${new URL(host.url).origin}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: await response.json() }
}

const titles = (): string[] =>
  got
    .flatMap(({ body }) => (JSON.parse(body) as { events: { type: string; data: { fields?: { title?: string } } }[] }).events)
    .flatMap(({ data: { fields } }) => fields?.title ?? [])

test('a hook is told of what comes, goes on after a restart, and is forgotten when its owner says so', async () => {
  const host = await started()
  expect((await ask(host, 'POST', '/host/webhooks', { url: 'file:///etc/passwd' })).status).toBe(422)
  const made = await ask(host, 'POST', '/host/webhooks', { url, type: 'task.created' })
  expect(made).toMatchObject({ status: 201, json: { url, type: 'task.created', failing: null, isOff: false } })
  const { id, secret } = made.json as { readonly id: string; readonly secret: string }
  expect((await stat(join(data, 'webhooks.json'))).mode & 0o077).toBe(0)
  await ask(host, 'POST', '/tasks', { title: 'One' })
  await vi.waitUntil(() => titles().length === 1)
  const { body, signature } = got[0] as (typeof got)[number]
  const seconds = /^t=(\d+)/.exec(signature)?.[1] ?? ''
  expect(signature).toBe(`t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`)
  status = 503
  await ask(host, 'POST', '/tasks', { title: 'Two' })
  await vi.waitUntil(() => titles().length === 2)
  await host.close()
  status = 200
  const refused = titles().length
  const again = await started()
  // Not taken the first time, so told again; what was taken is not.
  await vi.waitUntil(() => titles().length > refused)
  expect(new Set(titles().slice(1))).toEqual(new Set(['Two']))
  expect((await ask(again, 'GET', '/host/webhooks')).json).toMatchObject([{ id, url }])
  expect(JSON.stringify((await ask(again, 'GET', '/host/webhooks')).json)).not.toContain('whsec_')
  expect((await ask(again, 'DELETE', `/host/webhooks/${id}`)).status).toBe(200)
  expect((await ask(again, 'DELETE', `/host/webhooks/${id}`)).status).toBe(404)
  await ask(again, 'POST', '/tasks', { title: 'Three' })
  await again.close()
  expect(titles()).not.toContain('Three')
})

test('a host that is told to stop ends its streams: nobody who listens keeps it from stopping', async () => {
  const host = await started()
  const token = (await readFile(join(data, 'owner.token'), 'utf8')).trim()
  const stream = await fetch(`${new URL(host.url).origin}/api/v1/events?since=now`, {
    headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' },
  })
  const ended = stream.text()
  await host.close()
  // Ended in good order: one that is cut off rejects.
  expect(await ended).toMatch(/^retry: /)
})

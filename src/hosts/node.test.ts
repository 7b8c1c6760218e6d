import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { selfSigned } from './certificate.fixture.ts'
import { type Host, startHost } from './node.ts'
import { openNodeWorkspace } from './node-workspace.ts'
import { type HostFlags, type HostSettings, readSettings } from './settings.ts'

const root = await mkdtemp(join(tmpdir(), 'worknode-host-'))
let host: Host
let url: URL

function settings(flags: HostFlags): HostSettings {
  const read = readSettings({ LOG_LEVEL: 'silent' }, { port: '0', ...flags })
  if (!read.ok) throw new Error(read.refusal.detail)
  return read.value
}

beforeAll(async () => {
  await writeFile(join(root, 'index.html'), '<!doctype html>')
  await writeFile(join(root, '..', 'worknode-outside.txt'), 'outside')
  host = await startHost(settings({ data: join(root, 'one') }), root, { requestHeadMs: 150, requestMs: 300, connections: 8 })
  url = new URL(host.url)
})

afterAll(async () => {
  await host.close()
  await rm(root, { recursive: true })
  await rm(join(root, '..', 'worknode-outside.txt'))
})

/** What the host answers to these bytes, until it hangs up. */
async function raw(...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(url.port), '127.0.0.1')
  // Cut off while we still send: what was answered before counts.
  socket.on('error', () => {})
  for (const part of parts) socket.write(part)
  return text(socket)
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])
}

const end = 'Host: localhost\r\nConnection: close\r\n\r\n'

async function isAlive(): Promise<void> {
  expect((await fetch(new URL('api/health', url))).status).toBe(200)
}

test('a name that was pointed at this machine gets nothing, from no door', async () => {
  for (const path of ['/', '/api/settings', '/metrics', '/index.html'])
    expect(statusOf(await raw(`GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`))).toBe(403)
})

test('a page of another site may call nothing; a page of this one may', async () => {
  const asked = (origin: string): Promise<Response> => fetch(new URL('api/settings', url), { headers: { Origin: origin } })
  const refused = await asked('https://evil.example')
  expect(refused.status).toBe(403)
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  expect(await refused.json()).toMatchObject({ code: 'permission_denied', detail: expect.stringContaining('--allow-origin') })
  expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  expect((await asked(url.origin)).status).toBe(200)
})

test('who sends a head or a body byte by byte is cut off, and the host goes on', async () => {
  expect(statusOf(await raw('GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: '))).toBe(408)
  expect(statusOf(await written('1', 'Content-Length: 10\r\n'))).toBe(408)
  await isAlive()
})

test('more connections than there may be are turned away, and those before them stay', async () => {
  const sockets = Array.from({ length: 20 }, () =>
    connect(Number(url.port), '127.0.0.1')
      .on('error', () => {})
      .resume(),
  )
  await Promise.all(sockets.map((socket) => once(socket, 'close')))
  await isAlive()
})

test('a body over the bound is refused before it is read, with its length told or not', async () => {
  const told = `POST /api/tasks HTTP/1.1\r\nContent-Length: ${LOCAL.restBytes + 1}\r\n${end}`
  expect(statusOf(await raw(told))).toBe(413)
  await isAlive()
})

test.each([
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['a head beyond measure', `GET / HTTP/1.1\r\nX: ${'a'.repeat(64 * 1024)}\r\n${end}`],
  ['two lengths', `POST /api/tasks HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n${end}`],
  ['a length and chunks', `POST /api/tasks HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n${end}`],
  ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['a host that is none', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n'],
  ['a line break in a header', `GET / HTTP/1.1\r\nX: a\rb\r\n${end}`],
])('%s is a clear 4xx', async (_, bytes) => {
  expect(statusOf(await raw(bytes))).toSatisfy((status: number) => status >= 400 && status < 500)
  await isAlive()
})

/** A write by the host's owner. */
async function written(body: string | Buffer, headers = `Content-Length: ${Buffer.byteLength(body)}\r\n`): Promise<string> {
  const token = (await readFile(join(root, 'one', 'owner.token'), 'utf8')).trim()
  return raw(
    `POST /api/tasks HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${headers}${end}`,
    body,
  )
}

test.each([
  ['no JSON', '{"title":'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0x74, 0xff, 0xfe, 0x22, 0x7d])],
  ['half of a surrogate pair', '{"title":"\\ud800"}'],
  ['JSON that is nested a hundred thousand deep', '['.repeat(100_000)],
  ['objects that are nested without end', `{"title":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
  ['a name that is every object’s', '{"__proto__":{"title":"x"}}'],
  ['a list', '[{"title":"x"}]'],
  ['a title without end', `{"title":"${'a'.repeat(100_000)}"}`],
])('a body with %s is a clear 4xx', async (_, body) => {
  const answer = await written(body)
  expect(statusOf(answer), answer).toSatisfy((status: number) => status >= 400 && status < 500)
  expect(answer).toContain('application/problem+json')
  await isAlive()
})

test('escapes that make whole characters, or stand for themselves, are words like any', async () => {
  expect(statusOf(await written('{"title":"\\ud83d\\ude00 \\\\ud800"}'))).toBe(201)
})

test('a body in chunks that never says how long it is is refused once it is too long', async () => {
  const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`
  const answer = await written(chunk.repeat(LOCAL.restBytes / 0x10000 + 2), 'Transfer-Encoding: chunked\r\n')
  expect(statusOf(answer)).toBe(413)
  await isAlive()
})

test.each([
  '/../worknode-outside.txt',
  '/%2e%2e/worknode-outside.txt',
  '/..%2fworknode-outside.txt',
  '/..%5cworknode-outside.txt',
  '/%2e%2e%2f%2e%2e%2fetc/passwd',
  '//etc/passwd',
  '/%00',
  '/%ff%fe',
  '/api/../../worknode-outside.txt',
])('a path that tries to get out finds nothing: %s', async (path) => {
  const answer = await raw(`GET ${path} HTTP/1.1\r\n${end}`)
  expect(statusOf(answer)).toSatisfy((status: number) => status >= 400 && status < 500)
  expect(answer).not.toContain('outside')
  await isAlive()
})

test('Prometheus is told of requests by route and status, of the replica, and of the event loop', async () => {
  await fetch(new URL('api/health', url))
  await fetch(new URL('no/such/door', url))
  const answer = await fetch(new URL('metrics', url))
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  const lines = await answer.text()
  expect(lines).toMatch(/^worknode_http_requests_total\{method="GET",route="\/api\/health",status="200"\} \d+$/m)
  expect(lines).not.toContain('no/such/door')
  for (const name of [
    'worknode_batches',
    'worknode_peers',
    'worknode_unsaved_changes',
    'nodejs_eventloop_lag_seconds',
    'process_resident_memory_bytes',
  ])
    expect(lines).toMatch(new RegExp(`^${name} [\\d.e+-]+$`, 'm'))
})

test('passed on by a proxy, the numbers are for the owner only', async () => {
  const answer = await fetch(new URL('metrics', url), { headers: { 'X-Forwarded-For': '203.0.113.7' } })
  expect(answer.status).toBe(401)
})

test('a page of an origin that was listed may ask first, and then call with a token', async () => {
  const origin = 'https://pages.example'
  const open = await startHost(settings({ data: join(root, 'cors'), allowOrigin: [origin] }), root)
  const first = await fetch(new URL('api/tasks', open.url), {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    },
  })
  expect([first.status, first.headers.get('access-control-allow-origin')]).toEqual([204, origin])
  expect(first.headers.get('access-control-allow-headers')).toContain('authorization')
  const asked = await fetch(new URL('api/tasks', open.url), { headers: { Origin: origin } })
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([401, origin])
  expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
  await open.close()
})

test('with a certificate the host serves https, and its link says so', async () => {
  const { cert, key } = selfSigned()
  const [tlsCert, tlsKey] = [join(root, 'cert.pem'), join(root, 'key.pem')]
  await writeFile(tlsCert, cert)
  await writeFile(tlsKey, key)
  const secure = await startHost(settings({ data: join(root, 'tls'), tlsCert, tlsKey }), root)
  expect(secure.url).toMatch(/^https:\/\/localhost:\d+\/#join=/)
  const asked = request(new URL('api/health', secure.url), { ca: cert })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage]
  expect(JSON.parse(await text(answer))).toMatchObject({ ok: true })
  await secure.close()
})

test('told to stop, the host answers what it was asked, takes nothing new, and has saved all of it', async () => {
  const data = join(root, 'stop')
  const stopping = await startHost(settings({ data }), root)
  const { port } = new URL(stopping.url)
  const token = (await readFile(join(data, 'owner.token'), 'utf8')).trim()
  const socket = connect(Number(port), '127.0.0.1')
  const body = '{"title":"Asked before the end"}'
  // The head is there, and the host waits for the body.
  socket.write(`POST /api/tasks HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\n`)
  socket.write(`Content-Type: application/json\r\nContent-Length: ${body.length}\r\n${end}`)
  expect(String((await once(socket, 'data'))[0])).toContain('100 Continue')
  const answered = text(socket)
  const unused = connect(Number(port), '127.0.0.1').resume()
  await once(unused, 'connect')
  const stopped = stopping.close()
  socket.write(body)
  await stopped
  expect(statusOf(await answered)).toBe(201)
  await expect(fetch(new URL('api/health', stopping.url))).rejects.toThrow('fetch failed')
  const { replica, close } = await openNodeWorkspace(data)
  expect([...replica.views.tasks()]).toHaveLength(1)
  await close()
})

test('a stream that was followed keeps no host alive that was told to stop: its next sign of life is not waited for', async () => {
  const made = vi.spyOn(globalThis, 'setTimeout')
  const token = (await readFile(join(root, 'one', 'owner.token'), 'utf8')).trim()
  const stop = new AbortController()
  const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' }
  const events = await fetch(new URL('api/events', url), { headers, signal: stop.signal })
  expect((await events.body?.getReader().read())?.done).toBe(false)
  stop.abort()
  const signs = made.mock.calls.flatMap(([, ms], i) => (ms === LOCAL.streamSignMs ? [made.mock.results[i]?.value] : []))
  made.mockRestore()
  expect(signs.map((timer) => (timer as NodeJS.Timeout).hasRef())).toEqual([false])
})

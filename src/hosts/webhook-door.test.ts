/** Webhooks of a host as it is started: a receiver over a socket, and a host that is started anew. */

import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test, vi } from 'vitest'
import { run } from '../operations/table.ts'
import { revoke } from '../replica/membership.ts'
import type { AgentSpec } from './agent-spec.ts'
import type { NewAgent } from './hosted-agents.ts'
import { type Host, startHost } from './node.ts'
import { type NodeWorkspace, openNodeWorkspace } from './node-workspace.ts'
import { readSettings } from './settings.ts'
import { openWebhooks, type Webhooks } from './webhook-door.ts'

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
  await expect.poll(() => titles().length).toBe(1)
  const { body, signature } = got[0] as (typeof got)[number]
  const seconds = /^t=(\d+)/.exec(signature)?.[1] ?? ''
  expect(signature).toBe(`t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`)
  status = 503
  await ask(host, 'POST', '/tasks', { title: 'Two' })
  await expect.poll(() => titles().length).toBe(2)
  await host.close()
  status = 200
  const refused = titles().length
  const again = await started()
  // Not taken the first time, so told again; what was taken is not.
  await expect.poll(() => titles().length > refused).toBe(true)
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

interface Opened {
  readonly dataDir: string
  readonly workspace: NodeWorkspace
  /** The addresses that were posted to, and how far each post may reach. */
  readonly posts: [string, string][]
  readonly kept: () => Promise<string>
  readonly made: (spec: Pick<AgentSpec, 'role' | 'verbs' | 'expires'>) => Promise<NewAgent>
  readonly asked: (token: string, method: string, path: string, body?: unknown) => Promise<Response>
  readonly again: () => Promise<void>
}

async function withDoor(check: (opened: Opened) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(root, 'own-'))
  const workspace = await openNodeWorkspace(dataDir)
  const { replica, agents } = workspace
  const posts: [string, string][] = []
  const faults: unknown[] = []
  const opened = (): Promise<Webhooks> =>
    openWebhooks({
      dataDir,
      replica,
      agents,
      post: async (address, _body, _headers, _signal, reach) => {
        posts.push([address, reach])
        return 200
      },
      report: (fault) => faults.push(fault),
    })
  let webhooks = await opened()
  await check({
    dataDir,
    workspace,
    posts,
    kept: () => readFile(join(dataDir, 'webhooks.json'), 'utf8'),
    async made(spec) {
      const agent = await agents.add(replica, { name: `${spec.role} ${replica.history.count}`, ...spec })
      if (!agent.ok) throw new Error(agent.refusal.detail)
      return agent.value
    },
    asked: async (token, method, path, body) =>
      webhooks.door.request(`/api/host/webhooks${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    async again() {
      await webhooks.close()
      webhooks = await opened()
    },
  })
  await webhooks.close()
  await workspace.close()
  expect(faults).toEqual([])
}

const THEIRS = 'https://hooks.example/theirs'
const OURS = 'http://127.0.0.1:9/ours'

async function ownerOf({ dataDir }: Opened): Promise<string> {
  return (await readFile(join(dataDir, 'owner.token'), 'utf8')).trim()
}

function write({ workspace: { replica } }: Opened): void {
  expect(run({ replica }, 'create_task', { title: 'Secret plan' }).ok).toBe(true)
}

test('a hook ends with the rights of whoever made it, at once and for good; the owner’s goes on', async () => {
  await withDoor(async (opened) => {
    const { asked, made, posts, kept, again, workspace } = opened
    const boss = await made({ role: 'admin' })
    const owner = await ownerOf(opened)
    expect((await asked(boss.token, 'POST', '', { url: THEIRS, type: 'task.created' })).status).toBe(201)
    expect((await asked(owner, 'POST', '', { url: OURS, type: 'task.created' })).status).toBe(201)
    write(opened)
    await expect.poll(() => posts.length >= 2).toBe(true)
    expect(new Set(posts.map(String))).toEqual(new Set([`${THEIRS},public`, `${OURS},anywhere`]))
    expect(revoke(workspace.replica, boss.capability).ok).toBe(true)
    posts.length = 0
    write(opened)
    await expect.poll(() => posts.length > 0).toBe(true)
    await again()
    expect(posts.map(([address]) => address)).not.toContain(THEIRS)
    expect(await (await asked(owner, 'GET', '')).json()).toMatchObject([{ url: OURS }])
    expect(await kept()).not.toContain(THEIRS)
  })
})

test('a hook ends when the time of its maker’s rights is over, without anybody saying so', async () => {
  await withDoor(async (opened) => {
    const { asked, made, posts, again } = opened
    const expires = Date.now() + 3_600_000
    const boss = await made({ role: 'admin', expires })
    expect((await asked(boss.token, 'POST', '', { url: THEIRS, type: 'task.created' })).status).toBe(201)
    const owner = await ownerOf(opened)
    expect((await asked(owner, 'POST', '', { url: OURS, type: 'task.created' })).status).toBe(201)
    const now = vi.spyOn(Date, 'now').mockReturnValue(expires + 1)
    try {
      write(opened)
      await expect.poll(() => posts.length > 0).toBe(true)
      await again()
    } finally {
      now.mockRestore()
    }
    expect(posts.map(([address]) => address)).not.toContain(THEIRS)
    expect(await (await asked(owner, 'GET', '')).json()).toMatchObject([{ url: OURS }])
  })
})

test('a hook in a file of before says nothing of its maker: it is the owner’s', async () => {
  await withDoor(async (opened) => {
    const { asked, kept, again, posts, dataDir } = opened
    expect((await asked(await ownerOf(opened), 'POST', '', { url: OURS, type: 'task.created' })).status).toBe(201)
    const [{ by, ...older }] = JSON.parse(await kept()) as [{ by: string }]
    expect(by).toBe('owner')
    await writeFile(join(dataDir, 'webhooks.json'), JSON.stringify([older]))
    await again()
    write(opened)
    await expect.poll(() => posts.length > 0).toBe(true)
    expect(posts[0]).toEqual([OURS, 'anywhere'])
  })
})

test('an agent has no hooks, whatever it may grant; a person’s token names public addresses only', async () => {
  await withDoor(async (opened) => {
    const { asked, made } = opened
    const lead = await made({ role: 'coordinator' })
    for (const [method, body] of [['GET'], ['POST', { url: THEIRS }]] as const)
      expect((await asked(lead.token, method, '', body)).status, method).toBe(403)
    const boss = await made({ role: 'admin' })
    for (const host of ['169.254.169.254', '127.0.0.1', '0x7f.1', '10.0.0.1', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]']) {
      const refused = await asked(boss.token, 'POST', '', { url: `http://${host}/latest` })
      expect(await refused.json(), host).toMatchObject({ code: 'invalid', detail: expect.stringContaining('not public') })
    }
    expect(await (await asked(boss.token, 'GET', '')).json()).toEqual([])
  })
})

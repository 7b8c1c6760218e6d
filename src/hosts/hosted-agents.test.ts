import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromHex, toHex } from '../base/bytes.ts'
import type { ActorKey } from '../core/ids.ts'
import { signingKeys } from '../log/keys.ts'
import { grantTo, removeActor, revoke } from '../replica/membership.ts'
import { hashOf } from './agent-keys.ts'
import { selfSigned } from './certificate.fixture.ts'
import { addAgent, listAgents, removeAgent } from './commands/agent.ts'
import { createHostedAgents, type NewAgent } from './hosted-agents.ts'
import { type Host, startHost } from './node.ts'
import { type NodeWorkspace, openNodeWorkspace } from './node-workspace.ts'
import { type HostSettings, readSettings } from './settings.ts'

const root = await mkdtemp(join(tmpdir(), 'worknode-agents-'))
const data = join(root, 'host')
let host: Host
let url: string

function settings(dataDir: string): HostSettings {
  const read = readSettings({ LOG_LEVEL: 'silent' }, { port: '0', data: dataDir })
  if (!read.ok) throw new Error(read.refusal.detail)
  return read.value
}

beforeAll(async () => {
  host = await startHost(settings(data), root)
  url = new URL(host.url).origin
})

afterAll(async () => {
  await host.close()
  await rm(root, { recursive: true })
})

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function said(
  command: (out: { write(text: string): void }, err: { write(text: string): void }) => Promise<number>,
): Promise<Said> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await command({ write: (text) => void out.push(text) }, { write: (text) => void err.push(text) })
  return { code, out: out.join(''), err: err.join('') }
}

async function added(name: string, flags: Parameters<typeof addAgent>[1] = {}): Promise<NewAgent> {
  const { code, out, err } = await said((stdout, stderr) =>
    addAgent(name, { data, json: true, ...flags }, openNodeWorkspace, stdout, stderr),
  )
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as NewAgent
}

function asked(token: string | null, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(new URL(`/api/v1${path}`, url), {
    method,
    headers: { 'Content-Type': 'application/json', ...(token !== null && { Authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

test('an agent that was added writes under its own key, and reads what is there', async () => {
  const { token, actor, agent } = await added('builder')
  const made = await asked(token, 'POST', '/tasks', { title: 'Implement feature' })
  expect(made.status).toBe(201)
  const task = (await made.json()) as { id: string }
  expect(await (await asked(token, 'GET', `/tasks/${task.id}`)).json()).toMatchObject({
    title: 'Implement feature',
    createdBy: actor,
  })
  expect(await (await asked(token, 'GET', `/agents/${agent}`)).json()).toMatchObject({ name: 'builder', actor })
})

test.each([null, 'wn_nobody-has-this-token-000000000000', 'x'])(
  'without a token that is known, a door says how to get one: %s',
  async (token) => {
    for (const path of ['/tasks', '/host/agents']) {
      const answer = await asked(token, 'GET', path)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(await answer.json()).toMatchObject({ code: 'unauthorized', hint: expect.stringContaining('agent add') })
    }
  },
)

test('a token does what its verbs, types and files say, and a refusal names what would be allowed', async () => {
  const { token } = await added('network', { files: ['src/network/**'], verbs: ['read,create', 'update'] })
  const within = await asked(token, 'POST', '/documents', { path: 'src/network/link.ts', content: 'a' })
  expect(within.status).toBe(201)
  const beyond = await asked(token, 'POST', '/documents', { path: 'src/ui/app.tsx', content: 'a' })
  expect(beyond.status).toBe(403)
  expect(await beyond.json()).toMatchObject({ detail: expect.stringContaining('src/network/**') })
  const { token: blind } = await added('blind', { verbs: ['create'] })
  expect((await asked(blind, 'POST', '/tasks', { title: 'Seen by others' })).status).toBe(201)
  expect((await asked(blind, 'GET', '/tasks')).status).toBe(403)
  const { token: mute } = await added('mute', { verbs: ['read'] })
  expect((await asked(mute, 'GET', '/tasks')).status).toBe(200)
  expect((await asked(mute, 'POST', '/tasks', { title: 'No' })).status).toBe(403)
})

test('the owner’s token is in the folder, acts as the host, and may revoke: the token is dead with the next request', async () => {
  const owner = (await readFile(join(data, 'owner.token'), 'utf8')).trim()
  const [one, other] = [await added('one'), await added('other')]
  expect((await asked(one.token, 'GET', '/tasks')).status).toBe(200)
  expect((await asked(owner, 'POST', `/capabilities/${one.capability}/revoke`, {})).status).toBeLessThan(300)
  const dead = await asked(one.token, 'GET', '/tasks')
  expect(dead.status).toBe(401)
  expect(await dead.json()).toMatchObject({ detail: expect.stringContaining('have ended') })
  expect((await asked(other.token, 'GET', '/tasks')).status).toBe(200)
})

test('a stream of events ends at once when the token’s rights are revoked, and when the host stops', async () => {
  const [follower, kept] = [await added('follower'), await added('kept')]
  const opened = async ({ token }: NewAgent): Promise<Response> => {
    const answer = await fetch(new URL('/api/events?since=now&type=nothing', url), {
      headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' },
    })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    return answer
  }
  const ended = (await opened(follower)).text()
  const open = (await opened(kept)).text()
  const owner = (await readFile(join(data, 'owner.token'), 'utf8')).trim()
  expect((await asked(owner, 'POST', `/capabilities/${follower.capability}/revoke`, {})).status).toBeLessThan(300)
  expect(await ended).toContain('retry:')
  await host.close()
  expect(await open).toContain('retry:')
  host = await startHost(settings(data), root)
  url = new URL(host.url).origin
})

test('who may not grant rights may not add agents, nor see who is kept', async () => {
  const { token } = await added('plain')
  for (const [method, body] of [['GET'], ['POST', { name: 'sub' }]] as const)
    expect((await asked(token, method, '/host/agents', body)).status).toBe(403)
  const { token: lead } = await added('lead', {
    role: 'coordinator',
    types: ['task', 'document', 'agent', 'comment', 'run', 'project'],
  })
  expect((await asked(lead, 'POST', '/host/agents', { name: 'sub' })).status).toBe(201)
  const beyond = await asked(lead, 'POST', '/host/agents', { name: 'boss', role: 'admin' })
  expect(await beyond.json()).toMatchObject({ code: 'invalid', detail: expect.stringContaining('more senior') })
  expect((await asked(lead, 'DELETE', '/host/agents/plain')).status).toBe(403)
})

test('a token that does not read sees no agents, makes none that reads, and removes none', async () => {
  const { token } = await added('silent', { role: 'admin', verbs: ['create', 'update', 'delete', 'grant', 'revoke', 'emit'] })
  expect((await asked(token, 'POST', '/tasks', { title: 'It may write' })).status).toBe(201)
  for (const [method, path, body] of [
    ['GET', '/host/agents'],
    ['POST', '/host/agents', { name: 'spy', verbs: ['read'] }],
    ['DELETE', '/host/agents/silent'],
  ] as const)
    expect((await asked(token, method, path, body)).status, method).toBe(403)
})

test.each([
  ['an unknown verb', { verbs: ['fly'] }, 'verbs'],
  ['a time that is none', { expires: 'soon' }, '--expires'],
  ['a time that is over', { expires: '2020-01-01T00:00:00Z' }, 'is over'],
  ['a pattern that leads out', { files: ['../**'] }, 'no pattern'],
])('%s makes no agent, and is one clear answer', async (_, flags, word) => {
  const { code, out, err } = await said((stdout, stderr) =>
    addAgent('odd', { data, ...flags }, openNodeWorkspace, stdout, stderr),
  )
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain(word)
})

test('the words for a new agent are ready to paste, and the list says what is left of its rights', async () => {
  const { out } = await said((stdout, stderr) => addAgent('shown', { data, expires: '24h' }, openNodeWorkspace, stdout, stderr))
  const token = /wn_[\w-]{43}/.exec(out)?.[0] ?? ''
  expect(out).toContain(`claude mcp add --transport http worknode ${url}/mcp --header "Authorization: Bearer ${token}"`)
  expect((await asked(token, 'GET', '/tasks')).status).toBe(200)
  const list = await said((stdout, stderr) => listAgents({ data }, openNodeWorkspace, stdout, stderr))
  expect(list.out).toMatch(/^shown +\S+ {2}agent: read create update claim comment emit on .* until 20/m)
  expect(list.out).not.toContain('wn_')
})

test('no token is on the disk but the owner’s, and nobody else may read the files', async () => {
  const { token } = await added('secret')
  for (const name of await readdir(data, { recursive: true })) {
    const path = join(data, name)
    if ((await stat(path)).isFile()) expect((await readFile(path)).includes(token), name).toBe(false)
  }
  if (process.platform === 'win32') return
  for (const name of ['agents.json', 'owner.token', 'address.json', 'host.json'])
    expect((await stat(join(data, name))).mode & 0o777, name).toBe(0o600)
})

test('an agent that was removed is gone from the list, and its name is free', async () => {
  const { token } = await added('brief')
  const gone = await said((stdout, stderr) => removeAgent('brief', { data }, openNodeWorkspace, stdout, stderr))
  expect(gone).toMatchObject({ code: 0, err: '' })
  expect((await asked(token, 'GET', '/tasks')).status).toBe(401)
  const again = await said((stdout, stderr) => removeAgent('brief', { data }, openNodeWorkspace, stdout, stderr))
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('no key of an agent') })
  await added('brief')
})

test('without a host the command opens the folder itself; the token is good at the next start, and the work stands', async () => {
  const alone = join(root, 'alone')
  const { token } = await added('early', { data: alone })
  for (let start = 0; start < 2; start++) {
    const running = await startHost(settings(alone), root)
    const answer = await fetch(new URL('/api/tasks', running.url), {
      method: 'POST',
      body: JSON.stringify({ title: `Start ${start}` }),
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    })
    expect(answer.status).toBe(201)
    await running.close()
  }
  const workspace = await openNodeWorkspace(alone)
  expect([...workspace.replica.views.tasks()]).toHaveLength(2)
  await workspace.close()
})

test('over TLS the command knows the host by its certificate, and gives the owner’s token to no other', async () => {
  const own = join(root, 'tls')
  const { cert, key } = selfSigned()
  const [tlsCert, tlsKey] = [join(root, 'cert.pem'), join(root, 'key.pem')]
  await writeFile(tlsCert, cert)
  await writeFile(tlsKey, key)
  const secure = await startHost({ ...settings(own), tls: { cert: tlsCert, key: tlsKey } }, root)
  await added('secure', { data: own })
  const address = JSON.parse(await readFile(join(own, 'address.json'), 'utf8')) as { fingerprint: string }
  const other = { ...address, fingerprint: address.fingerprint.replace(/^../, (first) => (first === '00' ? '01' : '00')) }
  await writeFile(join(own, 'address.json'), JSON.stringify(other))
  const refused = await said((stdout, stderr) => listAgents({ data: own }, openNodeWorkspace, stdout, stderr))
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('is not the host of this folder') })
  await secure.close()
})

function request(token: string): Request {
  return new Request('http://localhost/', { headers: { Authorization: `Bearer ${token}` } })
}

async function withAgent(
  expires: number | undefined,
  check: (workspace: NodeWorkspace, made: NewAgent) => Promise<void>,
): Promise<void> {
  const workspace = await openNodeWorkspace(await mkdtemp(join(root, 'own-')))
  const made = await workspace.agents.add(workspace.replica, { name: 'a', role: 'agent', expires })
  if (!made.ok) throw new Error(made.refusal.detail)
  await check(workspace, made.value)
  await workspace.close()
}

test('what lasts longer than a request ends with the rights: at once when they are revoked', async () => {
  await withAgent(undefined, async ({ agents, replica }, { token, capability }) => {
    const caller = await agents.authenticate(request(token))
    if (!caller.ok) throw new Error(caller.refusal.detail)
    const ended = once(caller.value.until, 'abort')
    expect(revoke(replica, capability).ok).toBe(true)
    await ended
    expect(await agents.authenticate(request(token))).toMatchObject({ ok: false, refusal: { code: 'unauthorized' } })
  })
})

test('and when their time is over, without anybody doing anything', async () => {
  await withAgent(Date.now() + 400, async ({ agents }, { token }) => {
    const caller = await agents.authenticate(request(token))
    if (!caller.ok) throw new Error(caller.refusal.detail)
    await once(caller.value.until, 'abort')
    expect(await agents.authenticate(request(token))).toMatchObject({ ok: false, refusal: { code: 'unauthorized' } })
  })
})

test('an agent that cannot be opened is one failed answer: the rights of others end in time, and the host closes', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  const workspace = await openNodeWorkspace(await mkdtemp(join(root, 'own-')))
  const { replica, actorPorts } = workspace
  const all = ['broken', 'sound'].map((name, at) => {
    const [seed, token] = [`0${at}`.repeat(32), hashOf(`wn_the-token-of-${name}`)]
    return { name, seed, token, agent: name, capability: '', mayRead: true }
  })
  const [broken, sound] = await Promise.all(all.map(async ({ seed }) => (await signingKeys(fromHex(seed))).key))
  if (!broken || !sound) throw new Error('there are two')
  for (const key of [broken, sound]) expect(grantTo(replica, { key, box: null }, { role: 'agent' }).ok).toBe(true)
  let fail: (error: Error) => void = () => {}
  const opening = new Promise<never>((_, reject) => (fail = reject))
  const agents = createHostedAgents({
    replica,
    ownerToken: 'wn_the-token-of-the-owner',
    keys: {
      all,
      ofToken: (token) => all.find((one) => one.token === hashOf(token)),
      add: async () => {},
      remove: async () => {},
    },
    actAs: (pair) => (toHex(pair.key) === toHex(broken) ? opening : replica.as(actorPorts(pair))),
  })
  const failed = agents.authenticate(request('wn_the-token-of-broken'))
  const caller = await agents.authenticate(request('wn_the-token-of-sound'))
  if (!caller.ok) throw new Error(caller.refusal.detail)
  const ended = once(caller.value.until, 'abort')
  // While the other is still opening.
  expect(removeActor(replica, toHex(sound) as ActorKey, { reason: 'removed' }).ok).toBe(true)
  await ended
  const closed = agents.close()
  fail(new Error('The disk is full.'))
  await Promise.all([expect(failed).rejects.toThrow('The disk is full.'), closed])
  await workspace.close()
  // What nobody handled is told after the last of the promises.
  await new Promise(setImmediate)
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

test('rights that are narrowed keep the token: it does less from then on', async () => {
  await withAgent(undefined, async ({ agents, replica }, { token, actor, capability }) => {
    expect(grantTo(replica, { key: fromHex(actor), box: null }, { role: 'agent', rights: ['comment'] }).ok).toBe(true)
    expect(revoke(replica, capability).ok).toBe(true)
    const caller = await agents.authenticate(request(token))
    expect(
      caller.ok && [caller.value.context.replica.may('comment', 'task'), caller.value.context.replica.may('create', 'task')],
    ).toEqual([true, false])
  })
})

/** The REST door as a whole: what every route has in common. What each operation answers is in the conformance list. */

import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { type TestDoor, testDoor } from './door.fixture.ts'
import { done } from '../operations/operate.fixture.ts'

type Json = Readonly<Record<string, unknown>>

async function problem(response: Response): Promise<Json> {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  const body = (await response.json()) as Json
  expect(body).toMatchObject({ status: response.status, type: `/api/docs#${String(body['code'])}` })
  return body
}

test('a task is made, read, changed and deleted, under both bases', async () => {
  const { request, app } = await testDoor()
  const made = await request('POST', '/tasks', { title: 'Implement feature', body: 'All of it' })
  expect(made.status).toBe(201)
  const task = (await made.json()) as Json
  expect(task).toMatchObject({ key: 'WN-1', title: 'Implement feature', body: 'All of it', status: 'backlog' })
  const put = await app.request(`/api/tasks/${String(task['id'])}`, {
    method: 'PUT',
    headers: { Authorization: 'Bearer owner' },
    body: '{"status":"COMPLETE"}',
  })
  expect(await put.json()).toMatchObject({ status: 'done', title: 'Implement feature', body: 'All of it' })
  expect(await (await request('GET', '/tasks/WN-1')).json()).toMatchObject({ status: 'done' })
  expect(await (await request('GET', '/tasks?status=COMPLETE,ready')).json()).toMatchObject([{ key: 'WN-1' }])
  expect((await request('DELETE', '/tasks/WN-1')).status).toBe(200)
  expect(await (await request('GET', '/tasks')).json()).toEqual([])
})

test('without a token that is known nothing is answered but that the host lives', async () => {
  const { app, request } = await testDoor()
  expect(await (await app.request('/api/health')).json()).toEqual({ ok: true, version: '0.0.0' })
  const refused = await request('GET', '/tasks', undefined, { Authorization: 'Bearer nobody' })
  expect(await problem(refused)).toMatchObject({ status: 401, code: 'unauthorized' })
  expect(refused.headers.get('WWW-Authenticate')).toBe('Bearer')
})

test('a token that may not read writes, and is told ids alone', async () => {
  const { request, owner } = await testDoor()
  const deaf = { Authorization: 'Bearer deaf' }
  const made = (await (await request('POST', '/tasks', { title: 'Secret' }, deaf)).json()) as Json
  expect(Object.keys(made)).toEqual(['id'])
  expect(owner.views.find('WN-1')).toBe(made['id'])
  expect(await problem(await request('GET', '/tasks/WN-1', undefined, deaf))).toMatchObject({ code: 'permission_denied' })
})

test('pages name the next one until there is no more, and nothing is told twice or left out', async () => {
  const { request, clock } = await testDoor()
  for (let i = 0; i < 7; i++) {
    await request('POST', '/tasks', { title: `Task ${i}` })
    if (i % 3 === 0) clock.ms++
  }
  const seen: unknown[] = []
  let address: string | undefined = '/tasks?limit=3'
  while (address !== undefined) {
    const response: Response = await request('GET', address)
    seen.push(...((await response.json()) as Json[]).map(({ title }) => title))
    address = /<\/api\/v1([^>]+)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1]
  }
  expect(seen.map(String).toSorted()).toEqual(Array.from({ length: 7 }, (_, i) => `Task ${i}`))
})

test('a write with the tag of what was read is done once, and refused as soon as that is not what is there', async () => {
  const { request } = await testDoor()
  await request('POST', '/tasks', { title: 'Old' })
  const tag = (await request('GET', '/tasks/WN-1')).headers.get('ETag') as string
  expect((await request('GET', '/tasks/WN-1', undefined, { 'If-None-Match': tag })).status).toBe(304)
  const changed = await request('PATCH', '/tasks/WN-1', { title: 'New' }, { 'If-Match': tag })
  expect(changed.status).toBe(200)
  const refused = await request('PATCH', '/tasks/WN-1', { title: 'Newer' }, { 'If-Match': tag })
  expect(await problem(refused)).toMatchObject({ status: 412, code: 'precondition_failed' })
  expect(changed.headers.get('ETag')).toBe((await request('GET', '/tasks/WN-1')).headers.get('ETag'))
})

test('a write sent again under its key is done once; another under the same key is refused', async () => {
  const { request, owner } = await testDoor()
  const key = { 'Idempotency-Key': 'k1' }
  const both = await Promise.all([1, 2].map(() => request('POST', '/tasks', { title: 'Once' }, key)))
  const [first, second] = await Promise.all(both.map((one) => one.text()))
  expect(first).toBe(second)
  expect([...owner.views.tasks()]).toHaveLength(1)
  expect(both.map(({ headers }) => headers.get('Idempotent-Replayed'))).toEqual([null, 'true'])
  expect(await problem(await request('POST', '/tasks', { title: 'Twice' }, key))).toMatchObject({ status: 422, code: 'invalid' })
  // Of another caller the same key is another key.
  expect((await request('POST', '/tasks', { title: 'Twice' }, { ...key, Authorization: 'Bearer agent' })).status).toBe(201)
})

test('a key of what was refused can be tried again', async () => {
  const { request } = await testDoor()
  const key = { 'Idempotency-Key': 'k2' }
  expect((await request('PATCH', '/tasks/WN-1', { title: 'Now' }, key)).status).toBe(404)
  await request('POST', '/tasks', { title: 'Then' })
  expect((await request('PATCH', '/tasks/WN-1', { title: 'Now' }, key)).status).toBe(200)
})

test('who asks too fast is told how long to wait, and nobody else is', async () => {
  const { request, clock } = await testDoor({ pace: { perMinute: 60, burst: 2 } })
  const status = async (token: string): Promise<number> =>
    (await request('GET', '/tasks', undefined, { Authorization: `Bearer ${token}` })).status
  expect([await status('owner'), await status('owner')]).toEqual([200, 200])
  const late = await request('GET', '/tasks')
  expect(await problem(late)).toMatchObject({ status: 429, code: 'rate_limited' })
  expect(late.headers.get('Retry-After')).toBe('1')
  expect(await status('agent')).toBe(200)
  clock.ms += 1000
  expect(await status('owner')).toBe(200)
})

test.each([
  ['no JSON', '{"title":', 400, 'bad_request'],
  ['no object', '[1]', 400, 'bad_request'],
  ['a name that is not known', '{"title":"x","colour":"red"}', 422, 'invalid'],
  ['nothing at all', '', 422, 'invalid'],
  ['a title of spaces', '{"title":"   "}', 422, 'invalid'],
  ['JSON far too deep', `{"title":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400, 'bad_request'],
  ['a prototype', '{"title":"x","__proto__":{"status":"done"}}', 422, 'invalid'],
  ['a body too large', JSON.stringify({ title: 'x'.repeat(LOCAL.restBytes) }), 413, 'too_large'],
])('%s is refused clearly', async (_what, body, status, code) => {
  const { request } = await testDoor()
  expect(await problem(await request('POST', '/tasks', body))).toMatchObject({ status, code })
})

test('bytes that are not UTF-8, and a body whose length is a lie, are refused clearly', async () => {
  const { app } = await testDoor()
  const send = (body: BodyInit): Promise<Response> =>
    Promise.resolve(
      app.request('/api/tasks', {
        method: 'POST',
        headers: { Authorization: 'Bearer owner' },
        body,
        duplex: 'half',
      } as RequestInit),
    )
  expect(await problem(await send(Uint8Array.of(0x22, 0xff, 0xfe, 0x22)))).toMatchObject({ status: 400 })
  const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(65_536)) })
  expect(await problem(await send(endless))).toMatchObject({ status: 413, code: 'too_large' })
})

test.each(['/tasks/..%2f..%2fetc', '/tasks/%00', '/tasks/%E0%A4%A', '/tasks/%2e%2e', `/tasks/${'x'.repeat(5000)}`])(
  'GET %s leads nowhere',
  async (path) => {
    const { request } = await testDoor()
    expect((await request('GET', path)).status).toBeGreaterThanOrEqual(400)
    expect((await request('GET', path)).status).toBeLessThan(500)
  },
)

test('another method than those of an address is refused, with those', async () => {
  const { request } = await testDoor()
  const refused = await request('POST', '/tasks/WN-1', {})
  expect(await problem(refused)).toMatchObject({ status: 405, code: 'method_not_allowed' })
  expect(refused.headers.get('Allow')?.split(', ').toSorted()).toEqual(['DELETE', 'GET', 'PATCH', 'PUT'])
})

test('a word of the query that nobody knows is refused: whoever sent it counts on it', async () => {
  const { request } = await testDoor()
  expect(await problem(await request('GET', '/tasks?asignee=me'))).toMatchObject({ status: 400, code: 'bad_request' })
})

test('a thing that was read, changed and sent back whole is taken, for what can be set', async () => {
  const { request } = await testDoor()
  const task = (await (await request('POST', '/tasks', { title: 'Whole', labels: ['a'] })).json()) as Json
  const sent = await request('PUT', '/tasks/WN-1', { ...task, title: 'Changed' })
  expect(await sent.json()).toMatchObject({ title: 'Changed', labels: ['a'], key: 'WN-1' })
})

test('a plan comes in as lines, as a file of a form, or as JSON, and leaves as lines', async () => {
  const { app, request } = await testDoor()
  const line = (id: string): string => `{"id":"${id}","title":"Task ${id}","status":"open"}\n`
  const form = new FormData()
  form.append('file', new Blob([line('b')]), 'plan.jsonl')
  const send = async (body: BodyInit, headers: Readonly<Record<string, string>> = {}): Promise<Json> => {
    const response = await app.request('/api/import', {
      method: 'POST',
      headers: { Authorization: 'Bearer owner', ...headers },
      body,
    })
    return (await response.json()) as Json
  }
  expect(await send(line('a'), { 'Content-Type': 'application/x-ndjson' })).toMatchObject({ created: 1 })
  expect(await send(form)).toMatchObject({ created: 1 })
  expect(await send(JSON.stringify({ plan: line('c') }), { 'Content-Type': 'application/json' })).toMatchObject({ created: 1 })
  // One line is JSON as well.
  expect(await send(line('d'), { 'Content-Type': 'application/json' })).toMatchObject({ created: 1 })
  expect(await send('--x\r\nnonsense', { 'Content-Type': 'multipart/form-data; boundary=x' })).toMatchObject({
    code: 'bad_request',
  })
  const out = await request('GET', '/export')
  expect(out.headers.get('Content-Type')).toBe('application/x-ndjson')
  const ids = (await out.text())
    .trim()
    .split('\n')
    .map((text) => (JSON.parse(text) as Json)['id'])
  expect(ids).toEqual(['a', 'b', 'c', 'd'])
})

test('what could not be saved is not called done', async () => {
  const { request, owner } = await testDoor()
  owner.storeLost(new Error('The disk is gone'))
  expect(await problem(await request('POST', '/tasks', { title: 'Lost' }))).toMatchObject({ status: 503, code: 'unavailable' })
})

test('a fault of ours is told as no more than that', async () => {
  const faults: unknown[] = []
  const { request } = await testDoor({
    onFault: (error) => faults.push(error),
    authenticate: () => Promise.reject(new Error('secret path /root')),
  })
  const body = await problem(await request('GET', '/tasks'))
  expect(body).toMatchObject({ status: 500, code: 'internal' })
  expect(JSON.stringify(body)).not.toContain('secret')
  expect(faults).toHaveLength(1)
})

test('what a person has changed is told to an agent that may read, and to no other', async () => {
  let mayRead = true
  const door: TestDoor = await testDoor({
    authenticate: async () => ({ ok: true, value: { id: 'agent', context: { replica: door.agent }, mayRead } }),
  })
  const { id, seen } = done(door.owner, 'create_document', { path: 'a.txt', content: 'one' })
  done(door.owner, 'update_document', { id, content: 'secret' })
  const write = async (): Promise<unknown> => (await door.request('PUT', `/documents/${id}`, { content: 'mine', seen })).json()
  expect(await write()).toMatchObject({
    status: 409,
    code: 'human_fence',
    node: id,
    seen: done(door.owner, 'get_document', { id }).seen,
    changes: [{ field: 'content', diff: '@@ -1 +1 @@\n-one\n+secret' }],
  })
  mayRead = false
  const told = await write()
  expect(told).toMatchObject({ code: 'human_fence' })
  expect(told).not.toHaveProperty('changes')
})

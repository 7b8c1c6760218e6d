import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Client } from './client.ts'
import type { ArrivedEvent } from './door.ts'
import { WorknodeError } from './error.ts'
import { pauseBefore } from './retry.ts'
import { json, problem, stream, world, type World } from './world.fixture.ts'

const clientOf = ({ ports }: World, token: string | null = 'secret'): Client => new Client('http://host', token, ports)

const POLICY = { attempts: 5, baseMs: 200, maxMs: 10_000, patienceMs: 60_000 }

test('a call goes to its route with the token, and a write with a key of its own', async () => {
  const there = world(() => json({ id: 'a', key: 'WN-1', title: 'x' }))
  const task = await clientOf(there).createTask({ title: 'x' })
  expect(task.key).toBe('WN-1')
  const [request] = there.requests as [Request]
  expect([request.method, request.url, await request.text()]).toEqual(['POST', 'http://host/api/v1/tasks', '{"title":"x"}'])
  expect([...request.headers]).toEqual([
    ['accept', 'application/json'],
    ['authorization', 'Bearer secret'],
    ['content-type', 'application/json'],
    ['idempotency-key', 'key-1'],
  ])
})

test('a read carries no key, and without a token none is sent', async () => {
  const there = world(() => json([]))
  await clientOf(there, null).call('list_agents', {})
  expect([...(there.requests[0] as Request).headers]).toEqual([['accept', 'application/json']])
})

test.each(['http://host', 'http://host/', 'http://host/api', 'http://host/api/v1/', 'http://host/?x#y'])(
  'the host may be given as %s',
  async (url) => {
    const there = world(() => json([]))
    await new Client(url, null, there.ports).call('list_agents', {})
    expect(there.requests[0]?.url).toBe('http://host/api/v1/agents?limit=1000')
  },
)

test('what may pass is tried again under the same key, with pauses that grow', async () => {
  const failures: readonly (() => Response)[] = [
    () => problem(503, 'unavailable'),
    () => {
      throw new TypeError('fetch failed')
    },
    () => problem(429, 'rate_limited'),
  ]
  const there = world((_, count) => failures[count - 1]?.() ?? json({ id: 'a' }))
  await clientOf(there).createTask({ title: 'x' })
  expect(there.requests.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['key-1', 'key-1', 'key-1', 'key-1'])
  expect(there.pauses).toEqual([100, 200, 400])
})

test('the host’s Retry-After is kept to, in seconds or as a date, and a longer one than anybody waits for is told', async () => {
  const date = new Date(Date.UTC(2026, 0, 1) + 5000).toUTCString()
  for (const [header, pause] of [
    ['3', 3000],
    [date, 5000],
  ] as const) {
    const there = world((_, count) => (count === 1 ? problem(429, 'rate_limited', { 'Retry-After': header }) : json([])))
    await clientOf(there).call('list_agents', {})
    expect(there.pauses).toEqual([pause + 100])
  }
  const there = world(() => problem(429, 'rate_limited', { 'Retry-After': '3600' }))
  await expect(clientOf(there).call('list_agents', {})).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 3_600_000 })
  expect(there.requests).toHaveLength(1)
})

test.each([
  [400, 'bad_request'],
  [401, 'unauthorized'],
  [403, 'permission_denied'],
  [404, 'not_found'],
  [409, 'claim_held'],
  [412, 'precondition_failed'],
  [413, 'too_large'],
  [422, 'invalid'],
])('a refusal (%i %s) is an error with its code at once', async (status, code) => {
  const there = world(() => problem(status, code))
  const failing = clientOf(there).task('WN-1')
  await expect(failing).rejects.toBeInstanceOf(WorknodeError)
  await expect(failing).rejects.toMatchObject({ code, status, detail: `It is ${code}.` })
  expect(there.requests).toHaveLength(1)
})

test('what answers without a problem of ours still gets a code', async () => {
  const there = world(() => new Response('<h1>Bad Gateway</h1>', { status: 502 }))
  await expect(clientOf(there).task('WN-1')).rejects.toMatchObject({ code: 'unavailable', status: 502 })
  const portal = world(() => new Response('<h1>Log in</h1>', { headers: { 'Content-Type': 'application/json' } }))
  await expect(clientOf(portal).task('WN-1')).rejects.toMatchObject({ code: 'unavailable', status: 200 })
})

test('after the last attempt the error is what the last one met', async () => {
  const there = world(() => {
    throw new TypeError('fetch failed')
  })
  await expect(clientOf(there).task('WN-1')).rejects.toMatchObject({ code: 'unavailable', status: undefined })
  expect(there.requests).toHaveLength(5)
})

test('an attempt that takes too long is broken off and made again', async () => {
  const there = world((_, count) => (count === 1 ? new Promise<Response>(() => {}) : json([])))
  const called = clientOf(there).call('list_agents', {})
  await there.advance(30_000)
  expect(await called).toEqual([])
  expect(there.requests[0]?.signal.aborted).toBe(true)
})

test('a caller who stops hears of it at once, and nothing is tried again', async () => {
  const there = world(() => new Promise<Response>(() => {}))
  const stop = new AbortController()
  const called = clientOf(there).task('WN-1', { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(called).rejects.toThrow('enough')
  await expect(clientOf(there).task('WN-1', { signal: stop.signal })).rejects.toThrow('enough')
  expect(there.requests.length).toBeLessThanOrEqual(1)
})

test('pauses never leave their bounds, and end after the last attempt', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.option(fc.nat(120_000), { nil: undefined }),
      (attempt, chance, retryAfterMs) => {
        const error = new WorknodeError('rate_limited', '', { status: 429, retryAfterMs })
        const pause = pauseBefore(error, attempt, POLICY, () => chance)
        if (attempt >= POLICY.attempts || (retryAfterMs ?? 0) > POLICY.patienceMs) expect(pause).toBeNull()
        else {
          expect(pause).toBeGreaterThanOrEqual(retryAfterMs ?? 0)
          expect(pause).toBeLessThanOrEqual(
            retryAfterMs === undefined ? Math.min(POLICY.maxMs, 200 * 2 ** (attempt - 1)) : retryAfterMs + POLICY.baseMs,
          )
        }
      },
    ),
  )
})

function event(n: number): string {
  return `id: c${n}\nevent: task.created\ndata: ${JSON.stringify({ id: `e${n}`, hlc: `h${n}`, type: 'task.created', valid: true })}\n\n`
}

async function take(events: AsyncGenerator<ArrivedEvent>, count: number): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of events) {
    ids.push(id)
    if (ids.length === count) break
  }
  return ids
}

test('events go on right after the last one, however the stream ends', async () => {
  const there = world((_, count) => {
    if (count === 1) return stream(event(1) + event(2), 'breaks')
    if (count === 2) return problem(503, 'unavailable')
    if (count === 3) return stream(': ping\n\n' + event(3), 'ends')
    return stream(event(4), 'stays')
  })
  expect(await take(clientOf(there).events('c0', { type: 'task' }), 4)).toEqual(['e1', 'e2', 'e3', 'e4'])
  expect(there.requests.map(({ url }) => new URL(url).searchParams.get('since'))).toEqual(['c0', 'c2', 'c2', 'c3'])
  expect(there.requests[0]?.url).toContain('type=task')
})

test('a stream that brings no sign of life is opened anew', async () => {
  const there = world((_, count) => stream(event(count), 'stays'))
  const events = clientOf(there).events('c0')
  expect((await events.next()).value).toMatchObject({ id: 'e1', cursor: 'c1' })
  const next = events.next()
  await there.advance(60_000)
  expect((await next).value).toMatchObject({ id: 'e2' })
  await events.return(undefined)
  expect(there.requests).toHaveLength(2)
})

test('where the cursor means nothing any more, events go on from the last HLC, and none comes twice', async () => {
  const there = world((_, count) => {
    if (count === 1) return stream(event(1) + event(2), 'ends')
    if (count === 2) return problem(410, 'gone')
    return stream(event(2) + event(3), 'stays')
  })
  expect(await take(clientOf(there).events('c0'), 3)).toEqual(['e1', 'e2', 'e3'])
  expect(there.requests.map(({ url }) => new URL(url).searchParams.get('since'))).toEqual(['c0', 'c2', 'h2'])
})

test('now is a place at once, and signs of life move it', async () => {
  const there = world((_, count) => {
    if (count === 1) return json({ events: [], next: 'c0', more: false })
    if (count === 2) return stream('retry: 1000\n\nid: c5\n\n', 'ends')
    return stream(event(6), 'stays')
  })
  expect(await take(clientOf(there).events(), 1)).toEqual(['e6'])
  expect(there.requests.map(({ url }) => new URL(url).searchParams.get('since'))).toEqual(['now', 'c0', 'c5'])
})

test('a stream that is refused ends with the error', async () => {
  const there = world(() => problem(401, 'unauthorized'))
  await expect(take(clientOf(there).events('c0'), 1)).rejects.toMatchObject({ code: 'unauthorized' })
})

test('who leaves the loop closes the stream', async () => {
  let cancelled = false
  const there = world(
    () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(new TextEncoder().encode(event(1))),
          cancel: () => void (cancelled = true),
        }),
      ),
  )
  expect(await take(clientOf(there).events('c0'), 1)).toEqual(['e1'])
  expect(cancelled).toBe(true)
})

test('what a call waits for in all is bounded, however patient each wait would be', async () => {
  const there = world(() => problem(429, 'rate_limited', { 'Retry-After': '19' }))
  const failed = clientOf(there).call('list_tasks', {})
  await expect(failed).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 19_000 })
  expect(there.requests).toHaveLength(4)
})

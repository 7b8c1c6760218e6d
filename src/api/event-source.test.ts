/** Events that come by themselves: a stream, and a request that waits. Time is the test's. */

import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { run } from '../operations/table.ts'
import type { Replica } from '../replica/replica.ts'
import { createVirtualClock, type VirtualClock } from '../sync/pair-clock.ts'
import { type TestDoor, testDoor } from './door.fixture.ts'

interface Told {
  readonly id: string
  readonly data: { readonly type: string; readonly target: string } | null
}

class Reader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #text = ''
  #told: Told[] = []

  constructor(response: Response) {
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader()
  }

  /** The next that has an id, but for the place that it was opened at; null at the end. */
  async next(): Promise<Told | null> {
    while (this.#told.length === 0) {
      const { done, value } = await this.#reader.read()
      if (done) return null
      this.#text += new TextDecoder().decode(value)
      const parts = this.#text.split('\n\n').filter((part) => !part.startsWith('retry: '))
      this.#text = parts.pop() ?? ''
      this.#told.push(
        ...parts.flatMap((part) => {
          const id = /^id: (.*)$/m.exec(part)?.[1]
          const data = /^data: (.*)$/m.exec(part)?.[1]
          return id === undefined ? [] : [{ id, data: data === undefined ? null : (JSON.parse(data) as Told['data']) }]
        }),
      )
    }
    return this.#told.shift() as Told
  }

  cancel(): Promise<void> {
    return this.#reader.cancel()
  }
}

async function timedDoor(): Promise<TestDoor & { time: VirtualClock }> {
  const time = createVirtualClock()
  return { ...(await testDoor({ after: time.after })), time }
}

function follow({ request }: TestDoor, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return request('GET', path, undefined, { Accept: 'text/event-stream', ...headers })
}

async function task(replica: Replica, title: string): Promise<string> {
  const made = run({ replica }, 'create_task', { title })
  if (!made.ok) throw new Error(made.refusal.detail)
  await replica.saved()
  return made.value.id
}

test('a stream tells what was and what comes, and whoever was cut off goes on where they were', async () => {
  const door = await timedDoor()
  const first = await task(door.owner, 'First')
  const response = await follow(door, '/events?type=task.created')
  expect(response.headers.get('Content-Type')).toBe('text/event-stream')
  const reader = new Reader(response)
  const one = await reader.next()
  expect(one?.data).toMatchObject({ type: 'task.created', target: first })
  const second = await task(door.owner, 'Second')
  expect((await reader.next())?.data).toMatchObject({ target: second })
  await reader.cancel()
  const again = new Reader(await follow(door, '/events?type=task.created', { 'Last-Event-ID': one?.id as string }))
  expect((await again.next())?.data).toMatchObject({ target: second })
  await again.cancel()
})

test('while nothing happens a sign of life carries the place along, and a task’s stream is about that task', async () => {
  const door = await timedDoor()
  const id = await task(door.owner, 'Mine')
  const reader = new Reader(await follow(door, `/tasks/${id}/events?since=now`))
  await task(door.owner, 'Another')
  const silent = reader.next()
  door.time.advance(LOCAL.streamSignMs)
  const sign = await silent
  expect(sign?.data).toBe(null)
  run({ replica: door.owner }, 'update_task', { id, title: 'Changed' })
  await door.owner.saved()
  expect((await reader.next())?.data).toMatchObject({ target: id })
  await reader.cancel()
})

test('a stream ends when its token does', async () => {
  let isKnown = true
  const time = createVirtualClock()
  const plain = await testDoor()
  const door = await testDoor({
    after: time.after,
    authenticate: async () =>
      isKnown
        ? { ok: true, value: { id: 'a', context: { replica: plain.owner }, mayRead: true } }
        : { ok: false, refusal: { code: 'unauthorized', detail: 'Revoked.' } },
  })
  const reader = new Reader(await follow(door, '/events?since=now'))
  isKnown = false
  await task(plain.owner, 'Secret')
  expect(await reader.next()).toBe(null)
})

test('a stream ends at once with the caller, also while nothing happens', async () => {
  const until = new AbortController()
  const { owner } = await testDoor()
  const door = await testDoor({
    after: createVirtualClock().after,
    authenticate: async () => ({
      ok: true,
      value: { id: 'a', context: { replica: owner }, mayRead: true, until: until.signal },
    }),
  })
  const reader = new Reader(await follow(door, '/events?since=now'))
  const end = reader.next()
  until.abort()
  expect(await end).toBe(null)
})

test('streams are bounded for each caller, and closing one makes room', async () => {
  const door = await timedDoor()
  const open = await Promise.all(Array.from({ length: LOCAL.streamsPerCaller }, () => follow(door, '/events?since=now')))
  expect(open.every(({ status }) => status === 200)).toBe(true)
  expect((await follow(door, '/events?since=now')).status).toBe(429)
  expect((await follow(door, '/events?since=now', { Authorization: 'Bearer agent' })).status).toBe(200)
  await open[0]?.body?.cancel()
  expect((await follow(door, '/events?since=now')).status).toBe(200)
})

test('streams that are opened all at once are bounded as well, and those that are refused take up no room', async () => {
  const door = await timedDoor()
  const many = (count: number, path: string): Promise<Response[]> =>
    Promise.all(Array.from({ length: count }, () => follow(door, path)))
  const refused = await many(LOCAL.streamsPerCaller, '/events?since=other.256')
  expect(refused.every(({ status }) => status === 410)).toBe(true)
  const burst = await many(LOCAL.streamsPerCaller + 3, '/events?since=now')
  expect(burst.filter(({ status }) => status === 200)).toHaveLength(LOCAL.streamsPerCaller)
  expect(burst.filter(({ status }) => status === 429)).toHaveLength(3)
})

test('a stream says where it begins as soon as it opens, so whoever is cut off before the first event misses none', async () => {
  const door = await timedDoor()
  const response = await follow(door, '/events?since=now&type=task.created')
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const opening = new TextDecoder().decode((await reader.read()).value)
  expect(opening).toMatch(/^retry: \d+\nid: \S+\n\n$/)
  await reader.cancel()
  const missed = await task(door.owner, 'Written while nobody listened')
  const place = /^id: (.*)$/m.exec(opening)?.[1] as string
  const again = new Reader(await follow(door, '/events?since=now&type=task.created', { 'Last-Event-ID': place }))
  expect((await again.next())?.data).toMatchObject({ target: missed })
  await again.cancel()
})

test('a slow reader holds no more than a page: the log waits for it', async () => {
  const door = await timedDoor()
  for (let i = 0; i < 5; i++) await task(door.owner, `Task ${i}`)
  const read: number[] = []
  const stored = door.owner.stored.bind(door.owner)
  door.owner.stored = (ordinals) => {
    read.push(ordinals.length)
    return stored(ordinals)
  }
  const response = await follow(door, '/events')
  const reader = new Reader(response)
  await reader.next()
  const before = read.length
  for (let i = 0; i < 200; i++) await task(door.owner, `More ${i}`)
  // At most the one page that is kept ready.
  expect(read.length - before).toBeLessThanOrEqual(2)
  await reader.cancel()
})

test('a request that waits is answered as soon as something comes, else when its time is over', async () => {
  const door = await timedDoor()
  const start = (await (await door.request('GET', '/events?since=now')).json()) as { next: string }
  const waiting = door.request('GET', `/events?since=${start.next}&wait=30`)
  const id = await task(door.owner, 'Came')
  const told = (await (await waiting).json()) as { events: { target: string }[]; next: string }
  expect(told.events[0]?.target).toBe(id)
  const before = door.time.pending()
  const vain = door.request('GET', `/events?since=${told.next}&wait=30`)
  await expect.poll(() => door.time.pending() > before).toBe(true)
  door.time.advance(30_000)
  expect(await (await vain).json()).toMatchObject({ events: [], more: false })
})

test('what is no stream is refused as ever', async () => {
  const door = await timedDoor()
  expect((await follow(door, '/events?since=nonsense')).status).toBe(400)
  expect((await follow(door, '/events?since=other.256')).status).toBe(410)
  expect((await follow(door, '/tasks/WN-99/events')).status).toBe(404)
})

test('nothing hangs on a caller’s right once a request for events is over, however it ended', async () => {
  const until = new AbortController().signal
  let hanging = 0
  const [add, remove] = [until.addEventListener.bind(until), until.removeEventListener.bind(until)]
  until.addEventListener = (...given: Parameters<typeof add>) => (hanging++, add(...given))
  until.removeEventListener = (...given: Parameters<typeof remove>) => (hanging--, remove(...given))
  const { owner } = await testDoor()
  const door = await testDoor({
    after: createVirtualClock().after,
    authenticate: async () => ({ ok: true, value: { id: 'a', context: { replica: owner }, mayRead: true, until } }),
  })
  const open = await follow(door, '/events?since=now')
  expect(hanging).toBe(1)
  await open.body?.cancel()
  await door.request('GET', '/events?limit=1')
  await door.request('GET', '/events?limit=nonsense')
  expect((await follow(door, '/events?since=nonsense')).status).toBe(400)
  expect((await follow(door, '/events?limit=nonsense')).status).toBeGreaterThanOrEqual(400)
  expect(hanging).toBe(0)
})

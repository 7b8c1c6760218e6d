/** Webhooks: each event arrives, in order, signed, whatever the receiver does. */

import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { run } from '../operations/table.ts'
import { founded } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/replica.ts'
import { createVirtualClock } from '../sync/pair-clock.ts'
import { backoffMs, runWebhook, signatureOf, type Webhook } from './webhooks.ts'

interface Got {
  readonly body: { readonly events: readonly { readonly id: string; readonly type: string }[]; readonly next: string }
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

async function world(answers: (got: Got, nth: number) => number | Promise<number>, over: Partial<Webhook> = {}) {
  const { owner } = await founded()
  const time = createVirtualClock()
  const got: Got[] = []
  const kept: Webhook[] = []
  const stop = new AbortController()
  const hook: Webhook = {
    id: 'h1',
    url: 'https://receiver.example/',
    secret: 'shh',
    type: null,
    cursor: `${owner.incarnation}.0`,
    failing: null,
    isOff: false,
    ...over,
  }
  const begin = (from: Webhook): Promise<void> =>
    runWebhook(
      from,
      {
        replica: owner,
        post: async (_url, text, headers) => {
          got.push({ body: JSON.parse(text) as Got['body'], text, headers })
          return answers(got.at(-1) as Got, got.length)
        },
        now: time.now,
        after: time.after,
        random: () => 1,
        keep: async (one) => void kept.push(one),
      },
      stop.signal,
    )
  return { owner, time, got, kept, stop, hook, begin }
}

async function task(replica: Replica, title: string): Promise<void> {
  const made = run({ replica }, 'create_task', { title, labels: ['x'] })
  if (!made.ok) throw new Error(made.refusal.detail)
  await replica.saved()
}

test('what was and what comes is told once each, in order, and signed', async () => {
  const { owner, got, kept, stop, hook, begin } = await world(() => 204)
  await task(owner, 'Before')
  const running = begin(hook)
  await expect.poll(() => got.length).toBe(1)
  await task(owner, 'After')
  await expect.poll(() => kept.at(-1)?.cursor !== kept[0]?.cursor).toBe(true)
  stop.abort()
  await running
  const ids = got.flatMap(({ body }) => body.events.map(({ id }) => id))
  expect(new Set(ids).size).toBe(ids.length)
  expect(got.flatMap(({ body }) => body.events.map(({ type }) => type)).filter((type) => type === 'task.created')).toHaveLength(2)
  for (const { text, headers } of got) {
    const [, seconds = '', signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['Worknode-Signature'] ?? '') ?? []
    expect(createHmac('sha256', 'shh').update(`${seconds}.${text}`).digest('hex')).toBe(signature)
  }
  expect(kept.at(-1)?.cursor).toBe(got.at(-1)?.body.next)
})

test('what was not taken is sent again, later each time, and is the same page under the same name', async () => {
  const { owner, time, got, kept, stop, hook, begin } = await world((_, nth) => (nth < 4 ? 500 : 200))
  await task(owner, 'One')
  const running = begin(hook)
  for (let nth = 1; nth < 4; nth++) {
    await expect.poll(() => kept.length).toBe(nth)
    expect(kept.at(-1)?.failing).toMatchObject({ why: 'It answered 500.' })
    time.advance(backoffMs(nth, () => 1) - 1)
    expect(got).toHaveLength(nth)
    time.advance(1)
    await expect.poll(() => got.length).toBe(nth + 1)
  }
  await expect.poll(() => kept.at(-1)?.failing === null).toBe(true)
  stop.abort()
  await running
  expect(new Set(got.map(({ text }) => text)).size).toBe(1)
  expect(new Set(got.map(({ headers }) => headers['Worknode-Delivery'])).size).toBe(1)
})

test('a receiver that never answers is hung up on, one that takes nothing for a day is switched off and keeps its place', async () => {
  const { owner, time, got, kept, hook, begin } = await world(() => new Promise(() => undefined))
  await task(owner, 'One')
  const stuck = begin(hook)
  await expect.poll(() => got.length).toBe(1)
  void stuck
  const failing = await world(() => Promise.reject(new Error('no route')))
  await task(failing.owner, 'One')
  const running = failing.begin(failing.hook)
  for (let nth = 1; !failing.kept.at(-1)?.isOff; nth++) {
    await expect.poll(() => failing.kept.length).toBe(nth)
    failing.time.advance(LOCAL.webhookRetryMostMs)
  }
  await running
  expect(failing.kept.at(-1)).toMatchObject({ isOff: true, cursor: failing.hook.cursor, failing: { why: 'no route' } })
  expect(failing.got.length).toBeLessThan(60)
  expect([time.pending(), kept.length]).toEqual([1, 0])
})

test('a hook goes on where it was when the host is started anew; of another store it begins with what comes', async () => {
  const first = await world(() => 200)
  await task(first.owner, 'One')
  const running = first.begin(first.hook)
  await expect.poll(() => first.kept.length > 0).toBe(true)
  first.stop.abort()
  await running
  const { owner, got, kept, stop, hook, begin } = await world(() => 200, { cursor: 'elsewhere.512' })
  await task(owner, 'Before')
  const again = begin(hook)
  await expect.poll(() => kept.length).toBe(1)
  await task(owner, 'After')
  await expect.poll(() => got.length > 0).toBe(true)
  stop.abort()
  await again
  expect(got.flatMap(({ body }) => body.events).filter(({ type }) => type === 'task.created')).toHaveLength(1)
})

test('a hook for one type hears no other', async () => {
  const { owner, got, stop, hook, begin } = await world(() => 200, { type: 'task.labelled' })
  await task(owner, 'One')
  const running = begin(hook)
  await expect.poll(() => got.length).toBe(1)
  stop.abort()
  await running
  expect(got[0]?.body.events.map(({ type }) => type)).toEqual(['task.labelled'])
})

test('the signature is of the time and the body, under the secret', async () => {
  const known = await signatureOf('key', 1, 'body')
  expect(known).toMatch(/^t=1,v1=[0-9a-f]{64}$/)
  for (const other of [signatureOf('key2', 1, 'body'), signatureOf('key', 2, 'body'), signatureOf('key', 1, 'body2')])
    expect(await other).not.toBe(known)
})

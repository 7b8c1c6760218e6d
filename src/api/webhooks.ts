/**
 * Webhooks: events sent to an address, in pages, in the order in which they became known here, each at least once.
 *
 * A hook has a place in the stream of its own, which moves on once its receiver has answered 2xx, and is kept across restarts. What is
 * not taken is tried again, later each time; a receiver that takes nothing for a day is switched off, and keeps its place. The log is
 * the queue, so nothing piles up, and one slow receiver waits for nobody else's.
 *
 *   Worknode-Signature: t=<seconds>,v1=<HMAC-SHA256 of "<t>.<body>" under the hook's secret, hex>
 */

import { type Bytes, toHex, utf8 } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'
import { changesOf, eventFilter, eventJson } from '../operations/events.ts'
import { placeSince, readArrived } from '../replica/event-stream.ts'
import type { Replica } from '../replica/replica.ts'
import type { After } from '../sync/pair-clock.ts'

export interface Webhook {
  readonly id: string
  readonly url: string
  readonly secret: string
  readonly type: string | null
  /** Where it goes on. */
  readonly cursor: string
  /** Null while all is well; else since when nothing is taken, milliseconds since 1970, and the last reason. */
  readonly failing: { readonly since: number; readonly why: string } | null
  /** Switched off, by its owner or since it failed for too long. */
  readonly isOff: boolean
}

export interface WebhookPorts {
  readonly replica: Replica
  /** Answers the status; rejects where nobody answers in time. Redirects are not followed. */
  readonly post: (url: string, body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<number>
  readonly now: () => number
  readonly after: After
  /** From 0 up to 1. */
  readonly random: () => number
  /** Resolves when it is on the disk. */
  readonly keep: (hook: Webhook) => Promise<void>
}

/** Sends what comes until it is told to stop, or is switched off; resolves then. */
export async function runWebhook(start: Webhook, ports: WebhookPorts, signal: AbortSignal): Promise<void> {
  const { replica } = ports
  const changes = changesOf(replica, signal)
  let hook = start
  for (let failures = 0; !signal.aborted && !hook.isOff;) {
    const changed = changes.next()
    const page = await pageFor(replica, hook)
    if (page === null) {
      // Its place is of another store: it begins with what comes.
      hook = await kept(ports, { ...hook, cursor: await nowIn(replica) })
      continue
    }
    if (page.events.length === 0) {
      if (page.next !== hook.cursor) hook = await kept(ports, { ...hook, cursor: page.next })
      if (!page.more) await changed
      continue
    }
    const why = await send(hook, page, ports, signal)
    if (signal.aborted) return
    if (why === null) {
      failures = 0
      hook = await kept(ports, { ...hook, cursor: page.next, failing: null })
      continue
    }
    const since = hook.failing?.since ?? ports.now()
    hook = await kept(ports, { ...hook, failing: { since, why }, isOff: ports.now() - since >= LOCAL.webhookPatienceMs })
    if (!hook.isOff) await pause(backoffMs(++failures, ports.random), ports.after, signal)
  }
}

/** Longer each time, up to an hour, and never in step with others. */
export function backoffMs(failures: number, random: () => number): number {
  return Math.min(LOCAL.webhookRetryMs * 2 ** Math.min(failures - 1, 20), LOCAL.webhookRetryMostMs) * (0.5 + random() / 2)
}

/** For receivers, in any language: the same over what they got, compared in constant time, and `t` not too old. */
export async function signatureOf(secret: string, seconds: number, body: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const signed: Bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(`${seconds}.${body}`)))
  return `t=${seconds},v1=${toHex(signed)}`
}

interface Page {
  readonly events: readonly object[]
  readonly next: string
  readonly more: boolean
}

async function pageFor(replica: Replica, { cursor, type }: Webhook): Promise<Page | null> {
  const filter = eventFilter(replica, type === null ? {} : { type })
  const from = await placeSince(replica, cursor)
  if (!filter.ok || !from.ok) return null
  const { events, next, more } = await readArrived(replica, filter.value, from.value, LOCAL.webhookEvents)
  return { events: events.map((one) => eventJson(replica, one)), next, more }
}

async function nowIn(replica: Replica): Promise<string> {
  const from = await placeSince(replica, 'now')
  if (!from.ok) return 'now'
  return (await readArrived(replica, ANY, from.value, 1)).next
}

const ANY = { actor: null, type: null, about: null, isVoid: false }

/** Null where it was taken, else why not. */
async function send(hook: Webhook, { events, next }: Page, ports: WebhookPorts, signal: AbortSignal): Promise<string | null> {
  const body = JSON.stringify({ webhook: hook.id, events, next })
  const headers = {
    'Content-Type': 'application/json',
    'Worknode-Webhook': hook.id,
    // The same page again has the same name.
    'Worknode-Delivery': hook.cursor,
    'Worknode-Signature': await signatureOf(hook.secret, Math.floor(ports.now() / 1000), body),
  }
  const over = new AbortController()
  const stop = (): void => over.abort()
  signal.addEventListener('abort', stop)
  ports.after(LOCAL.webhookAnswerMs, stop)
  try {
    const status = await ports.post(hook.url, body, headers, over.signal)
    return status >= 200 && status < 300 ? null : `It answered ${status}.`
  } catch (error) {
    // Whatever kept it: it is tried again, and its owner is told why.
    return over.signal.aborted ? 'It did not answer in time.' : (error as Error).message
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function kept({ keep }: WebhookPorts, hook: Webhook): Promise<Webhook> {
  await keep(hook)
  return hook
}

function pause(ms: number, after: After, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
    else after(ms, done)
  })
}

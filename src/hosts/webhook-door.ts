/**
 * The webhooks of a host: `webhooks.json` in its data folder, readable by its owner only, and a door to them. They are the host's and
 * not the workspace's: each host tells whom it was told to tell. Only who may grant rights here may have the board told to others.
 */

import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Context, Hono } from 'hono'
import * as z from 'zod/mini'
import { problemResponse } from '../api/answer.ts'
import { BASES } from '../api/app.ts'
import { readJson } from '../api/request-body.ts'
import { runWebhook, type Webhook } from '../api/webhooks.ts'
import { LOCAL } from '../core/limits.ts'
import { placeSince, readArrived } from '../replica/event-stream.ts'
import type { Replica } from '../replica/replica.ts'
import type { HostedAgents } from './hosted-agents.ts'

const KeptHook = z.object({
  id: z.string(),
  url: z.string(),
  secret: z.string(),
  type: z.nullable(z.string()),
  cursor: z.string(),
  failing: z.nullable(z.object({ since: z.number(), why: z.string() })),
  isOff: z.boolean(),
})

const NewHook = z.strictObject({
  url: z.string().check(
    z.maxLength(2000),
    z.refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), 'This is no http or https address.'),
  ),
  type: z.optional(z.nullable(z.string().check(z.regex(/^[a-z]+(\.[a-z_]+)?$/)))),
  /** Where it begins: a cursor or an HLC; what comes, without. */
  since: z.optional(z.string().check(z.maxLength(LOCAL.cursorChars))),
})

const FILE = 'webhooks.json'

export interface Webhooks {
  readonly door: Hono
  close(): Promise<void>
}

export interface WebhooksPorts {
  readonly dataDir: string
  readonly replica: Replica
  readonly agents: Pick<HostedAgents, 'authenticate'>
  readonly report: (error: unknown) => void
}

/** Throws where the file is there and is not what it should be. */
export async function openWebhooks({ dataDir, replica, agents, report }: WebhooksPorts): Promise<Webhooks> {
  const path = join(dataDir, FILE)
  const hooks = new Map((await readHooks(path)).map((hook) => [hook.id, hook]))
  const running = new Map<string, { readonly stop: AbortController; readonly over: Promise<void> }>()
  let writing: Promise<void> = Promise.resolve()

  function write(): Promise<void> {
    writing = writing.then(async () => {
      await writeFile(`${path}.new`, `${JSON.stringify([...hooks.values()])}\n`, { mode: 0o600, flush: true })
      await rename(`${path}.new`, path)
    })
    return writing
  }

  function begin(hook: Webhook): void {
    const stop = new AbortController()
    const ports = {
      replica,
      post,
      now: () => Date.now(),
      after: (ms: number, go: () => void) => void setTimeout(go, ms).unref(),
      random: Math.random,
      keep: async (next: Webhook) => {
        if (!hooks.has(next.id)) return
        hooks.set(next.id, next)
        await write()
      },
    }
    running.set(hook.id, { stop, over: runWebhook(hook, ports, stop.signal).catch(report) })
  }

  async function end(id: string): Promise<void> {
    const own = running.get(id)
    running.delete(id)
    own?.stop.abort()
    await own?.over
  }

  const door = new Hono()
  const guarded = (answer: (context: Context) => Promise<Response>) => async (context: Context) => {
    const caller = await agents.authenticate(context.req.raw)
    if (!caller.ok) return problemResponse(caller.refusal)
    if (caller.value.context.replica.capabilityFor('grant') === null || !caller.value.mayRead)
      return problemResponse({ code: 'permission_denied', detail: 'Webhooks are for those who may grant rights, and read.' })
    return answer(context)
  }
  for (const base of BASES) {
    door.get(
      `${base}/host/webhooks`,
      guarded(async (context) => context.json([...hooks.values()].map(shown))),
    )
    door.post(
      `${base}/host/webhooks`,
      guarded(async (context) => {
        const body = await readJson(context.req.raw)
        if (!body.ok) return problemResponse(body.refusal)
        const wanted = NewHook.safeParse(body.value)
        if (!wanted.success) return problemResponse({ code: 'invalid', detail: z.prettifyError(wanted.error) })
        if (hooks.size >= LOCAL.webhooks)
          return problemResponse({ code: 'too_large', detail: `A host has ${LOCAL.webhooks} webhooks at most.` })
        const from = await placeSince(replica, wanted.data.since ?? 'now')
        if (!from.ok) return problemResponse(from.refusal)
        const { next } = await readArrived(replica, { actor: null, type: null, about: null, isVoid: false }, from.value, 1)
        const hook: Webhook = {
          id: randomBytes(8).toString('hex'),
          url: wanted.data.url,
          secret: `whsec_${randomBytes(32).toString('base64url')}`,
          type: wanted.data.type ?? null,
          cursor: wanted.data.since === undefined ? next : `${replica.incarnation}.${from.value.place}`,
          failing: null,
          isOff: false,
        }
        hooks.set(hook.id, hook)
        await write()
        begin(hook)
        // The secret is told once.
        return context.json({ ...shown(hook), secret: hook.secret }, 201)
      }),
    )
    door.delete(
      `${base}/host/webhooks/:id`,
      guarded(async (context) => {
        const hook = hooks.get(context.req.param('id') ?? '')
        if (!hook) return problemResponse({ code: 'not_found', detail: 'There is no such webhook here.' })
        hooks.delete(hook.id)
        await end(hook.id)
        await write()
        return context.json(shown(hook))
      }),
    )
  }
  for (const hook of hooks.values()) if (!hook.isOff) begin(hook)
  return {
    door,
    async close() {
      await Promise.all([...running.keys()].map(end))
      await writing
    },
  }
}

function shown({ id, url, type, failing, isOff }: Webhook) {
  return { id, url, type, failing, isOff }
}

async function post(url: string, body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' })
  // What it says beside its status is nobody's business here.
  await response.body?.cancel()
  return response.status
}

async function readHooks(path: string): Promise<readonly Webhook[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return z.parse(z.array(KeptHook), JSON.parse(text))
}

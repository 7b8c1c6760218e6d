/**
 * The webhooks of a host: `webhooks.json` in its data folder, readable by its owner only, and a door to them. They are the host's and
 * not the workspace's: each host tells whom it was told to tell. Only people who may grant rights here may have the board told to
 * others, and only for as long: a hook is kept with its maker, and is forgotten once they may no longer have one. All but the host's
 * owner reach public addresses only, since a host stands where its callers do not.
 */

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Context, Hono } from 'hono'
import * as z from 'zod/mini'
import { problemResponse } from '../api/answer.ts'
import { BASES } from '../api/app.ts'
import { readJson } from '../api/request-body.ts'
import { runWebhook, type Webhook } from '../api/webhooks.ts'
import type { ActorKey } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import { scopeFault } from '../core/scope.ts'
import { placeSince, readArrived } from '../replica/event-stream.ts'
import type { Replica } from '../replica/replica.ts'
import { liveOf } from '../replica/standing.ts'
import type { HostedAgents, TokenCaller } from './hosted-agents.ts'
import { namesPrivateAddress, type WebhookPost } from './webhook-post.ts'
import { readIfThere, writePrivate } from './private-file.ts'

/** Who needs no rights of the log's for it: the folder is theirs. */
const OWNER = 'owner'

const KeptHook = z.object({
  id: z.string(),
  url: z.string(),
  secret: z.string(),
  type: z.nullable(z.string()),
  cursor: z.string(),
  failing: z.nullable(z.object({ since: z.number(), why: z.string() })),
  isOff: z.boolean(),
  /** Whose it is: a key, or the owner of the host, as all are in older files. */
  by: z._default(z.string(), OWNER),
})

interface HostWebhook extends Webhook {
  readonly by: string
}

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
  readonly post: WebhookPost
  readonly report: (error: unknown) => void
}

/** Throws where the file is there and is not what it should be. */
export async function openWebhooks({ dataDir, replica, agents, post, report }: WebhooksPorts): Promise<Webhooks> {
  const path = join(dataDir, FILE)
  const hooks = new Map((await readHooks(path)).map((hook) => [hook.id, hook]))
  const running = new Map<string, { readonly stop: AbortController; readonly over: Promise<void> }>()
  let writing: Promise<void> = Promise.resolve()

  function write(): Promise<void> {
    writing = writing.then(async () => {
      await writePrivate(path, `${JSON.stringify([...hooks.values()])}\n`)
    })
    return writing
  }

  function begin(hook: HostWebhook): void {
    const { id, by } = hook
    const stop = new AbortController()
    const ports = {
      replica,
      post: async (url: string, body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) => {
        // Rights whose time is over make no noise: they are looked at anew before every post.
        endOrphans()
        signal.throwIfAborted()
        return post(url, body, headers, signal, by === OWNER ? 'anywhere' : 'public')
      },
      now: () => Date.now(),
      after: (ms: number, go: () => void) => void setTimeout(go, ms).unref(),
      random: Math.random,
      keep: async (next: Webhook) => {
        if (!hooks.has(id)) return
        hooks.set(id, { ...next, by })
        await write()
      },
    }
    const over = runWebhook(hook, ports, stop.signal)
      .catch(report)
      .finally(() => running.delete(id))
    running.set(id, { stop, over })
  }

  /** It is told nothing more from now on; what it was doing ends by itself. */
  function forget(id: string): Promise<void> {
    hooks.delete(id)
    running.get(id)?.stop.abort()
    return write()
  }

  function mayHave(by: string): boolean {
    if (by === OWNER) return true
    const at = replica.now()
    return liveOf(replica.authority, by as ActorKey).some(
      ({ cited, rank }) => rank < FIRST_AGENT_RANK && scopeFault(cited, 'grant', null, at) === null,
    )
  }

  function endOrphans(): void {
    for (const { id, by } of hooks.values()) if (!mayHave(by)) forget(id).catch(report)
  }

  const door = new Hono()
  const guarded = (answer: (context: Context, caller: TokenCaller) => Promise<Response>) => async (context: Context) => {
    const caller = await agents.authenticate(context.req.raw)
    if (!caller.ok) return problemResponse(caller.refusal)
    const { id, mayRead, context: own } = caller.value
    if (own.replica.capabilityFor('grant') === null || !mayHave(id) || !mayRead)
      return problemResponse({
        code: 'permission_denied',
        detail: 'Webhooks are for people who may grant rights, and read; agents have none.',
      })
    return answer(context, caller.value)
  }
  for (const base of BASES) {
    door.get(
      `${base}/host/webhooks`,
      guarded(async (context) => context.json([...hooks.values()].map(shown))),
    )
    door.post(
      `${base}/host/webhooks`,
      guarded(async (context, { id: by }) => {
        const body = await readJson(context.req.raw)
        if (!body.ok) return problemResponse(body.refusal)
        const wanted = NewHook.safeParse(body.value)
        if (!wanted.success) return problemResponse({ code: 'invalid', detail: z.prettifyError(wanted.error) })
        if (by !== OWNER && namesPrivateAddress(wanted.data.url))
          return problemResponse({
            code: 'invalid',
            detail: 'That address is not public: only the owner of the host may name it.',
          })
        if (hooks.size >= LOCAL.webhooks)
          return problemResponse({ code: 'too_large', detail: `A host has ${LOCAL.webhooks} webhooks at most.` })
        const from = await placeSince(replica, wanted.data.since ?? 'now')
        if (!from.ok) return problemResponse(from.refusal)
        const { next } = await readArrived(replica, { actor: null, type: null, about: null, isVoid: false }, from.value, 1)
        const hook: HostWebhook = {
          id: randomBytes(8).toString('hex'),
          url: wanted.data.url,
          secret: `whsec_${randomBytes(32).toString('base64url')}`,
          type: wanted.data.type ?? null,
          cursor: wanted.data.since === undefined ? next : `${replica.incarnation}.${from.value.place}`,
          failing: null,
          isOff: false,
          by,
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
        await Promise.all([forget(hook.id), running.get(hook.id)?.over])
        return context.json(shown(hook))
      }),
    )
  }
  endOrphans()
  for (const hook of hooks.values()) if (!hook.isOff) begin(hook)
  const unwatch = replica.onAuthority(endOrphans)
  return {
    door,
    async close() {
      unwatch()
      const over = [...running.values()].map((own) => {
        own.stop.abort()
        return own.over
      })
      await Promise.all(over)
      await writing
    },
  }
}

function shown({ id, url, type, failing, isOff }: Webhook) {
  return { id, url, type, failing, isOff }
}

async function readHooks(path: string): Promise<readonly HostWebhook[]> {
  const text = await readIfThere(path)
  if (text === null) return []
  return z.parse(z.array(KeptHook), JSON.parse(text))
}

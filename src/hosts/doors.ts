/**
 * The HTTP doors of a host: what answers under `/api`, `/metrics`, and the site around it. A part of them stands in the dev server.
 *
 * What a request meets, in order: it is counted and logged, whether it is for this host at all (`request-guard.ts`), how much it may
 * bring, then its door. Nothing of a page may run that did not come from here, and no address leaks to where a link leads.
 */
import { getConnInfo } from '@hono/node-server/conninfo'
import { serveStatic } from '@hono/node-server/serve-static'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { cors } from 'hono/cors'
import { routePath } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import { notFound, problemResponse } from '../api/answer.ts'
import { createRest, type RestDeps } from '../api/app.ts'
import type { PaceLimits } from '../api/pace.ts'
import { createMcp } from '../api/mcp.ts'
import type { Repeats } from '../api/repeats.ts'
import about from '../../package.json' with { type: 'json' }
import { ok, type Refusal } from '../base/result.ts'
import { LOCAL } from '../core/limits.ts'
import type { ClaimPorts } from '../operations/claim-and-settle.ts'
import { policyHeaders } from './content-policy.ts'
import { createAgentDoor } from './agent-door.ts'
import type { HostLog } from './host-log.ts'
import type { HostedAgents } from './hosted-agents.ts'
import type { Metrics } from './metrics.ts'
import type { RequestGuard } from './request-guard.ts'
import type { SaveAgain } from './save-again.ts'
import type { PageSettings } from './settings.ts'

export interface DoorParts {
  /** Of the built site. */
  readonly siteDir: string
  readonly page: PageSettings
  readonly guard: RequestGuard
  readonly allowOrigins: readonly string[]
  readonly metrics: Metrics
  readonly log: HostLog
  /** Why what is written here is not saved, and what is done about it; null while all is well. */
  readonly unsaved: SaveAgain['unsaved']
  readonly agents: HostedAgents
  readonly webhooks: Hono
  readonly pace: PaceLimits
  /** What was done under an Idempotency-Key, before the host was started anew as well. */
  readonly repeats: Repeats
  /** What it takes to settle a claim with those who are here. */
  readonly claims: ClaimPorts
}

/** `more`: the doors that need a replica behind them. */
export function createApi(page: PageSettings, unsaved: DoorParts['unsaved'] = () => null, more: readonly Hono[] = []): Hono {
  const api = new Hono()
  api.use('/api/*', async (context, next) => {
    await next()
    context.header('Cache-Control', 'no-store')
  })
  for (const base of ['/api', '/api/v1'] as const) {
    api.get(`${base}/health`, (context) => {
      const wrong = unsaved()
      return context.json({ ok: wrong === null, version: about.version, ...wrong }, wrong === null ? 200 : 503)
    })
    api.get(`${base}/settings`, (context) => context.json(page))
  }
  for (const door of more) api.route('/', door)
  api.all('/api/*', (context) => notFound(context.req.path))
  return api
}

export function createDoors(parts: DoorParts): Hono {
  const { siteDir, page, guard, metrics, log, agents } = parts
  const doors = new Hono()
  doors.use(logged(log), metrics.counted)
  doors.use(async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(policyHeaders(context.req.path))) context.header(name, value)
  })
  doors.use(
    secureHeaders({
      referrerPolicy: 'no-referrer',
      originAgentCluster: '?1',
      xContentTypeOptions: 'nosniff',
      xDnsPrefetchControl: 'off',
      // Names of this machine are served over plain http as well; a proxy with a certificate sets its own.
      strictTransportSecurity: false,
    }),
  )
  doors.use(async (context, next) => {
    const allowed = guard(context.req.header('host'), context.req.header('origin'))
    return allowed.ok ? next() : problemResponse(allowed.refusal)
  })
  if (parts.allowOrigins.length > 0)
    doors.use(cors({ origin: [...parts.allowOrigins], exposeHeaders: ['ETag', 'Link', 'Retry-After'] }))
  doors.use('/api/*', bounded())
  doors.get('/metrics', async (context) => {
    if (!isNear(context) && !agents.isOwner(context.req.raw))
      return problemResponse({
        code: 'unauthorized',
        detail: 'From elsewhere, the numbers are for the owner’s token only.',
      })
    return context.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' })
  })
  const callers: RestDeps = {
    async authenticate(request) {
      const found = await agents.authenticate(request)
      if (!found.ok) return found
      const { context, ...caller } = found.value
      return ok({ ...caller, context: { ...context, ports: parts.claims } })
    },
    now: () => Date.now(),
    // The next sign of life of a stream that is gone must not keep a host alive that was told to stop.
    after: (ms, run) => void setTimeout(run, ms).unref(),
    version: about.version,
    pace: parts.pace,
    repeats: parts.repeats,
    onFault: (error) => log.error({ err: error }, 'a request met a bug'),
  }
  doors.route('/', createApi(page, parts.unsaved, [createAgentDoor(agents), parts.webhooks, createRest(callers)]))
  doors.use('/mcp', bounded())
  doors.route('/mcp', createMcp(callers))
  doors.use(
    compress(),
    serveStatic({
      root: siteDir,
      onFound(path, context) {
        // Names under assets/ carry a hash of their content; everything else may change under its name.
        const hashed = /[\\/]assets[\\/]/.test(path)
        context.header('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    }),
  )
  doors.onError((error, context) => {
    log.error({ path: context.req.path, err: error }, 'a request met a bug')
    return problemResponse({ code: 'internal', detail: 'This is a bug of the host; its log says more.' })
  })
  return doors
}

/** What asks a host for data is worth a line; what a page is made of, only to who looks closely. */
function logged(log: HostLog): MiddlewareHandler {
  return async (context, next) => {
    const startedAt = performance.now()
    await next()
    const { method, path } = context.req
    const line = {
      method,
      path,
      route: routePath(context),
      status: context.res.status,
      ms: Math.round(performance.now() - startedAt),
    }
    if (line.status >= 500) log.error(line, 'request')
    else if (line.status >= 400) log.warn(line, 'request')
    else if (/^\/(?:api|mcp)(?:\/|$)/.test(path)) log.info(line, 'request')
    else log.debug(line, 'request')
  }
}

/** Before a body is read: a plan to import may be large, anything else not. */
function bounded(): MiddlewareHandler {
  const limit = (maxSize: number): MiddlewareHandler =>
    bodyLimit({
      maxSize,
      // What is left of the body is in the way of the next request on this connection.
      onError: () => problemResponse(tooLarge(maxSize), { Connection: 'close' }),
    })
  const [usual, plan] = [limit(LOCAL.restBytes), limit(LOCAL.importBytes)]
  return (context, next) => (context.req.path.endsWith('/import') ? plan : usual)(context, next)
}

function tooLarge(bytes: number): Refusal {
  return { code: 'too_large', detail: `A request may bring ${bytes / 1024 / 1024} MiB at most.` }
}

/** From this machine, and not passed on by a proxy that stands on it. */
function isNear(context: Context): boolean {
  const { address = '' } = getConnInfo(context).remote
  const isLoopback = /^(?:127\.|::1$|::ffff:127\.)/.test(address)
  return isLoopback && context.req.header('forwarded') === undefined && context.req.header('x-forwarded-for') === undefined
}

/**
 * The REST door: every line of the operations table becomes a route, under `/api/v1` and `/api`.
 *
 * It owns nothing. Who calls is found out by whoever mounts it (`authenticate`): a host looks at the token and gives the replica of
 * the token's actor, a tab gives its own. So rights are judged where they always are, and a door cannot widen them. A write is
 * answered once it would survive a kill.
 */

import { Hono, type Context as HttpContext } from 'hono'
import type { Refusal, Result } from '../base/result.ts'
import { LOCAL } from '../core/limits.ts'
import { answer, answerSoon, EVERY_OPERATION } from '../operations/every-operation.ts'
import { listEvents } from '../operations/events.ts'
import { type Context, type Operation, perform } from '../operations/operation.ts'
import { isPage, pageOf } from '../operations/page.ts'
import { presented } from '../operations/task.ts'
import { getTask } from '../operations/tasks.ts'
import type { After } from '../sync/pair-clock.ts'
import { type Answer, htmlResponse, jsonAnswer, notFound, problemAnswer, readAnswer, toResponse } from './answer.ts'
import { etagOf, namesTag } from './etag.ts'
import { eventSource, TOO_MANY_STREAMS } from './event-source.ts'
import { createPace, DEFAULT_PACE, type PaceLimits } from './pace.ts'
import { planResponse } from './plan-transfer.ts'
import { createRepeats, type Repeats } from './repeats.ts'
import { inputOf, type RequestInput } from './request-input.ts'
import { readerOf, type Route, routesOf } from './routes.ts'
import { taskPage } from './task-markdown.ts'

/** Who asks, and what it may act with. */
export interface Caller {
  /** Of the token, or of the tab: pace and Idempotency-Keys are counted by it. */
  readonly id: string
  readonly context: Context
  /** Whether it may read what is here. Without, it may write what its capability allows and is told no more than ids. */
  readonly mayRead: boolean
  /** Aborted when it may call no more: what lasts, such as a stream, ends then. */
  readonly until?: AbortSignal
}

export interface RestDeps {
  /** The refusal is answered as it is: `unauthorized` for a token that is not known, or not any more. */
  readonly authenticate: (request: Request) => Promise<Result<Caller>>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly version: string
  readonly pace?: PaceLimits
  /** Waits; the real one unless a test says otherwise. */
  readonly after?: After
  /** What was done under an Idempotency-Key; without, this app remembers its own. */
  readonly repeats?: Repeats
  /** Told of faults of ours; the caller hears no more than that there was one. */
  readonly onFault?: (error: unknown) => void
}

export const BASES = ['/api/v1', '/api'] as const

const ROUTES = routesOf()
const MAY_NOT_READ = { code: 'permission_denied', detail: 'This token may write and not read.' }

export function createRest(deps: RestDeps): Hono {
  const app = new Hono()
  const limits = deps.pace ?? DEFAULT_PACE
  const pace = createPace(limits, deps.now)
  const repeats = deps.repeats ?? createRepeats(deps.now)

  app.notFound((http) => notFound(http.req.path))
  app.onError((error) => {
    deps.onFault?.(error)
    return toResponse(problemAnswer({ code: 'internal', detail: 'Something went wrong here; what you sent was not the cause.' }))
  })

  const after: After = deps.after ?? ((ms, run) => void setTimeout(run, ms))
  const streams = new Map<string, number>()

  /** Whoever may call, at this pace. */
  async function admit(request: Request): Promise<Result<Caller> | Answer> {
    const found = await deps.authenticate(request)
    const wait = found.ok ? pace.waitOf(found.value.id) : 0
    if (wait === 0) return found
    const { perMinute, burst } = limits
    const detail = `You ask faster than you may: ${perMinute} requests a minute, ${burst} at once.`
    return problemAnswer({ code: 'rate_limited', detail }, { 'Retry-After': String(wait) })
  }

  async function serve(http: HttpContext, route: Route): Promise<Response> {
    const request = http.req.raw
    const admitted = await admit(request)
    if ('status' in admitted) return toResponse(admitted)
    if (!admitted.ok) return toResponse(problemAnswer(admitted.refusal))
    const caller: Caller = { ...admitted.value, context: { ...admitted.value.context, after, signal: request.signal } }
    if (route.isRead && !caller.mayRead && route.operation !== 'authorize' && route.operation !== 'who_am_i')
      return toResponse(problemAnswer(MAY_NOT_READ))
    const input = await inputOf(http, route, () => namesShown(caller, route, http.req.param('id')))
    if (!input.ok) return toResponse(problemAnswer(input.refusal))
    if (route.operation === 'export_tasks') return planResponse(caller.context.replica)
    if (streamsEvents(route.operation)) return events(http, caller, route, input.value)
    return toResponse(await (route.isRead ? read : write)(http, caller, route, input.value, repeats))
  }

  /** What lasts ends with the request, and with the caller's right to it. */
  async function events(http: HttpContext, caller: Caller, route: Route, input: RequestInput): Promise<Response> {
    const { signal, release } = either(http.req.raw.signal, caller.until)
    const own: Caller = { ...caller, context: { ...caller.context, signal } }
    if (http.req.header('Accept')?.includes('text/event-stream')) return follow(http, own, input, release)
    try {
      return toResponse(await read(http, own, route, input))
    } finally {
      release()
    }
  }

  /** `GET /tasks/:id.md`: the task as a page for models and terminals. */
  async function markdown(http: HttpContext): Promise<Response> {
    const admitted = await admit(http.req.raw)
    if ('status' in admitted) return toResponse(admitted)
    if (!admitted.ok) return toResponse(problemAnswer(admitted.refusal))
    const { context, mayRead } = admitted.value
    if (!mayRead) return toResponse(problemAnswer(MAY_NOT_READ))
    const found = perform(getTask, context, { id: http.req.param('file')?.slice(0, -'.md'.length) })
    if (!found.ok) return toResponse(problemAnswer(found.refusal))
    const body = taskPage(context.replica, found.value.id)
    return toResponse({ status: 200, headers: { 'Content-Type': 'text/markdown; charset=UTF-8', ETag: etagOf(body) }, body })
  }

  async function follow(
    http: HttpContext,
    { id, context }: Caller,
    { all }: RequestInput,
    release: () => void,
  ): Promise<Response> {
    const { id: task, ...asked } = all
    const since = http.req.header('Last-Event-ID') ?? all['since']
    const parsed = listEvents.input.safeParse({
      ...asked,
      ...(task !== undefined && { task }),
      ...(since !== undefined && { since }),
    })
    const room = parsed.success ? enter(id) : null
    if (!parsed.success || room === null) {
      release()
      return toResponse(problemAnswer(parsed.success ? TOO_MANY_STREAMS : { code: 'invalid', detail: parsed.error.message }))
    }
    const leave = (): void => {
      room()
      release()
    }
    let stream: Result<Response> | null = null
    try {
      stream = await eventSource(context.replica, parsed.data, {
        after,
        signal: context.signal ?? http.req.raw.signal,
        mayGoOn: async () => (await deps.authenticate(http.req.raw)).ok,
        onClosed: leave,
      })
      return stream.ok ? stream.value : toResponse(problemAnswer(stream.refusal))
    } finally {
      if (!stream?.ok) leave()
    }
  }

  /** Counts a stream of this caller, before anything is waited for; the answer gives its room back. Null where there is none. */
  function enter(id: string): (() => void) | null {
    const open = streams.get(id) ?? 0
    if (open >= LOCAL.streamsPerCaller) return null
    streams.set(id, open + 1)
    let isOpen = true
    return () => {
      if (isOpen) streams.set(id, (streams.get(id) ?? 1) - 1)
      isOpen = false
    }
  }

  for (const base of BASES) {
    app.get(`${base}/openapi.json`, async () => toResponse(jsonAnswer(200, await document(deps.version))))
    app.get(`${base}/docs`, async () => htmlResponse(await page(deps.version)))
    app.get(`${base}/health`, () => toResponse(jsonAnswer(200, { ok: true, version: deps.version })))
    app.get(`${base}/tasks/:file{[^/]+\\.md}`, (http) => markdown(http))
    for (const route of ROUTES) app.on(route.method, `${base}${route.path}`, (http) => serve(http, route))
    for (const path of new Set(ROUTES.map((route) => route.path))) {
      const allow = [...new Set(ROUTES.flatMap((route) => (route.path === path ? route.method : [])))].join(', ')
      app.all(`${base}${path}`, () =>
        toResponse(problemAnswer({ code: 'method_not_allowed', detail: `This address takes ${allow}.` }, { Allow: allow })),
      )
    }
  }
  return app
}

/** Loaded when somebody asks: whoever calls has no need of it. */
async function document(version: string): Promise<unknown> {
  const { openApi } = await import('./openapi.ts')
  return openApi(version)
}

async function page(version: string): Promise<string> {
  const [{ openApi }, { docsPage }] = await Promise.all([import('./openapi.ts'), import('./docs-page.ts')])
  return docsPage(openApi(version))
}

function streamsEvents(name: Route['operation']): boolean {
  return name === 'list_events' || name === 'list_task_events'
}

async function read(http: HttpContext, caller: Caller, route: Route, input: RequestInput): Promise<Answer> {
  const result = await answer(caller.context, route.operation, input.all)
  if (!result.ok) return problemAnswer(result.refusal)
  const made = listOrThing(http, result.value, input)
  const isKnown = namesTag(http.req.header('If-None-Match') ?? '', made.headers['ETag'] ?? null)
  return isKnown ? { ...made, status: 304, body: '' } : made
}

function listOrThing({ req }: HttpContext, value: unknown, { limit, cursor }: RequestInput): Answer {
  const list = Array.isArray(value) ? pageOf(value, limit, cursor) : isPage(value) ? { ok: true as const, value } : null
  if (list === null) return readAnswer(value)
  if (!list.ok) return problemAnswer(list.refusal)
  const { items, next } = list.value
  return readAnswer(items, next === null ? {} : { Link: `<${nextAddress(new URL(req.url), next)}>; rel="next"` })
}

/** Without the origin: who calls knows it, and behind a proxy we may not. */
function nextAddress(url: URL, cursor: string): string {
  const query = new URLSearchParams(url.search)
  query.set('cursor', cursor)
  return `${url.pathname}?${query.toString()}`
}

async function write(http: HttpContext, caller: Caller, route: Route, input: RequestInput, repeats: Repeats): Promise<Answer> {
  const act = (): Answer | Promise<Answer> => writeOnce(caller, route, input, http.req.header('If-Match'))
  const key = http.req.header('Idempotency-Key')
  if (key === undefined) return onceSaved(caller, await act())
  if (key === '' || key.length > LOCAL.idempotencyKeyChars)
    return problemAnswer({
      code: 'bad_request',
      detail: `An Idempotency-Key has 1 to ${LOCAL.idempotencyKeyChars} characters.`,
    })
  const { replica } = caller.context
  const kept = await repeats.once(`${caller.id} ${key}`, `${route.operation} ${JSON.stringify(input.all)}`, replica, act)
  if (!kept.ok) return problemAnswer(kept.refusal)
  const { isAgain, ...made } = kept.value
  return onceSaved(caller, isAgain ? { ...made, headers: { ...made.headers, 'Idempotent-Replayed': 'true' } } : made)
}

/** A write is answered when it would survive a kill. One that could not be saved is done all the same: who asks again waits for that. */
async function onceSaved({ context: { replica } }: Caller, made: Answer): Promise<Answer> {
  if (made.status >= 300) return made
  await replica.saved()
  const { problem } = replica.saveState
  if (problem === null) return made
  return problemAnswer({ code: 'unavailable', detail: `It could not be saved, and may be lost: ${problem}` })
}

/** Does it; what it answers is known as soon as it is done, and good once that is saved. */
function writeOnce(caller: Caller, route: Route, input: RequestInput, ifMatch: string | undefined): Answer | Promise<Answer> {
  const { context, mayRead } = caller
  const tagNow = (): string | null => {
    const thing = thingOf(context, route, input.all['id'])
    return thing.ok ? etagOf(JSON.stringify(thing.value)) : null
  }
  // Compared and written in one go: nothing comes in between.
  if (ifMatch !== undefined && !namesTag(ifMatch, tagNow()))
    return problemAnswer({ code: 'precondition_failed', detail: 'It is not any more what you have read.' })
  const answerTo = (result: Result<unknown>): Answer => {
    if (!result.ok) return problemAnswer(mayRead ? result.refusal : codeOf(result.refusal))
    if (!mayRead) return jsonAnswer(route.success, idOf(result.value))
    const tag = tagNow()
    return jsonAnswer(route.success, result.value, tag === null ? {} : { ETag: tag })
  }
  const result = answerSoon(context, route.operation, input.all)
  return result instanceof Promise ? result.then(answerTo) : answerTo(result)
}

/** What a reader of the thing that this path is about would get now. */
function thingOf(context: Context, { path }: Route, id: unknown): Result<unknown> {
  const reader = readerOf(ROUTES, path)
  if (!reader) return { ok: false, refusal: { code: 'not_found', detail: 'This cannot be read.' } }
  const result = perform(EVERY_OPERATION[reader.operation] as Operation, context, { id })
  return result.ok ? { ok: true, value: presented(context.replica, result.value) } : result
}

function namesShown({ context }: Caller, route: Route, id: unknown): readonly string[] {
  const thing = thingOf(context, route, id)
  return thing.ok && typeof thing.value === 'object' && thing.value !== null ? Object.keys(thing.value) : []
}

/** Fires with either. `release` lets go of both: an engine would keep a little of each signal that hangs on a long one. */
function either(brief: AbortSignal, lasting: AbortSignal | undefined): { readonly signal: AbortSignal; release(): void } {
  const both = new AbortController()
  const of = [brief, ...(lasting ? [lasting] : [])]
  const fire = (): void => both.abort()
  if (of.some(({ aborted }) => aborted)) fire()
  for (const signal of of) signal.addEventListener('abort', fire)
  return {
    signal: both.signal,
    release() {
      for (const signal of of) signal.removeEventListener('abort', fire)
    },
  }
}

/** What is wrong, without what stands there. */
function codeOf({ code, detail }: Refusal): Refusal {
  return { code, detail }
}

/** What a caller that may not read is told. */
function idOf(value: unknown): Readonly<Record<string, unknown>> {
  const { id, run } = (value ?? {}) as { readonly id?: unknown; readonly run?: unknown }
  return { ...(typeof id === 'string' && { id }), ...(typeof run === 'string' && { run }) }
}

/**
 * What a request asks an operation: the parameters of its path, the words of its query, and its JSON body, in this order of
 * precedence. A name that the operation does not know is refused, since whoever sent it counts on it; only a PUT or PATCH may bring
 * the other names of what it changes along, as clients do that read a thing, change it, and send it back whole.
 */

import type { Context as HttpContext } from 'hono'
import { ok, refuse, type Result } from '../base/result.ts'
import { LOCAL } from '../core/limits.ts'
import { EVERY_OPERATION } from '../operations/every-operation.ts'
import { coerced, inputSchema, type JsonSchema } from './input-schema.ts'
import { readPlan } from './plan-transfer.ts'
import { readJson } from './request-body.ts'
import type { Route } from './routes.ts'

export interface RequestInput {
  readonly all: Readonly<Record<string, unknown>>
  /** What a list is paged by, where the operation leaves that to the door. */
  readonly limit: number
  readonly cursor: string | undefined
}

type Properties = Readonly<Record<string, JsonSchema>>

/** `shown`: the names that a reader of the thing is told. */
export async function inputOf(http: HttpContext, route: Route, shown: () => readonly string[]): Promise<Result<RequestInput>> {
  const { properties = {} } = inputSchema(EVERY_OPERATION[route.operation])
  const query = queryOf(http.req.queries(), properties, route)
  if (!query.ok) return query
  const body = await bodyOf(http.req.raw, properties, route, shown)
  if (!body.ok) return body
  const { limit = LOCAL.queryRowsDefault, cursor } = query.value
  if (!Object.hasOwn(properties, 'limit') && !isLimit(limit))
    return refuse({ code: 'invalid', detail: `“limit” is a whole number from 1 to ${LOCAL.queryRows}.` })
  const path = Object.fromEntries(route.params.map((param) => [param, http.req.param(param)]))
  return ok({
    all: { ...query.value, ...body.value, ...path },
    limit: limit as number,
    cursor: typeof cursor === 'string' ? cursor : undefined,
  })
}

type Named = Readonly<Record<string, unknown>>

/** A list that comes whole is paged by the door; those that page themselves say so in their schema. */
const PAGING: Properties = { limit: { type: 'integer' }, cursor: { type: 'string' } }

function queryOf(query: Readonly<Record<string, readonly string[]>>, properties: Properties, route: Route): Result<Named> {
  const known: Properties = route.method === 'GET' ? { ...PAGING, ...properties } : properties
  const named: Record<string, unknown> = {}
  for (const [name, words] of Object.entries(query)) {
    if (!Object.hasOwn(known, name)) return unknownName(name, known, route, 'bad_request')
    named[name] = coerced(words, known[name] as JsonSchema)
  }
  return ok(named)
}

async function bodyOf(
  request: Request,
  properties: Properties,
  route: Route,
  shown: () => readonly string[],
): Promise<Result<Named>> {
  if (route.method === 'GET') return ok({})
  if (route.operation === 'import_tasks') {
    const plan = await readPlan(request)
    return plan.ok ? ok({ plan: plan.value }) : plan
  }
  const read = await readJson(request)
  if (!read.ok) return read
  const body = read.value ?? {}
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refuse({ code: 'bad_request', detail: 'The body is a JSON object.' })
  const odd = Object.keys(body).filter((name) => !Object.hasOwn(properties, name))
  if (odd.length === 0) return ok(body as Named)
  const along = route.method === 'PUT' || route.method === 'PATCH' ? shown() : []
  const unknown = odd.find((name) => !along.includes(name))
  if (unknown !== undefined) return unknownName(unknown, properties, route, 'invalid')
  return ok(Object.fromEntries(Object.entries(body).filter(([name]) => !odd.includes(name))))
}

function unknownName(name: string, properties: Properties, { params }: Route, code: string): Result<never> {
  const names = Object.keys(properties).filter((known) => !params.includes(known))
  const takes = names.length === 0 ? 'nothing' : names.join(', ')
  return refuse({ code, detail: `${JSON.stringify(name.slice(0, 64))} is not known here. It takes: ${takes}.` })
}

function isLimit(limit: unknown): boolean {
  return Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= LOCAL.queryRows
}

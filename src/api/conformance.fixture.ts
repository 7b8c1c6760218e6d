/** The conformance list through the REST door in memory: requests and answers as they are over a wire, without one. */

import { exchange, joined } from '../replica/cluster.fixture.ts'
import { answer, EVERY_OPERATION } from '../operations/every-operation.ts'
import type { Replica } from '../replica/replica.ts'
import type { ConformanceDoor, Outcome } from './conformance-case.fixture.ts'
import { type TestDoor, testDoor } from './door.fixture.ts'
import { inputSchema } from './input-schema.ts'
import { routesOf } from './routes.ts'

export interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}
export type Send = (as: string, path: string, init: Sent) => Promise<Response>
export type Seen = (op: string | null, response: Response, body: unknown) => void

/** What any door over HTTP can, that is reached by `send`; paths are below the base. */
export function overHttp(send: Send, seen: Seen = () => undefined): Pick<ConformanceDoor, 'call' | 'http' | 'operations'> {
  async function ask(as: string, path: string, init: Sent, op: string | null): Promise<Outcome> {
    const response = await send(as, path, init)
    const text = await response.text()
    const isJson = /^application\/(?:problem\+)?json/.test(response.headers.get('Content-Type') ?? '')
    const body: unknown = isJson ? JSON.parse(text) : text
    seen(op, response, body)
    const { status } = response
    if (status >= 400) return { ok: false, code: (body as { code: string }).code, status }
    const next = /[?&]cursor=([^&>]+)/.exec(response.headers.get('Link') ?? '')?.[1]
    return {
      ok: true,
      status,
      value: op === 'export_tasks' ? { plan: text } : body,
      etag: response.headers.get('ETag'),
      next: next === undefined ? null : decodeURIComponent(next),
    }
  }

  return {
    operations: null,
    call(as, op, input, { idempotencyKey, ifMatch }) {
      const { method, path, text } = requestOf(op, input)
      const headers = {
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
        ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
      }
      return ask(as, path, { method, headers, ...(text !== undefined && { body: text }) }, op)
    },
    http(as, { method, path, headers = {}, body, text }) {
      const sent = bodyOf(body, text)
      return ask(as, path, { method, headers, ...(sent !== undefined && { body: sent }) }, null)
    },
  }
}

/** The REST app in memory. `seen`: told of every answer. */
export async function restDoor(seen?: Seen, opened?: TestDoor): Promise<ConformanceDoor & Pick<TestDoor, 'app'>> {
  const door = opened ?? (await testDoor())
  const { owner, clock } = door
  const { member: device } = await joined(owner, 9, clock, 'device')
  const hasty = await testDoor({ pace: { perMinute: 60, burst: 5 } })
  const send: Send = async (as, path, init) => {
    clock.ms += 5
    const { app } = as === 'hasty' ? hasty : door
    const Authorization = `Bearer ${as === 'hasty' ? 'owner' : as}`
    return app.request(`/api/v1${path}`, { ...init, headers: { ...init.headers, Authorization } })
  }
  return {
    app: door.app,
    can: ['http', 'tokens', 'pace', 'peer', 'etag', 'repeat'],
    ...overHttp(send, seen),
    async peerCall(op, input) {
      clock.ms += 5
      const result = await answer({ replica: device }, op as never, input)
      clock.ms += 60_000
      return result.ok ? result : { ok: false, code: result.refusal.code }
    },
    meet: () => meet(owner, device),
  }
}

function bodyOf(body: unknown, text: unknown): string | undefined {
  if (text !== undefined) return String(text)
  return body === undefined ? undefined : JSON.stringify(body)
}

const ROUTES = routesOf()

/** Where an operation's input goes: into the path what it names, into the query what is read, else into the body. */
export function requestOf(op: string, input: Readonly<Record<string, unknown>>): { method: string; path: string; text?: string } {
  const route = ROUTES.find(({ operation }) => operation === op)
  if (!route) throw new Error(`There is no operation ${op}`)
  const { properties = {} } = inputSchema(EVERY_OPERATION[route.operation])
  const rest = Object.entries(input).filter(([name]) => !route.params.includes(name))
  const path = route.params.reduce(
    (at, name) => at.replace(`:${name}`, encodeURIComponent(String(input[name] ?? 'me'))),
    route.path,
  )
  if (op === 'import_tasks') return { method: route.method, path, text: String(input['plan']) }
  const inQuery = route.method === 'GET' ? rest : rest.filter(([name]) => name === 'cursor')
  const query = new URLSearchParams(
    inQuery.flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
    ),
  )
  const body = Object.fromEntries(rest.filter((entry) => !inQuery.includes(entry)))
  return {
    method: route.method,
    path: query.size > 0 ? `${path}?${query.toString()}` : path,
    ...(route.method !== 'GET' && Object.keys(properties).length > 0 && { text: JSON.stringify(body) }),
  }
}

async function meet(...replicas: readonly Replica[]): Promise<void> {
  for (const from of replicas) for (const to of replicas) if (from !== to) await exchange(from, to)
}

/** A REST door in memory, and MCP beside it, for tests: real replicas behind it, a token each, and the test's clock. */

import type { Hono } from 'hono'
import { refuse } from '../base/result.ts'
import type { Replica } from '../replica/replica.ts'
import { founded, signerOf, type TestClock } from '../replica/cluster.fixture.ts'
import { grantTo } from '../replica/membership.ts'
import { signingKeys } from '../log/keys.ts'
import { createRest, type RestDeps } from './app.ts'
import { createMcp } from './mcp.ts'

export interface TestDoor {
  readonly app: Hono
  readonly clock: TestClock
  readonly owner: Replica
  readonly agent: Replica
  /** As the owner, unless a token says otherwise. */
  request(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

const AGENT_SEED = 7

/** Tokens `owner`, `agent` and `deaf` (the owner’s, which may not read). */
export async function testDoor(over: Partial<RestDeps> = {}): Promise<TestDoor> {
  const { owner, clock, peer } = await founded()
  // As on a host: the agent's key is kept where the log is.
  const signer = signerOf(await signingKeys(new Uint8Array(32).fill(AGENT_SEED)))
  const granted = grantTo(owner, { key: signer.key, box: null }, { role: 'agent' })
  if (!granted.ok) throw new Error(granted.refusal.detail)
  const agent = await owner.as({ signer, openFeed: peer.ports.openFeed })
  await owner.saved()
  const deps: RestDeps = {
    authenticate: async (request) => {
      const token = /^Bearer (\w+)$/.exec(request.headers.get('Authorization') ?? '')?.[1]
      const replica = token === 'agent' ? agent : token === 'owner' || token === 'deaf' ? owner : null
      if (!replica || !token) return refuse({ code: 'unauthorized', detail: 'This token is not known here.' })
      return { ok: true, value: { id: token, context: { replica }, mayRead: token !== 'deaf' } }
    },
    now: () => clock.ms,
    version: '0.0.0',
    pace: { perMinute: 60_000, burst: 10_000 },
    onFault: (error) => {
      throw error
    },
    ...over,
  }
  const app = createRest(deps).route('/mcp', createMcp(deps))
  return {
    app,
    clock,
    owner,
    agent,
    request: async (method, path, body, headers = {}) =>
      app.request(`/api/v1${path}`, {
        method,
        headers: { Authorization: 'Bearer owner', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  }
}

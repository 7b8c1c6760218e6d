/** A REST door in memory, and MCP beside it, for tests: real replicas behind it, a token each, and the test's clock. */

import type { Hono } from 'hono'
import { refuse } from '../base/result.ts'
import { openReplica, type Replica } from '../replica/replica.ts'
import type { Signer } from '../replica/writer.ts'
import type { MemoryDisk } from '../store/memory-store.ts'
import { seededBytes, seededRandom } from '../base/random.ts'
import { founded, type FoundedOptions, portsOf, signerOf, type TestClock } from '../replica/cluster.fixture.ts'
import { grantTo } from '../replica/membership.ts'
import { signingKeys } from '../log/keys.ts'
import { createRest, type RestDeps } from './app.ts'
import { createMcp } from './mcp.ts'
import { createRepeats } from './repeats.ts'

interface OpenedDoor {
  readonly app: Hono
  readonly clock: TestClock
  readonly owner: Replica
  readonly agent: Replica
  /** As the owner, unless a token says otherwise. */
  request(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

export interface TestDoor extends OpenedDoor {
  /** Another process on this disk, which knows what it finds there. */
  startedAnew(disk: MemoryDisk, seed: number): Promise<OpenedDoor>
}

const AGENT_SEED = 7

/** Tokens `owner`, `agent` and `deaf` (the owner’s, which may not read). */
export async function testDoor(over: Partial<RestDeps> = {}, founding: FoundedOptions = {}): Promise<TestDoor> {
  const clock = { ms: Date.UTC(2026, 0, 1) }
  const { owner, peer } = await founded(1, clock, founding)
  // As on a host: the agent's key is kept where the log is.
  const signer = await agentSigner()
  const granted = grantTo(owner, { key: signer.key, box: null }, { role: 'agent' })
  if (!granted.ok) throw new Error(granted.refusal.detail)
  const agent = await owner.as({ signer, openFeed: peer.ports.openFeed })
  await owner.saved()
  return {
    ...doorOf(owner, agent, clock, over),
    async startedAnew(disk, seed) {
      const ports = portsOf(peer.signer, disk, owner.workspace, clock, seededBytes(seededRandom(seed)))
      const again = await openReplica(owner.workspace, ports)
      const repeats = createRepeats(() => clock.ms, await again.receipts())
      return doorOf(again, await again.as({ ...ports, signer }), clock, { ...over, repeats })
    },
  }
}

async function agentSigner(): Promise<Signer> {
  return signerOf(await signingKeys(new Uint8Array(32).fill(AGENT_SEED)))
}

function doorOf(owner: Replica, agent: Replica, clock: TestClock, over: Partial<RestDeps>): OpenedDoor {
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

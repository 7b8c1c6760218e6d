/** The conformance list through the client: over HTTP against a REST door in memory, and by direct calls. */

import type { ConformanceDoor, Outcome } from '../api/conformance-case.fixture.ts'
import { conformance } from '../api/conformance.contract.ts'
import { testDoor, type TestDoor } from '../api/door.fixture.ts'
import { answer } from '../operations/every-operation.ts'
import { isPage } from '../operations/page.ts'
import { exchange, joined } from '../replica/cluster.fixture.ts'
import { Client } from './client.ts'
import { isList } from './door.ts'
import { refusedError, WorknodeError } from './error.ts'
import { callOf } from './routes.ts'

conformance('JavaScript client over HTTP', async () => {
  const board = await testDoor()
  const hasty = await testDoor({ pace: { perMinute: 60, burst: 5 } })
  // A refusal for pace is what is looked for: nothing is waited out.
  const retry = { attempts: 1 }
  const clients = new Map<string, Client>()
  const clientOf = (as: string): Client => {
    const { app } = as === 'hasty' ? hasty : board
    const known = clients.get(as)
    const token = as === 'hasty' ? 'owner' : as
    const made = known ?? new Client('http://host', token, { retry, fetch: async (request) => app.fetch(request) })
    clients.set(as, made)
    return made
  }
  return {
    ...(await apart(board)),
    can: ['tokens', 'pace', 'etag', 'repeat', 'peer'],
    operations: null,
    call: (as, op, input, options) =>
      outcomeOf(board, async () => {
        const client = clientOf(as)
        const value = await client.call(op as never, named(op, input) as never, options)
        if (op === 'export_tasks' || as === 'hasty') return { value }
        // What the client keeps to itself: where a page ends, and the tag of what was read.
        const { method, path, body } = callOf(op as never, named(op, input))
        if (method !== 'GET') return { value }
        const { headers } = await client.request(method, path, body && { body })
        const next = /[?&]cursor=([^&>]+)/.exec(headers.get('Link') ?? '')?.[1]
        return { value, etag: headers.get('ETag'), next: next === undefined ? null : decodeURIComponent(next) }
      }),
  }
})

conformance('JavaScript client in process', async () => {
  const board = await testDoor()
  const clients = { owner: await Client.local({ replica: board.owner }), agent: await Client.local({ replica: board.agent }) }
  return {
    ...(await apart(board)),
    can: ['peer'],
    operations: null,
    call: (as, op, input) =>
      outcomeOf(board, async () => {
        const value = await clients[as as 'owner' | 'agent'].call(op as never, input as never)
        if (!isList(op as never)) return { value }
        const page = await answer({ replica: board[as as 'owner' | 'agent'] }, op as never, input)
        if (!page.ok) throw refusedError(page.refusal)
        return { value, next: isPage(page.value) ? page.value.next : null }
      }),
  }
})

/** Whoever leaves out who is meant, means itself. */
function named(op: string, input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return op === 'claim_next' ? { id: 'me', ...input } : input
}

async function outcomeOf({ clock }: TestDoor, act: () => Promise<Omit<Extract<Outcome, { ok: true }>, 'ok'>>): Promise<Outcome> {
  clock.ms += 5
  try {
    return { ok: true, ...(await act()) }
  } catch (error) {
    if (!(error instanceof WorknodeError)) throw error
    return { ok: false, code: error.code }
  }
}

/** Another device of the owner's, which writes apart and comes back. */
async function apart({ owner, clock }: TestDoor): Promise<Pick<ConformanceDoor, 'peerCall' | 'meet'>> {
  const { member: device } = await joined(owner, 9, clock, 'device')
  return {
    async peerCall(op, input) {
      clock.ms += 5
      const result = await answer({ replica: device }, op as never, input)
      clock.ms += 60_000
      return result.ok ? result : { ok: false, code: result.refusal.code }
    },
    async meet() {
      await exchange(owner, device)
      await exchange(device, owner)
    },
  }
}

/** How agents are to work here: said by people for the whole workspace, and kept to by whoever works by the rules (`replica/policy.ts`). */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { read } from '../core/fold.ts'
import { type ActorKey, workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { isActorKey } from '../replica/agents.ts'
import { leaseAuthorityOf, mayGiveLeases, nameLeaseAuthority, waitsFor } from '../replica/lease-authority.ts'
import { type Policy, policyOf } from '../replica/policy.ts'
import type { Replica } from '../replica/replica.ts'
import { operation } from './operation.ts'

export const getPolicy = operation({
  name: 'get_policy',
  summary: 'How agents are to work here: how long claims wait, what is begun alone, what shared files mean',
  route: 'GET /policy',
  needs: null,
  input: z.object({}),
  run: ({ replica }): Result<Policy> => ok(policyOf(replica)),
})

export const setPolicy = operation({
  name: 'set_policy',
  summary: 'Say how agents are to work here; what is not given stays',
  route: 'PATCH /policy',
  needs: ['update', 'workspace'],
  input: z.object({
    /** Milliseconds that a claim waits for others at least. */
    settleMs: z.optional(z.int().check(z.minimum(0), z.maximum(LOCAL.settleMs))),
    offlineClaims: z.optional(z.enum(['start', 'wait'])),
    fileLeases: z.optional(z.enum(['warn', 'enforce'])),
    /** The key of a person's device or a host, by whose word strict tasks are begun; null for nobody. */
    leaseAuthority: z.optional(z.nullable(z.string().check(z.maxLength(66)))),
    /** It does not wait for the one before to let go: only where that one gives leases no more. */
    leaseTakeOver: z.optional(z.boolean()),
  }),
  run({ replica }, { leaseAuthority, leaseTakeOver = false, ...input }): Result<Policy> {
    const named = leaseAuthority === undefined ? null : nameable(replica, leaseAuthority, leaseTakeOver)
    if (named && !named.ok) return named
    const node = workspaceNodeId(replica.workspace)
    const known = read(replica.nodes.get(node) as never, 'policy')
    // What a newer version has said stays.
    const before = typeof known === 'object' && !Array.isArray(known) ? (known as Readonly<Record<string, Value>>) : {}
    const given = Object.entries(input).filter(([, value]) => value !== undefined) as [string, Value][]
    if (given.length > 0)
      replica.transact('Change how agents work', (tx) => tx.set(node, 'policy', { ...before, ...Object.fromEntries(given) }))
    // Not to be undone: who was named before has let go, and would not know that it is to begin again.
    if (named && isNews(replica, named.value, leaseTakeOver))
      replica.transact(null, (tx) => nameLeaseAuthority(replica, tx, named.value, leaseTakeOver))
    return ok(policyOf(replica))
  },
})

/** Leases are given by people's devices and by hosts, never by agents. */
function nameable(replica: Replica, key: string | null, isForced: boolean): Result<ActorKey | null> {
  if (key === null || (isActorKey(key) && mayGiveLeases(replica, key))) {
    if (isForced || waitsFor(replica, key).length <= LOCAL.leaseHandOvers) return ok(key)
    return refuse({
      code: 'too_large',
      detail: `More than ${LOCAL.leaseHandOvers} were named before, and have not let go. Wait for them, or take over from those that give leases no more.`,
    })
  }
  return refuse({
    code: 'invalid',
    detail:
      'The lease authority is the key of a person’s device or of a host, one that may assign tasks and change the workspace.',
  })
}

/** The one that is named already is named anew only to wait for nobody, or where several were named apart. */
function isNews(replica: Replica, key: ActorKey | null, isForced: boolean): boolean {
  const now = leaseAuthorityOf(replica)
  return now.key !== key || (now.waitsOn.length > 0 && (isForced || now.key === null))
}

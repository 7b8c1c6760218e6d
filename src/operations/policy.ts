/** How agents are to work here: said by people for the whole workspace, and kept to by whoever works by the rules (`replica/policy.ts`). */

import * as z from 'zod/mini'
import { ok, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { read } from '../core/fold.ts'
import { workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { type Policy, policyOf } from '../replica/policy.ts'
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
  }),
  run({ replica }, input): Result<Policy> {
    const node = workspaceNodeId(replica.workspace)
    const known = read(replica.nodes.get(node) as never, 'policy')
    // What a newer version has said stays.
    const before = typeof known === 'object' && !Array.isArray(known) ? (known as Readonly<Record<string, Value>>) : {}
    const given = Object.entries(input).filter(([, value]) => value !== undefined) as [string, Value][]
    replica.transact('Change how agents work', (tx) => tx.set(node, 'policy', { ...before, ...Object.fromEntries(given) }))
    return ok(policyOf(replica))
  },
})

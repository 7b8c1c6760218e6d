/**
 * How a workspace wants its agents to work: one register on the workspace's own node, which people write. What is not said, or does
 * not fit, is as it would be without. Who works goes by it of their own accord.
 */

import type { Value } from '../core/batch.ts'
import { read } from '../core/fold.ts'
import { workspaceNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { leaseAuthorityOf } from './lease-authority.ts'
import type { Replica } from './replica.ts'

export interface Policy {
  /** How long a claim waits for others at least, before the work begins. */
  readonly settleMs: number
  /** Whether an agent that hears nobody begins at once, or waits until it hears somebody. */
  readonly offlineClaims: 'start' | 'wait'
  /** What becomes of a task whose files another's work is about: it is marked, or cannot be begun meanwhile. */
  readonly fileLeases: 'warn' | 'enforce'
  /** The key by whose word the work on strict tasks begins; null where there is none, and it does not begin. */
  readonly leaseAuthority: string | null
  /** Keys that have to let go before it gives anything; without an authority, those that were named apart. */
  readonly leaseWaitsOn: readonly string[]
}

export const SETTLE_MS = 200

export function policyOf({ nodes, workspace }: Pick<Replica, 'nodes' | 'workspace'>): Policy {
  const node = nodes.get(workspaceNodeId(workspace))
  const given = (node && read(node, 'policy')) ?? null
  const map = (typeof given === 'object' && given !== null ? given : {}) as Readonly<Record<string, Value>>
  const { settleMs, offlineClaims, fileLeases } = map
  const isWait = typeof settleMs === 'number' && Number.isInteger(settleMs) && settleMs >= 0 && settleMs <= LOCAL.settleMs
  const { key, waitsOn } = leaseAuthorityOf({ nodes, workspace })
  return {
    settleMs: isWait ? settleMs : SETTLE_MS,
    offlineClaims: offlineClaims === 'wait' ? 'wait' : 'start',
    fileLeases: fileLeases === 'enforce' ? 'enforce' : 'warn',
    leaseAuthority: key,
    leaseWaitsOn: waitsOn,
  }
}

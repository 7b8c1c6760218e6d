/** Rights that end soon, of those who have none that last longer. */

import type { ActorKey } from '../../core/ids.ts'
import { LOCAL } from '../../core/limits.ts'
import { type CapabilityRow, capabilityRows } from '../../replica/capability-row.ts'
import type { Replica } from '../../replica/replica.ts'

/** The one that ends last of each, the first to end first. */
export function expiringIn(replica: Replica): readonly CapabilityRow[] {
  const last = new Map<ActorKey, CapabilityRow>()
  for (const row of capabilityRows(replica)) {
    if (row.isInvite || row.state !== 'live') continue
    const known = last.get(row.holder)
    if (!known || endOf(row) > endOf(known)) last.set(row.holder, row)
  }
  const until = replica.now() + LOCAL.expiringMs
  return [...last.values()].filter((row) => endOf(row) <= until).toSorted((a, b) => endOf(a) - endOf(b))
}

function endOf({ expires }: CapabilityRow): number {
  return expires ?? Number.POSITIVE_INFINITY
}

/** Capabilities as the world sees them: plain rows, for people, operations and audits. */

import { toHex } from '../base/bytes.ts'
import type { Capability } from '../core/capability-registry.ts'
import { RIGHTS, type Right } from '../core/change.ts'
import { type ActorKey, nodeIdFromBytes } from '../core/ids.ts'
import { roleOf, type Role } from '../core/roles.ts'
import type { Replica } from './replica.ts'

export type CapabilityState = 'live' | 'not-yet' | 'expired' | 'renounced' | 'ended' | 'void'

export interface CapabilityRow {
  /** The capability hash, hex. */
  readonly id: string
  readonly parent: string | null
  readonly holder: ActorKey
  readonly issuer: ActorKey
  readonly role: Role | 'owner'
  readonly rank: number
  /** What is left of them after every link above; null is all. */
  readonly rights: readonly Right[] | null
  readonly types: readonly string[] | null
  /** Of this grant alone: those above narrow further. */
  readonly files: readonly string[] | null
  readonly projects: readonly string[] | null
  /** Milliseconds since 1970; null is no limit. */
  readonly notBefore: number | null
  readonly expires: number | null
  readonly isInvite: boolean
  readonly state: CapabilityState
  /** When it was granted, milliseconds since 1970; null for a root's own. */
  readonly grantedAt: number | null
  /** Data batches under it. */
  readonly uses: number
}

export function capabilityRow(replica: Replica, capability: Capability): CapabilityRow {
  const { grant, cited, inherited, isInvite } = capability
  const scope = isInvite ? inherited : cited
  const rights = RIGHTS.filter((_, bit) => (scope.rights & (1 << bit)) !== 0)
  const first = capability.mentions[0]
  return {
    id: capability.id,
    parent: grant.parent && toHex(grant.parent),
    holder: capability.audience,
    issuer: toHex(grant.issuer) as ActorKey,
    role: roleOf(grant),
    rank: grant.rank,
    rights: rights.length === RIGHTS.length ? null : rights,
    types: scope.types && [...scope.types],
    files: grant.globs,
    projects: grant.projects && grant.projects.map(nodeIdFromBytes),
    notBefore: cited.notBefore > 0 ? cited.notBefore : null,
    expires: Number.isFinite(cited.expires) ? cited.expires : null,
    isInvite,
    state: stateOf(replica, capability),
    grantedAt: first === undefined ? null : replica.history.msOf(first),
    uses: capability.uses.length,
  }
}

/** Everything that was ever granted here, the most senior first. */
export function capabilityRows(replica: Replica): readonly CapabilityRow[] {
  return replica.authority.registry.all
    .filter(({ depth }) => depth > 0)
    .toSorted((a, b) => a.rank - b.rank || a.number - b.number)
    .map((capability) => capabilityRow(replica, capability))
}

function stateOf({ authority, now }: Replica, capability: Capability): CapabilityState {
  if (!authority.isStanding(capability))
    return capability.carriers.some(({ why }) => why === null) || capability.isRoot ? 'ended' : 'void'
  if (capability.renounced.length > 0) return 'renounced'
  if (now() < capability.cited.notBefore) return 'not-yet'
  return now() > capability.cited.expires ? 'expired' : 'live'
}

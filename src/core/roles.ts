/**
 * Roles: what people call the usual capabilities, and how one is made.
 *
 * Rank says who may end whose capability: the lower number is the senior. It grows strictly down a chain, in bands, so that an
 * admin outranks every member and a person every agent. A role is a band and a list of rights; the log knows only ranks
 * and rights.
 */

import type { Bytes } from '../base/bytes.ts'
import { refuse, ok, type Result } from '../base/result.ts'
import { capabilityId, FLAG, type Grant } from './capability.ts'
import { RIGHTS, type Right } from './change.ts'
import { isPath } from './glob.ts'
import { type NodeId, nodeIdToBytes, type NodeType } from './ids.ts'
import { PROTOCOL } from './limits.ts'

/** First and last rank of each band. Roots stand in the genesis; the others are granted. */
export const BANDS = {
  root: [0, 9],
  admin: [10, 29],
  member: [30, 49],
  coordinator: [50, 69],
  worker: [70, 99],
} as const
export type Band = keyof typeof BANDS

export const ROLES = ['admin', 'member', 'viewer', 'coordinator', 'agent'] as const
export type Role = (typeof ROLES)[number]

interface Preset {
  readonly band: Band
  readonly rights: readonly Right[] | null
  readonly types: readonly NodeType[] | null
}

/** Everybody may say who they are (`emit`); a viewer may do no more. */
export const PRESETS: Readonly<Record<Role, Preset>> = {
  admin: { band: 'admin', rights: null, types: null },
  member: {
    band: 'member',
    rights: ['create', 'update', 'delete', 'assign', 'claim', 'review', 'comment', 'emit', 'grant', 'revoke', 'rekey'],
    types: null,
  },
  viewer: { band: 'member', rights: ['emit'], types: null },
  coordinator: {
    band: 'coordinator',
    rights: ['create', 'update', 'delete', 'assign', 'claim', 'comment', 'emit', 'grant'],
    types: ['project', 'task', 'run', 'document', 'comment', 'agent'],
  },
  agent: {
    band: 'worker',
    rights: ['create', 'update', 'claim', 'comment', 'emit'],
    types: ['task', 'run', 'document', 'comment'],
  },
}

/** Below this rank stand people: only they may end capabilities and change the keys of the workspace. */
export const FIRST_AGENT_RANK = BANDS.coordinator[0]

export function bandOf(rank: number): Band {
  return (Object.keys(BANDS) as Band[]).find((band) => rank <= BANDS[band][1]) as Band
}

/** What a capability is called: its band, and for a person without rights on the board a viewer. */
export function roleOf({ rank, rights }: Pick<Grant, 'rank' | 'rights'>): Role | 'owner' {
  const band = bandOf(rank)
  if (band === 'root') return 'owner'
  if (band === 'member' && rights !== null && !rights.includes(RIGHTS.indexOf('update'))) return 'viewer'
  return band === 'worker' ? 'agent' : band
}

/** What a new capability is to be, in words; what is left out is as wide as the parent. */
export interface CapabilitySpec {
  readonly role: Role
  readonly rights?: readonly Right[] | null
  readonly types?: readonly NodeType[] | null
  /** Patterns of the files it may write (`glob.ts`). */
  readonly files?: readonly string[] | null
  readonly projects?: readonly NodeId[] | null
  /** Milliseconds since 1970. */
  readonly notBefore?: number
  readonly expires?: number | null
  /** An invite: the holder may only hand it on, once; `lasting` if its window is not to bind the newcomer. */
  readonly invite?: 'bounded' | 'lasting'
}

export interface Recipient {
  /** Tagged Ed25519 key. */
  readonly key: Bytes
  /** Tagged X25519 key that the workspace's keys are sealed to, or null. */
  readonly box: Bytes | null
}

/** Makes the grant that hands `parent` on, narrowed. `depth`: the links of the parent's chain, itself included. */
export function generateCapability(
  parent: Grant,
  depth: number,
  to: Recipient,
  spec: CapabilitySpec,
  nonce: Bytes,
): Result<Grant> {
  const preset = PRESETS[spec.role]
  if (parent.rank >= BANDS[preset.band][1])
    return refuse({ code: 'invalid', detail: `Who makes a ${spec.role} must be more senior than one. Ask somebody who is.` })
  return attenuate(
    parent,
    depth,
    to,
    {
      ...spec,
      rank: Math.max(BANDS[preset.band][0], parent.rank + 1),
      rights: spec.rights === undefined ? preset.rights : spec.rights,
      types: spec.types === undefined ? preset.types : spec.types,
    },
    nonce,
  )
}

/** As `generateCapability`, for any rank below the parent's. */
export function attenuate(
  parent: Grant,
  depth: number,
  to: Recipient,
  spec: Omit<CapabilitySpec, 'role'> & { readonly rank: number },
  nonce: Bytes,
): Result<Grant> {
  const { rank, rights = null, types = null, files = null, projects = null, notBefore = 0, expires = null, invite } = spec
  // An invite becomes a capability one rank and one link below it.
  const links = invite ? 2 : 1
  if (rank <= parent.rank || rank + links - 1 > BANDS[bandOf(rank)][1])
    return refuse({
      code: 'invalid',
      detail: 'There is no rank left below this capability for that role. Ask somebody more senior.',
    })
  if (depth + links > PROTOCOL.chainDepth)
    return refuse({
      code: 'invalid',
      detail: 'This capability came by too long a chain to be handed on again. Ask somebody nearer to the owner.',
    })
  const odd = files?.find((glob) => !isPath(glob))
  if (odd !== undefined)
    return refuse({
      code: 'invalid',
      detail: `"${odd}" is no pattern of paths: write it relative, with "/" between names, such as src/api/**.`,
    })
  if ((files?.length ?? 0) > PROTOCOL.globsPerGrant)
    return refuse({ code: 'too_large', detail: `A capability has ${PROTOCOL.globsPerGrant} file patterns at most.` })
  if (expires !== null && expires <= notBefore) return refuse({ code: 'invalid', detail: 'It would end before it begins.' })
  return ok({
    workspace: parent.workspace,
    parent: capabilityId(parent),
    issuer: parent.audience,
    audience: to.key,
    audienceBox: to.box,
    rank,
    types: unique(types),
    rights:
      unique(rights)
        ?.map((right) => RIGHTS.indexOf(right))
        .toSorted((a, b) => a - b) ?? null,
    globs: unique(files),
    projects: unique(projects)?.map(nodeIdToBytes) ?? null,
    notBefore,
    expires,
    flags: invite ? FLAG.redeemOnly | (invite === 'lasting' ? FLAG.lasting : 0) : 0,
    nonce,
  })
}

/** The grant by which an invite is handed on to a newcomer: as it is, one rank below. */
export function redemptionOf(invite: Grant, to: Recipient, nonce: Bytes): Grant {
  return {
    ...invite,
    parent: capabilityId(invite),
    issuer: invite.audience,
    audience: to.key,
    audienceBox: to.box,
    rank: invite.rank + 1,
    notBefore: 0,
    expires: null,
    flags: 0,
    nonce,
  }
}

function unique<T>(list: readonly T[] | null): readonly T[] | null {
  return list && [...new Set(list)]
}

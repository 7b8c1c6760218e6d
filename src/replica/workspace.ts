/**
 * Workspaces begin and grow here: the genesis that names its root, invites, and their redemption.
 *
 * An invite is a capability for keys that follow from a seed; whoever has the link has the seed, hands the capability on to
 * a key of their own, and from then on writes under that. It works with the inviter offline.
 */

import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { BATCH_VERSION, KIND, type VerifiedBatch } from '../core/batch.ts'
import { capabilityId, type Grant } from '../core/capability.ts'
import { OP } from '../core/change.ts'
import { workspaceNodeId } from '../core/ids.ts'
import {
  attenuate,
  BANDS,
  type CapabilitySpec,
  FIRST_AGENT_RANK,
  generateCapability,
  PRESETS,
  type Recipient,
  redemptionOf,
} from '../core/roles.ts'
import { claimInvite } from './people.ts'
import type { Replica } from './replica.ts'
import type { Signer } from './writer.ts'

/** Version of the validity rules that a workspace is judged by, for ever. */
const RULE_VERSION = 1

/**
 * The genesis batch of a new workspace whose root is the signer. The workspace's id is the batch's. `box`: what keys are sealed
 * to for the root; a workspace without stays in the clear.
 */
export async function createGenesis(signer: Signer, box: Bytes | null, now: number, random: RandomBytes): Promise<VerifiedBatch> {
  return signer.sign({
    v: BATCH_VERSION,
    kind: KIND.authority,
    workspace: null,
    key: signer.key,
    feed: random(8),
    seq: 0,
    prev: null,
    after: [],
    hlc: [now, 0],
    introduced: [signer.key],
    closed: [],
    ext: [],
    body: {
      salt: random(16),
      capabilities: [],
      changes: [[OP.genesis, 0, null, 0, [RULE_VERSION, {}, ...(box ? [[box]] : [])]]],
    },
  })
}

export function nameWorkspace(replica: Replica, name: string): void {
  const node = workspaceNodeId(replica.workspace)
  replica.transact(null, (tx) => tx.set(node, 'name', name))
}

/** An invite, as somebody else would make it: who holds its keys may hand it on to themselves, once. */
export type InviteSpec = Omit<CapabilitySpec, 'invite'>

/** Publishes an invite for these keys. The inviter must outrank whom it invites. */
export function publishInvite(replica: Replica, { role, ...spec }: InviteSpec, to: Recipient): Result<Grant> {
  const cited = replica.capabilityFor('grant')
  if (!cited) return refuse({ code: 'permission_denied', detail: `You may not invite a ${role} here.` })
  // A person stays; an agent stays as long as its invite was to last.
  const invite = BANDS[PRESETS[role].band][0] < FIRST_AGENT_RANK ? 'lasting' : 'bounded'
  const grant = generateCapability(cited.grant, cited.depth, to, { ...spec, role, invite }, replica.random(8))
  if (!grant.ok) return grant
  replica.publish({ op: 'grant', grant: grant.value }, cited.id)
  return grant
}

/**
 * Publishes an invite for another device of this actor's person: as wide as what this one has, one rank below it. Whoever holds it
 * may claim to be the same person, and is believed by nobody before this device says so as well.
 */
export function publishDeviceInvite(replica: Replica, to: Recipient): Result<Grant> {
  const cited = replica.capabilityFor('grant')
  if (!cited)
    return refuse({ code: 'permission_denied', detail: 'You may not bring in another device here. Ask an admin for an invite.' })
  const rank = Math.max(cited.rank + 1, BANDS.admin[0])
  const grant = attenuate(cited.grant, cited.depth, to, { rank, invite: 'lasting' }, replica.random(8))
  if (!grant.ok) return grant
  replica.publish({ op: 'grant', grant: grant.value }, cited.id)
  claimInvite(replica, toHex(capabilityId(grant.value)))
  return grant
}

/** What is known here of the invite that these keys hold. */
export type InviteState =
  | { readonly state: 'unknown' }
  | { readonly state: 'open'; readonly id: string; readonly grant: Grant }
  | { readonly state: 'closed' }

export function inviteState({ authority }: Replica, invite: Bytes): InviteState {
  const audience = toHex(invite)
  const held = authority.registry.all.filter((capability) => capability.audience === audience && capability.isInvite)
  const open = held.find((capability) => authority.isLive(capability))
  if (open) return { state: 'open', id: open.id, grant: open.grant }
  return { state: held.length > 0 ? 'closed' : 'unknown' }
}

/** Hands the invite's capability on to the replica's own key. */
export async function redeemInvite(replica: Replica, invite: Signer, box: Bytes | null): Promise<Result<Grant>> {
  const held = inviteState(replica, invite.key)
  if (held.state === 'unknown')
    return refuse({
      code: 'not_found',
      detail: 'This invite is not known here yet. Wait until a peer is connected, then try again.',
    })
  if (held.state === 'closed') return noLonger()
  const grant = redemptionOf(held.grant, { key: fromHex(replica.actor), box }, replica.random(8))
  return (await replica.redeem(invite, grant, held.id)) ? ok(grant) : noLonger()
}

function noLonger(): Result<never> {
  return refuse({
    code: 'permission_denied',
    detail: 'This invite no longer lets anybody in: it was used, closed, or its time is over. Ask for a new one.',
  })
}

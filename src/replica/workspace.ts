/**
 * Workspaces begin and grow here: the genesis that names its root, invites, and their redemption.
 *
 * An invite is a capability for keys that follow from a seed; whoever has the link has the seed, hands the capability on to
 * a key of their own, and from then on writes under that. It works with the inviter offline.
 */

import type { Bytes } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import { BATCH_VERSION, KIND, type VerifiedBatch } from '../core/batch.ts'
import { capabilityId, FLAG, type Grant } from '../core/capability.ts'
import { OP } from '../core/change.ts'
import { workspaceNodeId } from '../core/ids.ts'
import { PROTOCOL } from '../core/limits.ts'
import type { Replica } from './replica.ts'
import type { Signer } from './writer.ts'

/** Version of the validity rules that a workspace is judged by, for ever. */
const RULE_VERSION = 1

/** First rank of the band; the design has the whole table. */
const BANDS = { admin: { from: 10, to: 29 }, member: { from: 30, to: 49 } } as const
export type Role = keyof typeof BANDS

/** The genesis batch of a new workspace whose root is the signer. The workspace's id is the batch's. */
export async function createGenesis(signer: Signer, now: number, random: RandomBytes): Promise<VerifiedBatch> {
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
    body: { salt: random(16), capabilities: [], changes: [[OP.genesis, 0, null, 0, [RULE_VERSION, {}]]] },
  })
}

export function nameWorkspace(replica: Replica, name: string): void {
  const node = workspaceNodeId(replica.workspace)
  replica.transact(null, (tx) => tx.set(node, 'name', name))
}

/** Publishes an invite for these keys. The inviter must outrank whom it invites. */
export function publishInvite(
  replica: Replica,
  role: Role,
  invite: { readonly key: Bytes; readonly box: Bytes | null },
): Result<Grant> {
  // Below the invite there must be room for the capability it becomes, in rank and in the length of the chain.
  const cited = replica.held.find(
    ({ grant, depth }) =>
      grant.rank + 1 < BANDS[role].to && depth + 2 <= PROTOCOL.chainDepth && (grant.flags & FLAG.redeemOnly) === 0,
  )
  if (!cited && replica.held.some(({ depth }) => depth + 2 > PROTOCOL.chainDepth))
    return refuse({
      code: 'permission_denied',
      detail: 'You were invited by too long a chain of invites to invite others. Ask somebody nearer to the owner.',
    })
  if (!cited || !replica.may('grant', 'agent'))
    return refuse({ code: 'permission_denied', detail: `You may not invite ${role}s here.` })
  const grant: Grant = {
    workspace: replica.workspace,
    parent: fromHex(cited.id),
    issuer: fromHex(replica.actor),
    audience: invite.key,
    audienceBox: invite.box,
    // Room for the redeemed capability below it, inside the band.
    rank: Math.min(Math.max(BANDS[role].from, cited.grant.rank + 1), BANDS[role].to - 1),
    types: null,
    rights: null,
    globs: null,
    projects: null,
    notBefore: 0,
    expires: null,
    flags: FLAG.redeemOnly,
    nonce: replica.random(8),
  }
  replica.grant(grant, cited.id)
  return ok(grant)
}

/** The invite that these keys hold, once its grant has come; null before. */
export function heldInvite(replica: Replica, invite: Bytes): { readonly id: string; readonly grant: Grant } | null {
  const audience = toHex(invite)
  return replica.capabilities.find((held) => held.audience === audience) ?? null
}

/** Hands the invite's capability on to the replica's own key. */
export async function redeemInvite(replica: Replica, invite: Signer, box: Bytes | null): Promise<Result<Grant>> {
  const held = heldInvite(replica, invite.key)
  if (!held)
    return refuse({
      code: 'not_found',
      detail: 'This invite is not known here yet. Wait until a peer is connected, then try again.',
    })
  const grant: Grant = {
    ...held.grant,
    parent: capabilityId(held.grant),
    issuer: invite.key,
    audience: fromHex(replica.actor),
    audienceBox: box,
    rank: held.grant.rank + 1,
    notBefore: 0,
    expires: null,
    flags: 0,
    nonce: replica.random(8),
  }
  const counts = await replica.redeem(invite, grant, held.id)
  return counts
    ? ok(grant)
    : refuse({ code: 'permission_denied', detail: 'This invite no longer lets anybody in. Ask for a new one.' })
}

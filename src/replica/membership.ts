/**
 * Who is in, with what rights: granting, ending, giving up and adopting, as the person at this device may.
 *
 * Each answers a refusal where it would have no effect; nothing is written then. What a revocation cuts can be asked before.
 */

import { fromHex, toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import { isSenior } from '../core/authority.ts'
import type { Capability, Entry } from '../core/capability-registry.ts'
import type { ChangeName, Grant } from '../core/capability.ts'
import type { Ref } from '../core/history.ts'
import type { WorkNode } from '../core/fold.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { PROTOCOL } from '../core/limits.ts'
import { type CapabilitySpec, generateCapability, type Recipient } from '../core/roles.ts'
import type { Replica } from './replica.ts'
import { liveOf } from './standing.ts'

export interface RevokeOptions {
  /** Ids of capabilities directly under it that live on. */
  readonly keep?: readonly string[]
  /** Ordinals of batches whose past still counts; by default all that is here. */
  readonly frontier?: readonly number[]
  /** Earlier revocations of the same capability that this one takes the place of. */
  readonly replaces?: readonly Ref[]
  readonly reason?: string
}

/** Hands a capability on to a key that is known, narrowed. */
export function grantTo(replica: Replica, to: Recipient, spec: CapabilitySpec): Result<Grant> {
  const cited = replica.capabilityFor('grant')
  if (!cited) return refuse({ code: 'permission_denied', detail: 'You may not grant rights here.' })
  if (toHex(to.key) === replica.actor) return refuse({ code: 'invalid', detail: 'Nobody grants rights to themselves.' })
  const grant = generateCapability(cited.grant, cited.depth, to, spec, replica.random(8))
  if (!grant.ok) return grant
  replica.publish({ op: 'grant', grant: grant.value }, cited.id)
  return grant
}

/** The capability of this actor's under which it may end the other, or null. */
export function revokerOf(replica: Replica, target: Capability): Capability | null {
  const cited = replica.capabilityFor('revoke')
  return cited && isSenior(cited, target) ? cited : null
}

/** Ends a capability and all that hangs on it. Answers where the revocation stands. */
export function revoke(replica: Replica, id: string, options: RevokeOptions = {}): Result<Ref> {
  const target = replica.authority.registry.get(id)
  if (!target) return refuse({ code: 'not_found', detail: 'There is no such capability here.' })
  const cited = revokerOf(replica, target)
  if (!cited)
    return refuse({
      code: 'permission_denied',
      detail: 'You may not end this capability: only somebody more senior than its holder may, in all of its projects.',
    })
  const { history } = replica
  const { keep = [], frontier, replaces = [], reason = '' } = options
  if (keep.length > PROTOCOL.frontier || (frontier?.length ?? 0) > PROTOCOL.frontier)
    return refuse({ code: 'too_large', detail: `A revocation names ${PROTOCOL.frontier} capabilities or batches at most.` })
  const revocation = {
    target: fromHex(id),
    keep: keep.map(fromHex),
    frontier: frontier ? frontier.map((ordinal) => history.idOf(ordinal)) : null,
    replaces: replaces.map((ref): ChangeName => [history.idOf(Math.floor(ref / 256)), ref % 256]),
    reason,
  }
  return ok(replica.publish({ op: 'revoke', revocation }, cited.id))
}

/**
 * Ends the runs that hold a task, of these agents, as far as this actor may; answers how many. The tasks are free for others then;
 * what was submitted waits for a word as before.
 */
export function endRuns(replica: Replica, isTheirs: (agent: ActorKey) => boolean): number {
  const held = [...replica.nodes.values()].flatMap((task): readonly [WorkNode, NodeId][] => {
    const { holder = null, candidates = [], runs = [] } = task.work ?? {}
    const agent = runs.find(({ id }) => id === holder)?.by
    if (holder === null || candidates.length > 0 || agent === undefined || !isTheirs(agent)) return []
    return replica.maySay('end', task, holder, 'revoke') ? [[task, holder]] : []
  })
  if (held.length > 0)
    replica.transact(null, (tx) => {
      for (const [task, run] of held) tx.say(task, 'end', run, 'revoke')
    })
  return held.length
}

/**
 * Ends everything that a key holds here: each of its live capabilities, whoever granted them, and the invites they came by, which
 * would let them in again. With `keepBelow`, what it granted to others lives on. Answers how many capabilities were ended; a
 * refusal if one of them is beyond this actor, and then none is.
 */
export function removeActor(replica: Replica, actor: ActorKey, { keepBelow = false, reason = '' } = {}): Result<number> {
  const held = liveOf(replica.authority, actor)
  if (held.length === 0) return refuse({ code: 'not_found', detail: 'They hold nothing here any more.' })
  if (held.some((capability) => revokerOf(replica, capability) === null))
    return refuse({ code: 'permission_denied', detail: 'You may not remove them: they are not below you.' })
  for (const capability of held) {
    const keep = keepBelow ? grantedBelow(capability, actor).map(({ id }) => id) : []
    const revoked = revoke(replica, capability.id, { keep, reason })
    if (!revoked.ok) return revoked
    const { parent } = capability
    if (parent?.isInvite && revokerOf(replica, parent) && replica.authority.isLive(parent)) closeInvite(replica, parent.id)
  }
  endRuns(replica, (agent) => agent === actor)
  return ok(held.length)
}

/** Nobody comes in by this invite from here on; who did, stays. */
export function closeInvite(replica: Replica, id: string): Result<Ref> {
  const invite = replica.authority.registry.get(id)
  if (!invite?.isInvite) return refuse({ code: 'not_found', detail: 'There is no such invite here.' })
  return revoke(replica, id, { keep: grantedBelow(invite, invite.audience).map((guest) => guest.id), reason: 'closed' })
}

/** Gives up a capability of one's own: nothing cites it from here on. */
export function renounce(replica: Replica, id: string): Result<Ref> {
  const held = replica.held.find((capability) => capability.id === id)
  if (!held) return refuse({ code: 'not_found', detail: 'You do not hold that capability.' })
  if (held.isRoot)
    return refuse({ code: 'wrong_state', detail: 'The owner cannot leave: nobody could end their rights for good.' })
  return ok(replica.publish({ op: 'renounce', target: fromHex(id) }, id))
}

/** Makes work count that does not, under one's own right. Answers how many of the changes that brings back. */
export function adopt(replica: Replica, refs: readonly Ref[]): Result<number> {
  const cited = replica.capabilityFor('grant')
  if (!cited) return refuse({ code: 'permission_denied', detail: 'You may not adopt work here.' })
  const { history, quarantine } = replica
  const before = refs.filter((ref) => quarantine.has(ref)).length
  for (let from = 0; from < refs.length; from += PROTOCOL.adoptsPerChange) {
    const changes = refs
      .slice(from, from + PROTOCOL.adoptsPerChange)
      .map((ref): ChangeName => [history.idOf(Math.floor(ref / 256)), ref % 256])
    replica.publish({ op: 'adopt', changes }, cited.id)
  }
  const after = refs.filter((ref) => replica.quarantine.has(ref)).length
  if (before > 0 && after === before)
    return refuse({ code: 'permission_denied', detail: 'None of it is within what you may do yourself, so you cannot adopt it.' })
  return ok(before - after)
}

/** Takes an adopt back. */
export function unadopt(replica: Replica, adopts: readonly Ref[]): Result<Ref> {
  const cited = replica.capabilityFor('grant')
  if (!cited) return refuse({ code: 'permission_denied', detail: 'You may not take back what was adopted here.' })
  const changes = adopts.map((ref): ChangeName => [replica.history.idOf(Math.floor(ref / 256)), ref % 256])
  return ok(replica.publish({ op: 'unadopt', changes }, cited.id))
}

/** How many changes that count now would not, if the capability were ended as of this frontier. */
export function wouldCut(replica: Replica, id: string, frontier: readonly number[], keep: readonly string[] = []): number {
  const target = replica.authority.registry.get(id)
  if (!target) return 0
  const marks = replica.history.marksOf(frontier)
  let cut = 0
  for (const [capability, ordinal] of replica.authority.beyond(target, new Set(keep), marks))
    cut += replica.countCiting(ordinal, capability)
  return cut
}

/** How many changes do not count because of this revocation. */
export function cutsOf(replica: Replica, revocation: Entry): number {
  let cut = 0
  for (const [capability, ordinal] of replica.authority.cutBy(revocation)) cut += replica.countCiting(ordinal, capability)
  return cut
}

/** The last batches of everybody at or before an instant: what "as of then" means. */
export function frontierAt(replica: Replica, ms: number): number[] {
  const { history } = replica
  const heads = new Map<number, number>()
  for (let ordinal = 0; ordinal < history.count; ordinal++)
    if (history.hlcOf(ordinal)[0] <= ms) heads.set(history.chainOf(ordinal), ordinal)
  return history.endsOf(history.marksOf([...heads.values()]))
}

/** Brings back what a revocation cut: ends the same capability as of now, in its place. */
export function undoCut(replica: Replica, revocation: Ref): Result<Ref> {
  const entry = replica.authority.entryAt(revocation)
  if (!entry?.cut) return refuse({ code: 'not_found', detail: 'There is no such revocation here.' })
  return revoke(replica, entry.cut.target.id, { keep: [...entry.cut.keep], replaces: [revocation], reason: 'replaces a mistake' })
}

/** Ends once more what a revocation ended that counts no more, drawing the same line. */
export function reaffirm(replica: Replica, revocation: Ref): Result<Ref> {
  const entry = replica.authority.entryAt(revocation)
  if (!entry?.cut) return refuse({ code: 'not_found', detail: 'There is no such revocation here.' })
  const { history } = replica
  const marks = entry.cut.marks ?? history.marksOf([Math.floor(revocation / 256)])
  return revoke(replica, entry.cut.target.id, {
    keep: [...entry.cut.keep],
    frontier: history.endsOf(marks),
    reason: 'affirmed again',
  })
}

/**
 * Capabilities directly under one, of other holders, that were validly granted: those among them that have ended since have so by
 * themselves, and what hangs below them may live.
 */
export function grantedBelow(capability: Capability, holder: ActorKey): readonly Capability[] {
  return capability.children.filter((child) => child.audience !== holder && child.carriers.some(({ why }) => why === null))
}

/**
 * Ending what somebody holds here, with what hangs on it or without; and changing it, which is granting anew and then ending the old.
 *
 * What is kept of those below are the ones who are in. Links that nobody has used yet are no people: whoever made them would come
 * back by one.
 */

import { toHex } from '../../base/bytes.ts'
import { ok, type Result } from '../../base/result.ts'
import type { Capability } from '../../core/capability-registry.ts'
import { RIGHTS } from '../../core/change.ts'
import { type ActorKey, nodeIdFromBytes } from '../../core/ids.ts'
import { BANDS, PRESETS, type Role, ROLES, roleOf } from '../../core/roles.ts'
import { nameOf } from '../../operations/authority.ts'
import type { InputOf } from '../../operations/table.ts'
import { grantedBelow, revokerOf } from '../../replica/membership.ts'
import type { Replica } from '../../replica/replica.ts'
import { liveOf } from '../../replica/standing.ts'
import type { Session } from '../session.ts'
import { isRedeemed } from './roster.ts'

export type Spec = Omit<InputOf<'generate_capability'>, 'to' | 'box'>

export interface Ending {
  readonly id: string
  readonly keep: readonly string[]
}

/** The capabilities to end so that these keys hold nothing. With `keepBelow`, whom they let in stays. */
export function endingsOf(replica: Replica, actors: readonly ActorKey[], keepBelow: boolean): readonly Ending[] {
  const held = actors.flatMap((actor) => liveOf(replica.authority, actor))
  if (keepBelow) return held.map((capability) => ({ id: capability.id, keep: membersBelow(replica, capability) }))
  return held.filter((capability) => !hangsOn(capability, held)).map(({ id }) => ({ id, keep: [] }))
}

/** Whether this person may end all of it: none of what the keys hold is beyond them, and there is something. */
export function mayEnd(replica: Replica, actors: readonly ActorKey[]): boolean {
  const held = actors.flatMap((actor) => liveOf(replica.authority, actor))
  return held.length > 0 && held.every((capability) => revokerOf(replica, capability) !== null)
}

export function mayEndCapability(replica: Replica, id: string): boolean {
  const capability = replica.authority.registry.get(id)
  return capability !== undefined && revokerOf(replica, capability) !== null
}

/** Who is in by what these keys granted, and would go with them. */
export function holdersBelow({ authority }: Replica, actors: readonly ActorKey[]): readonly ActorKey[] {
  const below = new Set<ActorKey>()
  for (const actor of actors) {
    for (const capability of liveOf(authority, actor))
      for (const other of capability.subtree())
        if (!other.isInvite && !actors.includes(other.audience) && authority.isLive(other)) below.add(other.audience)
  }
  return [...below]
}

/** How many changes would no longer count if these were ended as of the instant. */
export function changesCut(session: Session, endings: readonly Ending[], asOf: number): number {
  let cut = 0
  for (const { id, keep } of endings) {
    const preview = session.run('preview_revocation', { id, asOf, keep: [...keep] })
    if (preview.ok) cut += preview.value.changes
  }
  return cut
}

export interface Removed {
  /** Gives back what was ended, and the work with it. */
  undo(): Promise<Result<null>>
}

/** Ends what these keys hold. `asOf`: work of theirs after this instant counts no more; null keeps all that is here. */
export function remove(
  session: Session,
  actors: readonly ActorKey[],
  { keepBelow, asOf }: { readonly keepBelow: boolean; readonly asOf: number | null },
): Result<Removed> {
  const { replica } = session
  const endings = endingsOf(replica, actors, keepBelow)
  const given = actors.flatMap((actor) => liveOf(replica.authority, actor)).map(grantAgain)
  const ended: string[] = []
  for (const { id, keep } of endings) {
    const done = session.run('revoke_capability', { id, keep: [...keep], reason: 'removed', ...(asOf === null ? {} : { asOf }) })
    if (!done.ok) return done
    ended.push(id)
    const invite = replica.authority.registry.get(id)?.parent
    if (invite?.isInvite && replica.authority.isLive(invite) && revokerOf(replica, invite)) {
      const closed = session.run('close_invite', { id: invite.id })
      if (!closed.ok) return closed
    }
  }
  return ok({ undo: () => giveBack(session, given, asOf === null ? [] : ended) })
}

/** Hands out new rights in place of what these keys hold. Nobody is without rights in between; wider ones leave the old as they are. */
export function changeRights(session: Session, actors: readonly ActorKey[], spec: Spec, narrower: boolean): Result<null> {
  const { replica } = session
  const old = endingsOf(replica, actors, true)
  for (const to of actors) {
    const done = session.run('generate_capability', { ...spec, to, box: boxOf(replica, to) })
    if (!done.ok) return done
  }
  if (!narrower) return ok(null)
  for (const { id, keep } of old) {
    const done = session.run('revoke_capability', { id, keep: [...keep], reason: 'changed' })
    if (!done.ok) return done
  }
  return ok(null)
}

/** What keys are sealed to for this device, as it was last told of; null where nobody has. */
export function boxOf({ authority }: Replica, actor: ActorKey): string | null {
  const box = authority.registry.heldBy(actor).findLast(({ grant }) => grant.audienceBox !== null)?.grant.audienceBox
  return box ? toHex(box) : null
}

/** The roles that this person may hand out. */
export function grantableRoles(replica: Replica): readonly Role[] {
  const cited = replica.capabilityFor('grant')
  return cited === null ? [] : ROLES.filter((role) => cited.rank < BANDS[PRESETS[role].band][1])
}

async function giveBack(
  session: Session,
  given: readonly InputOf<'generate_capability'>[],
  ended: readonly string[],
): Promise<Result<null>> {
  const { replica } = session
  // What was ended a moment ago may not be signed yet, and has no name before.
  await replica.saved()
  for (const input of given) {
    const done = session.run('generate_capability', input)
    if (!done.ok) return done
  }
  for (const id of ended) {
    const last = replica.authority.registry.get(id)?.revocations.findLast(({ cut }) => cut?.isActive)
    const done = last && session.run('undo_revocation', { change: nameOf(replica, last.ref) })
    if (done?.ok === false) return done
  }
  return ok(null)
}

/** What would give the same to the same key again. */
function grantAgain({ grant, audience }: Capability): InputOf<'generate_capability'> {
  const role = roleOf(grant)
  return {
    to: audience,
    box: grant.audienceBox && toHex(grant.audienceBox),
    role: role === 'owner' ? 'admin' : role,
    rights: grant.rights && RIGHTS.filter((_, number) => grant.rights?.includes(number)),
    types: grant.types as Spec['types'],
    files: grant.globs ? [...grant.globs] : null,
    projects: grant.projects && grant.projects.map(nodeIdFromBytes),
    expires: grant.expires,
  }
}

function membersBelow(replica: Replica, capability: Capability): string[] {
  return grantedBelow(capability, capability.audience)
    .filter((child) => !child.isInvite || isRedeemed(replica, child.id))
    .map(({ id }) => id)
}

function hangsOn(capability: Capability, others: readonly Capability[]): boolean {
  for (let link = capability.parent; link !== null; link = link.parent) if (others.includes(link)) return true
  return false
}

/**
 * What a workspace asks of those who may, now and then, without anybody clicking: each is done by the nearest senior who can, so
 * that not all do it at once and nobody waits for somebody who is gone.
 *
 * - an invite that was redeemed is closed, and whoever came by it stays
 * - a capability whose time is over is ended, so that nothing can be dated back into it: not before its holder's own word is
 *   heard past that time, or a week has gone by, since the work of an honest agent who was offline counts
 * - who gave up a capability has it ended for good
 * - an agent whose feed forked has its capability ended: one of its two histories is somebody else's
 * - a run whose agent may do nothing here any more is ended, so that the task is free
 * - the key of the bodies is turned after a removal, and handed to devices that lack it
 *
 * The nearest senior of a capability is the first up its chain who may still revoke. A duty is no right: each is an ordinary
 * revocation, judged like any other.
 */

import type { Capability } from '../core/capability-registry.ts'
import { fromHex } from '../base/bytes.ts'
import { read } from '../core/fold.ts'
import { type ActorKey, personNodeId } from '../core/ids.ts'
import { BANDS, FIRST_AGENT_RANK } from '../core/roles.ts'
import { scopeFault } from '../core/scope.ts'
import { endRuns, grantedBelow, revoke } from './membership.ts'
import { askForAdmin } from './people.ts'
import type { Replica } from './replica.ts'
import { liveOf } from './standing.ts'

/** How long a holder that is silent keeps a capability whose time is over. */
const SILENT_MS = 7 * 24 * 3600 * 1000

/** Does what falls to this actor; answers how many changes that took. Call it when things are quiet, from one tab. */
export async function performDuties(replica: Replica): Promise<number> {
  const { authority, history } = replica
  const forked = new Set(history.forks().map(({ feed }) => feed.slice(0, replica.actor.length)))
  let done = 0
  for (const capability of authority.registry.all) {
    if (!authority.isStanding(capability) || nearestSenior(replica, capability) !== replica.actor) continue
    const reason = reasonToEnd(replica, capability, forked)
    if (reason === null) continue
    // Of two histories one is somebody else's, and so may be what it granted. Otherwise that has its own time and senior.
    const keep = reason === 'forked' ? [] : grantedBelow(capability, capability.audience).map(({ id }) => id)
    if (revoke(replica, capability.id, { keep, reason }).ok) done++
  }
  done += endRuns(replica, (agent) => liveOf(authority, agent).length === 0 && fallsTo(replica, agent))
  if (isAnswered(replica)) askForAdmin(replica, false)
  if (await replica.rekey()) done++
  return done
}

/** Whether this actor is the nearest senior of an agent, by any capability that it was ever granted. */
function fallsTo(replica: Replica, agent: ActorKey): boolean {
  return replica.authority.registry.heldBy(agent).some((capability) => nearestSenior(replica, capability) === replica.actor)
}

/** The first up the chain who may still end this capability; null for a root's own, and where nobody can any more. */
export function nearestSenior({ authority, now }: Replica, capability: Capability): ActorKey | null {
  for (let link = capability.parent; link !== null; link = link.parent) {
    const mayEnd = link.rank < FIRST_AGENT_RANK && scopeFault(link.cited, 'revoke', null, now()) === null
    if (mayEnd && authority.isLive(link)) return link.audience
  }
  return null
}

/** Whoever asked to become an admin, and is one now, asks no more. */
function isAnswered(replica: Replica): boolean {
  const node = replica.nodes.get(personNodeId(replica.workspace, fromHex(replica.actor)))
  const [most] = replica.held
  return node !== undefined && read(node, 'asks') === 'admin' && most !== undefined && most.rank <= BANDS.admin[1]
}

function reasonToEnd(replica: Replica, capability: Capability, forked: ReadonlySet<string>): string | null {
  if (capability.isInvite && grantedBelow(capability, capability.audience).length > 0) return 'redeemed'
  if (isOver(replica, capability)) return 'expired'
  if (capability.renounced.length > 0) return 'renounced'
  return capability.rank >= FIRST_AGENT_RANK && forked.has(capability.audience) ? 'forked' : null
}

function isOver({ history, now }: Replica, { cited, audience, isInvite }: Capability): boolean {
  const { expires } = cited
  if (now() <= expires) return false
  // Nobody works under an invite: there is nobody to be heard of.
  return isInvite || now() > expires + SILENT_MS || history.lastMsOf(audience) > expires
}

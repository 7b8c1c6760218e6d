/**
 * Who is meant by an assignee. Tasks name people and agents in several ways: by a name, by the id of an agent's profile, by a key.
 * Whoever asks for somebody's tasks gets those that name them in any of these ways, whichever they used themselves.
 */

import { type ActorKey, isNodeId } from '../core/ids.ts'
import { actorOfProfile, isActorKey, nameOfActor, profilesIn, textIn } from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'

/** All that tasks may call this one, in small letters; `me` is who asks. */
export function assigneeNames(replica: Replica, assignee: string): ReadonlySet<string> {
  const who = assignee.toLowerCase() === 'me' ? replica.actor : assignee
  const same = (text: string | null): boolean => text !== null && text.toLowerCase() === who.toLowerCase()
  const profile = profilesIn(replica).find((node) =>
    isNodeId(who) ? node.id === who : isActorKey(who) ? actorOfProfile(replica, node) === who : same(textIn(node, 'name')),
  )
  const actor: ActorKey | null = isActorKey(who) ? who : profile ? actorOfProfile(replica, profile) : null
  const names = [who, profile?.id, profile && textIn(profile, 'name'), actor, actor && nameOfActor(replica, actor)]
  return new Set(names.flatMap((name) => (name ? [name.toLowerCase()] : [])))
}

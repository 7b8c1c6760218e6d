/**
 * Who is meant by an assignee. Tasks name people and agents in several ways: by a name, by the id of an agent's profile, by a key.
 * Whoever asks for somebody's tasks gets those that name them in any of these ways, whichever they used themselves. `me` is who asks,
 * also where they write: kept as a word, it would be each reader in turn.
 */

import { type ActorKey, isNodeId } from '../core/ids.ts'
import { actorOfProfile, isActorKey, nameOfActor, profilesIn, textIn } from '../replica/agents.ts'
import type { Replica } from '../replica/replica.ts'

/** What is written for these: `me` as the key of who writes. */
export function assigneesToWrite(replica: Replica, assignees: readonly string[]): string[] {
  return [...new Set(assignees.map((one) => (isMe(one) ? replica.actor : one)))]
}

/** What is taken away for these, of those that a task has: `me` by whatever name. */
export function assigneesToRemove(replica: Replica, held: readonly string[], assignees: readonly string[]): string[] {
  const mine = assigneeNames(replica, 'me')
  return assignees.flatMap((one) => (isMe(one) ? held.filter((other) => mine.has(other.toLowerCase())) : [one]))
}

function isMe(assignee: string): boolean {
  return assignee.toLowerCase() === 'me'
}

/** All that tasks may call this one, in small letters; `me` is who asks. */
export function assigneeNames(replica: Replica, assignee: string): ReadonlySet<string> {
  const who = isMe(assignee) ? replica.actor : assignee
  const same = (text: string | null): boolean => text !== null && text.toLowerCase() === who.toLowerCase()
  const profile = profilesIn(replica).find((node) =>
    isNodeId(who) ? node.id === who : isActorKey(who) ? actorOfProfile(replica, node) === who : same(textIn(node, 'name')),
  )
  const actor: ActorKey | null = isActorKey(who) ? who : profile ? actorOfProfile(replica, profile) : null
  const names = [who, profile?.id, profile && textIn(profile, 'name'), actor, actor && nameOfActor(replica, actor)]
  return new Set(names.flatMap((name) => (name ? [name.toLowerCase()] : [])))
}

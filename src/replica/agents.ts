/**
 * Agents: the key is the actor, a node of type `agent` is its profile, and two registers of the node join them.
 *
 * `invite` names the invite that was made for the agent: whoever redeemed it goes by the profile, and the log says who that was. So
 * nothing has to be written when an agent comes in. `actor` names the key of one that was here before its profile.
 *
 * Who is paused is a set on the workspace's node, of keys or `*` for every agent: only people may write there. It is a courtesy
 * that the operations keep; whoever ignores it is stopped, or removed.
 */

import type { Capability } from '../core/capability-registry.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import { type ActorKey, workspaceNodeId } from '../core/ids.ts'
import { FIRST_AGENT_RANK } from '../core/roles.ts'
import { own } from '../core/crdt/own.ts'
import { isDeleted } from '../core/readiness.ts'
import { personOf } from './people.ts'
import type { Replica } from './replica.ts'
import { liveOf } from './standing.ts'

/** Stands for every agent in the set of those who are paused. */
export const EVERY_AGENT = '*'

/** Whom the profile is of; null while nobody has come in by it. Who came by its invite goes before who was here already. */
export function actorOfProfile(replica: Replica, node: WorkNode): ActorKey | null {
  const came = redeemer(inviteOfProfile(replica, node))
  const actor = read(node, 'actor')
  return came ?? (typeof actor === 'string' && isActorKey(actor) ? actor : null)
}

/** The invite that was made for it. */
export function inviteOfProfile({ authority }: Replica, node: WorkNode): Capability | null {
  const id = read(node, 'invite')
  return (typeof id === 'string' && authority.registry.get(id)) || null
}

export function profilesIn({ views, nodes }: Replica): readonly WorkNode[] {
  return views.ofType('agent').flatMap((id) => {
    const node = nodes.get(id)
    return node && !isDeleted(node) ? [node] : []
  })
}

/** Every key that acts as an agent: those that have a profile, and those whose rights are an agent's. */
export function isAgent(replica: Replica, actor: ActorKey): boolean {
  const live = liveOf(replica.authority, actor)
  const held = live.length > 0 ? live : replica.authority.registry.heldBy(actor)
  return held.length > 0 && held.every(({ rank }) => rank >= FIRST_AGENT_RANK)
}

/** Keys with rights of an agent, now. */
export function agentKeys(replica: Replica): readonly ActorKey[] {
  const found = new Set<ActorKey>()
  for (const { rank, audience, isInvite, depth } of replica.authority.registry.all)
    if (depth > 0 && rank >= FIRST_AGENT_RANK && !isInvite) found.add(audience)
  return [...found].filter((actor) => liveOf(replica.authority, actor).length > 0 && isAgent(replica, actor))
}

export interface Pause {
  /** Who said so first. */
  readonly by: ActorKey
  readonly at: number
}

/** Who paused this key, or `EVERY_AGENT`; null where nobody did. */
export function pauseOf({ nodes, workspace, history }: Replica, who: string): Pause | null {
  const node = nodes.get(workspaceNodeId(workspace))
  const [ref] = own(own(node?.sets ?? {}, 'paused') ?? {}, who) ?? []
  if (ref === undefined) return null
  return { by: history.feedOf(Math.floor(ref / 256)).slice(0, KEY_DIGITS) as ActorKey, at: history.msOf(ref) }
}

/** Why this agent may not go on; null where it may. */
export function pausedAgent(replica: Replica, actor: ActorKey): (Pause & { readonly all: boolean }) | null {
  const one = pauseOf(replica, actor)
  if (one) return { ...one, all: false }
  const all = pauseOf(replica, EVERY_AGENT)
  return all && isAgent(replica, actor) ? { ...all, all: true } : null
}

/** What a key says that it is called; else the profile's name; empty for neither. */
export function nameOfActor(replica: Replica, actor: ActorKey): string {
  const said = personOf(replica, actor)?.name
  return (
    said ||
    textIn(
      profilesIn(replica).find((node) => actorOfProfile(replica, node) === actor),
      'name',
    )
  )
}

export function textIn(node: WorkNode | undefined, field: string): string {
  const value = node && read(node, field)
  return typeof value === 'string' ? value : ''
}

/** What an agent is to keep to, per run. It is told so; that it does is its own. */
export interface AgentLimits {
  readonly costMicros: number | null
  readonly minutes: number | null
}

export function limitsOf(node: WorkNode): AgentLimits {
  const given = read(node, 'limits')
  const map = (typeof given === 'object' && given !== null ? given : {}) as Readonly<Record<string, unknown>>
  const whole = (value: unknown): number | null =>
    Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : null
  return { costMicros: whole(map['costMicros']), minutes: whole(map['minutes']) }
}

/** What the agent asks a person about before it does it: a tool a line, or a tool and a pattern of paths. */
export function approvalsOf(node: WorkNode | undefined): readonly string[] {
  const given = node && read(node, 'limits')
  const { approve } = (typeof given === 'object' && given !== null ? given : {}) as Readonly<Record<string, unknown>>
  return Array.isArray(approve) ? approve.filter((line) => typeof line === 'string') : []
}

export function skillsOf(node: WorkNode): readonly string[] {
  return elements(node, 'skills').toSorted()
}

export function isActorKey(text: string): text is ActorKey {
  return /^01[0-9a-f]{64}$/.test(text)
}

const KEY_DIGITS = 66

function redeemer(invite: Capability | null): ActorKey | null {
  return invite?.children.find(({ carriers }) => carriers.some(({ why }) => why === null))?.audience ?? null
}

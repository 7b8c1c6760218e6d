/**
 * The agents of a workspace as the page shows them: profiles with whoever goes by them, and keys with an agent's rights that have no
 * profile. Without their work, which changes by the second and is read apart.
 */

import { useMemo, useSyncExternalStore } from 'react'
import { type ActorKey, type NodeId, workspaceNodeId } from '../../core/ids.ts'
import { read, type WorkNode } from '../../core/fold.ts'
import {
  actorOfProfile,
  agentKeys,
  type AgentLimits,
  EVERY_AGENT,
  inviteOfProfile,
  limitsOf,
  nameOfActor,
  type Pause,
  pausedAgent,
  pauseOf,
  profilesIn,
  skillsOf,
  textIn,
} from '../../replica/agents.ts'
import { type CapabilityRow, capabilityRow } from '../../replica/capability-row.ts'
import type { Replica } from '../../replica/replica.ts'
import { liveOf } from '../../replica/standing.ts'
import { useMinute } from '../hooks.ts'
import { useObservable } from '../use-observable.ts'
import { saidIn } from '../known-people.ts'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'

export interface AgentEntry {
  /** Its profile's id, else its key. */
  readonly id: string
  readonly profile: NodeId | null
  readonly actor: ActorKey | null
  readonly name: string
  readonly role: string
  readonly model: string | null
  readonly skills: readonly string[]
  readonly limits: AgentLimits
  /** `invited` has an open invite, `uninvited` none that is open, `in` may work, `ended` may no more. */
  /** The capability of its invite, while that is open. */
  readonly openInvite: string | null
  readonly standing: 'invited' | 'uninvited' | 'in' | 'ended'
  /** Of what it holds, or of its invite; null is every file. */
  readonly files: readonly string[] | null
  readonly expires: number | null
  readonly paused: (Pause & { readonly all: boolean }) | null
}

export interface AgentRoster {
  readonly agents: readonly AgentEntry[]
  readonly allPaused: Pause | null
}

/** Every entry is the same object until what it says changes, so a row renders only for itself. */
export function useAgentRoster(): AgentRoster {
  const { replica } = useSession()
  const { views, workspace } = replica
  const authority = useAuthorityVersion()
  const said = useObservable(saidIn(replica))
  // Rights end by themselves.
  const minute = useMinute()
  const changes = useSyncExternalStore(
    (changed) => {
      const stops = [views.on('type:agent', changed), views.on(workspaceNodeId(workspace), changed)]
      return () => stops.forEach((stop) => stop())
    },
    () => stampOf(replica),
  )
  return useMemo(
    () => rosterOf(replica),
    // What it is made of changes with these.
    // oxlint-disable-next-line react/exhaustive-deps
    [replica, authority, said, minute, changes],
  )
}

/** Changes with every profile and pause. */
function stampOf({ views, nodes, workspace }: Replica): string {
  const updated = [...views.ofType('agent'), workspaceNodeId(workspace)].map((id) => nodes.get(id)?.updated)
  return updated.join()
}

const entries = new WeakMap<Replica, Map<string, { readonly words: string; readonly entry: AgentEntry }>>()

export function rosterOf(replica: Replica): AgentRoster {
  const profiles = profilesIn(replica)
  const taken = new Set(profiles.map((node) => actorOfProfile(replica, node)))
  const found = [
    ...profiles.map((node) => entryOfProfile(replica, node)),
    ...agentKeys(replica).flatMap((actor) => (taken.has(actor) ? [] : [entryOfKey(replica, actor)])),
  ]
  const before = entries.get(replica)
  const known = new Map(
    found.map((entry) => {
      const words = JSON.stringify(entry)
      const last = before?.get(entry.id)
      return [entry.id, last?.words === words ? last : { words, entry }]
    }),
  )
  entries.set(replica, known)
  const agents = [...known.values()]
    .map(({ entry }) => entry)
    .toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
  return { agents, allPaused: pauseOf(replica, EVERY_AGENT) }
}

function entryOfProfile(replica: Replica, node: WorkNode): AgentEntry {
  const actor = actorOfProfile(replica, node)
  const invite = inviteOfProfile(replica, node)
  const model = read(node, 'model')
  const rights = actor ? rightsOf(replica, actor) : invite && [capabilityRow(replica, invite)]
  return {
    id: node.id,
    profile: node.id,
    actor,
    name: textIn(node, 'name'),
    role: textIn(node, 'role'),
    model: typeof model === 'string' ? model : null,
    skills: skillsOf(node),
    limits: limitsOf(node),
    openInvite: actor === null && rights?.[0]?.state === 'live' ? rights[0].id : null,
    standing: actor ? (rights?.length ? 'in' : 'ended') : rights?.[0]?.state === 'live' ? 'invited' : 'uninvited',
    ...reachOf(rights ?? []),
    paused: actor && pausedAgent(replica, actor),
  }
}

function entryOfKey(replica: Replica, actor: ActorKey): AgentEntry {
  return {
    id: actor,
    profile: null,
    actor,
    name: nameOfActor(replica, actor) || `Agent ${actor.slice(2, 6)}`,
    role: '',
    model: null,
    skills: [],
    limits: { costMicros: null, minutes: null },
    openInvite: null,
    standing: 'in',
    ...reachOf(rightsOf(replica, actor)),
    paused: pausedAgent(replica, actor),
  }
}

function rightsOf(replica: Replica, actor: ActorKey): readonly CapabilityRow[] {
  return liveOf(replica.authority, actor)
    .map((capability) => capabilityRow(replica, capability))
    .filter(({ state }) => state === 'live')
}

/** The files and the time of all that is held, together. */
function reachOf(rows: readonly CapabilityRow[]): Pick<AgentEntry, 'files' | 'expires'> {
  const ends = rows.map(({ expires }) => expires)
  const lists = rows.map(({ files }) => files)
  return {
    files: lists.includes(null) ? null : [...new Set(lists.flatMap((files) => files ?? []))],
    expires: ends.length === 0 || ends.includes(null) ? null : Math.max(...(ends as number[])),
  }
}

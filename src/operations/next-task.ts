/**
 * Which task an agent takes next, and why there is none for it.
 *
 * What fits: ready, assigned to it or to nobody, within its rights, its file patterns and its skills (a task asks for one by a label
 * `skill:<word>`). Of the most urgent that fit it takes the one that comes first for it, and not the first of all: agents that look
 * at one list at one time would all reach for that (`core/rendezvous.ts`).
 */

import type { Capability } from '../core/capability-registry.ts'
import { elements, read, type WorkNode } from '../core/fold.ts'
import { globsIntersect } from '../core/glob.ts'
import type { NodeId } from '../core/ids.ts'
import { OPEN_STATUSES, whyNotReady } from '../core/readiness.ts'
import { LOCAL } from '../core/limits.ts'
import { inOrderFor } from '../core/rendezvous.ts'
import { mayClaim } from '../core/work.ts'
import { agentRunsIn } from '../replica/agent-runs.ts'
import { actorOfProfile, nameOfActor, pausedAgent, profilesIn, skillsOf } from '../replica/agents.ts'
import { policyOf } from '../replica/policy.ts'
import type { Replica } from '../replica/replica.ts'
import { isStrict } from './leases.ts'

/** Why tasks are not for this agent now. */
export type Unfit =
  | 'paused'
  | 'not_ready'
  | 'claimed'
  | 'waits_on'
  | 'not_before'
  | 'permission'
  | 'assigned'
  | 'skills'
  | 'files'
  | 'files_held'
  | 'tried_before'
  | 'no_lease'

export interface WhyNothing {
  readonly code: Unfit
  /** Of how many tasks it is true. */
  readonly tasks: number
  readonly detail: string
}

export interface NextTask {
  /** The tasks that fit, in the order in which this agent would take them. */
  readonly fitting: readonly NodeId[]
  /** What it claimed, strict, and may not have begun for want of a lease. */
  readonly waiting: readonly { readonly task: NodeId; readonly run: NodeId }[]
  /** What keeps it from the others, the most frequent first. */
  readonly why: readonly WhyNothing[]
}

const SKILL = 'skill:'

export function nextTask(replica: Replica): NextTask {
  const paused = pausedAgent(replica, replica.actor)
  if (paused) return { fitting: [], waiting: [], why: [whyOf('paused', 0)] }
  const me = selfOf(replica)
  const counts = new Map<Unfit, number>()
  const bands = new Map<number, NodeId[]>()
  // Agents look whenever something happens: what is done must not make that dearer.
  for (const id of OPEN_STATUSES.flatMap((status) => replica.views.column(status))) {
    const node = replica.nodes.get(id) as WorkNode
    const unfit = unfitFor(replica, node, me)
    if (unfit !== null) {
      counts.set(unfit, (counts.get(unfit) ?? 0) + 1)
      continue
    }
    const priority = priorityOf(node)
    bands.set(priority, [...(bands.get(priority) ?? []), id])
  }
  return {
    fitting: [...bands].toSorted(([a], [b]) => a - b).flatMap(([, ids]) => inOrderFor(ids, replica.actor)),
    waiting: me.waiting,
    why: [...counts].toSorted(([, a], [, b]) => b - a).map(([code, tasks]) => whyOf(code, tasks)),
  }
}

interface Self {
  readonly names: ReadonlySet<string>
  /** Null of who has no profile of an agent: people know what they can. */
  readonly skills: ReadonlySet<string> | null
  /** Whether the workspace wants no two to work on one file. */
  readonly areFilesHeld: boolean
  readonly waiting: NextTask['waiting']
  /** Whether one more strict task may be claimed: somebody gives leases, and no claim waits for one already. */
  readonly mayAsk: boolean
}

function selfOf(replica: Replica): Self {
  const profiles = profilesIn(replica).filter((node) => actorOfProfile(replica, node) === replica.actor)
  const name = nameOfActor(replica, replica.actor)
  const waiting = agentRunsIn(replica)
    .of(replica.actor)
    .holds.filter(({ state, lease }) => state === 'claimed' && lease !== null)
    .map(({ task, id }) => ({ task, run: id }))
  const policy = policyOf(replica)
  return {
    waiting,
    mayAsk: waiting.length === 0 && policy.leaseAuthority !== null,
    names: new Set([replica.actor, ...profiles.map(({ id }) => id), ...(name ? [name] : [])]),
    areFilesHeld: policy.fileLeases === 'enforce',
    skills: profiles.length > 0 ? new Set(profiles.flatMap(skillsOf)) : null,
  }
}

function unfitFor(replica: Replica, node: WorkNode, { names, skills, areFilesHeld, mayAsk }: Self): Unfit | null {
  const isOpen = mayCompete(replica, node)
  if (node.work?.holder && !isOpen) return 'claimed'
  const first = whyNotReady(node, replica.nodes, replica.now()).find(
    ({ code }) => !isOpen || (code !== 'claimed' && code !== 'status'),
  )
  if (first) return first.code === 'waits_on' || first.code === 'not_before' ? first.code : 'not_ready'
  const run = { id: '' as NodeId, type: 'run', project: node.project, path: null } as const
  if (!replica.may('claim', node) || !replica.may('create', run)) return 'permission'
  const assignees = elements(node, 'assignees')
  if (assignees.length > 0 && !assignees.some((one) => names.has(one))) return 'assigned'
  const needed = elements(node, 'labels').flatMap((label) => (label.startsWith(SKILL) ? [label.slice(SKILL.length)] : []))
  if (skills !== null && needed.some((skill) => !skills.has(skill))) return 'skills'
  const files = elements(node, 'files')
  if (!mayReach(replica.held, files)) return 'files'
  if (areFilesHeld && replica.views.fileLeases.havingAny(files, node.id).length > 0) return 'files_held'
  if (node.work && !mayClaim(node.work, replica.actor)) return 'tried_before'
  return isStrict(node) && !mayAsk ? 'no_lease' : null
}

/** Whether one more may try what others are at: it has not, and not enough have. */
function mayCompete(replica: Replica, node: WorkNode): boolean {
  const { id, work } = node
  if (read(node, 'claimMode') !== 'competition' || !work?.holder) return false
  const open = replica.runsOf(id).filter(({ state }) => state === 'claimed' || state === 'working' || state === 'submitted')
  return open.length < LOCAL.competitors && open.every(({ agent }) => agent !== replica.actor)
}

/** Whether one of the capabilities lets it write in each of these places. */
function mayReach(held: readonly Capability[], files: readonly string[]): boolean {
  if (files.length === 0) return true
  return held.some((capability) =>
    files.every((file) => patternsAbove(capability).every((globs) => globs.some((glob) => globsIntersect(glob, file)))),
  )
}

/** The file patterns of each link of its chain that has any. */
function patternsAbove(capability: Capability): (readonly string[])[] {
  const patterns: (readonly string[])[] = []
  for (let link: Capability | null = capability; link !== null; link = link.parent)
    if (link.grant.globs !== null) patterns.push(link.grant.globs)
  return patterns
}

function priorityOf(node: WorkNode): number {
  const priority = read(node, 'priority')
  return typeof priority === 'number' ? priority : 2
}

function whyOf(code: Unfit, tasks: number): WhyNothing {
  return { code, tasks, detail: WORDS[code] }
}

const WORDS: Readonly<Record<Unfit, string>> = {
  paused: 'You are paused: wait until somebody resumes you.',
  not_ready: 'Tasks that nobody has called ready.',
  claimed: 'Tasks that another run holds, or that wait for a review.',
  waits_on: 'Tasks that wait on others which are not done.',
  not_before: 'Tasks whose time has not come.',
  permission: 'Tasks that you may not claim, or create a run of: ask for the right.',
  assigned: 'Tasks that are assigned to somebody else.',
  skills: 'Tasks that ask for a skill which your profile does not name.',
  files: 'Tasks about files that you may not write.',
  files_held: 'Tasks about files that others are at work on.',
  tried_before: 'Tasks that you have tried often enough: somebody else has to look at them.',
  no_lease: 'Strict tasks: the workspace has no lease authority, or one of your claims waits for its word already.',
}

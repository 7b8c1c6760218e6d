/**
 * Who is in this workspace and who was, as people see it: capabilities gathered under those who hold them, and the devices of one
 * person under that person. Derived from the log; nothing here is written.
 */

import type { Capability, Entry } from '../../core/capability-registry.ts'
import { elements, read } from '../../core/fold.ts'
import type { Ref } from '../../core/history.ts'
import { winnerRef } from '../../core/crdt/register.ts'
import { fromHex } from '../../base/bytes.ts'
import { type ActorKey, personNodeId, workspaceNodeId } from '../../core/ids.ts'
import { FIRST_AGENT_RANK } from '../../core/roles.ts'
import { type CapabilityRow, capabilityRows } from '../../replica/capability-row.ts'
import { personOf } from '../../replica/people.ts'
import type { Replica } from '../../replica/replica.ts'
import type { AnyRole } from './words.ts'

/** A person with all devices, or an agent with its one key. */
export interface Holder {
  /** The first device. */
  readonly actor: ActorKey
  readonly role: AnyRole
  /** Live ones of all devices, the most senior first. */
  readonly capabilities: readonly CapabilityRow[]
  readonly devices: readonly Device[]
  /** Milliseconds since 1970. */
  readonly since: number
  /** Null for who founded the workspace. */
  readonly grantedBy: ActorKey | null
  readonly self: boolean
}

export interface Device {
  readonly actor: ActorKey
  readonly since: number
}

export interface OpenInvite {
  readonly row: CapabilityRow
  /** It brings in another device of whoever made it. */
  readonly forDevice: boolean
}

export interface Ended {
  readonly row: CapabilityRow
  readonly at: number | null
  /** Null where nobody ended it: its time was over, or it was given up. */
  readonly by: ActorKey | null
  readonly reason: string
}

/** Work that counts because somebody adopted it. */
export interface Kept {
  readonly ref: Ref
  readonly by: ActorKey
  readonly at: number
  readonly changes: readonly Ref[]
  /** Whoever is more senior than this may take it back as well. */
  readonly rank: number
}

export interface Roster {
  readonly people: readonly Holder[]
  readonly agents: readonly Holder[]
  readonly invites: readonly OpenInvite[]
  /** The latest first. */
  readonly ended: readonly Ended[]
  readonly kept: readonly Kept[]
}

export function rosterOf(replica: Replica): Roster {
  const rows = capabilityRows(replica)
  const live = rows.filter(({ state, isInvite }) => !isInvite && (state === 'live' || state === 'not-yet'))
  const byHolder = new Map<ActorKey, CapabilityRow[]>()
  for (const row of live) {
    const held = byHolder.get(row.holder)
    if (held) held.push(row)
    else byHolder.set(row.holder, [row])
  }
  const since = sinceOf(replica, rows)
  const isAgent = (actor: ActorKey): boolean => (byHolder.get(actor)?.[0]?.rank ?? 0) >= FIRST_AGENT_RANK
  const taken = new Set<ActorKey>()
  const holders = [...byHolder.keys()].flatMap((actor) => {
    if (taken.has(actor)) return []
    const together = isAgent(actor) ? [actor] : devicesOf(replica, actor).filter((one) => byHolder.has(one) && !isAgent(one))
    for (const one of together) taken.add(one)
    return [holderOf(replica, together, byHolder, since)]
  })
  return {
    people: holders.filter(({ actor }) => !isAgent(actor)),
    agents: holders.filter(({ actor }) => isAgent(actor)),
    invites: openInvites(replica, rows),
    ended: endedIn(replica, rows),
    kept: keptIn(replica),
  }
}

/** A person's devices as far as each pair agrees, beginning with this one. */
export function devicesOf(replica: Replica, actor: ActorKey): readonly ActorKey[] {
  const found = new Set([actor])
  for (const one of found) for (const other of personOf(replica, one)?.devices ?? []) found.add(other)
  return [...found]
}

/** Who let this one in: of whom came by an invite, whoever made the invite. */
export function grantorOf(replica: Replica, { id, issuer }: CapabilityRow): ActorKey | null {
  const capability = replica.authority.registry.get(id)
  if (!capability?.parent) return null
  return capability.parent.isInvite ? (capability.parent.parent?.audience ?? null) : issuer
}

/**
 * When somebody came in: with what they said of themselves right then, so that whoever ends their rights as of this moment still
 * knows their name.
 */
export function joinedAt(replica: Replica, actor: ActorKey): number {
  const at = sinceOf(replica, capabilityRows(replica)).get(actor) ?? 0
  const node = replica.nodes.get(personNodeId(replica.workspace, fromHex(actor)))
  const said = node ? [node.created, ...Object.values(node.registers).flatMap((versions) => winnerRef(versions) ?? [])] : []
  const times = said.map((ref) => replica.history.msOf(ref)).filter((ms) => ms - at < INTRODUCTION_MS)
  return Math.max(at, ...times)
}

const INTRODUCTION_MS = 60_000

function holderOf(
  replica: Replica,
  together: readonly ActorKey[],
  byHolder: ReadonlyMap<ActorKey, readonly CapabilityRow[]>,
  since: ReadonlyMap<ActorKey, number>,
): Holder {
  const capabilities = together.flatMap((one) => byHolder.get(one) ?? []).toSorted((a, b) => a.rank - b.rank)
  const [first] = capabilities as [CapabilityRow]
  const devices = together
    .map((actor): Device => ({ actor, since: since.get(actor) ?? 0 }))
    .toSorted((a, b) => a.since - b.since || (a.actor < b.actor ? -1 : 1))
  return {
    actor: first.holder,
    role: first.role,
    capabilities,
    devices,
    since: devices[0]?.since ?? 0,
    grantedBy: grantorOf(replica, first),
    self: together.includes(replica.actor),
  }
}

/** By key: the first grant to it that counted. A root is in since the genesis. */
function sinceOf({ nodes, workspace, history }: Replica, rows: readonly CapabilityRow[]): Map<ActorKey, number> {
  const genesis = nodes.get(workspaceNodeId(workspace))
  const begin = genesis ? history.msOf(genesis.created) : 0
  const since = new Map<ActorKey, number>()
  for (const { holder, grantedAt, isInvite, state } of rows) {
    if (isInvite || state === 'void') continue
    since.set(holder, Math.min(since.get(holder) ?? Number.POSITIVE_INFINITY, grantedAt ?? begin))
  }
  return since
}

function openInvites(replica: Replica, rows: readonly CapabilityRow[]): OpenInvite[] {
  return rows
    .filter((row) => row.isInvite && row.state === 'live' && !isRedeemed(replica, row.id))
    .map((row) => ({ row, forDevice: isForDevice(replica, row) }))
}

function isForDevice({ nodes, workspace }: Replica, { id, issuer }: CapabilityRow): boolean {
  const node = nodes.get(personNodeId(workspace, fromHex(issuer)))
  return node !== undefined && elements(node, 'deviceInvites').includes(id)
}

export function isRedeemed({ authority }: Replica, id: string): boolean {
  return (authority.registry.get(id)?.children ?? []).some(({ carriers }) => carriers.some(({ why }) => why === null))
}

function endedIn(replica: Replica, rows: readonly CapabilityRow[]): Ended[] {
  return rows
    .filter(({ state, isInvite, id }) => isOver(state) && !(isInvite && isRedeemed(replica, id)))
    .map((row) => endOf(replica, row))
    .toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0))
}

function isOver(state: CapabilityRow['state']): boolean {
  return state === 'ended' || state === 'expired' || state === 'renounced'
}

/** How it came to its end. What ended with the capability that it hangs on says so. */
export function endOf(replica: Replica, row: CapabilityRow): Ended {
  const capability = replica.authority.registry.get(row.id) as Capability
  const found = revocationOf(capability)
  const { history } = replica
  if (found) {
    const { entry, link } = found
    const reason = entry.change.op === 'revoke' ? entry.change.revocation.reason : ''
    return {
      row,
      at: history.msOf(entry.ref),
      by: entry.actor,
      reason: link === capability ? reason : 'with whoever let them in',
    }
  }
  const [renounced] = capability.renounced
  if (renounced !== undefined) return { row, at: history.msOf(renounced), by: null, reason: 'renounced' }
  return row.state === 'expired'
    ? { row, at: row.expires, by: null, reason: 'expired' }
    : { row, at: null, by: null, reason: 'whoever let them in was not allowed to' }
}

function revocationOf(capability: Capability): { readonly entry: Entry; readonly link: Capability } | null {
  let below: Capability | null = null
  for (let link: Capability | null = capability; link !== null; below = link, link = link.parent) {
    const child: Capability | null = below
    const entry = link.revocations.find(({ cut }) => cut?.isActive && !(child && cut.keep.has(child.id)))
    if (entry) return { entry, link }
  }
  return null
}

function keptIn({ authority, history }: Replica): Kept[] {
  return authority.entries
    .filter((entry) => entry.adopts.some((ref) => authority.adoption.adoptersOf(ref).includes(entry)))
    .map(({ ref, actor, adopts, capability }) => ({
      ref,
      by: actor,
      at: history.msOf(ref),
      changes: adopts,
      rank: capability?.rank ?? 0,
    }))
    .toReversed()
}

/** The projects of the workspace that rights can be narrowed to. */
export function projectsIn({ views, nodes }: Replica): readonly { readonly id: string; readonly title: string }[] {
  return views.ofType('project').flatMap((id) => {
    const node = nodes.get(id)
    if (!node || read(node, 'deleted') === true) return []
    const title = read(node, 'title')
    return [{ id, title: typeof title === 'string' && title !== '' ? title : 'Project without a name' }]
  })
}

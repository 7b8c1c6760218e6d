/** Operations on who may what: capabilities, what does not count, and who people are. */

import * as z from 'zod/mini'
import { fromHex, toHex } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Capability } from '../core/capability-registry.ts'
import { RIGHTS, type Right } from '../core/change.ts'
import type { Ref } from '../core/history.ts'
import { type ActorKey, type NodeId, NODE_TYPES, type NodeType } from '../core/ids.ts'
import { isPath } from '../core/glob.ts'
import { LOCAL } from '../core/limits.ts'
import { type CapabilitySpec, ROLES } from '../core/roles.ts'
import { scopeFault } from '../core/scope.ts'
import { actorOfProfile, nameOfActor, profilesIn } from '../replica/agents.ts'
import { type CapabilityRow, capabilityRow, capabilityRows } from '../replica/capability-row.ts'
import {
  adopt,
  closeInvite,
  frontierAt,
  grantTo,
  reaffirm,
  removeActor,
  renounce,
  revoke,
  unadopt,
  undoCut,
  wouldCut,
} from '../replica/membership.ts'
import { describeSelf } from '../replica/people.ts'
import type { Replica } from '../replica/replica.ts'
import { operation } from './operation.ts'
import { nodeId, word } from './shapes.ts'

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'This is not the hash of a capability.'))
const actorKey = z.string().check(z.regex(/^01[0-9a-f]{64}$/, 'This is not a key: 01 and 64 hex digits.'))
const right = z.enum(RIGHTS)
const instant = z.nullable(z.int().check(z.minimum(0), z.maximum(8_640_000_000_000_000)))
/** `<batch id, hex>:<index>`, as events name changes. */
const changeName = z.string().check(z.regex(/^[0-9a-f]{64}:\d{1,3}$/, 'This is not the name of a change.'))

export const listCapabilities = operation({
  name: 'list_capabilities',
  summary: 'List capabilities: who may do what, until when, granted by whom',
  route: 'GET /capabilities',
  needs: null,
  input: z.object({ holder: z.optional(actorKey), live: z._default(z.boolean(), false) }),
  run: ({ replica }, { holder, live }): Result<readonly CapabilityRow[]> =>
    ok(
      capabilityRows(replica).filter((row) => (holder === undefined || row.holder === holder) && (!live || row.state === 'live')),
    ),
})

export const generateCapability = operation({
  name: 'generate_capability',
  summary: 'Grant a capability to a key: a role, narrowed by rights, types, file patterns, projects and time',
  route: 'POST /capabilities',
  needs: null,
  input: z.object({
    to: actorKey,
    box: z.optional(z.nullable(actorKey)),
    role: z.enum(ROLES),
    rights: z.optional(z.nullable(z.array(right))),
    types: z.optional(z.nullable(z.array(z.enum(NODE_TYPES)))),
    files: z.optional(z.nullable(z.array(z.string().check(z.minLength(1), z.maxLength(1024))))),
    projects: z.optional(z.nullable(z.array(nodeId))),
    notBefore: z.optional(z.int().check(z.minimum(0))),
    expires: z.optional(instant),
  }),
  run({ replica }, { to, box, ...given }): Result<CapabilityRow> {
    const spec = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as unknown as CapabilitySpec
    const before = replica.authority.registry.all.length
    const granted = grantTo(replica, { key: fromHex(to), box: box ? fromHex(box) : null }, spec)
    if (!granted.ok) return granted
    return ok(capabilityRow(replica, replica.authority.registry.at(before) as Capability))
  },
})

export const revokeCapability = operation({
  name: 'revoke_capability',
  summary: 'End a capability and what hangs on it; work done before stays, or before an instant',
  route: 'POST /capabilities/:id/revoke',
  needs: null,
  input: z.object({
    id: hash,
    keep: z.optional(z.array(hash)),
    asOf: z.optional(z.int().check(z.minimum(0))),
    reason: z.optional(z.string().check(z.maxLength(LOCAL.nameChars))),
  }),
  run({ replica }, { id, keep, asOf, reason }): Result<CapabilityRow> {
    const revoked = revoke(replica, id, {
      ...(keep ? { keep } : {}),
      ...(reason ? { reason } : {}),
      ...(asOf === undefined ? {} : { frontier: frontierAt(replica, asOf) }),
    })
    return revoked.ok ? ok(capabilityRow(replica, replica.authority.registry.get(id) as Capability)) : revoked
  },
})

export const renounceCapability = operation({
  name: 'renounce_capability',
  summary: 'Give up a capability of one’s own',
  route: 'POST /capabilities/:id/renounce',
  needs: null,
  input: z.object({ id: hash }),
  run({ replica }, { id }): Result<CapabilityRow> {
    const given = renounce(replica, id)
    return given.ok ? ok(capabilityRow(replica, replica.authority.registry.get(id) as Capability)) : given
  },
})

export const removeMember = operation({
  name: 'remove_member',
  summary: 'End everything that a key holds here; what it granted to others lives on if asked to',
  route: 'POST /members/:actor/remove',
  needs: null,
  input: z.object({ actor: actorKey, keepBelow: z._default(z.boolean(), false) }),
  run: ({ replica }, { actor, keepBelow }): Result<{ readonly ended: number }> => {
    const removed = removeActor(replica, actor as ActorKey, { keepBelow, reason: 'removed' })
    return removed.ok ? ok({ ended: removed.value }) : removed
  },
})

export const closeInviteOperation = operation({
  name: 'close_invite',
  summary: 'Close an invite: nobody comes in by it any more, who did stays',
  route: 'POST /invites/:id/close',
  needs: null,
  input: z.object({ id: hash }),
  run({ replica }, { id }): Result<CapabilityRow> {
    const closed = closeInvite(replica, id)
    return closed.ok ? ok(capabilityRow(replica, replica.authority.registry.get(id) as Capability)) : closed
  },
})

export interface Allowed {
  readonly allowed: boolean
  /** Why not, or by which capability. */
  readonly why: string
}

export const authorize = operation({
  name: 'authorize',
  summary: 'Ask whether a change would be allowed: by a verb on a type, with a path where it is a file',
  route: 'POST /authorize',
  needs: null,
  input: z.object({
    verb: right,
    type: z.enum(NODE_TYPES),
    path: z.optional(z.nullable(z.string())),
    project: z.optional(z.nullable(nodeId)),
    actor: z.optional(actorKey),
    capability: z.optional(hash),
  }),
  run({ replica }, { verb, type, path = null, project = null, actor, capability }): Result<Allowed> {
    if (path !== null && !isPath(path))
      return ok({ allowed: false, why: `"${path}" is no path in its one form: relative, "/" between names, no "..".` })
    const held = capability
      ? [replica.authority.registry.get(capability)].filter((one) => one !== undefined)
      : replica.authority.registry.heldBy((actor ?? replica.actor) as ActorKey)
    return ok(judge(replica, held, verb, type, path, project as NodeId | null))
  },
})

export const listQuarantine = operation({
  name: 'list_quarantine',
  summary: 'List changes that are in the log and do not count, with the reason',
  route: 'GET /quarantine',
  needs: null,
  input: z.object({ limit: z._default(z.int().check(z.minimum(1), z.maximum(LOCAL.queryRows)), LOCAL.queryRowsDefault) }),
  run({ replica }, { limit }): Result<readonly QuarantinedRow[]> {
    const rows: QuarantinedRow[] = []
    for (const [ref, why] of replica.quarantine) {
      if (rows.length === limit) break
      rows.push({ change: nameOf(replica, ref), actor: actorOf(replica, ref), at: replica.history.msOf(ref), why })
    }
    return ok(rows)
  },
})

export interface QuarantinedRow {
  readonly change: string
  readonly actor: ActorKey
  readonly at: number
  readonly why: string
}

export const adoptChanges = operation({
  name: 'adopt_changes',
  summary: 'Make changes count that do not, under one’s own right; they keep their author and time',
  route: 'POST /quarantine/adopt',
  needs: null,
  input: z.object({ changes: z.array(changeName).check(z.minLength(1), z.maxLength(LOCAL.queryRows)) }),
  run({ replica }, { changes }): Result<{ readonly adopted: number }> {
    const refs = changes.map((name) => refOf(replica, name))
    if (refs.includes(null)) return refuse({ code: 'not_found', detail: 'One of these changes is not here.' })
    const adopted = adopt(replica, refs as Ref[])
    return adopted.ok ? ok({ adopted: adopted.value }) : adopted
  },
})

export const unadoptChanges = operation({
  name: 'unadopt_changes',
  summary: 'Take back that changes were adopted',
  route: 'POST /quarantine/unadopt',
  needs: null,
  input: z.object({ changes: z.array(changeName).check(z.minLength(1), z.maxLength(LOCAL.queryRows)) }),
  run({ replica }, { changes }): Result<{ readonly takenBack: number }> {
    const adopts = changes.flatMap((name) => {
      const ref = refOf(replica, name)
      return ref === null ? [] : replica.authority.adoption.adoptersOf(ref).map((entry) => entry.ref)
    })
    if (adopts.length === 0) return refuse({ code: 'not_found', detail: 'None of these changes was adopted.' })
    const taken = unadopt(replica, [...new Set(adopts)])
    return taken.ok ? ok({ takenBack: new Set(adopts).size }) : taken
  },
})

export const previewRevocation = operation({
  name: 'preview_revocation',
  summary: 'Count the changes that would no longer count if a capability were ended as of an instant',
  route: 'POST /capabilities/:id/preview',
  needs: null,
  input: z.object({ id: hash, asOf: z.int().check(z.minimum(0)), keep: z.optional(z.array(hash)) }),
  run({ replica }, { id, asOf, keep = [] }): Result<{ readonly changes: number }> {
    if (!replica.authority.registry.get(id)) return refuse({ code: 'not_found', detail: 'There is no such capability here.' })
    return ok({ changes: wouldCut(replica, id, frontierAt(replica, asOf), keep) })
  },
})

export const undoRevocation = operation({
  name: 'undo_revocation',
  summary: 'Bring back the work that a revocation cut: the capability stays ended, as of now',
  route: 'POST /revocations/:change/undo',
  needs: null,
  input: z.object({ change: changeName }),
  run: ({ replica }, { change }): Result<{ readonly change: string }> => again(replica, change, undoCut),
})

export const reaffirmRevocation = operation({
  name: 'reaffirm_revocation',
  summary: 'Make a revocation again that counts no more, since its author was removed',
  route: 'POST /revocations/:change/reaffirm',
  needs: null,
  input: z.object({ change: changeName }),
  run: ({ replica }, { change }): Result<{ readonly change: string }> => again(replica, change, reaffirm),
})

function again(replica: Replica, change: string, act: typeof undoCut): Result<{ readonly change: string }> {
  const ref = refOf(replica, change)
  const made = ref === null ? null : act(replica, ref)
  if (made === null) return refuse({ code: 'not_found', detail: 'There is no such revocation here.' })
  return made.ok ? ok({ change: nameOf(replica, made.value) }) : made
}

export interface Me {
  /** The key that acts, hex. */
  readonly actor: ActorKey
  readonly name: string
  /** The profile that it goes by, where it is an agent with one. */
  readonly agent: NodeId | null
  readonly capabilities: readonly CapabilityRow[]
}

export const whoAmI = operation({
  name: 'who_am_i',
  summary: 'Who you are here, and what you may',
  route: 'GET /me',
  needs: null,
  input: z.object({}),
  run({ replica }): Result<Me> {
    const { actor } = replica
    const profile = profilesIn(replica).find((node) => actorOfProfile(replica, node) === actor)
    return ok({
      actor,
      name: nameOfActor(replica, actor),
      agent: profile?.id ?? null,
      capabilities: replica.held.map((capability) => capabilityRow(replica, capability)),
    })
  },
})

export const setProfile = operation({
  name: 'set_profile',
  summary: 'Say who one is here: a name and a colour',
  route: 'PUT /me',
  needs: ['emit', 'person'],
  input: z.object({ name: word, color: z._default(z.string().check(z.regex(/^(?:#[0-9a-f]{6})?$/)), '') }),
  run({ replica }, { name, color }): Result<{ readonly actor: ActorKey }> {
    describeSelf(replica, { name, color })
    return ok({ actor: replica.actor })
  },
})

/** `<batch id>:<index>`. */
export function nameOf({ history }: Replica, ref: Ref): string {
  return `${toHex(history.idOf(Math.floor(ref / 256)))}:${ref % 256}`
}

function refOf({ history }: Replica, name: string): Ref | null {
  const [batch = '', index] = name.split(':')
  const ordinal = history.ordinalOf(fromHex(batch))
  return ordinal === null || Number(index) > 255 ? null : ordinal * 256 + Number(index)
}

function actorOf({ history, actor }: Replica, ref: Ref): ActorKey {
  return history.feedOf(Math.floor(ref / 256)).slice(0, actor.length) as ActorKey
}

const WHY_NOT = {
  'not-yet': 'it does not hold yet',
  expired: 'its time is over',
  right: 'it does not give this right',
  type: 'it does not cover this type',
  project: 'it does not cover this project',
  path: 'none of its file patterns names this path',
} as const

function judge(
  replica: Replica,
  held: readonly Capability[],
  verb: Right,
  type: NodeType,
  path: string | null,
  project: NodeId | null,
): Allowed {
  let why = 'No capability is held.'
  for (const capability of held) {
    const fault = replica.authority.isLive(capability)
      ? scopeFault(capability.cited, verb, { id: '' as NodeId, type, project, path }, replica.now())
      : 'ended'
    const name = `capability ${capability.id.slice(0, 8)}`
    if (fault === null) return { allowed: true, why: `Allowed by ${name}.` }
    why = `Not allowed by ${name}: ${fault === 'ended' ? 'it has ended' : WHY_NOT[fault]}.`
  }
  return { allowed: false, why }
}

/** Bringing an agent in whose key is here: its capability, and the profile that says who it is. No invite is needed for that. */

import { toHex } from '../base/bytes.ts'
import type { Result } from '../base/result.ts'
import type { CapabilitySpec, Recipient } from '../core/roles.ts'
import { run } from '../operations/table.ts'
import { grantTo } from '../replica/membership.ts'
import type { Replica } from '../replica/replica.ts'
import { roleNamed } from './roles/all.ts'
import { capabilityOf } from './roles/role.ts'

export interface NewAgent {
  readonly name: string
  /** Of those in `roles/`, or any other word: then it may write every file. */
  readonly role: string
  /** As it is shown. */
  readonly model: string
  /** Milliseconds since 1970. */
  readonly expires: number | null
}

/** Answers its profile. The actor of the replica must be one who may let agents in. */
export function enroll(
  replica: Replica,
  to: Recipient,
  { name, role, model, expires }: NewAgent,
): Result<{ readonly id: string }> {
  const known = roleNamed(role)
  const spec: CapabilitySpec = { ...(known ? capabilityOf(known) : { role: 'agent' as const }), expires }
  const granted = grantTo(replica, to, spec)
  if (!granted.ok) return granted
  return run({ replica }, 'create_agent', {
    name,
    role,
    model,
    actor: toHex(to.key),
    ...(known ? { skills: [...known.skills], limits: known.limits } : {}),
  })
}

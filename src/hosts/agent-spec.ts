/** What is asked for when an agent is added: the same words on the command line and at the host's door. */

import * as z from 'zod/mini'
import { type Right, RIGHTS } from '../core/change.ts'
import { NODE_TYPES } from '../core/ids.ts'
import { PRESETS, ROLES } from '../core/roles.ts'
import { nodeId, word } from '../operations/shapes.ts'

/** To see what is here is no right of the log's: whoever holds a replica reads. A token can go without. */
const VERBS = ['read', ...RIGHTS] as const

export const AgentSpec = z.strictObject({
  name: word,
  role: z._default(z.enum(ROLES), 'agent'),
  verbs: z.optional(z.array(z.enum(VERBS))),
  types: z.optional(z.nullable(z.array(z.enum(NODE_TYPES)))),
  files: z.optional(z.nullable(z.array(z.string().check(z.minLength(1), z.maxLength(1024))))),
  projects: z.optional(z.nullable(z.array(nodeId))),
  /** Milliseconds since 1970. */
  expires: z.optional(z.nullable(z.int().check(z.minimum(0), z.maximum(8_640_000_000_000_000)))),
})
export type AgentSpec = z.output<typeof AgentSpec>

/** The rights in a list of verbs, and whether it reads; without a list, what the role has, and it reads. */
export function verbsOf({ role, verbs }: AgentSpec): { readonly rights: readonly Right[] | null; readonly mayRead: boolean } {
  if (verbs === undefined) return { rights: PRESETS[role].rights, mayRead: true }
  return { rights: RIGHTS.filter((right) => verbs.includes(right)), mayRead: verbs.includes('read') }
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `90m`, `24h`, `30d` from now, or a time (ISO 8601); null where it is neither. */
export function instantOf(text: string, now: number): number | null {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count !== undefined) return now + Number(count) * UNITS[unit as keyof typeof UNITS]
  const at = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : at
}

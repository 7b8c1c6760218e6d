/** Input shapes that operations share. Bounds are local limits: operations refuse what is over, the fold never does. */

import * as z from 'zod/mini'
import { STATUSES } from '../core/fields.ts'
import { isNodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'

// In the tab nobody else sets zod's words for what is wrong.
z.config(z.locales.en())

/** A task by its UUID or its short key (`WN-12`). */
export const taskRef = z.string().check(z.minLength(1), z.maxLength(64))
export const title = z.string().check(z.trim(), z.minLength(1), z.maxLength(LOCAL.titleChars))
export const word = z.string().check(z.trim(), z.minLength(1), z.maxLength(LOCAL.nameChars))
export const priority = z.int().check(z.minimum(0), z.maximum(4))
/** What the caller has read (`human-fence.ts`): from the answer to a read, or several of these joined by dots. */
export const seen = z.optional(
  z.string().check(z.maxLength(LOCAL.seenChars), z.regex(/^[\w-]+(?:\.[\w-]+)*$/, 'This is no “seen” that a read has answered.')),
)
export const nodeId = z.string().check(z.refine(isNodeId, 'This is not an id of a node.'))
/** ISO 8601 text, or null for none. */
export const instant = z.nullable(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'This is not a time (ISO 8601).')),
)
export const dependency = z.object({ to: taskRef, type: z._default(word, 'blocks') })

/** The words people and older scripts use, in any case. */
const ALIASES: Readonly<Record<string, string>> = {
  pending: 'backlog',
  complete: 'done',
  completed: 'done',
  in_progress: 'in_progress',
}
export const status = z
  .pipe(
    z.string(),
    z.transform((text) => {
      const lower = text.toLowerCase()
      return ALIASES[lower] ?? lower
    }),
  )
  .check(z.refine((text) => (STATUSES as readonly string[]).includes(text), `Status is one of ${STATUSES.join(', ')}.`))

/** By which right a change was written, in words that can be compared. */

import type { Ref } from '../../core/history.ts'
import { capabilityRow } from '../../replica/capability-row.ts'
import type { Replica } from '../../replica/replica.ts'
import { list, ROLE_TITLE } from '../people/words.ts'

/** `as Agent, only src/api/**, right 3f9a71c2`. */
export function capabilityWords(replica: Replica, ref: Ref): string {
  const capability = replica.capabilityOf(ref)
  if (!capability) return 'by a right that nobody here knows'
  const { role, files, id } = capabilityRow(replica, capability)
  const only = files === null ? '' : files.length === 0 ? ', no files' : `, only ${list(files)}`
  return `as ${ROLE_TITLE[role]}${only}, right ${id.slice(0, 8)}`
}

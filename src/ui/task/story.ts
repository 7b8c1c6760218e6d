/**
 * The story of a task: its last changes, read back from the log and told newest first.
 *
 * A node keeps the refs of its last changes; what they said is in the batches. Small things that belong together are told
 * once: typing by one hand, a check with its words, a create with what it set.
 */

import type { Edit } from '../../core/change.ts'
import type { Ref } from '../../core/history.ts'
import type { Replica } from '../../replica/replica.ts'
import { authorOf, type ReadEdit } from '../read-edits.ts'
import { describeEdit, type Words } from './describe-edit.ts'

export interface Told {
  readonly ref: Ref
  readonly actor: string
  readonly at: number
  readonly text: string
}

/** Newest first. */
export function tell(edits: readonly ReadEdit[], replica: Replica, words: Words): Told[] {
  const told: Told[] = []
  const opened = new Set<string>()
  for (const { ref, edit } of edits) {
    const actor = authorOf(replica, ref)
    const at = replica.history.msOf(ref)
    if (edit.op === 'create') opened.add('create')
    if (edit.op === 'add' && edit.field === 'checks') opened.add(edit.element)
    const last = told.at(-1)
    const isPartOfLast =
      last !== undefined && last.actor === actor && at - last.at < SITTING_MS && continues(edit, last.text, opened)
    const text = isPartOfLast ? null : describeEdit(edit, words)
    if (text !== null && !(last?.text === text && last.actor === actor && at - last.at < SITTING_MS))
      told.push({ ref, actor, at, text })
  }
  return told.toReversed()
}

/** What one person does within this time is one sitting. */
const SITTING_MS = 300_000

function continues(edit: Edit, lastText: string, opened: ReadonlySet<string>): boolean {
  if (edit.op === 'text') return lastText === 'created it' || lastText.startsWith('wrote in')
  if (edit.op !== 'set') return false
  const check = /^checks\/([^/]+)\/text$/.exec(edit.field)
  return check !== null && opened.has(check[1] as string) && lastText.startsWith('added the check')
}

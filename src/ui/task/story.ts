/**
 * The story of a task: its last changes, read back from the log and told newest first.
 *
 * A node keeps the refs of its last changes; what they said is in the batches. Small things that belong together are told
 * once: typing by one hand, a check with its words, a create with what it set.
 */

import type { Bytes } from '../../base/bytes.ts'
import { decodeEdit, type Edit, type TagNames } from '../../core/change.ts'
import type { WorkNode } from '../../core/fold.ts'
import type { Ref } from '../../core/history.ts'
import { readStored } from '../../log/stored.ts'
import type { Replica } from '../../replica/replica.ts'
import { describeEdit, type Words } from './describe-edit.ts'

export interface Told {
  readonly ref: Ref
  readonly actor: string
  readonly at: number
  readonly text: string
}

/** The edits behind the node's last changes, oldest first; only what is saved can be read. `known` keeps what was read before. */
export async function readEdits(
  replica: Replica,
  node: WorkNode,
  known: Map<number, readonly (Edit | null)[]>,
): Promise<{ ref: Ref; edit: Edit }[]> {
  const { history } = replica
  const refs = [...node.recent]
  const names: TagNames = { ordinalOf: (id: Bytes) => history.ordinalOf(id), idOf: (ordinal) => history.idOf(ordinal) }
  const missing = [...new Set(refs.map(batchOf))].filter((ordinal) => !known.has(ordinal) && history.arrivalOf(ordinal) > 0)
  for await (const page of replica.wires(missing)) {
    for (const { ordinal, wire } of page)
      known.set(ordinal, readStored(wire).body?.changes.map((change) => decodeEdit(change, ordinal, names)) ?? [])
  }
  return refs.flatMap((ref) => {
    const edit = known.get(batchOf(ref))?.[ref % 256]
    return edit ? [{ ref, edit }] : []
  })
}

/** Newest first. */
export function tell(edits: readonly { readonly ref: Ref; readonly edit: Edit }[], replica: Replica, words: Words): Told[] {
  const told: Told[] = []
  const opened = new Set<string>()
  for (const { ref, edit } of edits) {
    const actor = replica.history.feedOf(batchOf(ref)).slice(0, 66)
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

function batchOf(ref: Ref): number {
  return Math.floor(ref / 256)
}

/** Changes read back from the log: what they said stands in the batches as the store has them. */

import type { Bytes } from '../base/bytes.ts'
import { decodeEdit, type Edit, type TagNames } from '../core/change.ts'
import type { Ref } from '../core/history.ts'
import { readStored } from '../log/stored.ts'
import type { Replica } from '../replica/replica.ts'

export interface ReadEdit {
  readonly ref: Ref
  readonly edit: Edit
}

/** Edits of the batches that were read before, by ordinal. */
export type KnownEdits = Map<number, readonly (Edit | null)[]>

/** The edits behind these changes, in their order. Only what is saved can be read; what is no edit of the tree is left out. */
export async function readEditsAt(replica: Replica, refs: readonly Ref[], known: KnownEdits): Promise<readonly ReadEdit[]> {
  const { history } = replica
  const names: TagNames = { ordinalOf: (id: Bytes) => history.ordinalOf(id), idOf: (ordinal) => history.idOf(ordinal) }
  const missing = [...new Set(refs.map(batchOf))].filter((ordinal) => !known.has(ordinal) && history.arrivalOf(ordinal) > 0)
  for await (const page of replica.stored(missing)) {
    for (const { ordinal, wire } of page)
      known.set(ordinal, readStored(wire).body?.changes.map((change) => decodeEdit(change, ordinal, names)) ?? [])
  }
  return refs.flatMap((ref) => {
    const edit = known.get(batchOf(ref))?.[ref % 256]
    return edit ? [{ ref, edit }] : []
  })
}

export function batchOf(ref: Ref): number {
  return Math.floor(ref / 256)
}

/** The key that wrote the change. */
export function authorOf({ history, actor }: Replica, ref: Ref): string {
  return history.feedOf(batchOf(ref)).slice(0, actor.length)
}

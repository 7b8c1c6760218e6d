/**
 * Building stale nodes anew: a verdict has turned, so what a node was folded from is not what counts now.
 *
 * All changes of the node are read back: from the writer where they are ours and not saved, from the disk queue where they are
 * on their way, from the store else. Reading takes a while and the world goes on; a node is built in one piece once nothing
 * of it is missing, with the verdicts of that moment. It costs what the turned nodes' changes cost, not the log.
 */

import type { Bytes } from '../base/bytes.ts'
import { decodeEdit, type Edit } from '../core/change.ts'
import type { Ref } from '../core/history.ts'
import { readStored } from '../log/stored.ts'
import type { State } from './state.ts'
import type { Written } from './writer.ts'

export interface ChangeSources {
  /** Of a batch of ours that is not durable yet. */
  unsaved(ordinal: number): readonly Written[] | undefined
  /** Of a batch that is on its way to the store. */
  waiting(ordinal: number): Bytes | undefined
  stored(ordinals: readonly number[]): AsyncIterable<readonly { readonly ordinal: number; readonly wire: Bytes }[]>
  yieldToUi(): Promise<void>
}

/** Nodes that are built from one reading: bounds what is in memory at once. */
const NODES_A_ROUND = 256

export async function rebuildStale(state: State, sources: ChangeSources): Promise<void> {
  while (state.stale.size > 0) {
    const slots = [...state.stale].slice(0, NODES_A_ROUND)
    const edits = new Map<Ref, Edit | null>()
    for (let missing = missingOf(state, slots, edits); missing.size > 0; missing = missingOf(state, slots, edits))
      await readInto(edits, missing, state, sources)
    for (const slot of slots) {
      const refs = state.index.refsOf(slot)
      state.rebuild(
        slot,
        refs.flatMap((ref) => {
          const edit = edits.get(ref)
          return edit ? [{ ref, edit }] : []
        }),
      )
    }
    if (state.stale.size > 0) await sources.yieldToUi()
  }
}

/** Batches whose changes to these nodes are not read yet. */
function missingOf(state: State, slots: readonly number[], edits: ReadonlyMap<Ref, unknown>): ReadonlySet<number> {
  const missing = new Set<number>()
  for (const slot of slots) for (const ref of state.index.refsOf(slot)) if (!edits.has(ref)) missing.add(Math.floor(ref / 256))
  return missing
}

async function readInto(
  edits: Map<Ref, Edit | null>,
  ordinals: ReadonlySet<number>,
  state: State,
  sources: ChangeSources,
): Promise<void> {
  const stored: number[] = []
  const take = (ordinal: number, wire: Bytes): void => {
    readStored(wire).body?.changes.forEach((change, index) =>
      edits.set(ordinal * 256 + index, decodeEdit(change, ordinal, state.names)),
    )
  }
  for (const ordinal of ordinals) {
    const unsaved = sources.unsaved(ordinal)
    const wire = sources.waiting(ordinal)
    if (unsaved)
      unsaved.forEach((written, index) => edits.set(ordinal * 256 + index, written.kind === 'edit' ? written.edit : null))
    else if (wire) take(ordinal, wire)
    else stored.push(ordinal)
  }
  for await (const page of sources.stored(stored.toSorted((a, b) => a - b)))
    for (const { ordinal, wire } of page) take(ordinal, wire)
}

/**
 * Writing edits anew: when another writer took over our feed, what was not saved is written again by a fresh replica, under
 * its own feed. Removed tags are looked up anew; typed text is written as what it changed, under the new feed's client id.
 */

import { applyUpdate, type Doc } from 'yjs'
import type { Bytes } from '../base/bytes.ts'
import { type Edit, isWorkEdit } from '../core/change.ts'
import type { NodeId } from '../core/ids.ts'
import type { Replica } from './replica.ts'
import { insertPieces, projectText, textClientId, textName } from './text.ts'
import type { Transaction } from './transaction.ts'
import type { Written } from './writer.ts'

/** Answers how much had nothing left to change. Order is kept. */
export function rewriteUnsaved(replica: Replica, unsaved: readonly Written[]): number {
  let idle = 0
  for (const written of unsaved) {
    // The same bytes once more: what a grant gives is known by what it says, whoever carries it.
    if (written.kind === 'authority') replica.publish(written.change, written.capability)
    else if (!replica.transact(null, (tx) => rewriteEdit(replica, tx, written.edit))) idle++
  }
  return idle
}

function rewriteEdit(replica: Replica, tx: Transaction, edit: Edit): boolean {
  if (edit.op !== 'create' && !tx.node(edit.node)) return false
  if (edit.op === 'create' && tx.node(edit.node)) return false
  // Of a run that others have ended meanwhile, or that is not here any more, there is nothing to say.
  if (isWorkEdit(edit)) {
    const task = tx.node(edit.node)
    if (!task || !replica.maySay(edit.op, task, edit.run, edit.why)) return false
  }
  if (edit.op === 'text') return rewriteText(replica, tx, edit.node, edit.field, edit.update)
  if (edit.op === 'remove') tx.remove(edit.node, edit.field, edit.element)
  else tx.write(edit)
  return true
}

/** Lets the old update change a copy of the field, and writes the difference. */
function rewriteText(replica: Replica, tx: Transaction, id: NodeId, field: string, update: Bytes): boolean {
  const node = tx.node(id)
  if (!node) return false
  const name = textName(id, field)
  const copy = projectText(node, field, replica.history)
  applyUpdate(copy, update)
  const wanted = copy.getText(name).toString()
  copy.destroy()
  return writeText(replica, tx, id, field, wanted)
}

/** Changes a text field into these words, and nothing that they have in common; answers whether anything was to change. */
export function writeText(replica: Replica, tx: Transaction, id: NodeId, field: string, wanted: string): boolean {
  const node = tx.node(id)
  if (!node) return false
  const doc = projectText(node, field, replica.history)
  doc.clientID = textClientId(replica.feedName, id, field)
  const updates = changeText(doc, textName(id, field), wanted)
  for (const one of updates) tx.text(id, field, one)
  doc.destroy()
  return updates.length > 0
}

function changeText(doc: Doc, name: string, wanted: string): Bytes[] {
  const text = doc.getText(name)
  const now = text.toString()
  let same = 0
  while (same < now.length && same < wanted.length && now[same] === wanted[same]) same++
  let tail = 0
  while (tail < now.length - same && tail < wanted.length - same && now.at(-1 - tail) === wanted.at(-1 - tail)) tail++
  // Half characters have no bytes: a character that changed in its second half changed.
  if (/[\uD800-\uDBFF]/.test(now[same - 1] ?? '')) same--
  if (tail > 0 && /[\uDC00-\uDFFF]/.test(now.at(-tail) ?? '')) tail--
  const updates: Bytes[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update as Bytes))
  if (now.length > same + tail) text.delete(same, now.length - same - tail)
  // In pieces, each a change that fits a batch.
  insertPieces(text, same, wanted.slice(same, wanted.length - tail))
  return updates
}

/** Texts that an import writes: new ones, and old ones that the source has changed. */

import type { NodeId } from '../core/ids.ts'
import type { Replica } from '../replica/replica.ts'
import { initialText, insertPieces, projectText, textClientId, textName, textOf } from '../replica/text.ts'
import type { Transaction } from '../replica/transaction.ts'

/** Makes a text field say `text`, touching only what differs: cursors and concurrent edits around it stay. */
export function writeText(replica: Replica, tx: Transaction, id: NodeId, field: string, text: string): void {
  const node = tx.node(id)
  if (!node?.texts[field]?.length) {
    if (text !== '') for (const update of initialText(text, replica.feedName, id, field)) tx.text(id, field, update)
    return
  }
  const before = textOf(node, field, replica.history)
  const { from, to, middle } = difference(before, text)
  if (from === to && middle === '') return
  const doc = projectText(node, field, replica.history)
  doc.clientID = textClientId(replica.feedName, id, field)
  doc.on('update', (update: Uint8Array) => tx.text(id, field, update as Uint8Array<ArrayBuffer>))
  const content = doc.getText(textName(id, field))
  if (to > from) content.delete(from, to - from)
  insertPieces(content, from, middle)
  doc.destroy()
}

/** What to cut out of `before`, and what to put there; never between the halves of a surrogate pair. */
function difference(before: string, after: string): { readonly from: number; readonly to: number; readonly middle: string } {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  if (isLead(before, head - 1)) head--
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  if (isLead(before, before.length - tail - 1)) tail--
  return { from: head, to: before.length - tail, middle: after.slice(head, after.length - tail) }
}

function isLead(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xd8_00 && unit <= 0xdb_ff
}

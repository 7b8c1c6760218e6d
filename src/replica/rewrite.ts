/**
 * Writing edits anew: when a replica is stuck (another writer took over a feed of ours, or an agent's key does not sign), what was not
 * saved is written again by a fresh one, under feeds of its own. Each change is its author's as before, and the order stays: what one
 * wrote may stand on what another did. Of a key that does not sign nothing can be kept, nor what hangs on that alone: what has been
 * left without what it is about is left out, and stops nothing that comes after it.
 *
 * Removed tags are looked up anew; typed text is written as what it changed, under the new feed's client id.
 */

import { applyUpdate, type Doc } from 'yjs'
import { type Bytes, toHex } from '../base/bytes.ts'
import { type AuthorityChange, authorityRight } from '../core/authority-change.ts'
import type { Edit } from '../core/change.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import type { ActorPorts, Replica } from './replica.ts'
import { insertPieces, projectText, textClientId, textName } from './text.ts'
import type { Transaction } from './transaction.ts'
import type { Signer, Written } from './writer.ts'

/**
 * `portsOf`: how an agent gets a hand in the fresh replica. Answers how many changes are left out, since their key does not sign, or
 * since what they do to who may what can be said no more.
 */
export async function takeOver(fresh: Replica, stuck: Replica, portsOf: (signer: Signer) => ActorPorts): Promise<number> {
  const hands = new Map([[fresh.actor, fresh]])
  let left = 0
  try {
    for (const { signer, change } of stuck.unsaved()) {
      const actor = toHex(signer.key) as ActorKey
      if (stuck.isMute(actor)) {
        fresh.mute(actor)
        left++
        continue
      }
      const hand = hands.get(actor) ?? (await fresh.as(portsOf(signer)))
      hands.set(actor, hand)
      if (!writeAnew(hand, change)) left++
    }
  } finally {
    hands.delete(fresh.actor)
    for (const hand of hands.values()) await hand.close()
  }
  return left
}

function writeAnew(replica: Replica, change: Written): boolean {
  if (change.kind === 'edit') {
    replica.transact(null, (tx) => rewriteEdit(replica, tx, change.edit))
    return true
  }
  if (!mayPublish(replica, change.change, change.capability)) return false
  // The same bytes once more: what a grant gives is known by what it says, whoever carries it.
  replica.publish(change.change, change.capability)
  return true
}

/** Whether all that the change hangs on is here: its right, the capability that it is about, and the batches that it names. */
function mayPublish(replica: Replica, change: AuthorityChange, cited: string): boolean {
  const { registry } = replica.authority
  if (change.op === 'renounce') return registry.get(toHex(change.target))?.audience === replica.actor
  if (!replica.mayCite(cited, authorityRight(change.op))) return false
  if (change.op !== 'revoke') return true
  const { target, frontier } = change.revocation
  return registry.get(toHex(target)) !== undefined && (frontier ?? []).every((id) => replica.history.ordinalOf(id) !== null)
}

/** What has nothing to change any more is left alone. */
function rewriteEdit(replica: Replica, tx: Transaction, edit: Edit): void {
  if ((edit.op === 'create') === (tx.node(edit.node) !== undefined)) return
  // Their rights may have ended meanwhile, or the run that it is about.
  if (!replica.mayWrite(edit)) return
  if (edit.op === 'text') rewriteText(replica, tx, edit.node, edit.field, edit.update)
  else if (edit.op === 'remove') tx.remove(edit.node, edit.field, edit.element)
  else tx.write(edit)
}

/** Lets the old update change a copy of the field, and writes the difference. */
function rewriteText(replica: Replica, tx: Transaction, id: NodeId, field: string, update: Bytes): void {
  const node = tx.node(id)
  if (!node) return
  const name = textName(id, field)
  const copy = projectText(node, field, replica.history)
  applyUpdate(copy, update)
  const wanted = copy.getText(name).toString()
  copy.destroy()
  writeText(replica, tx, id, field, wanted)
}

/** Changes a text field into these words, and nothing that they have in common. */
export function writeText(replica: Replica, tx: Transaction, id: NodeId, field: string, wanted: string): void {
  const node = tx.node(id)
  if (!node) return
  const doc = projectText(node, field, replica.history)
  doc.clientID = textClientId(replica.feedName, id, field)
  const updates = changeText(doc, textName(id, field), wanted)
  for (const one of updates) tx.text(id, field, one)
  doc.destroy()
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

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
import { type Edit, isWorkEdit } from '../core/change.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { isLease } from '../core/work.ts'
import type { ActorPorts, Replica } from './replica.ts'
import { insertPieces, projectText, textClientId, textName } from './text.ts'
import { maskUpdate } from './text-pieces.ts'
import type { Transaction } from './transaction.ts'
import type { Signer, Written } from './writer.ts'

/**
 * `portsOf`: how an agent gets a hand in the fresh replica. Answers how many changes are left out, since their key does not sign, or
 * since what they do to who may what can be said no more.
 */
export async function takeOver(fresh: Replica, stuck: Replica, portsOf: (signer: Signer) => ActorPorts): Promise<number> {
  const hands = new Map([[fresh.actor, fresh]])
  const copies: Copies = new Map()
  const unsaved = stuck.unsaved()
  let left = 0
  try {
    // First, since what comes in during a wait is in no copy.
    for (const { signer } of unsaved) {
      const actor = toHex(signer.key) as ActorKey
      if (stuck.isMute(actor)) fresh.mute(actor)
      else if (!hands.has(actor)) hands.set(actor, await fresh.as(portsOf(signer)))
    }
    for (const { signer, change } of unsaved) {
      const hand = hands.get(toHex(signer.key) as ActorKey)
      if (!hand && change.kind === 'edit') hide(fresh, change.edit, copies)
      if (!hand || !writeAnew(hand, change, copies)) left++
    }
  } finally {
    hands.delete(fresh.actor)
    for (const hand of hands.values()) await hand.close()
  }
  return left
}

/** By node and field: the text as it was found, and what old updates have made of it since; the next one stands on those before it. */
type Copies = Map<string, Doc>

function writeAnew(replica: Replica, change: Written, copies: Copies): boolean {
  if (change.kind === 'edit') {
    replica.transact(null, (tx) => rewriteEdit(replica, tx, change.edit, copies))
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
function rewriteEdit(replica: Replica, tx: Transaction, edit: Edit, copies: Copies): void {
  if ((edit.op === 'create') === (tx.node(edit.node) !== undefined)) return
  // Whoever gives leases looks at what is here now: another run may have one.
  if (isWorkEdit(edit) && isLease(edit)) return
  // Their rights may have ended meanwhile, or the run that it is about.
  if (!replica.mayWrite(edit)) return hide(replica, edit, copies)
  if (edit.op === 'text') rewriteText(replica, tx, edit.node, edit.field, edit.update, copies)
  else if (edit.op === 'remove') tx.remove(edit.node, edit.field, edit.element)
  else tx.write(edit)
}

/** Lets the old update change a copy of the field, and writes the difference. */
function rewriteText(replica: Replica, tx: Transaction, id: NodeId, field: string, update: Bytes, copies: Copies): void {
  const copy = copyOf(replica, id, field, copies)
  if (!copy) return
  applyUpdate(copy, update)
  writeText(replica, tx, id, field, copy.getText(textName(id, field)).toString())
}

/** What is not written again leaves its place in the copy and no letter, so that others' words beside it find theirs. */
function hide(replica: Replica, edit: Edit, copies: Copies): void {
  if (edit.op !== 'text') return
  const { node, field, update } = edit
  const copy = copyOf(replica, node, field, copies)
  if (copy) applyUpdate(copy, maskUpdate(update))
}

function copyOf(replica: Replica, id: NodeId, field: string, copies: Copies): Doc | null {
  const node = replica.nodes.get(id)
  if (!node) return null
  const name = textName(id, field)
  let copy = copies.get(name)
  if (!copy) copies.set(name, (copy = projectText(node, field, replica.history)))
  return copy
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

/**
 * Text fields: Yjs updates that travel inside signed changes, put together in canonical order.
 *
 * Every feed writes a field under one Yjs client id, derived from SHA-256(key ‖ feed ‖ node ‖ field). An update counts only
 * if all its structs are plain text of that client, continue it without a gap, and hang on text that is already there; and
 * only one branch of a forked feed counts. Anything else is a no-op, decided in canonical order, so all replicas read alike.
 *
 * An edit that was cut is *masked*: its letters keep their places and count as deleted, and what it deleted stays. So words that
 * honest hands wrote next to it, while nobody knew, stay where they are and can be read.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { applyUpdate, ContentString, decodeUpdate, Doc, getState, Item, type ID, type Text as YText } from 'yjs'
import { concatBytes, fromHex, utf8 } from '../base/bytes.ts'
import { contributesText } from '../core/forks.ts'
import type { TextEdit, WorkNode } from '../core/fold.ts'
import type { History } from '../core/history.ts'
import { type NodeId, nodeIdToBytes } from '../core/ids.ts'
import { maskUpdate } from './text-pieces.ts'

/** The name of the Y.Text in a field's document: distinct per field, so that cursors of one never show in another. */
export function textName(node: NodeId, field: string): string {
  return `${node}/${field}`
}

/** 53 bits of the hash: what Yjs takes as a client id. `feed` is key and feed in hex, as the history names it. */
export function textClientId(feed: string, node: NodeId, field: string): number {
  const hash = sha256(concatBytes(fromHex(feed), nodeIdToBytes(node), utf8(field)))
  let id = 0
  for (let i = 0; i < 6; i++) id = id * 256 + (hash[i] as number)
  return id * 32 + ((hash[6] as number) >> 3)
}

/** The document of a field, put together from nothing. Deleted text is kept inside, so that late updates find their place. */
export function projectText(node: WorkNode, field: string, history: History): Doc {
  const doc = emptyDoc(node.id, field)
  for (const edit of node.texts[field] ?? []) applyTextEdit(doc, node.id, field, edit, history)
  return doc
}

/** Applies one edit that comes after all those in `doc`; answers whether it counted. */
export function applyTextEdit(doc: Doc, node: NodeId, field: string, edit: TextEdit, history: History): boolean {
  const ordinal = Math.floor(edit.ref / 256)
  if (!contributesText(history, ordinal)) return false
  if (!continuesText(doc, edit.update, textClientId(history.feedOf(ordinal), node, field))) return false
  applyUpdate(doc, updateOf(edit), 'log')
  return true
}

/** What the edit does to the document: as it was written, or masked. */
export function updateOf(edit: TextEdit): Uint8Array {
  return edit.masked ? maskUpdate(edit.update) : edit.update
}

export function textOf(node: WorkNode, field: string, history: History): string {
  if (!node.texts[field]?.length) return ''
  const doc = projectText(node, field, history)
  const text = doc.getText(textName(node.id, field)).toString()
  doc.destroy()
  return text
}

/** The update that writes `text` into an empty field, as the feed's first words there. */
export function initialText(text: string, feed: string, node: NodeId, field: string): Uint8Array<ArrayBuffer>[] {
  const doc = emptyDoc(node, field)
  doc.clientID = textClientId(feed, node, field)
  const updates: Uint8Array<ArrayBuffer>[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update as Uint8Array<ArrayBuffer>))
  const content = doc.getText(textName(node, field))
  insertPieces(content, 0, text)
  doc.destroy()
  return updates
}

/** With a name of our own: Yjs would draw one at random, which costs more than all the rest. */
function emptyDoc(node: NodeId, field: string): Doc {
  return new Doc({ gc: false, guid: textName(node, field) })
}

/** A piece of text whose update fits a batch, also where each character takes three bytes. */
const CHUNK_CHARS = 60_000

/** Inserts text in pieces, each an update of its own. Never between the halves of a surrogate pair: each would be lost. */
export function insertPieces(content: YText, index: number, text: string): void {
  for (let at = 0; at < text.length;) {
    let end = Math.min(at + CHUNK_CHARS, text.length)
    if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end--
    content.insert(index + at, text.slice(at, end))
    at = end
  }
}

/** Whether an update of `client` says nothing but what may come next in `doc`. */
export function continuesText(doc: Doc, update: Uint8Array, client: number): boolean {
  let decoded: ReturnType<typeof decodeUpdate>
  try {
    decoded = decodeUpdate(update)
  } catch {
    // Not a Yjs update at all: as void as a gapped one. Yjs throws plain errors of many kinds here.
    return false
  }
  let clock = getState(doc.store, client)
  const isHere = (id: ID | null): boolean =>
    id === null || (id.client === client ? id.clock < clock : id.clock < getState(doc.store, id.client))
  for (const struct of decoded.structs) {
    if (!(struct instanceof Item) || struct.id.client !== client || struct.id.clock !== clock) return false
    if (!(struct.content instanceof ContentString)) return false
    if (!isHere(struct.origin) || !isHere(struct.rightOrigin)) return false
    clock += struct.length
  }
  for (const [owner, ranges] of decoded.ds.clients) {
    const known = owner === client ? clock : getState(doc.store, owner)
    if (ranges.some((range) => range.clock + range.len > known)) return false
  }
  return true
}

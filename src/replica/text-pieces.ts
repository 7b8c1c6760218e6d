/**
 * Small tools of a text: cutting an update into pieces that fit a batch, masking one, and carrying words over to another text.
 */

import { writeVarUint } from 'lib0/encoding'
import { ContentString, decodeUpdate, Item, UpdateEncoderV1 } from 'yjs'
import type { Bytes } from '../base/bytes.ts'

/** Characters in a piece: at three bytes each well below what a batch holds. */
const PIECE_CHARS = 60_000

/** The same change as updates that each continue the one before; what is deleted comes with the last. For updates of one client. */
export function piecesOf(update: Uint8Array): Bytes[] {
  if (update.length <= PIECE_CHARS * 3) return [update as Bytes]
  const { structs, ds } = decodeUpdate(update)
  const pieces: Item[][] = [[]]
  let room = PIECE_CHARS
  for (const struct of structs) {
    if (!(struct instanceof Item)) throw new Error('Broken invariant: local typing makes items only')
    for (const item of cut(struct, PIECE_CHARS)) {
      if (item.length > room) {
        pieces.push([])
        room = PIECE_CHARS
      }
      pieces.at(-1)?.push(item)
      // Beside its letters an item has an envelope; many short ones would else outgrow a piece.
      room -= item.length + ENVELOPE
    }
  }
  return pieces.map((items, i) => encode(items, i === pieces.length - 1 ? ds.clients : new Map()))
}

/** The same letters, all of them deleted, and nothing else deleted. For updates of one client. */
export function maskUpdate(update: Uint8Array): Bytes {
  const items = decodeUpdate(update).structs.filter((struct) => struct instanceof Item)
  const deleted = new Map<number, { clock: number; len: number }[]>()
  for (const { id, length } of items) {
    const ranges = deleted.get(id.client)
    if (ranges) ranges.push({ clock: id.clock, len: length })
    else deleted.set(id.client, [{ clock: id.clock, len: length }])
  }
  return encode(items, deleted)
}

const ENVELOPE = 16

function cut(item: Item, chars: number): Item[] {
  const { content, id } = item
  if (!(content instanceof ContentString) || content.str.length <= chars) return [item]
  const parts: Item[] = []
  for (let from = 0; from < content.str.length;) {
    const to = wholeCharacters(content.str, Math.min(from + chars, content.str.length))
    const clock = id.clock + from
    const origin = from === 0 ? item.origin : { client: id.client, clock: clock - 1 }
    parts.push(
      new Item(
        { client: id.client, clock },
        null,
        origin,
        null,
        item.rightOrigin,
        item.parent,
        item.parentSub,
        new ContentString(content.str.slice(from, to)),
      ),
    )
    from = to
  }
  return parts
}

function encode(
  items: readonly Item[],
  deleted: ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>,
): Bytes {
  const encoder = new UpdateEncoderV1()
  const first = items[0]
  writeVarUint(encoder.restEncoder, first ? 1 : 0)
  if (first) {
    writeVarUint(encoder.restEncoder, items.length)
    encoder.writeClient(first.id.client)
    writeVarUint(encoder.restEncoder, first.id.clock)
    for (const item of items) item.write(encoder, 0)
  }
  writeVarUint(encoder.restEncoder, deleted.size)
  for (const [client, ranges] of deleted) {
    writeVarUint(encoder.restEncoder, client)
    writeVarUint(encoder.restEncoder, ranges.length)
    for (const { clock, len } of ranges) {
      writeVarUint(encoder.restEncoder, clock)
      writeVarUint(encoder.restEncoder, len)
    }
  }
  return encoder.toUint8Array() as Bytes
}

export interface Splice {
  readonly at: number
  readonly remove: number
  readonly insert: string
}

/** The one replacement that makes `after` of `before`. */
export function spliceBetween(before: string, after: string): Splice {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  head = wholeCharacters(before, head)
  let tail = 0
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  if (isLowSurrogate(before, before.length - tail)) tail--
  return { at: head, remove: before.length - tail - head, insert: after.slice(head, after.length - tail) }
}

/** What was done to `base` to make `mine`, done to `theirs`: words are never lost, and only what is still there is removed. */
export function carryOver(base: string, mine: string, theirs: string): Splice {
  const own = spliceBetween(base, mine)
  const other = spliceBetween(base, theirs)
  const grown = other.insert.length - other.remove
  if (own.at + own.remove <= other.at) return own
  if (own.at >= other.at + other.remove) return { ...own, at: own.at + grown }
  return { at: other.at + other.insert.length, remove: 0, insert: own.insert }
}

/** The greatest cut at or before `at` that parts no surrogate pair: Yjs puts replacement characters where one is parted. */
function wholeCharacters(text: string, at: number): number {
  return isLowSurrogate(text, at) ? at - 1 : at
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  const before = text.charCodeAt(at - 1)
  return code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff
}

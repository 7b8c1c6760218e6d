/**
 * What two replicas say to each other once they have met (`exchange.ts` has the order of it). Strict CBOR arrays; an id is the
 * 32 bytes of a batch and stands for that batch *and all of its past in the feed*, as nobody holds one without the other.
 *
 *   heads   = [2, answer?, last?, [[feed, seq, id], ...]]   the ends of all my branches; `answer?` asks for yours
 *   known   = [3, taken, bitmap]                            which of the ids of your heads or probe I have
 *   probe   = [4, [id, ...]]                                do you have these?
 *   batches = [5, [wire, ...], [id, ...]]                   with the ends of what I send, which I have
 *   have    = [6, credit, taken, [id, ...]]                 now I have these; you may send `credit` bytes of batches in all
 *   done    = [7]                                           that was all I had for you when we compared
 *   digest  = [8, hash32]                                   of the ends of all my branches
 *   keys    = [9, [wire, ...]]                              batches, ahead of their turn, for the keys in them: what follows is
 *                                                           sealed under those
 *
 * `taken` counts the bytes of the peer's batches that were judged and, if admitted, are durable.
 */

import { type Bytes, fromHex, toHex } from '../base/bytes.ts'
import type { Value } from '../core/batch.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import { PROTOCOL } from '../core/limits.ts'

export interface Head {
  /** Key and feed, in hex. */
  readonly feed: string
  readonly seq: number
  readonly id: Bytes
}

export type Message =
  | { readonly type: 'heads'; readonly wantsAnswer: boolean; readonly isLast: boolean; readonly heads: readonly Head[] }
  | { readonly type: 'known'; readonly taken: number; readonly bitmap: Bytes }
  | { readonly type: 'probe'; readonly ids: readonly Bytes[] }
  | { readonly type: 'batches'; readonly wires: readonly Bytes[]; readonly ids: readonly Bytes[] }
  | { readonly type: 'have'; readonly credit: number; readonly taken: number; readonly ids: readonly Bytes[] }
  | { readonly type: 'done' }
  | { readonly type: 'digest'; readonly hash: Bytes }
  | { readonly type: 'keys'; readonly wires: readonly Bytes[] }

/** Most heads or ids in one message. */
export const IDS_A_MESSAGE = 4096
/** Most bytes in one message: some batches, or one that is large. */
export const MESSAGE_BYTES = 1024 * 1024
/** Batches are gathered to about this size. */
export const BATCHES_BYTES = 64 * 1024
/** And so are those that hand out keys, which are few and may be larger. */
export const KEYS_BYTES = 512 * 1024

const TYPES = { heads: 2, known: 3, probe: 4, batches: 5, have: 6, done: 7, digest: 8, keys: 9 } as const
const FEED_BYTES = 41
const ID_BYTES = 32

export function encodeMessage(message: Message): Bytes {
  return encodeCbor([TYPES[message.type], ...fieldsOf(message)])
}

function fieldsOf(message: Message): Value[] {
  switch (message.type) {
    case 'heads':
      return [message.wantsAnswer, message.isLast, message.heads.map(({ feed, seq, id }) => [fromHex(feed), seq, id])]
    case 'known':
      return [message.taken, message.bitmap]
    case 'probe':
      return [message.ids]
    case 'batches':
      return [message.wires, message.ids]
    case 'have':
      return [message.credit, message.taken, message.ids]
    case 'done':
      return []
    case 'digest':
      return [message.hash]
    case 'keys':
      return [message.wires]
  }
}

/** The message, or a plain reason why there is none. Never throws for what the bytes say. */
export function decodeMessage(
  bytes: Bytes,
): { readonly ok: true; readonly message: Message } | { readonly ok: false; readonly reason: string } {
  const decoded = decodeCbor(bytes, MESSAGE_BYTES)
  if (!decoded.ok) return { ok: false, reason: `The peer sent garbage: ${decoded.detail}.` }
  if (!Array.isArray(decoded.value)) return { ok: false, reason: 'The peer sent garbage: no array.' }
  const [type, ...fields] = decoded.value as readonly Value[]
  if (!Object.values<Value | undefined>(TYPES).includes(type))
    return { ok: false, reason: 'The peer sent a message of a kind that is not known here.' }
  const message = readMessage(type as number, fields)
  return message ? { ok: true, message } : { ok: false, reason: 'The peer sent a malformed message.' }
}

function readMessage(type: number, fields: readonly Value[]): Message | null {
  const [a, b, c] = fields
  if (
    type === TYPES.heads &&
    fields.length === 3 &&
    typeof a === 'boolean' &&
    typeof b === 'boolean' &&
    isListOf(c, isHead, IDS_A_MESSAGE)
  )
    return { type: 'heads', wantsAnswer: a, isLast: b, heads: c.map(([feed, seq, id]) => ({ feed: toHex(feed), seq, id })) }
  if (type === TYPES.known && fields.length === 2 && isCount(a) && b instanceof Uint8Array && b.length <= IDS_A_MESSAGE / 8)
    return { type: 'known', taken: a, bitmap: b }
  if (type === TYPES.probe && fields.length === 1 && isListOf(a, isId, IDS_A_MESSAGE)) return { type: 'probe', ids: a }
  if (
    type === TYPES.batches &&
    fields.length === 2 &&
    isListOf(a, isWire, IDS_A_MESSAGE) &&
    isListOf(b, isId, a.length) &&
    a.length > 0
  )
    return { type: 'batches', wires: a, ids: b }
  if (type === TYPES.have && fields.length === 3 && isCount(a) && isCount(b) && isListOf(c, isId, IDS_A_MESSAGE))
    return { type: 'have', credit: a, taken: b, ids: c }
  if (type === TYPES.done && fields.length === 0) return { type: 'done' }
  if (type === TYPES.digest && fields.length === 1 && isId(a)) return { type: 'digest', hash: a }
  if (type === TYPES.keys && fields.length === 1 && isListOf(a, isWire, IDS_A_MESSAGE)) return { type: 'keys', wires: a }
  return null
}

function isListOf<T extends Value>(
  value: Value | undefined,
  is: (item: Value | undefined) => item is T,
  most: number,
): value is readonly T[] {
  return Array.isArray(value) && value.length <= most && value.every((item: Value) => is(item))
}

function isHead(value: Value | undefined): value is readonly [Bytes, number, Bytes] {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [feed, seq, id] = value as readonly Value[]
  return feed instanceof Uint8Array && feed.length === FEED_BYTES && isCount(seq) && isId(id)
}

function isId(value: Value | undefined): value is Bytes {
  return value instanceof Uint8Array && value.length === ID_BYTES
}

function isWire(value: Value | undefined): value is Bytes {
  return value instanceof Uint8Array && value.length <= PROTOCOL.batchBytes
}

function isCount(value: Value | undefined): value is number {
  return typeof value === 'number' && value >= 0
}

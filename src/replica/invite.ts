/**
 * The join link: everything a newcomer needs, in the fragment of the address, which browsers never send.
 *
 *   #join= base64url(cbor [1, workspace32, roomSecret16, seed32, signallingUrls[], batches[], purpose?])
 *   purpose = ['admin'] | ['device', key33]
 *
 * `batches` are wires that travel in the link itself (genesis and the invite's grant), so that a link can work while nobody is
 * online. Whoever holds the link holds the invite: treat it as a secret.
 *
 * A purpose says what the newcomer is to do once they are in: ask to be made an admin, or say that they are the person whose key
 * it names. It gives no right: others decide.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concatBytes, fromBase64Url, toBase64Url, utf8 } from '../base/bytes.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'

export interface Invite {
  readonly workspace: Bytes
  /** Opens the room: who lacks it finds nobody and is told nothing. */
  readonly secret: Bytes
  readonly seed: Bytes
  readonly signalling: readonly string[]
  readonly batches: readonly Bytes[]
  readonly purpose?: InvitePurpose
}

export type InvitePurpose = { readonly kind: 'admin' } | { readonly kind: 'device'; readonly of: Bytes }

const VERSION = 1
const LINK_CHARS = 16_384
const MARK = '#join='
const ROOM_DOMAIN = utf8('worknode/room/1\0')

/** The part of the link behind `#join=`. */
export function encodeInvite({ workspace, secret, seed, signalling, batches, purpose }: Invite): string {
  const said = !purpose ? [] : [purpose.kind === 'device' ? ['device', purpose.of] : ['admin']]
  return toBase64Url(encodeCbor([VERSION, workspace, secret, seed, signalling, batches, ...said]))
}

/** Takes a whole link, its fragment, or the code alone. */
export function parseInvite(link: string): Result<Invite> {
  if (link.length > LINK_CHARS) return broken('It is too long to be a join link.')
  const text = link.trim()
  const mark = text.indexOf(MARK)
  if (mark < 0 && /[:/#]/.test(text)) return broken('It has no "#join=" part.')
  const code = mark < 0 ? text : text.slice(mark + MARK.length)
  if (!/^[A-Za-z0-9_-]+$/.test(code) || code.length % 4 === 1) return broken('Part of it is missing or was changed on the way.')
  const decoded = decodeCbor(codeBytes(code))
  if (!decoded.ok || !Array.isArray(decoded.value)) return broken('Part of it is missing or was changed on the way.')
  const [version, workspace, secret, seed, signalling, batches, said, ...rest] = decoded.value as readonly Value[]
  if (version !== VERSION) return broken('It was made by a newer version of Worknode. Reload the page to update.')
  if (!isBytes(workspace, 32) || !isBytes(secret, 16) || !isBytes(seed, 32) || rest.length > 0)
    return broken('Part of it is missing or was changed on the way.')
  if (
    !Array.isArray(signalling) ||
    signalling.length > 8 ||
    !signalling.every((url) => typeof url === 'string' && /^wss?:\/\//.test(url))
  )
    return broken('It names odd signalling servers.')
  if (!Array.isArray(batches) || batches.length > 16 || !batches.every((wire) => wire instanceof Uint8Array))
    return broken('Part of it was changed on the way.')
  const invite = { workspace, secret, seed, signalling: signalling as string[], batches: batches as unknown as Bytes[] }
  if (said === undefined) return ok(invite)
  const purpose = purposeOf(said)
  return purpose ? ok({ ...invite, purpose }) : broken('It was made by a newer version of Worknode. Reload the page to update.')
}

function purposeOf(said: Value): InvitePurpose | null {
  if (!Array.isArray(said)) return null
  const [kind, of] = said as readonly Value[]
  if (kind === 'admin' && said.length === 1) return { kind }
  return kind === 'device' && said.length === 2 && isBytes(of, 33) ? { kind, of } : null
}

/** What peers meet under. A hash: it tells nobody which workspace this is, and carries the version of the protocol. */
export function roomName(workspace: Bytes, secret: Bytes): string {
  return `wn1-${toBase64Url(sha256(concatBytes(ROOM_DOMAIN, workspace, secret)))}`
}

/** Loose final bits read as a cut link does: nothing decodes. */
function codeBytes(code: string): Bytes {
  try {
    return fromBase64Url(code)
  } catch (error) {
    if (error instanceof TypeError) return new Uint8Array()
    throw error
  }
}

function isBytes(value: Value | undefined, length: number): value is Bytes {
  return value instanceof Uint8Array && value.length === length
}

function broken(why: string): Result<never> {
  return refuse({
    code: 'bad_request',
    detail: `This is not a join link that works. ${why} Ask for a new one; nothing was changed here.`,
  })
}

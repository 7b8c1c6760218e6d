/**
 * An account as a file: what it takes to be somebody again on another device, behind a passphrase.
 *
 *   file = "worknode account 1\n" ‖ cbor [salt16, iterations, iv12, AES-256-GCM(cbor plain)]     key = PBKDF2-HMAC-SHA256
 *   plain = [1, savedAt, name, colour, [[workspace32, name, roomSecret16, seed32|null, keys[], wires[]], ...]]
 *
 * The keys of a device cannot be taken out of it, so they are not in the file: for each workspace it holds the seed of an invite
 * for one more device of the same person. Restoring is joining by that; the device that is lost can then be removed. With the
 * log itself in the file, nobody else has to be there.
 */

import { type Bytes, concatBytes, utf8 } from '../base/bytes.ts'
import type { RandomBytes } from '../base/random.ts'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Value } from '../core/batch.ts'
import { decodeCbor, encodeCbor } from '../core/cbor.ts'
import { LOCAL } from '../core/limits.ts'

export interface Account {
  /** Milliseconds since 1970. */
  readonly savedAt: number
  readonly name: string
  readonly colour: string
  readonly workspaces: readonly AccountWorkspace[]
}

export interface AccountWorkspace {
  readonly id: Bytes
  readonly name: string
  readonly secret: Bytes
  /** Of the invite for another device; null where this person may not make one. */
  readonly seed: Bytes | null
  /** Keys of the bodies, raw. */
  readonly keys: readonly Bytes[]
  /** The log, open, in order of arrival. */
  readonly wires: readonly Bytes[]
}

const MAGIC = utf8('worknode account 1\n')
const VERSION = 1
/** What OWASP asks of PBKDF2 with SHA-256. */
const ITERATIONS = 600_000
/** A file that asks for more would only keep the page busy. */
const MOST_ITERATIONS = 10_000_000
const LEAST_PASSPHRASE = 8

export async function sealAccount(account: Account, passphrase: string, random: RandomBytes): Promise<Result<Bytes>> {
  if (passphrase.length < LEAST_PASSPHRASE)
    return refuse({
      code: 'invalid',
      detail: `A passphrase has at least ${LEAST_PASSPHRASE} characters. Several words are better.`,
    })
  const [salt, iv] = [random(16), random(12)]
  const plain = encodeCbor(plainOf(account))
  const key = await keyOf(passphrase, salt, ITERATIONS)
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain))
  return ok(concatBytes(MAGIC, encodeCbor([salt, ITERATIONS, iv, sealed])))
}

export async function openAccount(file: Bytes, passphrase: string): Promise<Result<Account>> {
  if (file.length > LOCAL.accountBytes)
    return refuse({ code: 'too_large', detail: `An account file has ${LOCAL.accountBytes / 1024 / 1024} MiB at most.` })
  if (MAGIC.some((byte, i) => file[i] !== byte)) return broken('It is no account file of Worknode.')
  const decoded = decodeCbor(file.subarray(MAGIC.length), LOCAL.accountBytes)
  if (!decoded.ok || !Array.isArray(decoded.value)) return broken('It is damaged, or not whole.')
  const [salt, iterations, iv, sealed] = decoded.value as readonly Value[]
  const isCount = typeof iterations === 'number' && iterations > 0 && iterations <= MOST_ITERATIONS
  if (!isBytes(salt, 16) || !isCount || !isBytes(iv, 12) || !(sealed instanceof Uint8Array))
    return broken('It is damaged, or not whole.')
  const key = await keyOf(passphrase, salt, iterations)
  let plain: Bytes
  try {
    plain = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))
  } catch (error) {
    if (!(error instanceof Error && error.name === 'OperationError')) throw error
    return refuse({
      code: 'unauthorized',
      detail: 'The passphrase is not the one that this file was saved with, or the file is damaged. Nothing was changed.',
    })
  }
  const read = decodeCbor(plain, LOCAL.accountBytes)
  const account = read.ok ? accountOf(read.value) : null
  return account ? ok(account) : broken('It was saved by a newer version of Worknode. Reload the page to update.')
}

function plainOf({ savedAt, name, colour, workspaces }: Account): Value {
  return [
    VERSION,
    savedAt,
    name,
    colour,
    workspaces.map((one): Value => [one.id, one.name, one.secret, one.seed, one.keys, one.wires]),
  ]
}

function accountOf(value: Value): Account | null {
  if (!Array.isArray(value)) return null
  const [version, savedAt, name, colour, workspaces] = value as readonly Value[]
  if (version !== VERSION || typeof savedAt !== 'number' || typeof name !== 'string' || typeof colour !== 'string') return null
  if (!Array.isArray(workspaces)) return null
  const read = (workspaces as readonly Value[]).map(workspaceOf)
  return read.includes(null) ? null : { savedAt, name, colour, workspaces: read as AccountWorkspace[] }
}

function workspaceOf(value: Value): AccountWorkspace | null {
  if (!Array.isArray(value)) return null
  const [id, name, secret, seed, keys, wires] = value as readonly Value[]
  if (!isBytes(id, 32) || typeof name !== 'string' || !isBytes(secret, 16) || !(seed === null || isBytes(seed, 32))) return null
  if (!Array.isArray(keys) || !keys.every((key: Value) => isBytes(key, 32))) return null
  if (!Array.isArray(wires) || !wires.every((wire) => wire instanceof Uint8Array)) return null
  return { id, name, secret, seed, keys: keys, wires: wires as unknown as Bytes[] }
}

async function keyOf(passphrase: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  // One way to type a letter is as good as another.
  const secret = await crypto.subtle.importKey('raw', utf8(passphrase.normalize('NFKC')), 'PBKDF2', false, ['deriveKey'])
  const from = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return crypto.subtle.deriveKey(from, secret, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

function isBytes(value: Value | undefined, length: number): value is Bytes {
  return value instanceof Uint8Array && value.length === length
}

function broken(why: string): Result<never> {
  return refuse({ code: 'bad_request', detail: `This file cannot be restored. ${why} Nothing was changed.` })
}

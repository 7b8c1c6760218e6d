/**
 * Strict CBOR: of all the ways to write a value, exactly one is accepted.
 *
 * What is accepted: null, booleans, whole numbers in the safe range, byte strings, UTF-8 text, arrays, and maps with text keys
 * in bytewise order; everything of definite length in its shortest form. No floats, no tags, no `undefined`, nothing after
 * the value. So bytes -> value -> bytes is the identity, and two replicas never read the same bytes differently.
 *
 * A scan without recursion proves this of the bytes first (decoders let pass invalid UTF-8, unsorted keys and any depth);
 * then the value is built, with nothing left to check. What we encode is scanned too, so that nobody signs what nobody can read.
 */

import { encode, rfc8949EncodeOptions } from 'cborg'
import { assert } from '../base/assert.ts'
import type { Bytes } from '../base/bytes.ts'
import { isUtf8 } from '../base/utf8-scan.ts'
import type { Value } from './batch.ts'
import { readProven } from './cbor-read.ts'
import { PROTOCOL } from './limits.ts'

export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string }

/**
 * The only encoding of `value`. Fractions, `undefined` and too much nesting are bugs of the caller. Half a surrogate pair is
 * written as U+FFFD, so take texts from people through `toWellFormed` first: else the author alone would see another text.
 */
export function encodeCbor(value: Value): Bytes {
  const bytes = encode(value, rfc8949EncodeOptions)
  const fault = scanCbor(bytes)
  assert(fault === null, `what we encode can be decoded: ${fault}`)
  // In Node cborg may answer a view into a shared pool: a clone or a transfer of it would take the whole pool along.
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}

export function decodeCbor(bytes: Uint8Array, maxBytes: number = PROTOCOL.batchBytes): Decoded<Value> {
  if (bytes.length > maxBytes) return { ok: false, detail: `${bytes.length} bytes, at most ${maxBytes} are allowed` }
  const fault = scanCbor(bytes)
  return fault === null ? { ok: true, value: readProven(bytes) } : { ok: false, detail: fault }
}

/** Why these bytes are not one strict value, or null. Linear in the bytes, whatever they claim. */
function scanCbor(bytes: Uint8Array): string | null {
  // One entry a level: items still to come, whether it is a map, and where its last key lies.
  const left = [1]
  const isMap = [false]
  const keyFrom = [0]
  const keyTo = [0]
  const end = bytes.length
  let depth = 0
  let at = 0
  for (;;) {
    while (left[depth] === 0) {
      if (depth === 0) return at === end ? null : 'bytes after the value'
      depth--
    }
    if (at >= end) return 'the value ends early'
    const todo = left[depth] as number
    const isKey = isMap[depth] === true && todo % 2 === 0
    left[depth] = todo - 1
    const head = bytes[at++] as number
    const major = head >> 5
    let size = head & 31
    if (isKey && major !== 3) return 'a map key that is not text'
    if (major === 6) return 'a tag'
    if (major === 7) {
      if (size < 20 || size > 22) return 'a float or simple value'
      continue
    }
    if (size > 23) {
      if (size > 27) return 'an indefinite or reserved length'
      const width = 1 << (size - 24)
      if (width > end - at) return 'the value ends early'
      size = 0
      for (let i = 0; i < width; i++) size = size * 256 + (bytes[at++] as number)
      if (size < (width === 1 ? 24 : 256 ** (width / 2))) return 'a number that is not in its shortest form'
      // Above 2^53 `size` is rounded, but never down below it.
      if (size >= Number.MAX_SAFE_INTEGER + (major === 1 ? 0 : 1)) return 'a number beyond the safe range'
    }
    if (major < 2) continue
    if (major < 4) {
      if (size > end - at) return 'the value ends early'
      const from = at
      at += size
      if (major === 2) continue
      if (!isUtf8(bytes, from, at)) return 'text that is not UTF-8'
      if (!isKey) continue
      if (keyTo[depth] !== 0 && !isAfter(bytes, keyFrom[depth] as number, keyTo[depth] as number, from, at))
        return 'map keys out of order'
      keyFrom[depth] = from
      keyTo[depth] = at
      continue
    }
    const items = major === 5 ? size * 2 : size
    if (items > end - at) return 'the value ends early'
    if (++depth > PROTOCOL.nesting) return `nesting deeper than ${PROTOCOL.nesting}`
    left[depth] = items
    isMap[depth] = major === 5
    keyTo[depth] = 0
  }
}

/** Order of RFC 8949: bytewise over the encoded keys, whose heads put the shorter first. */
function isAfter(bytes: Uint8Array, aFrom: number, aTo: number, from: number, to: number): boolean {
  const length = to - from
  if (length !== aTo - aFrom) return length > aTo - aFrom
  for (let i = 0; i < length; i++) {
    const difference = (bytes[from + i] as number) - (bytes[aFrom + i] as number)
    if (difference !== 0) return difference > 0
  }
  return false
}

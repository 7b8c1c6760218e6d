/**
 * JSON as our codec takes it, and back without loss.
 *
 * The log knows whole numbers and well-formed text only, and maps of bounded depth. What does not fit travels as text under
 * one of two marks: `{"~number": "0.5"}` for a number that is not a safe whole one, `{"~json": "…"}` for anything else
 * (a lone surrogate, deep nesting, a key `__proto__`, or a map that itself has a mark for a key). JSON has one zero, as
 * JavaScript writes it: `-0` comes back as `0`.
 *
 * Maps are built in the codec's own key order, so that a value reads the same before and after it went through the log.
 */

import { compareBytes, utf8 } from '../base/bytes.ts'
import { isWellFormed } from '../base/well-formed.ts'
import type { Value } from '../core/batch.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonMap
export interface JsonMap {
  readonly [key: string]: Json
}

const NUMBER_MARK = '~number'
const JSON_MARK = '~json'
/** A record's own map is the first level; the codec allows 16, the batch around it takes 7. */
const DEPTH = 5

export function isJsonMap(json: Json | undefined): json is JsonMap {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

export function toValue(json: Json): Value {
  return plainly(json, 0) ?? { [JSON_MARK]: JSON.stringify(json) }
}

export function fromValue(value: Value): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return (value as readonly Value[]).map(fromValue)
  if (value instanceof Uint8Array) return null
  const map = value as { readonly [key: string]: Value }
  const keys = Object.keys(map)
  const [key] = keys
  const text = keys.length === 1 ? map[key as string] : undefined
  if (typeof text === 'string' && key === NUMBER_MARK) return Number(text)
  if (typeof text === 'string' && key === JSON_MARK) return parsed(text)
  return Object.fromEntries(keys.map((name) => [name, fromValue(map[name] as Value)]))
}

/** Deep equality; the order of keys says nothing. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item: Json, i) => sameJson(item, b[i] as Json))
    )
  }
  const [x, y] = [a as JsonMap, b as JsonMap]
  const keys = Object.keys(x)
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && sameJson(x[key], y[key]))
}

/** 53 bits that tell whether a text changed (cyrb53). Not for trust: who wants to can make two texts alike. */
export function fingerprint(text: string): number {
  let [high, low] = [0xde_ad_be_ef, 0x41_c6_ce_57]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  return 4_294_967_296 * (low & 0x1f_ff_ff) + (high >>> 0)
}

/** Undefined where JSON text has to stand in for it. */
function plainly(json: Json, depth: number): Value | undefined {
  if (json === null || typeof json === 'boolean') return json
  if (typeof json === 'string') return isWellFormed(json) ? json : undefined
  if (typeof json === 'number') return Number.isSafeInteger(json) ? json + 0 : { [NUMBER_MARK]: String(json) }
  if (depth >= DEPTH) return undefined
  if (Array.isArray(json)) {
    const items = (json as readonly Json[]).map((item) => plainly(item, depth + 1))
    return items.includes(undefined) ? undefined : (items as Value[])
  }
  const entries: [string, Value][] = []
  for (const key of Object.keys(json).toSorted(inCodecOrder)) {
    const value = fitsAsKey(key) ? plainly((json as JsonMap)[key] as Json, depth + 1) : undefined
    if (value === undefined) return undefined
    entries.push([key, value])
  }
  return Object.fromEntries(entries)
}

function fitsAsKey(key: string): boolean {
  return key !== '__proto__' && key !== NUMBER_MARK && key !== JSON_MARK && isWellFormed(key) && !isIndex(key)
}

/** JavaScript puts such keys first, whatever order they were given in. */
function isIndex(key: string): boolean {
  return /^\d{1,10}$/.test(key)
}

/** RFC 8949: by length of the encoded key, then bytewise. */
function inCodecOrder(a: string, b: string): number {
  // Nearly all keys are plain words, whose letters are their bytes.
  if (isPlain(a) && isPlain(b)) return a.length - b.length || (a < b ? -1 : 1)
  const [x, y] = [utf8(a), utf8(b)]
  return x.length - y.length || compareBytes(x, y)
}

function isPlain(key: string): boolean {
  return /^\w+$/.test(key)
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    // Somebody else's text under our mark: it stays what it is.
    return text
  }
}

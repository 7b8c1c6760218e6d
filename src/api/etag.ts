/**
 * ETags: the hash of what a read answers. So two answers have one tag exactly where they say the same, on every host, and a write
 * that names the tag it has seen (`If-Match`) is refused as soon as anything that its reader saw is otherwise.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { toBase64Url, utf8 } from '../base/bytes.ts'

const TAG_BYTES = 16

export function etagOf(json: string): string {
  return `"${toBase64Url(sha256(utf8(json)).subarray(0, TAG_BYTES))}"`
}

/** Whether a list of tags, or `*`, as `If-Match` and `If-None-Match` have it, names this one; null is no such thing there. */
export function namesTag(header: string, tag: string | null): boolean {
  if (tag === null) return false
  const named = new Set(header.split(',').map((one) => one.trim().replace(/^W\//, '')))
  return named.has('*') || named.has(tag)
}

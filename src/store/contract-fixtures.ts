/** Batches for the store's suites, and ways to read a store whole. */

import { expect } from 'vitest'
import type { Bytes } from '../base/bytes.ts'
import type { OwnAppend, Store, StoredBatch } from './store.ts'

export interface OpenedStore {
  readonly store: Store
  reopen(): Promise<Store>
  second?(): Promise<Store>
}

/** A small batch with its number in it. */
export function wire(n: number): Bytes {
  return new Uint8Array([n & 255, n >> 8, 0xab, 0xcd])
}

export function stored(n: number): StoredBatch {
  return { arrival: n, wire: wire(n) }
}

export function sized(length: number, seed: number): Bytes {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = i < 64 ? seed * 31 + i * 7 : seed + (i >> 4)
  return bytes
}

export function id(feed: string, seq: number): Bytes {
  return Uint8Array.from({ length: 32 }, (_, i) => feed.charCodeAt(0) + seq + i)
}

/** An append on a feed of `key`, from one seq (null: a new feed) to another. */
export function own(feed: string, from: number | null, to: number): OwnAppend {
  const expected = from === null ? null : { seq: from, id: id(feed, from) }
  return { key: 'key', feed, expect: expected, head: { seq: to, id: id(feed, to) } }
}

export async function all(store: Store, since = 0): Promise<StoredBatch[]> {
  return collect(store.readSince(since))
}

export async function at(store: Store, asked: readonly number[]): Promise<StoredBatch[]> {
  return collect(store.readAt(asked))
}

async function collect(pages: AsyncIterable<readonly StoredBatch[]>): Promise<StoredBatch[]> {
  const batches: StoredBatch[] = []
  for await (const page of pages) batches.push(...page)
  return batches
}

export function arrivals(batches: readonly StoredBatch[]): number[] {
  return batches.map((batch) => batch.arrival)
}

/** As `toEqual`, which takes seconds over megabytes. */
export function expectSame(found: readonly StoredBatch[], wanted: readonly StoredBatch[]): void {
  expect(arrivals(found)).toEqual(arrivals(wanted))
  const odd = found.find((batch, i) => !same(batch.wire, (wanted[i] as StoredBatch).wire))
  expect(odd?.arrival).toBe(undefined)
}

function same(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

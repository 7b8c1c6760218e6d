/**
 * Who has what, as one number per branch ("chain"): the seq up to which it is here and durable, and for each peer up to which it
 * was sent and up to which the peer has it. A chain is held from its start on, and whoever holds a branch holds what it
 * branched off from, so a number is enough and a peer costs what there are chains, not batches.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, compareBytes, concatBytes, utf8 } from '../base/bytes.ts'
import type { History } from '../core/history.ts'

/** What of the log is durable here: only that may be named to peers (L2). */
export interface DurableEnds {
  /** The last durable batch of each chain that has one. */
  all(): number[]
  /** Of this chain, or null. */
  of(chain: number): number | null
  seqOf(chain: number): number
  /** The ordinal of a durable batch with this id, or null. */
  find(id: Bytes): number | null
  /** Takes in batches that have become durable. */
  note(ordinals: readonly number[]): void
  /** The same on replicas that hold the same batches. */
  digest(): Bytes
}

const DIGEST_DOMAIN = utf8('worknode/heads/1\0')

export function createDurableEnds(history: History): DurableEnds {
  const ends: number[] = []
  let digest: Bytes | undefined
  for (let chain = 0; chain < history.chainCount; chain++)
    for (const ordinal of history.chainSince(chain, -1)) if (history.arrivalOf(ordinal) > 0) ends[chain] = ordinal
  const all = (): number[] => ends.filter((ordinal) => ordinal !== undefined)

  return {
    all,
    of: (chain) => ends[chain] ?? null,
    seqOf: (chain) => (ends[chain] === undefined ? -1 : history.seqOf(ends[chain])),
    find(id) {
      const ordinal = history.ordinalOf(id)
      return ordinal !== null && history.arrivalOf(ordinal) > 0 ? ordinal : null
    },
    note(ordinals) {
      digest = undefined
      for (const ordinal of ordinals) {
        const chain = history.chainOf(ordinal)
        const end = ends[chain]
        if (end === undefined || history.seqOf(ordinal) > history.seqOf(end)) ends[chain] = ordinal
      }
    },
    digest() {
      const ids = (): Bytes[] =>
        all()
          .map((ordinal) => history.idOf(ordinal))
          .sort(compareBytes)
      return (digest ??= sha256(concatBytes(DIGEST_DOMAIN, ...ids())) as Bytes)
    },
  }
}

/** Marks per chain, that only rise. */
export interface Marks {
  at(chain: number): number
  /** Whether the batch lies at or below its chain's mark. */
  holds(ordinal: number): boolean
  /** Raises the marks to this batch and what its branch came from. */
  raise(ordinal: number): void
  /** The one way down: nothing is known of the chain any more beyond `seq`. */
  lower(chain: number, seq: number): void
  /** How many batches of the chain up to `seq` lie above the mark. */
  missing(chain: number, seq: number): number
}

export function createMarks(history: History): Marks {
  const seqs: number[] = []
  const at = (chain: number): number => seqs[chain] ?? -1
  return {
    at,
    holds: (ordinal) => history.seqOf(ordinal) <= at(history.chainOf(ordinal)),
    raise(ordinal) {
      let seq = history.seqOf(ordinal)
      for (
        let chain: number | null = history.chainOf(ordinal);
        chain !== null && at(chain) < seq;
        chain = history.parentOf(chain)
      ) {
        seqs[chain] = seq
        seq = history.firstSeqOf(chain) - 1
      }
    },
    lower(chain, seq) {
      seqs[chain] = seq
    },
    missing: (chain, seq) => Math.max(0, seq - Math.max(at(chain), history.firstSeqOf(chain) - 1)),
  }
}

/** Durable batches above the marks, in order of arrival, which is causal. */
export function durableBeyond(history: History, marks: Marks, ends: DurableEnds): number[] {
  const beyond: number[] = []
  for (const end of ends.all()) {
    if (marks.holds(end)) continue
    const chain = history.chainOf(end)
    for (const ordinal of history.chainSince(chain, marks.at(chain))) {
      if (history.arrivalOf(ordinal) === 0) break
      beyond.push(ordinal)
    }
  }
  return beyond.sort((a, b) => history.arrivalOf(a) - history.arrivalOf(b))
}

/** Batches of a branch at growing distances from its end, and its first: enough to find where a peer's branch left it. */
export function trailOf(history: History, end: number, beyond: number): number[] {
  const chain = history.chainOf(end)
  const first = Math.max(beyond + 1, history.firstSeqOf(chain))
  const trail: number[] = []
  for (let back = 1, seq = history.seqOf(end) - back; seq > first; back *= 2, seq -= back)
    trail.push(history.ordinalAt(chain, seq) as number)
  trail.push(history.ordinalAt(chain, first) as number)
  return trail
}

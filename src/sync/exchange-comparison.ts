/**
 * Finding out what the peer has, without either side sending what the other holds.
 *
 * Each side names the ends of all its branches and answers, for each end the other named, whether it has it. An end that the
 * peer has settles its branch. One that it lacks does so too, as long as it named nothing unknown in the same feed: it has the
 * branch up to where it named it. Otherwise the feed is forked between us (of two ends of one unforked run one side knows
 * both), and one probe with a trail of ids back along our branch finds, nearly, where the two part.
 */

import { type Bytes, toHex } from '../base/bytes.ts'
import type { History } from '../core/history.ts'
import { type DurableEnds, type Marks, trailOf } from './exchange-knowledge.ts'
import { IDS_A_MESSAGE, type Message } from './exchange-messages.ts'

export interface ComparisonPorts {
  readonly history: History
  readonly ends: DurableEnds
  /** Whether the batch came and is kept beside the log. */
  isSetAside(id: Bytes): boolean
  /** What the peer has, as far as we know. */
  readonly has: Marks
  say(message: Message): void
  /** Bytes of the peer's batches taken in, for the answer. */
  taken(): number
  peerHas(ordinal: number): void
  /** The peer has this batch, which is kept beside the log here. */
  peerHasAside(id: Bytes): void
  /** The peer says that it lacks this end of ours. */
  peerLacks(ordinal: number): void
  /** Now `has` is as good as it gets. */
  finished(): void
}

export interface Comparison {
  /** Whether the peer has named all its ends at least once. */
  readonly hasHeard: boolean
  readonly isUnderWay: boolean
  /** How many of the ends that the peer named are not here yet. */
  readonly unknown: number
  /** Names our ends, and asks for the peer's. */
  begin(wantsAnswer: boolean): void
  hear(heads: Message & { readonly type: 'heads' }): void
  probed(ids: readonly Bytes[]): void
  /** Takes the answer to what was asked first. A plain reason if it is none. */
  answered(bitmap: Bytes): string | null
  /** Some batches have become durable. */
  learned(): void
}

/** Ends of the peer that we do not know are kept up to this many: more only makes the wish for its batches vaguer. */
const UNKNOWN_KEPT = 100_000

export function createComparison(ports: ComparisonPorts): Comparison {
  const { history, ends, has, say, taken } = ports
  const unknown = new Map<string, { readonly id: Bytes; readonly feed: string }>()
  const asked: { readonly ordinals: readonly number[]; readonly isHeads: boolean }[] = []
  let hasHeard = false
  let isHearing = false
  let awaitsHeads = true
  let hasProbed = false

  function ask(ordinals: readonly number[], isHeads: boolean, message: Message): void {
    asked.push({ ordinals, isHeads })
    say(message)
  }

  function goOn(): void {
    if (awaitsHeads || asked.length > 0) return
    if (!hasProbed) {
      hasProbed = true
      if (probe()) return
    }
    ports.finished()
  }

  function probe(): boolean {
    const feeds = new Set([...unknown.values()].map(({ feed }) => feed))
    const parted = ends.all().filter((end) => feeds.has(history.feedOf(end)) && !has.holds(end))
    const trail = parted.flatMap((end) => trailOf(history, end, has.at(history.chainOf(end)))).slice(0, IDS_A_MESSAGE)
    if (trail.length === 0) return false
    ask(trail, false, { type: 'probe', ids: trail.map((ordinal) => history.idOf(ordinal)) })
    return true
  }

  /** Answers which of the ids are here, and notes that the peer has those. */
  function answer(ids: readonly Bytes[], unfound?: (nth: number) => void): void {
    const bitmap = new Uint8Array(Math.ceil(ids.length / 8))
    ids.forEach((id, nth) => {
      const ordinal = ends.find(id)
      const isAside = ordinal === null && ports.isSetAside(id)
      if (ordinal === null && !isAside) return unfound?.(nth)
      bitmap[nth >> 3] = (bitmap[nth >> 3] as number) | (1 << (nth & 7))
      if (isAside) ports.peerHasAside(id)
      else ports.peerHas(ordinal as number)
    })
    say({ type: 'known', taken: taken(), bitmap })
  }

  return {
    get hasHeard() {
      return hasHeard
    },
    get isUnderWay() {
      return awaitsHeads || asked.length > 0
    },
    get unknown() {
      return unknown.size
    },
    begin(wantsAnswer) {
      if (wantsAnswer) awaitsHeads = true
      hasProbed = false
      const all = ends.all()
      for (let from = 0; from === 0 || from < all.length; from += IDS_A_MESSAGE) {
        const part = all.slice(from, from + IDS_A_MESSAGE)
        const isLast = from + IDS_A_MESSAGE >= all.length
        const heads = part.map((ordinal) => ({
          feed: history.feedOf(ordinal),
          seq: history.seqOf(ordinal),
          id: history.idOf(ordinal),
        }))
        ask(part, true, { type: 'heads', wantsAnswer: wantsAnswer && isLast, isLast, heads })
      }
    },
    hear({ heads, isLast }) {
      if (!isHearing) unknown.clear()
      isHearing = !isLast
      answer(
        heads.map(({ id }) => id),
        (nth) => {
          const { id, feed } = heads[nth] as (typeof heads)[number]
          if (unknown.size < UNKNOWN_KEPT) unknown.set(toHex(id), { id, feed })
        },
      )
      if (!isLast) return
      hasHeard = true
      awaitsHeads = false
      goOn()
    },
    probed: (ids) => answer(ids),
    answered(bitmap) {
      const query = asked.shift()
      if (!query) return 'The peer answered what was not asked.'
      if (bitmap.length !== Math.ceil(query.ordinals.length / 8)) return 'The peer sent a malformed answer.'
      query.ordinals.forEach((ordinal, nth) => {
        if (((bitmap[nth >> 3] as number) >> (nth & 7)) & 1) ports.peerHas(ordinal)
        else if (query.isHeads) ports.peerLacks(ordinal)
      })
      goOn()
      return null
    },
    learned() {
      for (const [name, { id }] of unknown) {
        const ordinal = ends.find(id)
        if (ordinal === null) continue
        unknown.delete(name)
        ports.peerHas(ordinal)
      }
    },
  }
}

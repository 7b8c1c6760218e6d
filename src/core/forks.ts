/**
 * Forks: for most of the log two branches of a feed are ordinary concurrency. A text field cannot take both, since both
 * number their letters alike; so of every fork only the branch whose first batch has the least id contributes text.
 */

import { compareBytes } from '../base/bytes.ts'
import type { History } from './history.ts'

/** Whether this batch lies on the branch of its feed that contributes text. */
export function contributesText(history: History, ordinal: number): boolean {
  const chains = history.chainsOf(history.feedOf(ordinal))
  if (chains.length === 1) return true
  let seq = history.seqOf(ordinal)
  for (let chain: number | null = history.chainOf(ordinal); chain !== null;) {
    for (const rival of chains) if (rival !== chain && losesTo(history, chain, seq, rival)) return false
    seq = history.firstSeqOf(chain) - 1
    chain = history.parentOf(chain)
  }
  return true
}

/** Whether `rival` leaves the path on `chain` (up to `seq`) at a place where it, not the path, goes on with the least id. */
function losesTo(history: History, chain: number, seq: number, rival: number): boolean {
  const parent = history.parentOf(rival)
  const leavesHere = parent === chain && history.firstSeqOf(rival) <= seq
  const sibling = parent === history.parentOf(chain) && history.firstSeqOf(rival) === history.firstSeqOf(chain)
  // Where this chain left it, the one it forked from goes on as well.
  const origin = rival === history.parentOf(chain)
  if (!leavesHere && !sibling && !origin) return false
  const at = origin ? history.firstSeqOf(chain) : history.firstSeqOf(rival)
  const ours = history.ordinalAt(chain, at)
  const theirs = history.ordinalAt(rival, at)
  return ours !== null && theirs !== null && compareBytes(history.idOf(theirs), history.idOf(ours)) < 0
}

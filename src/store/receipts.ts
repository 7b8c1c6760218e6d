/**
 * Receipts: what somebody is answered who asks for the same write again, kept by its name with the write itself, in one transaction.
 *
 * So a kill leaves both or neither, and a write that may be sent again is done once. The newest receipt of a name counts; one
 * without text takes it back. They are bounded by number, size and age, the oldest going first: a name that is forgotten is new.
 */

import { LOCAL } from '../core/limits.ts'

export interface Receipt {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Empty: the name is free again. */
  readonly text: string
}

/** Those that count and are kept, oldest first; the newest says how late it is. */
export function keptReceipts(receipts: Iterable<Receipt>): readonly Receipt[] {
  const newest = new Map<string, Receipt>()
  for (const receipt of receipts) {
    newest.delete(receipt.name)
    if (receipt.text !== '') newest.set(receipt.name, receipt)
  }
  const all = [...newest.values()]
  const latest = all.reduce((at, receipt) => Math.max(at, receipt.at), 0)
  let [count, chars] = [0, 0]
  const kept = all.findLastIndex((receipt) => {
    count++
    chars += charsOf(receipt)
    return count > LOCAL.repeatableAnswers || chars > LOCAL.repeatableChars || latest - receipt.at >= LOCAL.repeatableMs
  })
  return all.slice(kept + 1)
}

export function charsOf({ name, text }: Receipt): number {
  return name.length + text.length
}

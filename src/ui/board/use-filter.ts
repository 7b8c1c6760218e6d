/**
 * The filter of the board: terms that stand as chips and words that are still being typed. Chips are in the address, words get
 * there once the typing pauses; what is shown follows every letter.
 */

import { useEffect, useState } from 'react'
import { parseQuery, printQuery, type Term } from '../../core/task-query.ts'
import { type BoardView, useBoardView } from './board-address.ts'

const PAUSE_MS = 300

export interface Filter {
  readonly chips: readonly Term[]
  /** What stands in the field. */
  readonly typed: string
  /** All of it, as one query. */
  readonly query: string
  type(text: string): void
  /** Makes chips of what was typed, where it is more than words. */
  settle(): void
  /** Sets the chips. */
  put(chips: readonly Term[]): void
  clear(): void
}

export function useFilter(): {
  readonly filter: Filter
  readonly view: BoardView
  readonly change: (next: Partial<BoardView>) => void
} {
  const [view, change] = useBoardView()
  const terms = parseQuery(view.query)
  const chips = terms.filter(isChip)
  const words = printQuery(terms.filter((term) => !isChip(term)))
  const [typed, setTyped] = useState(words)
  const [known, setKnown] = useState(words)
  // The address was changed by something else than the field: a step back, a view that was opened.
  if (known !== words) {
    setKnown(words)
    if (wordsIn(typed) !== words) setTyped(words)
  }

  useEffect(() => {
    if (wordsIn(typed) === words) return undefined
    const query = joined(parseQuery(view.query).filter(isChip), wordsIn(typed))
    const timer = setTimeout(() => change({ query }, true), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed, words, view.query, change])

  const put = (next: readonly Term[], text: string): void => {
    setTyped(text)
    change({ query: joined(next, wordsIn(text)) })
  }
  const settle = (text: string, rest: string): void => {
    const fresh = parseQuery(text).filter(isChip)
    if (fresh.length > 0) put([...chips, ...fresh], rest)
  }
  return {
    view,
    change,
    filter: {
      chips,
      typed,
      query: joined(chips, typed),
      type(text) {
        setTyped(text)
        // A blank ends a term, unless a quote is open.
        if (/\s$/.test(text) && text.split('"').length % 2 === 1) settle(text, spaced(wordsIn(text)))
      },
      settle: () => settle(typed, wordsIn(typed)),
      put: (next) => put(next, typed),
      clear: () => put([], ''),
    },
  }
}

/** Words stay in the field; everything else becomes a chip. */
function isChip(term: Term): boolean {
  return term.key !== 'text' || term.not
}

function wordsIn(text: string): string {
  return printQuery(parseQuery(text).filter((term) => !isChip(term)))
}

function joined(chips: readonly Term[], words: string): string {
  return [printQuery(chips), words].filter((part) => part !== '').join(' ')
}

function spaced(words: string): string {
  return words === '' ? '' : `${words} `
}

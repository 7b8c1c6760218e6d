/**
 * The items of the inbox as a virtual list in a page that has more on it. What the focus is in, and what somebody has typed in, stays
 * an element wherever the page is scrolled to, so that no word is lost.
 */

import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { Virtualizer } from 'virtua'
import type { Ask } from '../people/asked.ts'
import css from './inbox.module.css'
import { InboxEntry } from './inbox-entry.tsx'
import type { Entry } from './inbox-watch.ts'

interface InboxListProps {
  readonly entries: readonly Entry[]
  readonly label: string
  /** What scrolls; the list is somewhere in it. */
  readonly scroll: RefObject<HTMLElement | null>
  readonly onAsk: Ask
}

export function InboxList({ entries, label, scroll, onAsk }: InboxListProps) {
  const list = useRef<HTMLDivElement>(null)
  const start = useStart(list, scroll)
  const [focused, setFocused] = useState<string | null>(null)
  const [typedIn, setTypedIn] = useState<ReadonlySet<string>>(new Set())
  const kept = entries.flatMap(({ key }, at) => (key === focused || typedIn.has(key) ? [at] : []))
  const keyAt = (target: EventTarget): string | null => {
    const position = (target as Element).closest<HTMLElement>('[data-entry]')?.ariaPosInSet
    return entries[Number(position) - 1]?.key ?? null
  }
  return (
    // Between list and item stand the boxes of the virtual list. It hears of what is done inside, and offers nothing of its own.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={list}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="list"
      aria-label={label}
      onFocus={(event) => setFocused(keyAt(event.target))}
      onInput={(event) => {
        const key = keyAt(event.target)
        if (key !== null && !typedIn.has(key)) setTypedIn(new Set([...typedIn, key]))
      }}
    >
      <Virtualizer data={entries} scrollRef={scroll} startMargin={start} keepMounted={kept} bufferSize={600} itemSize={160}>
        {(entry, index) => (
          <div key={entry.key} className={css['slot']}>
            <InboxEntry entry={entry} place={{ 'aria-posinset': index + 1, 'aria-setsize': entries.length }} onAsk={onAsk} />
          </div>
        )}
      </Virtualizer>
    </div>
  )
}

/** How far from the top of what scrolls the list begins; what stands above it grows and shrinks. */
function useStart(list: RefObject<HTMLElement | null>, scroll: RefObject<HTMLElement | null>): number {
  const [start, setStart] = useState(0)
  useLayoutEffect(() => {
    const [own, page] = [list.current, scroll.current]
    if (!own || !page) return undefined
    const measure = (): void =>
      setStart(Math.round(own.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop))
    const observer = new ResizeObserver(measure)
    for (const child of page.children) observer.observe(child)
    measure()
    return () => observer.disconnect()
  }, [list, scroll])
  return start
}

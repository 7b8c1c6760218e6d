import { ArrowUp } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { EventFilter } from '../../replica/event-pages.ts'
import { Lateness } from '../../replica/lateness.ts'
import { useMinute } from '../hooks.ts'
import { useObservable } from '../use-observable.ts'
import { useKnownPeople } from '../known-people.ts'
import { Button } from '../kit/button.tsx'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'
import css from './activity-page.module.css'
import { createEventStream, type EventStream } from './event-stream.ts'
import { EventRow } from './event-row.tsx'

/** Another filter is another stream. */
export function EventList({ filter, onClear }: { readonly filter: EventFilter; readonly onClear: (() => void) | null }) {
  const { replica } = useSession()
  const stream = useMemo(() => createEventStream(replica, filter), [replica, filter])
  useEffect(() => stream.open(), [stream])
  return <Events stream={stream} onClear={onClear} />
}

/** So near to the end the page before is read. */
const AHEAD_PX = 800
const TOP_PX = 24

function Events({ stream, onClear }: { readonly stream: EventStream; readonly onClear: (() => void) | null }) {
  const { replica } = useSession()
  const state = useObservable(stream)
  const people = useKnownPeople()
  const now = useMinute()
  const lateness = useMemo(() => new Lateness(replica.history, replica.actor), [replica])
  const scroll = useRef<HTMLElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const toggle = useCallback((ref: number) => setOpen((before) => toggled(before, ref)), [])
  // A verdict may turn with any change to who may what.
  useAuthorityVersion()
  const { audited } = replica

  const look = (): void => {
    const box = scroll.current
    if (!box) return
    stream.follow(box.scrollTop < TOP_PX)
    if (!state.isWhole && box.scrollHeight - box.scrollTop - box.clientHeight < AHEAD_PX) stream.more()
  }
  // A page may not fill the screen.
  useEffect(look)

  const showWaiting = (): void => {
    stream.showWaiting()
    list.current?.scrollToIndex(0)
    scroll.current?.focus()
  }
  return (
    <div className={css['listBox']}>
      {state.waiting > 0 ? (
        <Button look="primary" className={css['fresh'] ?? ''} onClick={showWaiting}>
          <ArrowUp size={14} aria-hidden /> {state.waiting.toLocaleString('en')} new
        </Button>
      ) : null}
      <section
        ref={scroll}
        className={css['scroll']}
        // A box that scrolls can be scrolled by keys.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label="Event stream"
        onScroll={look}
      >
        {/* Between list and item stand the boxes of the virtual list. */}
        {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
        <div role="list" aria-label="Events" aria-busy={state.isReading || state.events.length === 0}>
          <Virtualizer ref={list} data={state.events} scrollRef={scroll} bufferSize={400} itemSize={56}>
            {(read, index) => {
              const { why, adopted } = audited.verdictOf(read.ref)
              return (
                <EventRow
                  key={read.ref}
                  read={read}
                  position={index + 1}
                  people={people}
                  now={now}
                  why={why}
                  adopted={adopted}
                  late={lateness.of(Math.floor(read.ref / 256))}
                  open={open.has(read.ref)}
                  onToggle={toggle}
                />
              )
            }}
          </Virtualizer>
        </div>
        <p className={css['foot']} aria-live="polite">
          {state.problem ?? footWords(state)}
          {state.isWhole && state.events.length === 0 && onClear ? (
            <Button look="outline" onClick={onClear}>
              Show all events
            </Button>
          ) : null}
        </p>
      </section>
    </div>
  )
}

function footWords({ isReading, isWhole, looked, events }: ReturnType<EventStream['get']>): string {
  if (isReading) return `Looking through the log … ${Math.floor(looked * 100)} %`
  if (isWhole && events.length === 0) return 'Nothing in the log fits. What happens from now on appears here by itself.'
  return isWhole ? 'This is where the log begins.' : ''
}

function toggled(set: ReadonlySet<number>, ref: number): ReadonlySet<number> {
  const next = new Set(set)
  if (!next.delete(ref)) next.add(ref)
  return next
}

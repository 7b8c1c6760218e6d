/**
 * The events that a reader has before them: a window into the log that grows downwards as they scroll, and upwards as work comes
 * in. While they read further down nothing moves under their eyes: what is new waits until they ask for it.
 */

import { createEmitter } from '../../base/emitter.ts'
import { type EventFilter, type ReadEvent, readEventsBefore, readEventsOf } from '../../replica/event-pages.ts'
import type { Replica } from '../../replica/replica.ts'
import { faultWords } from '../words.ts'
import type { Observable } from '../session.ts'

export interface StreamState {
  /** The latest to arrive first. */
  readonly events: readonly ReadEvent[]
  /** How many have come that are not shown yet. */
  readonly waiting: number
  readonly isReading: boolean
  /** How far back the log has been looked through, 0 to 1. */
  readonly looked: number
  readonly isWhole: boolean
  readonly problem: string | null
}

export interface EventStream extends Observable<StreamState> {
  /** Reads the page before what is shown. */
  more(): void
  /** Whether the reader is at the top, where new events may come in at once. */
  follow(isAtTop: boolean): void
  showWaiting(): void
  /** Begins to read, and to listen; answers what ends it. */
  open(): () => void
}

const PAGE = 60
/** What is kept above and below before it is read anew. */
const KEPT = 3000
const WAITING_KEPT = 300

export function createEventStream(replica: Replica, filter: EventFilter): EventStream {
  const changed = createEmitter<void>()
  let state = NOTHING
  let next: number | null = replica.history.count
  let isAtTop = true
  /** Counts the openings: what was asked for in another one is dropped. */
  let opening = 0
  let waiting: readonly ReadEvent[] = []
  let arrived: number[] = []
  /** Batches that are shown or wait: work of one's own is here a moment before it is stored, and then comes by two ways. */
  let seen = new Set<number>()
  /** One reading after the other, so that none overtakes another. */
  let reading: Promise<void> = Promise.resolve()

  function set(part: Partial<StreamState>): void {
    state = { ...state, ...part }
    changed.emit()
  }

  function enqueue(read: () => Promise<void>): void {
    const wanted = opening
    reading = reading
      .then(() => (wanted === opening ? read() : undefined))
      .catch((error: unknown) => set({ isReading: false, problem: `The log cannot be read now: ${faultWords(error)}` }))
  }

  async function readMore(): Promise<void> {
    const wanted = opening
    await replica.saved()
    const enough = state.events.length + PAGE
    while (next !== null && state.events.length < enough) {
      const page = await readEventsBefore(replica, filter, next, PAGE)
      if (wanted !== opening) return
      next = page.next
      const looked = 1 - (next ?? 0) / Math.max(1, replica.history.count)
      set({ events: [...state.events, ...unseen(page.events)], looked, isWhole: next === null, problem: null })
    }
    set({ isReading: false })
  }

  async function readArrived(): Promise<void> {
    // What lies further back is found when somebody scrolls there.
    const ordinals = arrived.filter((ordinal) => next === null || ordinal >= next)
    arrived = []
    const wanted = opening
    const read = await readEventsOf(replica, filter, ordinals)
    if (wanted !== opening) return
    const events = unseen(read)
    if (events.length === 0) return
    if (isAtTop) return show(events)
    waiting = [...events, ...waiting].slice(0, WAITING_KEPT)
    set({ waiting: state.waiting + events.length })
  }

  function unseen(events: readonly ReadEvent[]): readonly ReadEvent[] {
    const fresh = events.filter((event) => !seen.has(batchOf(event)))
    for (const event of fresh) seen.add(batchOf(event))
    return fresh
  }

  function show(events: readonly ReadEvent[]): void {
    const all = [...events, ...state.events]
    if (all.length <= KEPT) return set({ events: all })
    // The far end is read again when somebody scrolls there. A batch is kept as a whole or not at all.
    const edge = batchOf(all[KEPT / 2] as ReadEvent)
    const kept = all.slice(0, KEPT / 2).filter((event) => batchOf(event) !== edge)
    seen = new Set([...kept, ...waiting].map(batchOf))
    next = all.reduce((most, event) => (seen.has(batchOf(event)) ? most : Math.max(most, batchOf(event))), 0) + 1
    set({ events: kept, isWhole: false })
  }

  function more(): void {
    if (next === null) return
    set({ isReading: true })
    enqueue(readMore)
  }

  /** From the end of the log, with nothing before one. */
  function begin(): void {
    next = replica.history.count
    seen = new Set()
    waiting = []
    set({ ...NOTHING, isReading: false })
    more()
  }

  return {
    get: () => state,
    subscribe: (listener) => changed.on(listener),
    more() {
      if (!state.isReading) more()
    },
    follow(atTop) {
      isAtTop = atTop
      if (atTop && state.waiting > 0) this.showWaiting()
    },
    showWaiting() {
      const [fresh, many] = [waiting, state.waiting]
      waiting = []
      set({ waiting: 0 })
      if (many <= fresh.length) return show(fresh)
      // More than was kept: the top is read anew.
      begin()
    },
    open() {
      opening++
      arrived = []
      begin()
      const stop = replica.onDurable((ordinals) => {
        arrived.push(...ordinals)
        if (arrived.length === ordinals.length) enqueue(readArrived)
      })
      return () => {
        stop()
        opening++
      }
    },
  }
}

const NOTHING: StreamState = { events: [], waiting: 0, isReading: false, looked: 0, isWhole: false, problem: null }

function batchOf({ ref }: ReadEvent): number {
  return Math.floor(ref / 256)
}

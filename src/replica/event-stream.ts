/**
 * The event stream forwards, a page at a time: what became known here, in that order, from where its reader had got to.
 *
 *   cursor = <incarnation of the store>.<place>[.<epoch>.<turn>]
 *
 * A cursor of another store means nothing here, and is told so. A page costs what it reads: it ends when it has enough, or has looked
 * at a bounded stretch of the log, and says whether there is more.
 */

import { refuse, ok, type Result } from '../base/result.ts'
import type { Event } from '../core/event.ts'
import type { Hlc } from '../core/batch.ts'
import { hlcFromText } from '../core/hlc.ts'
import type { Ref } from '../core/history.ts'
import { PROTOCOL } from '../core/limits.ts'
import { type Arrivals, arrivalsOf } from './arrivals.ts'
import { candidatesOf, type EventFilter, readEventsOf } from './event-pages.ts'
import type { Replica } from './replica.ts'

/** An event as it arrived here. */
export interface ArrivedEvent {
  readonly event: Event
  readonly ref: Ref
  /** Resumes right after it. */
  readonly cursor: string
  /** Something newer had come before it. */
  readonly late: boolean
  /** It was told before, and its verdict is another one now. */
  readonly turned: boolean
}

export interface ArrivedPage {
  readonly events: readonly ArrivedEvent[]
  readonly next: string
  readonly more: boolean
}

/** Where a reader is: the place of what it has not read yet, and the turn. */
export interface StreamPlace {
  readonly place: number
  readonly turn: number
}

/** Batches that are read at once, and at most for one page. */
const TOGETHER = 16
const A_PAGE = 2048

/** `since`: a cursor, an HLC, a time (ISO 8601), `now`; null, empty or `0` for the beginning. */
export async function placeSince(replica: Replica, since: string | null): Promise<Result<StreamPlace>> {
  const arrivals = arrivalsOf(replica)
  const turn = arrivals.nextTurn
  if (since === null || since === '' || since === '0') return ok({ place: 0, turn })
  if (since === 'now') return ok({ place: await arrivals.end(), turn })
  const hlc = hlcFromText(since) ?? justBefore(since)
  if (hlc) return ok({ place: await arrivals.after(hlc), turn })
  const [, incarnation, place, epoch, at] = /^([\w-]+)\.(\d{1,15})(?:\.([0-9a-f]{8})\.(\d{1,15}))?$/.exec(since) ?? []
  if (place === undefined)
    return refuse({
      code: 'bad_request',
      detail: '“since” is a cursor that was given here, the HLC of an event, a time (ISO 8601), or “now”.',
    })
  if (incarnation !== replica.incarnation || Number(place) > (await arrivals.end()))
    return refuse({
      code: 'gone',
      detail:
        'This cursor is of a store that is not here any more. Go on from the HLC of the last event that you have: since=<hlc>.',
    })
  if (epoch === undefined) return ok({ place: Number(place), turn })
  // Of an earlier process: it hears of all that does not count now, and of what did not at some time.
  return ok({ place: Number(place), turn: epoch === arrivals.epoch ? Number(at) : 0 })
}

/** What is written at that time comes after it. */
function justBefore(text: string): Hlc | null {
  if (!/^\d{4}-\d\d-\d\d([T ].*)?$/.test(text)) return null
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : [ms - 1, PROTOCOL.counter - 1]
}

/** Resumes at this place. */
export function cursorOf(replica: Replica, { place, turn }: StreamPlace): string {
  return `${replica.incarnation}.${place}.${arrivalsOf(replica).epoch}.${turn}`
}

/** Up to `want` events from there on; fewer where the filter finds none in a long stretch, and then there is more. */
export async function readArrived(replica: Replica, filter: EventFilter, from: StreamPlace, want: number): Promise<ArrivedPage> {
  const arrivals = arrivalsOf(replica)
  const isCandidate = candidatesOf(replica, filter)
  const readFrom = arrivals.nextTurn
  const { ordinals, end } = await arrivals.from(from.place)
  const cursorAt = (place: number, turn = from.turn): string => cursorOf(replica, { place, turn })
  const events: ArrivedEvent[] = []
  let [at, looked] = [0, 0]
  while (at < ordinals.length && events.length < want && looked < A_PAGE) {
    const some: number[] = []
    for (; at < ordinals.length && some.length < TOGETHER; at++)
      if (isCandidate(ordinals[at] as number)) some.push(ordinals[at] as number)
    looked += some.length
    for (const { event, ref } of await readInOrder(replica, filter, arrivals, some)) {
      const place = arrivals.placeOf(ref)
      if (place < from.place) continue
      if (events.length === want) return { events, next: (events.at(-1) as ArrivedEvent).cursor, more: true }
      events.push({ event, ref, cursor: cursorAt(place + 1), late: arrivals.isLate(Math.floor(ref / 256)), turned: false })
    }
    await replica.yieldToUi()
  }
  if (at < ordinals.length) return { events, next: cursorAt(arrivals.placeOf((ordinals[at] as number) * 256)), more: true }
  const turns = arrivals.turnsFrom(from.turn)
  for (const { number, ref } of turns) {
    if (events.length === want) return { events, next: (events.at(-1) as ArrivedEvent).cursor, more: true }
    const place = arrivals.placeOf(ref)
    // What was read after it had turned was told as it is; what has not arrived yet will be.
    if (place >= end || place < 256 || (place >= from.place && number < readFrom)) continue
    const read = (await readEventsOf(replica, filter, [Math.floor(ref / 256)])).find((one) => one.ref === ref)
    if (!read) continue
    const event = revalidated(read.event, `${arrivals.epoch}${number}`)
    events.push({ event, ref, cursor: cursorAt(end, number + 1), late: true, turned: true })
  }
  return { events, next: cursorAt(end, (turns.at(-1)?.number ?? from.turn - 1) + 1), more: false }
}

async function readInOrder(replica: Replica, filter: EventFilter, arrivals: Arrivals, ordinals: readonly number[]) {
  const read = await readEventsOf(replica, filter, ordinals)
  return read.toSorted((a, b) => arrivals.placeOf(a.ref) - arrivals.placeOf(b.ref))
}

function revalidated(event: Event, turn: string): Event {
  return { ...event, id: `${event.id}@${turn}`, type: 'event.revalidated', data: { event: event.id, type: event.type } }
}

/**
 * The event stream as doors tell it: `{events, next}`, where `next` is where to go on. The type of an event is derived from its
 * change, so nobody chooses it: what an agent wants to say in its own words is said as a comment on a task (`post_event`).
 */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../base/result.ts'
import type { Event } from '../core/event.ts'
import { read } from '../core/fold.ts'
import { isNodeId, type NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import { arrivalsOf } from '../replica/arrivals.ts'
import type { EventFilter } from '../replica/event-pages.ts'
import { type ArrivedEvent, placeSince, readArrived } from '../replica/event-stream.ts'
import type { Replica } from '../replica/replica.ts'
import { actorNamed } from './agent-tasks.ts'
import { findTask } from './find.ts'
import { type Context, slowOperation } from './operation.ts'
import { taskRef, word } from './shapes.ts'

export interface EventJson extends Event {
  readonly task?: NodeId
  readonly run?: NodeId
  /** It came after something newer. */
  readonly late?: true
  /** Resumes right after it. */
  readonly cursor: string
}

export interface EventPage {
  readonly events: readonly EventJson[]
  /** Where to go on. */
  readonly next: string
  /** Whether there is more now. */
  readonly more: boolean
}

const asked = {
  since: z.optional(z.string().check(z.maxLength(LOCAL.cursorChars))),
  type: z.optional(word),
  /** A key in hex, an agent’s id, or `me`. */
  actor: z.optional(word),
  limit: z._default(z.int().check(z.minimum(1), z.maximum(LOCAL.queryRows)), LOCAL.queryRowsDefault),
  /** Seconds to wait where there is nothing yet. */
  wait: z._default(z.int().check(z.minimum(0), z.maximum(LOCAL.eventWaitSeconds)), 0),
}

export const listEvents = slowOperation({
  name: 'list_events',
  summary: 'Events as they became known here, from a cursor, an HLC, “now” or the beginning; waits for some if asked to',
  route: 'GET /events',
  needs: null,
  input: z.object({ ...asked, task: z.optional(taskRef) }),
  run: (context, input): Promise<Result<EventPage>> => readEvents(context, input),
})

export const listTaskEvents = slowOperation({
  name: 'list_task_events',
  summary: 'Events about a task and what hangs on it',
  route: 'GET /tasks/:id/events',
  needs: null,
  input: z.object({ ...asked, id: taskRef }),
  run: (context, { id, ...input }): Promise<Result<EventPage>> => readEvents(context, { ...input, task: id }),
})

/** What `list_events` is asked, as others who follow the stream ask it too. */
export type EventsAsked = z.output<(typeof listEvents)['input']>

export function eventFilter(replica: Replica, { type, actor, task }: Omit<EventsAsked, 'limit' | 'wait'>): Result<EventFilter> {
  const about = task === undefined ? null : findTask(replica, task)
  if (about && !about.ok) return about
  const who = actor === undefined ? null : actor === 'me' ? replica.actor : actorNamed(replica, actor)
  if (actor !== undefined && who === null) return refuse({ code: 'not_found', detail: `There is nobody ${actor} here.` })
  return ok({ type: type ?? null, actor: who, about: about?.value.id ?? null, isVoid: false })
}

export function eventJson({ nodes }: Replica, { event, cursor, late }: ArrivedEvent): EventJson {
  const target = event.target !== null && isNodeId(event.target) ? nodes.get(event.target) : undefined
  const parent = target?.type === 'document' ? read(target, 'parent') : target?.subject
  const task = target?.type === 'task' ? target.id : isNodeId(parent) ? parent : undefined
  const said = event.data['run']
  const run = target?.type === 'run' ? target.id : isNodeId(said) ? said : undefined
  return { ...event, ...(task && { task }), ...(run && { run }), ...(late && { late }), cursor }
}

async function readEvents({ replica, after, signal }: Context, input: EventsAsked): Promise<Result<EventPage>> {
  const filter = eventFilter(replica, input)
  if (!filter.ok) return filter
  const from = await placeSince(replica, input.since ?? null)
  if (!from.ok) return from
  let place = from.value
  const over = new AbortController()
  const changes = changesOf(replica, signal ? AbortSignal.any([signal, over.signal]) : over.signal)
  let isWaiting = input.wait > 0 && after !== undefined
  if (isWaiting && after)
    after(input.wait * 1000, () => {
      isWaiting = false
      over.abort()
    })
  for (;;) {
    const changed = isWaiting ? changes.next() : null
    const { events, next, more } = await readArrived(replica, filter.value, place, input.limit)
    if (events.length > 0 || more || changed === null || signal?.aborted) {
      over.abort()
      return ok({ events: events.map((one) => eventJson(replica, one)), next, more })
    }
    await changed
    const again = await placeSince(replica, next)
    if (!again.ok) return again
    place = again.value
  }
}

/** Tells when there may be more to read, to one reader; `signal`: nobody wants it any more. */
export interface Changes {
  /** Ask before looking: resolves once something came after that, or nobody wants it any more. */
  next(): Promise<void>
}

export function changesOf(replica: Replica, signal: AbortSignal): Changes {
  let waiting: Promise<void> | null = null
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        stop()
        signal.removeEventListener('abort', done)
        waiting = null
        resolve()
      }
      const stop = arrivalsOf(replica).onChanged(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  return { next: () => (signal.aborted ? Promise.resolve() : (waiting ??= wait())) }
}

/** As `changesOf`, for who waits once. */
export function nextChange(replica: Replica, signal: AbortSignal): Promise<void> {
  return changesOf(replica, signal).next()
}

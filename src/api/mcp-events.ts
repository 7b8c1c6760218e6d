/**
 * The event stream for models: a line an event, quoted under the key that signed it, and the cursor to go on from. What an event says
 * of a change (titles, values) was written by others, so it stands in envelopes like all of that.
 */

import { ok, type Result } from '../base/result.ts'
import type { EventJson, EventPage } from '../operations/events.ts'
import { answer } from '../operations/every-operation.ts'
import type { Context } from '../operations/operation.ts'
import type { Replica } from '../replica/replica.ts'
import { type Answer, type Quote, says } from './mcp-answer.ts'
import { signed } from './mcp-words.ts'

export interface EventsAsked {
  readonly since?: string | undefined
  readonly task?: string | undefined
  readonly type?: string | undefined
  readonly limit: number
}

export async function readEventsSince(context: Context, asked: EventsAsked): Promise<Result<Answer>> {
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  const read = (await answer(context, 'list_events', given)) as Result<EventPage>
  if (!read.ok) return read
  const { events, next, more } = read.value
  const count = events.length === 1 ? '1 event' : `${events.length} events`
  return ok(
    says(`${count}${more ? ', and there are more' : ''}. Next: ${next}`, { next, more }, byAuthor(context.replica, events)),
  )
}

/** One envelope for what one key did in a row. */
function byAuthor(replica: Replica, events: readonly EventJson[]): Quote[] {
  const runs: EventJson[][] = []
  for (const event of events) {
    const last = runs.at(-1)
    if (last?.[0]?.actor === event.actor) last.push(event)
    else runs.push([event])
  }
  return runs.map((some) => {
    const { actor } = some[0] as EventJson
    return signed(replica, some.length === 1 ? 'event' : 'events', actor, some.map((one) => line(replica, one)).join('\n'), some)
  })
}

function line({ views }: Replica, { hlc, type, task, valid, why, late, data }: EventJson): string {
  const about = task === undefined ? '' : ` ${views.task(task)?.key ?? task}`
  const counts = valid ? '' : ` does not count: ${why}`
  return `${hlc} ${type}${about}${late ? ' (late)' : ''}${counts} ${JSON.stringify(data)}`
}

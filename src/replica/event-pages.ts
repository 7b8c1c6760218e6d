/**
 * The event stream in pages, backwards: what came last comes first.
 *
 * A page is read from the log when somebody wants it, so looking costs what is looked at. What a filter can tell without the
 * log (who, which task, what does not count) is never read; for the rest the log is read backwards, a bounded stretch a page.
 */

import { KIND } from '../core/batch.ts'
import { decodeEdit, type Edit } from '../core/change.ts'
import type { Event } from '../core/event.ts'
import type { Ref } from '../core/history.ts'
import type { NodeId } from '../core/ids.ts'
import { readStored } from '../log/stored.ts'
import { eventsOf } from './audit.ts'
import { SLICE_MS } from './incoming.ts'
import type { Replica } from './replica.ts'

export interface EventFilter {
  /** A key in hex, or null for anybody's. */
  readonly actor: string | null
  /** `task.completed`, or `task` for all about tasks; null for everything. */
  readonly type: string | null
  /** What hangs on this node, and the node itself. */
  readonly about: NodeId | null
  /** Only what does not count. */
  readonly isVoid: boolean
}

export const ANY_EVENT: EventFilter = { actor: null, type: null, about: null, isVoid: false }

/** An event with what it takes to put it into words. */
export interface ReadEvent {
  readonly ref: Ref
  readonly event: Event
  readonly edit: Edit | null
  readonly kind: 'data' | 'authority'
}

export interface EventPage {
  /** The latest to arrive first. */
  readonly events: readonly ReadEvent[]
  /** Where the next page begins; null at the beginning of the log. */
  readonly next: number | null
}

/** Batches that are read at once, and at most for one page. */
const TOGETHER = 64
const A_PAGE = 2048

/** Up to about `want` events that were here before the batch `below`; fewer where the filter finds none in a long stretch. */
export async function readEventsBefore(replica: Replica, filter: EventFilter, below: number, want: number): Promise<EventPage> {
  const candidates = candidatesOf(replica, filter)
  const events: ReadEvent[] = []
  let next = below
  for (let looked = 0; next > 0 && events.length < want && looked < A_PAGE;) {
    const some: number[] = []
    for (; next > 0 && some.length < TOGETHER; next--) if (candidates(next - 1)) some.push(next - 1)
    looked += some.length
    events.push(...(await readEventsOf(replica, filter, some)))
    await replica.yieldToUi()
  }
  return { events, next: next > 0 ? next : null }
}

/** The events of these batches that fit, the latest to arrive first. */
export async function readEventsOf(replica: Replica, filter: EventFilter, ordinals: readonly number[]): Promise<ReadEvent[]> {
  const nodes = filter.about === null ? null : nodesAbout(replica, filter.about)
  const found: ReadEvent[] = []
  for await (const page of replica.stored(ordinals))
    for (const { ordinal, wire } of page)
      found.push(...readIn(replica, ordinal, wire).filter(({ event }) => fits(event, filter, nodes)))
  return found.toReversed()
}

function readIn(replica: Replica, ordinal: number, wire: Parameters<typeof readStored>[0]): ReadEvent[] {
  const { history } = replica
  const batch = readStored(wire)
  const names = { ordinalOf: (id: Uint8Array) => history.ordinalOf(id), idOf: (at: number) => history.idOf(at) }
  const kind = batch.header.kind === KIND.authority ? 'authority' : 'data'
  return eventsOf(batch, ordinal, replica.audited).map((event, index): ReadEvent => {
    const change = batch.body?.changes[index]
    const edit = change && kind === 'data' ? decodeEdit(change, ordinal, names) : null
    return { ref: ordinal * 256 + index, event, edit, kind }
  })
}

function fits(event: Event, { actor, type, isVoid }: EventFilter, nodes: ReadonlySet<string> | null): boolean {
  if (actor !== null && event.actor !== actor) return false
  if (type !== null && event.type !== type && !event.type.startsWith(`${type}.`)) return false
  if (isVoid && event.valid) return false
  return nodes === null || (event.target !== null && nodes.has(event.target))
}

/** Which batches may hold what fits, as far as is known without reading them. */
export function candidatesOf(replica: Replica, { actor, about, isVoid }: EventFilter): (ordinal: number) => boolean {
  const { history } = replica
  const among = [
    ...(about === null ? [] : [batchesOf([...nodesAbout(replica, about)].flatMap((id) => replica.refsOf(id)))]),
    ...(isVoid ? [batchesOf(replica.quarantine.keys())] : []),
  ]
  return (ordinal) =>
    history.arrivalOf(ordinal) > 0 &&
    (actor === null || history.feedOf(ordinal).startsWith(actor)) &&
    among.every((batches) => batches.has(ordinal))
}

function batchesOf(refs: Iterable<Ref>): ReadonlySet<number> {
  const batches = new Set<number>()
  for (const ref of refs) batches.add(Math.floor(ref / 256))
  return batches
}

/** The node, and what hangs on it: its comments, say. */
function nodesAbout({ nodes }: Replica, about: NodeId): ReadonlySet<NodeId> {
  const found = new Set<NodeId>([about])
  for (const node of nodes.values()) if (node.subject === about) found.add(node.id)
  return found
}

/** The whole log as JSON lines, as `worknode verify --events` writes it, in parts that are fit to be told. */
export async function* eventLines(replica: Replica): AsyncGenerator<{ readonly lines: string; readonly batches: number }> {
  const { history } = replica
  await replica.saved()
  const ordinals = Array.from({ length: history.count }, (_, ordinal) => ordinal).filter(
    (ordinal) => history.arrivalOf(ordinal) > 0,
  )
  let batches = 0
  for await (const page of replica.stored(ordinals)) {
    const lines: string[] = []
    let sliceEnd = replica.now() + SLICE_MS
    for (const { ordinal, wire } of page) {
      for (const event of eventsOf(readStored(wire), ordinal, replica.audited)) lines.push(`${JSON.stringify(event)}\n`)
      if (replica.now() < sliceEnd) continue
      await replica.yieldToUi()
      sliceEnd = replica.now() + SLICE_MS
    }
    batches += page.length
    yield { lines: lines.join(''), batches }
  }
}

/**
 * The one interface over the ways in: HTTP, the service worker of the same origin (which is HTTP as well), and direct calls in the
 * same realm. Whoever writes another implements this and gets the whole client.
 */

import type { Event } from '../core/event.ts'
import { CLIENT } from '../core/limits.ts'
import type { AnswerOf, InputOf, OperationName } from './operations.ts'

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** For one attempt, its answer included. */
  readonly timeoutMs?: number | undefined
  /** Under which a write is known again if it comes twice. Made by itself; give one to make a call again later, after a restart. */
  readonly idempotencyKey?: string | undefined
  /** Over HTTP: the write is refused (`precondition_failed`) where what it is about has another ETag by now. */
  readonly ifMatch?: string | undefined
}

export interface EventFilter {
  /** `task.completed`, or `task` for all about tasks. */
  readonly type?: string | undefined
  readonly task?: string | undefined
  readonly actor?: string | undefined
}

/** An event as it arrived at the replica that was asked. `cursor` resumes right after it. */
export interface ArrivedEvent extends Event {
  readonly cursor: string
}

export interface Door {
  /** A list comes as a whole, or up to the `limit` of its input. */
  call<N extends OperationName>(name: N, input: InputOf<N>, options?: CallOptions): Promise<AnswerOf<N>>
  /** From a cursor, an HLC, `now`, or null for the beginning. Goes on until the caller stops or the signal is aborted. */
  events(since: string | null, filter: EventFilter, signal: AbortSignal): AsyncGenerator<ArrivedEvent>
}

/** Lists that take a limit are named so; events come in pages that say where to go on. */
export function isList(name: OperationName): boolean {
  return /^(?:list|query)_/.test(name) && !name.endsWith('_events')
}

export type Input = Readonly<Record<string, unknown>>

/** How many of a list are wanted in all. */
export function wantedOf({ limit }: Input): number {
  return typeof limit === 'number' ? limit : CLIENT.listed
}

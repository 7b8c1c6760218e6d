/**
 * Direct calls: the operations of a replica in the same realm, with no bytes in between. What an operation refuses comes as the
 * same error as over HTTP, so that a program need not know which door it went through.
 */

import { LOCAL } from '../core/limits.ts'
import { answer, EVERY_OPERATION } from '../operations/every-operation.ts'
import { nextChange } from '../operations/events.ts'
import type { Context } from '../operations/operation.ts'
import { isPage } from '../operations/page.ts'
import { type CallOptions, type Door, type Input, isList, wantedOf } from './door.ts'
import { refusedError } from './error.ts'
import type { AnswerOf, OperationName } from './operations.ts'

export function localDoor(context: Context): Door {
  const { replica } = context
  return {
    call: async (name, input, options) => (isList(name) ? list(name, input, options) : answered(name, input, options)) as never,

    async *events(since, filter, signal) {
      let from = since
      while (!signal.aborted) {
        const looked = new AbortController()
        const changed = nextChange(replica, AbortSignal.any([signal, looked.signal]))
        const input = { ...filter, ...(from !== null && { since: from }) }
        const { events, next, more } = (await answered('list_events', input)) as AnswerOf<'list_events'>
        yield* events
        from = next
        if (events.length === 0 && !more) await changed
        looked.abort()
      }
    },
  }

  async function answered(name: OperationName, input: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    signal?.throwIfAborted()
    const result = await answer(signal ? { ...context, signal } : context, name, input)
    if (!result.ok) throw refusedError(result.refusal)
    if (!EVERY_OPERATION[name].route.startsWith('GET ')) await saved()
    return result.value
  }

  /** A write is answered once it would survive a kill, as at every other door. */
  async function saved(): Promise<void> {
    await replica.saved()
    const { problem } = replica.saveState
    if (problem !== null)
      throw refusedError({ code: 'unavailable', detail: `It could not be saved, and may be lost: ${problem}` })
  }

  async function list(name: OperationName, input: Input, options?: CallOptions): Promise<unknown[]> {
    const wanted = wantedOf(input)
    const asked = { ...input, limit: Math.min(wanted, LOCAL.queryRows) }
    const found: unknown[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const some = await answered(name, cursor === undefined ? asked : { ...asked, cursor }, options)
      found.push(...(isPage(some) ? some.items : (some as unknown[])))
      cursor = isPage(some) && found.length < wanted ? some.next : null
    }
    return found.slice(0, wanted)
  }
}

/**
 * Idempotency keys across tabs: the tab that did a write may be closed before it has answered, and the same request then comes to another.
 *
 * So what was begun under a key is written down where all tabs of this browser see it, before anything is done, and its answer after.
 * Whoever meets the key after that gives the answer again. Where there is none yet, the REST app that began waits for it; any other, in
 * another tab or after the workspace was opened anew in this one, does nothing and says that it may have been done.
 */

import { problemAnswer, toResponse } from '../api/answer.ts'
import { toHex, utf8 } from '../base/bytes.ts'
import { LOCAL } from '../core/limits.ts'

interface Entry {
  readonly app: string
  /** The digest of what was asked: one key stands for one request. */
  readonly asked: string
  /** Null until it was answered. */
  readonly answer: {
    readonly status: number
    readonly headers: readonly (readonly [string, string])[]
    readonly body: string
  } | null
}

export interface RepeatPorts {
  /** Shared by all tabs. */
  readonly cache: Pick<Cache, 'match' | 'put' | 'keys' | 'delete'>
  /** Names the REST app that acts, like no other: it knows what it has begun, and forgets it when its workspace is closed. */
  readonly app: string
  readonly workspace: string
}

export async function answerOnce(
  request: Request,
  key: string,
  { cache, app, workspace }: RepeatPorts,
  act: (request: Request) => Promise<Response>,
): Promise<Response> {
  const name = new URL(`/worknode-repeat/${workspace}/${encodeURIComponent(key)}`, request.url).href
  const asked = await digestOf(`${request.method} ${request.url} ${await request.clone().text()}`)
  const known = (await (await cache.match(name))?.json()) as Entry | undefined
  const isUnderWayHere = known?.app === app && known.answer === null && known.asked === asked
  if (known && !isUnderWayHere) return again(known, asked)
  if (!known) await keep(name, { app, asked, answer: null })
  const response = await act(request)
  const { status, headers } = response
  // A refusal wrote nothing.
  if (status >= 300) await cache.delete(name)
  else await keep(name, { app, asked, answer: { status, headers: [...headers], body: await response.clone().text() } })
  return response

  async function keep(at: string, entry: Entry): Promise<void> {
    await cache.put(at, Response.json(entry))
    const kept = await cache.keys()
    // In the order in which they were put.
    for (const old of kept.slice(0, Math.max(0, kept.length - LOCAL.keysAcrossTabs))) await cache.delete(old)
  }
}

function again({ asked: before, answer }: Entry, asked: string): Response {
  if (before !== asked)
    return toResponse(problemAnswer({ code: 'invalid', detail: 'This Idempotency-Key was used for another request.' }))
  if (answer === null)
    return toResponse(
      problemAnswer({
        code: 'wrong_state',
        detail: 'This was begun, and its tab or workspace was closed before it was answered. Look whether it was done.',
      }),
    )
  const headers = new Headers(answer.headers.map(([field, value]): [string, string] => [field, value]))
  headers.set('Idempotent-Replayed', 'true')
  return new Response(answer.body, { status: answer.status, headers })
}

async function digestOf(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))))
}

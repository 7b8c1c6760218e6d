/** A key is used once, whichever tab is asked. */

import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import { answerOnce, type RepeatPorts } from './tab-repeats.ts'

function sharedCache(): RepeatPorts['cache'] & { readonly size: number } {
  const entries = new Map<string, string>()
  const nameOf = (of: RequestInfo | URL): string => (of instanceof Request ? of.url : String(of))
  return {
    get size() {
      return entries.size
    },
    match: async (of) => (entries.has(nameOf(of)) ? new Response(entries.get(nameOf(of))) : undefined),
    async put(of, response) {
      const name = nameOf(of)
      entries.delete(name)
      entries.set(name, await response.text())
    },
    keys: async () => [...entries.keys()].map((name) => new Request(name)),
    delete: async (of) => entries.delete(nameOf(of)),
  }
}

const URL_ = 'http://board.test/api/tasks'
const write = (body = '{}'): Request => new Request(URL_, { method: 'POST', body })

test('what another tab has done under a key is answered again, and not done', async () => {
  const cache = sharedCache()
  let done = 0
  const act = async (): Promise<Response> => Response.json({ made: ++done }, { status: 201 })
  await answerOnce(write(), 'k', { cache, app: 'one', workspace: 'w' }, act)
  const again = await answerOnce(write(), 'k', { cache, app: 'two', workspace: 'w' }, act)
  expect([again.status, again.headers.get('idempotent-replayed'), await again.json()]).toEqual([201, 'true', { made: 1 }])
  const other = await answerOnce(write('{"a":1}'), 'k', { cache, app: 'two', workspace: 'w' }, act)
  expect(other.status).toBe(422)
  // In another workspace it is another key.
  expect(await (await answerOnce(write(), 'k', { cache, app: 'two', workspace: 'v' }, act)).json()).toEqual({ made: 2 })
})

test('what another tab has begun and not answered is not done again, and that is said', async () => {
  const cache = sharedCache()
  void answerOnce(write(), 'k', { cache, app: 'one', workspace: 'w' }, () => new Promise(() => undefined))
  await expect.poll(() => cache.size).toBe(1)
  const again = await answerOnce(write(), 'k', { cache, app: 'two', workspace: 'w' }, async () => Response.json('done twice'))
  expect(again.status).toBe(409)
  expect(await again.json()).toMatchObject({ code: 'wrong_state', detail: expect.stringContaining('Look whether it was done') })
})

test('what was refused wrote nothing, and may be tried again in any tab', async () => {
  const cache = sharedCache()
  const ports = { cache, workspace: 'w' }
  await answerOnce(write(), 'k', { ...ports, app: 'one' }, async () => new Response('no', { status: 409 }))
  const again = await answerOnce(write(), 'k', { ...ports, app: 'two' }, async () => new Response('yes', { status: 201 }))
  expect(again.status).toBe(201)
})

test('so many keys are remembered, the last ones', async () => {
  const cache = sharedCache()
  for (let i = 0; i < LOCAL.keysAcrossTabs + 3; i++)
    await answerOnce(write(), `k${i}`, { cache, app: 'one', workspace: 'w' }, async () => new Response('yes'))
  expect(cache.size).toBe(LOCAL.keysAcrossTabs)
})

test('a workspace that is opened anew in the same tab knows what was done there, and does not do it again', async () => {
  const cache = sharedCache()
  const ports = { cache, app: 'one', workspace: 'w' }
  let done = 0
  const act = async (): Promise<Response> => Response.json({ made: ++done }, { status: 201 })
  await answerOnce(write(), 'k', ports, act)
  // What the app of the tab knew is forgotten: it acts when it is asked.
  const again = await answerOnce(write(), 'k', ports, act)
  expect([again.status, again.headers.get('idempotent-replayed'), await again.json()]).toEqual([201, 'true', { made: 1 }])
  expect((await answerOnce(write('{"a":1}'), 'k', ports, act)).status).toBe(422)
  // A mistake with the key does not make what was done under it forgotten.
  expect(await (await answerOnce(write(), 'k', ports, act)).json()).toEqual({ made: 1 })
})

test('two that come at once are both brought to the app, which makes one of them', async () => {
  const cache = sharedCache()
  const ports = { cache, app: 'one', workspace: 'w' }
  let asked = 0
  let finish: (() => void) | null = null
  const done = new Promise<void>((resolve) => (finish = resolve))
  const act = async (): Promise<Response> => {
    asked++
    await done
    return new Response('done', { status: 201 })
  }
  const both = [answerOnce(write(), 'k', ports, act)]
  await expect.poll(() => asked).toBe(1)
  both.push(answerOnce(write(), 'k', ports, act))
  await expect.poll(() => asked).toBe(2)
  ;(finish as unknown as () => void)()
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([201, 201])
})

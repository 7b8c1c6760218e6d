/** The law of the door in the tab: an answer or a clear error, never a hang; and nothing is done twice. */

import { expect, test } from 'vitest'
import { LOCAL } from '../core/limits.ts'
import type { OpenSession } from './tab-context.ts'
import { openTabDoor } from './tab-door.ts'
import { answerFromTab, isForTab, type TabClient, type WorkerDoorPorts } from './worker-door.ts'

const SCOPE = 'https://board.test/app/'
const ASKER = 'asker'

type Answer = (request: Request) => Response | Promise<Response>

interface TestTab {
  readonly client: TabClient
  readonly asked: Request[]
  open: string | null
  answer: Answer
  /** It does not even listen: a page that the browser has put to sleep. */
  asleep: boolean
  /** What keeps it from hearing anything yet. */
  busy: Promise<void>
  crash(): void
}

/** Tabs of a browser, the one used last first, and deadlines that pass when the test says so. */
function browser() {
  const tabs: TestTab[] = []
  const gone = new Map<string, { readonly promise: Promise<void>; readonly resolve: () => void }>()
  const deadlines = new Map<number, Set<() => void>>()
  const kept: Promise<unknown>[] = []

  function addTab(
    id: string,
    open: string | null,
    answer: Answer = () => Response.json({ by: id }),
    visibilityState: DocumentVisibilityState = 'hidden',
  ): TestTab {
    let listener: (event: MessageEvent) => void = () => undefined
    const tab: TestTab = {
      asked: [],
      open,
      answer,
      asleep: false,
      busy: Promise.resolve(),
      client: {
        id,
        visibilityState,
        postMessage(data, ports) {
          const message = { data: structuredClone(data), ports } as unknown as MessageEvent
          if (!tab.asleep) void tab.busy.then(() => listener(message))
        },
      },
      crash() {
        tabs.splice(tabs.indexOf(tab), 1)
        tab.asleep = true
        lockOf(`worknode door ${id}`).resolve()
      },
    }
    openTabDoor({
      messages: {
        addEventListener: (_type: string, heard: unknown) => void (listener = heard as typeof listener),
        startMessages: () => undefined,
      } as Pick<ServiceWorkerContainer, 'addEventListener' | 'startMessages'>,
      hold: () => Promise.resolve(),
      usedAt: () => -tabs.indexOf(tab),
      open: () => (tab.open === null ? null : ({ workspaceId: tab.open } as OpenSession)),
      answer: async (_open, request) => {
        tab.asked.push(request)
        return tab.answer(request)
      },
      name: id,
    })
    tabs.push(tab)
    return tab
  }

  function lockOf(name: string) {
    let lock = gone.get(name)
    if (!lock) {
      let resolve = (): void => undefined
      const promise = new Promise<void>((done) => (resolve = done))
      gone.set(name, (lock = { promise, resolve }))
    }
    return lock
  }

  const ports: WorkerDoorPorts = {
    scope: SCOPE,
    tabs: async () => tabs.map(({ client }) => client),
    whenGone: (name, signal) =>
      Promise.race([lockOf(name).promise, new Promise((_, reject) => signal.addEventListener('abort', reject))]),
    after(ms, run) {
      const there = deadlines.get(ms) ?? new Set()
      deadlines.set(ms, there.add(run))
      return () => there.delete(run)
    },
    keepAlive: (until) => void kept.push(until),
  }

  return {
    addTab,
    kept,
    /** Lets all deadlines pass that somebody waits for, or those of one length. */
    pass: (only?: number) => {
      for (const [ms, waiting] of deadlines) if (only === undefined || only === ms) for (const run of [...waiting]) run()
    },
    waiting: () => [...deadlines.values()].reduce((sum, { size }) => sum + size, 0),
    ask: (path: string, init?: RequestInit) => answerFromTab(new Request(`${SCOPE}${path}`, init), ASKER, ports),
  }
}

async function problem(
  response: Response,
): Promise<{ status: number; type: string | null; code?: string; hint?: string; detail?: string }> {
  const body = (await response.json()) as { code: string; hint: string; detail: string }
  return { ...body, status: response.status, type: response.headers.get('content-type') }
}

/** Resolves once the tab was asked. */
function whenAsked(tab: TestTab, answer: Answer = () => new Promise(() => undefined)): Promise<void> {
  return new Promise((resolve) => {
    tab.answer = (request) => {
      resolve()
      return answer(request)
    }
  })
}

test('a tab answers under the root, without what only the door understands', async () => {
  const { addTab, ask, waiting } = browser()
  const tab = addTab('one', 'w1', async (request) =>
    Response.json(
      { url: request.url, method: request.method, sent: await request.text(), type: request.headers.get('content-type') },
      { status: 201, headers: { Link: '</api/tasks?cursor=2>; rel="next"' } },
    ),
  )
  const response = await ask('api/v1/tasks?workspace=w1&limit=2', {
    method: 'POST',
    body: '{"title":"One"}',
    headers: { 'Content-Type': 'application/json', 'Worknode-Workspace': 'w1' },
  })
  expect([response.status, response.headers.get('link')]).toEqual([201, '</app/api/tasks?cursor=2>; rel="next"'])
  expect(await response.json()).toEqual({
    url: 'https://board.test/api/v1/tasks?limit=2',
    method: 'POST',
    sent: '{"title":"One"}',
    type: 'application/json',
  })
  expect(tab.asked[0]?.headers.has('worknode-workspace')).toBe(false)
  expect(waiting()).toBe(0)
})

test('the tab that asks answers; else the one used last; a workspace that is named goes before both', async () => {
  const { addTab, ask } = browser()
  addTab('start page', null)
  addTab('used last', 'w1')
  addTab('used before', 'w1')
  addTab(ASKER, 'w2')
  const by = async (path: string, init?: RequestInit) => ((await (await ask(path, init)).json()) as { by: string }).by
  expect(await by('api/tasks')).toBe(ASKER)
  expect(await by('api/tasks?workspace=w1')).toBe('used last')
  expect(await by('api/tasks', { headers: { 'Worknode-Workspace': 'w1' } })).toBe('used last')
})

test('no tab has the workspace: said at once, with what to do', async () => {
  const { addTab, ask } = browser()
  expect(await problem(await ask('api/tasks'))).toMatchObject({
    status: 503,
    type: 'application/problem+json',
    code: 'unavailable',
    detail: 'No tab of this browser has a workspace open.',
    hint: 'Open it in a tab, or ask a host with a token.',
  })
  addTab('one', 'w1')
  expect(await problem(await ask('api/tasks?workspace=w9'))).toMatchObject({ status: 503, detail: expect.stringContaining('w9') })
})

test('the tab in front answers though it is busy and another, which nobody sees, says sooner that it could', async () => {
  const { addTab, ask, pass, waiting } = browser()
  let done = (): void => undefined
  addTab('in front', 'w1', undefined, 'visible').busy = new Promise((resolve) => (done = resolve))
  addTab('in the back', 'w1')
  const answered = ask('api/tasks')
  await settled()
  pass(LOCAL.doorLateMs)
  await settled()
  done()
  expect(await (await answered).json()).toEqual({ by: 'in front' })

  addTab('in front and asleep', 'w2', undefined, 'visible').asleep = true
  addTab('also in the back', 'w2')
  const late = ask('api/tasks?workspace=w2')
  await settled()
  pass(LOCAL.doorFindMs)
  expect(await (await late).json()).toEqual({ by: 'also in the back' })
  expect(waiting()).toBe(0)
})

test('a tab that is asleep is passed over, and one that is busy has its time', async () => {
  const { addTab, ask, pass } = browser()
  const asleep = addTab('asleep', 'w1')
  asleep.asleep = true
  const busy = addTab('busy', 'w1')
  addTab('awake', 'w1')
  const asked = whenAsked(busy)
  const answered = ask('api/tasks')
  await settled()
  pass()
  await asked
  pass()
  // The sleeping one is asked who it is once more, and passed over again.
  await settled()
  pass()
  expect(await (await answered).json()).toEqual({ by: 'awake' })
})

test('the tab is closed before it has answered: a read is asked of another one, and a write with a key as well', async () => {
  for (const init of [{}, { method: 'POST', body: '{}', headers: { 'Idempotency-Key': 'k1' } }]) {
    const { addTab, ask } = browser()
    const first = addTab('first', 'w1')
    addTab('second', 'w1')
    const asked = whenAsked(first)
    const answered = ask('api/tasks', init)
    await asked
    first.crash()
    expect(await (await answered).json()).toEqual({ by: 'second' })
  }
})

test('the tab is closed in the middle of a write: nobody repeats it, and the answer says so', async () => {
  const { addTab, ask } = browser()
  const first = addTab('first', 'w1')
  const second = addTab('second', 'w1')
  const asked = whenAsked(first)
  const answered = ask('api/tasks', { method: 'POST', body: '{}' })
  await asked
  first.crash()
  expect(await problem(await answered)).toMatchObject({
    status: 503,
    code: 'unavailable',
    detail: expect.stringContaining('may have done it'),
    hint: expect.stringContaining('Idempotency-Key'),
  })
  expect(second.asked).toEqual([])
})

test('a tab that went over to another workspace meanwhile has done nothing, so another one is asked', async () => {
  const { addTab, ask } = browser()
  const first = addTab('first', 'w1')
  addTab('second', 'w1')
  const { client } = first
  Object.assign(client, {
    postMessage: ((post) => (message: { type: string }, ports: MessagePort[]) => {
      if (message.type === 'worknode request') first.open = 'w2'
      post.call(client, message as never, ports)
    })(client.postMessage),
  })
  expect(await (await ask('api/tasks', { method: 'POST', body: '{}' })).json()).toEqual({ by: 'second' })
  expect(first.asked).toEqual([])
})

test('every tab fails: the answer comes all the same', async () => {
  const { addTab, ask } = browser()
  for (const id of ['one', 'two']) {
    const tab = addTab(id, 'w1')
    tab.answer = () => {
      tab.crash()
      return new Promise(() => undefined)
    }
  }
  expect(await problem(await ask('api/tasks'))).toMatchObject({ status: 503, code: 'unavailable' })
})

test('a stream comes part by part, as fast as it is read', async () => {
  const { addTab, ask, kept } = browser()
  let made = 0
  addTab('one', 'w1', () => {
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          made++
          if (made > 100) controller.close()
          else controller.enqueue(new TextEncoder().encode(`data: ${made}\n\n`))
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  })
  const response = await ask('api/events')
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  await settled()
  expect(made).toBeLessThan(5)
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    text += new TextDecoder().decode(value)
  }
  expect(text).toMatch(/^data: 2\n\n[\s\S]*data: 100\n\n$/)
  // The worker may be put away now.
  await Promise.all(kept)
})

test('a stream of events ends when its tab is closed, so that it is resumed', async () => {
  const { addTab, ask } = browser()
  const tab = addTab('one', 'w1', () => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array([1])) })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  })
  const reader = ((await ask('api/events')).body as ReadableStream<Uint8Array>).getReader()
  expect((await reader.read()).value).toEqual(new Uint8Array([1]))
  const next = reader.read()
  tab.crash()
  expect((await next).done).toBe(true)
})

test('any other stream whose tab is closed fails where it is read', async () => {
  const { addTab, ask } = browser()
  const tab = addTab('one', 'w1', () => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array([1])) })
    return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } })
  })
  const reader = ((await ask('api/export')).body as ReadableStream<Uint8Array>).getReader()
  expect((await reader.read()).value).toEqual(new Uint8Array([1]))
  const next = reader.read()
  tab.crash()
  await expect(next).rejects.toThrow('The tab that answered was closed')
})

test('who reads no further frees the tab’s stream, also while nothing comes', async () => {
  const { addTab, ask, kept } = browser()
  let free = (): void => undefined
  const freed = new Promise<void>((resolve) => (free = resolve))
  addTab('one', 'w1', () => {
    const body = new ReadableStream<Uint8Array>({ cancel: () => free() })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  })
  await ((await ask('api/events')).body as ReadableStream).cancel()
  await freed
  await Promise.all(kept)
})

test('a page that gives a request up is not kept waiting for, and the tab hears of it', async () => {
  const { addTab, ask } = browser()
  const tab = addTab('one', 'w1')
  const asked = whenAsked(tab)
  const given = new AbortController()
  const answered = ask('api/tasks', { signal: given.signal })
  await asked
  const heard = new Promise((resolve) => tab.asked[0]?.signal.addEventListener('abort', resolve))
  given.abort()
  expect((await answered).type).toBe('error')
  await heard
})

test('what brings a token, asks about the host, or was opened or sent by another site, goes to the network', () => {
  const is = (path: string, init?: RequestInit) => isForTab(new Request(`${SCOPE}${path}`, init), SCOPE)
  expect(['api/tasks', 'api/v1/tasks?x=1', 'api/openapi.json', 'api/healthy'].map((path) => is(path))).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(['api/health', 'api/v1/settings', 'api/v1/host/agents', 'assets/api/x.js', ''].some((path) => is(path))).toBe(false)
  expect(is('api/tasks', { headers: { Authorization: 'Bearer x' } })).toBe(false)
  expect(isForTab(new Request('https://board.test/other/api/tasks'), SCOPE)).toBe(false)
  const opened = Object.defineProperty(new Request(`${SCOPE}api/tasks`, { method: 'POST' }), 'mode', { value: 'navigate' })
  expect(isForTab(opened, SCOPE)).toBe(false)
})

/** Messages between ports take turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

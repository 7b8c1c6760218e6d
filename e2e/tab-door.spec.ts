/** The door in the tab: `/api` for scripts of this origin, answered by the board that is open; with no host at all, too. */

import type { Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { actorOf, arrive, importPlan, kept, newWorkspace, onBoard, saved, taskCount } from './people.ts'
import { serveVersions } from './versions.ts'

interface Said {
  readonly status: number
  readonly type: string | null
  readonly body: unknown
}

function ask(
  page: Page,
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Said> {
  return page.evaluate(
    async ([address, options]) => {
      const response = await fetch(address, options)
      const text = await response.text()
      const type = response.headers.get('content-type')
      return { status: response.status, type, body: type?.includes('json') ? (JSON.parse(text) as unknown) : text }
    },
    [path, init] as const,
  )
}

function post(page: Page, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Said> {
  return ask(page, path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** From here on this tab does a request and keeps the answer back, until it is let go. */
async function holdAnswers(page: Page): Promise<{ whenHeld(): Promise<void>; release(): Promise<void> }> {
  await page.evaluate(() => {
    const send = MessagePort.prototype.postMessage
    const held: (() => void)[] = []
    const release = (): void => {
      MessagePort.prototype.postMessage = send
      for (const late of held) late()
    }
    Object.assign(window, { held, release })
    MessagePort.prototype.postMessage = function (this: MessagePort, message: { type?: string }, ...rest: never[]) {
      if (message.type === 'head') held.push(() => send.call(this, message, ...rest))
      else send.call(this, message, ...rest)
    } as typeof send
  })
  return {
    whenHeld: () => expect.poll(() => page.evaluate('window.held.length')).toBe(1),
    release: () => page.evaluate('window.release()'),
  }
}

test('a script of the page reads and writes the board by /api, and the board shows it', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Doors')
  await kept(page)
  const made = await post(page, 'api/v1/tasks', { title: 'By the door', status: 'ready' })
  expect(made).toMatchObject({ status: 201, body: { key: 'WN-1', title: 'By the door', status: 'ready' } })
  await expect(page.getByRole('link', { name: 'By the door' })).toBeVisible()
  expect(await ask(page, 'api/tasks/WN-1')).toMatchObject({ status: 200, body: { title: 'By the door' } })
  expect(await ask(page, 'api/tasks/WN-9')).toMatchObject({
    status: 404,
    type: 'application/problem+json',
    body: { code: 'not_found' },
  })
  expect(await ask(page, 'api/nothing')).toMatchObject({ status: 404 })
})

test('with the host gone it answers all the same, and what is asked of the host is not answered by the tab', async ({
  browser,
  host,
}) => {
  const { page } = await arrive(browser, host.url)
  await importPlan(page, 'public/samples/tool-library.jsonl')
  await kept(page)
  await saved(page)
  expect(await ask(page, 'api/health')).toMatchObject({ status: 200, body: { ok: true } })
  await host.stop()
  await page.reload()
  await onBoard(page)
  const { status, body } = await ask(page, 'api/v1/tasks?limit=1000')
  expect([status, (body as unknown[]).length]).toEqual([200, await taskCount(page)])
  expect(await post(page, 'api/tasks', { title: 'With nobody there' })).toMatchObject({ status: 201 })
  for (const path of ['api/health', 'api/settings']) await expect(ask(page, path)).rejects.toThrow('Failed to fetch')
  await expect(ask(page, 'api/tasks', { headers: { Authorization: 'Bearer of-a-host' } })).rejects.toThrow('Failed to fetch')
})

test('of several tabs the one that asks answers, else the one in front, and a workspace can be named', async ({
  browser,
  host,
}) => {
  const { page: one, context } = await arrive(browser, host.url)
  await newWorkspace(one, 'One')
  await kept(one)
  await post(one, 'api/tasks', { title: 'Of one' })
  const two = await context.newPage()
  await two.goto(host.url)
  await newWorkspace(two, 'Two')
  await post(two, 'api/tasks', { title: 'Of two' })
  const titles = async (page: Page, path = 'api/tasks'): Promise<string[]> =>
    ((await ask(page, path)).body as { title: string }[]).map(({ title }) => title)
  expect([await titles(one), await titles(two)]).toEqual([['Of one'], ['Of two']])
  const first = await one.evaluate(() => window.worknode.workspaceId)
  expect(await titles(two, `api/tasks?workspace=${first}`)).toEqual(['Of one'])

  const three = await context.newPage()
  await three.goto(host.url)
  await two.bringToFront()
  expect(await titles(three)).toEqual(['Of two'])
  await one.bringToFront()
  await one.getByRole('link', { name: 'Of one' }).click()
  expect(await titles(three)).toEqual(['Of one'])
  const nobody = 'f'.repeat(64)
  expect(await ask(three, `api/tasks?workspace=${nobody}`)).toMatchObject({
    status: 503,
    type: 'application/problem+json',
    body: { code: 'unavailable', detail: expect.stringContaining(nobody), hint: expect.stringContaining('Open it in a tab') },
  })
  await one.close()
  await two.close()
  expect(await ask(three, 'api/tasks')).toMatchObject({ status: 503, body: { code: 'unavailable' } })
})

test('a tab is closed in the middle of a request: a read comes from another one, a write is not repeated', async ({
  browser,
  host,
}) => {
  const { page: one, context } = await arrive(browser, host.url)
  await newWorkspace(one, 'Closing')
  await kept(one)
  const asking = await context.newPage()
  await asking.goto(host.url)
  const address = one.url()
  const another = async (): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(address)
    await onBoard(page)
    return page
  }

  const reading = await another()
  const read = await holdAnswers(reading)
  const answered = ask(asking, 'api/tasks')
  await read.whenHeld()
  await reading.close()
  expect(await answered).toMatchObject({ status: 200, body: [] })

  const writing = await another()
  const write = await holdAnswers(writing)
  const refused = post(asking, 'api/tasks', { title: 'Once' })
  await write.whenHeld()
  await writing.close()
  expect(await refused).toMatchObject({
    status: 503,
    type: 'application/problem+json',
    body: { code: 'unavailable', hint: expect.stringContaining('Look whether it was done') },
  })
  await expect.poll(async () => ((await ask(asking, 'api/tasks')).body as unknown[]).length).toBe(1)

  const keyed = await another()
  const third = await holdAnswers(keyed)
  const again = post(asking, 'api/tasks', { title: 'Once more' }, { 'Idempotency-Key': 'k1' })
  await third.whenHeld()
  await keyed.close()
  expect(await again).toMatchObject({ status: 201, body: { title: 'Once more' } })
  await expect.poll(async () => (await ask(asking, 'api/tasks')).body).toHaveLength(2)
})

test('the worker goes over to a new version in the middle of a request: the answer comes', async ({ browser }) => {
  const site = await serveVersions()
  try {
    const { page, context } = await arrive(browser, site.url)
    await newWorkspace(page, 'Versions')
    await kept(page)
    const asking = await context.newPage()
    await asking.goto(site.url)
    await kept(asking)
    await page.bringToFront()
    const next = await site.build('Keyboard, second edition')
    const hold = await holdAnswers(page)
    const answered = post(asking, 'api/tasks', { title: 'Through two versions' })
    await hold.whenHeld()
    next.deploy()
    const tookOver = asking.evaluate(
      () =>
        new Promise<void>((resolve) =>
          navigator.serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true }),
        ),
    )
    await asking.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      const ready = new Promise<void>((resolve) => {
        registration.addEventListener('updatefound', () => {
          const next = registration.installing
          next?.addEventListener('statechange', () => next.state === 'installed' && resolve())
        })
      })
      await registration.update()
      await ready
      registration.waiting?.postMessage('worknode take over')
    })
    await hold.release()
    expect(await answered).toMatchObject({ status: 201, body: { title: 'Through two versions' } })
    await tookOver
    expect(await ask(asking, 'api/tasks')).toMatchObject({ status: 200, body: [{ title: 'Through two versions' }] })
  } finally {
    await site.close()
  }
})

test('the console has the client: it makes a task, takes it and hands it in, in sight of the board', async ({
  browser,
  host,
}) => {
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Console')
  const seen = await page.evaluate(async () => {
    const worknode = window.worknode as unknown as import('../src/hosts/script-client.ts').ScriptClient
    const made = await worknode.createTask({ title: 'From the console', status: 'ready' })
    const mine = await worknode.claimNext()
    await mine?.progress(50)
    await mine?.submit({ summary: 'Done.' })
    const found = await worknode.queryTasks({ status: 'in_review' })
    const missing = await worknode.task('WN-9').catch((error: unknown) => (error as { code: string }).code)
    return { made: made.key, mine: mine?.key, found: found.map(({ key }) => key), missing, agent: await worknode.agentId() }
  })
  expect(seen).toMatchObject({ made: 'WN-1', mine: 'WN-1', found: ['WN-1'], missing: 'not_found' })
  expect(seen.agent).toBe(await actorOf(page))
  await expect(page.getByRole('region', { name: 'In review' }).getByRole('link', { name: 'From the console' })).toBeVisible()
})

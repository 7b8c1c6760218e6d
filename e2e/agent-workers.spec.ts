/** Agents in Workers of a real browser: they work to the end, survive the death of a Worker and of a tab, and reach their model alone. */

import type { Page } from '@playwright/test'
import type { ModelConfig } from '../src/agents/model-config.ts'
import { modelServer } from '../src/agents/model-server.fixture.ts'
import { expect, test } from './host.ts'
import { arrive, joinByLink, newWorkspace, onBoard, saved } from './people.ts'

const FIRST_LOOK: ModelConfig = { driver: 'scripted', script: 'first-look' }

test('an agent in a Worker takes a task, works and hands in; killed in the middle, it goes on; a tab opened again repeats nothing', async ({
  browser,
  host,
}) => {
  const { page, context } = await arrive(browser, host.url)
  await newWorkspace(page, 'Apollo')
  await addAgent(page, 'looker', FIRST_LOOK)
  await addTask(page, 'Look at the first')
  await expect.poll(() => runsOf(page, 'WN-1')).toEqual(['submitted'])
  expect(page.workers().filter(isAgent)).toHaveLength(1)

  // Its Worker dies in the middle of the next one. Nobody says so: it is the silence that is heard.
  await addTask(page, 'Look at the second')
  await expect.poll(() => stepOf(page, 'WN-2'), { intervals: [50] }).not.toBe('')
  await page
    .workers()
    .find(isAgent)
    ?.evaluate(() => self.close())
  await expect.poll(() => runsOf(page, 'WN-2')).toEqual(['submitted'])
  expect(await documentsOf(page, 'WN-2')).toEqual(expect.arrayContaining(['notes/WN-2.md']))

  const actor = await actorOf(page, 'looker')
  await saved(page)
  await page.close()
  const again = await context.newPage()
  await again.goto(host.url)
  await again
    .getByRole('link', { name: /Apollo/ })
    .or(again.getByRole('button', { name: /Apollo/ }))
    .first()
    .click()
  await onBoard(again)
  await addTask(again, 'Look at the third')
  await expect.poll(() => runsOf(again, 'WN-3')).toEqual(['submitted'])
  for (const key of ['WN-1', 'WN-2']) expect(await runsOf(again, key)).toEqual(['submitted'])
  expect(await actorOf(again, 'looker')).toBe(actor)
  await context.close()
})

test('two tabs of a browser run an agent once, and the other goes on when the first is closed; peers hear it beat', async ({
  browser,
  host,
}) => {
  const { page, context } = await arrive(browser, host.url)
  await newWorkspace(page, 'Apollo')
  await addAgent(page, 'looker', FIRST_LOOK)
  const link = await page.evaluate(async () => {
    const made = await window.worknode.invite({ kind: 'member' })
    return made.ok ? made.value : ''
  })
  const other = await joinByLink(browser, link)
  const actor = await actorOf(page, 'looker')
  await expect.poll(() => other.page.evaluate((key) => window.worknode.heardOf(key), actor)).not.toBeNull()

  const second = await context.newPage()
  await second.goto(page.url())
  await onBoard(second)
  await expect
    .poll(() => second.evaluate(() => window.worknode.hosted.list.get().map(({ state }) => state)))
    .toEqual(['elsewhere'])
  expect(second.workers().filter(isAgent)).toHaveLength(0)
  await page.close()
  await addTask(second, 'Look at it')
  await expect.poll(() => runsOf(second, 'WN-1')).toEqual(['submitted'])
  await expect.poll(() => runsOf(other.page, 'WN-1')).toEqual(['submitted'])
})

test('a model on this machine is reached from the Worker of the agent and not from the page, with a key that lies sealed', async ({
  browser,
  host,
}) => {
  const server = await modelServer('openai-compatible', [
    { status: 429, retryAfter: '1' },
    { say: 'I write.', call: ['write_document', { path: 'notes/a.md', content: 'By a model.' }], tokens: [1000, 10] },
    { say: 'Done.', call: ['submit', { summary: 'Written.' }], tokens: [2000, 20] },
  ])
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Apollo')
  await addTask(page, 'Write it')
  await addAgent(page, 'thinker', server.config, 'sk-from-the-person')
  await expect.poll(() => runsOf(page, 'WN-1')).toEqual(['submitted'])
  expect(server.asked.length).toBe(3)
  expect(server.asked[0]?.headers.authorization).toBe('Bearer sk-from-the-person')
  const usage = await page.evaluate(
    () => window.worknode.replica.runsOf(window.worknode.replica.views.find('WN-1') as never)[0]?.usage,
  )
  expect(usage).toEqual({ inputTokens: 3000, outputTokens: 30, costMicros: 3000 * 3 + 30 * 15 })

  const asked = server.asked.length
  const { url } = server.config as { url: string }
  expect(
    await page.evaluate(
      (at) =>
        fetch(at).then(
          () => 'reached',
          () => 'refused',
        ),
      url,
    ),
  ).toBe('refused')
  expect(server.asked.length).toBe(asked)
  expect(await everythingKept(page)).not.toContain('sk-from-the-person')
  await server.close()
})

function isAgent(worker: { url(): string }): boolean {
  return worker.url().includes('agent-worker')
}

async function addAgent(page: Page, name: string, model: ModelConfig, apiKey = ''): Promise<void> {
  const made = await page.evaluate((agent) => window.worknode.hosted.add({ ...agent, role: 'scout', expires: null }), {
    name,
    model,
    apiKey,
  })
  expect(made).toMatchObject({ ok: true })
}

async function addTask(page: Page, title: string): Promise<void> {
  const made = await page.evaluate((words) => window.worknode.run('create_task', { title: words, status: 'ready' }).ok, title)
  expect(made).toBe(true)
}

function runsOf(page: Page, key: string): Promise<string[]> {
  return page.evaluate((name) => {
    const { replica } = window.worknode
    const id = replica.views.find(name)
    return id === null ? [] : replica.runsOf(id).map(({ state }) => state)
  }, key)
}

function stepOf(page: Page, key: string): Promise<string> {
  return page.evaluate((name) => {
    const { replica } = window.worknode
    const id = replica.views.find(name)
    return (id && replica.runsOf(id)[0]?.step) ?? ''
  }, key)
}

function documentsOf(page: Page, key: string): Promise<string[]> {
  return page.evaluate((name) => {
    const listed = window.worknode.run('list_documents', { id: name })
    return listed.ok ? listed.value.map(({ path }) => path) : []
  }, key)
}

function actorOf(page: Page, name: string): Promise<string> {
  return page.evaluate((wanted) => {
    const listed = window.worknode.run('list_agents', {})
    return (listed.ok && listed.value.find((agent) => agent.name === wanted)?.actor) || ''
  }, name)
}

/** All text that the databases of this browser hold. */
function everythingKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result))
        request.addEventListener('error', () => reject(request.error as Error))
      })
    const texts: string[] = []
    for (const { name = '' } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name))
      for (const store of db.objectStoreNames)
        for (const value of await done(db.transaction(store).objectStore(store).getAll()))
          texts.push(
            JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? new TextDecoder().decode(part) : part)) ??
              '',
          )
      db.close()
    }
    return texts.join('\n')
  })
}

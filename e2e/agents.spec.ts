/** Agents under supervision: created with their profile, watched, paused, resumed and stopped, and honestly told apart when silent. */

import AxeBuilder from '@axe-core/playwright'
import type { Browser, Locator, Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { actorOf, arrive, joinByLink, newWorkspace, type Person } from './people.ts'

test('an agent is created, comes in, works, is paused, resumed and stopped; then all are', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await ada.page.evaluate(() => window.worknode.setName('Ada', '#5b5bd6'))
  await toAgents(ada.page)
  await expect(ada.page.getByRole('heading', { name: 'No agents yet' })).toBeVisible()
  await accessible(ada.page)

  const coder = await createAgent(browser, ada.page, 'coder-1')
  await expect(row(ada.page, 'coder-1')).toContainText(/coder.*Idle · heard/)
  await expect(row(ada.page, 'coder-1')).toContainText(/Writes only.*src\/\*\*.*ends in [78] h.*Skills: css, typescript/)

  await createTask(ada.page, 'Build the server')
  await work(coder.page, 'WN-1', 'Reading the issue')
  const line = row(ada.page, 'coder-1')
  await expect(line).toContainText('Working · heard')
  await expect(line).toContainText(/WN-1 Build the server.*Reading the issue · 40%/)
  await expect(line).toContainText(/Cost\$0\.12/)
  // A beat is a step ahead of the log.
  await coder.page.evaluate(() => {
    const { replica, beat } = window.worknode
    const [id] = replica.views.column('in_progress')
    beat(replica.views.task(id as never)?.run?.id ?? null, 'Writing a test')
  })
  await expect(line).toContainText('Writing a test')
  await expect(ada.page.getByText('1 working', { exact: true })).toBeVisible()

  await line.getByRole('button', { name: 'Pause coder-1' }).click()
  await expect(line).toContainText('Paused by Ada')
  await toAgents(coder.page)
  await expect(row(coder.page, 'coder-1')).toContainText('Paused by Ada')
  for (const name of ['report_progress', 'submit_task'] as const)
    expect(await say(coder.page, name, { id: 'WN-1' })).toMatch(/^wrong_state: Ada paused this agent/)
  await line.getByRole('button', { name: 'Resume coder-1' }).click()
  await expect(row(coder.page, 'coder-1')).not.toContainText('Paused')
  expect(await say(coder.page, 'report_progress', { id: 'WN-1', progress: 60 })).toBe('done')
  await expect(line).toContainText('60%')

  await choose(ada.page, 'coder-1', 'Stop its run …')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Stop the run' }).click()
  await expect(line).toContainText('No task')
  await expect.poll(() => statusOf(coder.page, 'WN-1')).toBe('ready, free')
  expect(await say(coder.page, 'submit_task', { id: 'WN-1' })).toMatch(/^wrong_state: This run is over/)

  await line.getByRole('button', { name: 'Runs of coder-1' }).click()
  const runs = line.getByRole('table', { name: 'Last runs of coder-1' }).getByRole('row')
  await expect(runs.nth(1)).toContainText(/WN-1 Build the server.*Stopped.*\$0\.12/)

  // Another comes without a file limit, and both are stopped at once.
  const tester = await createAgent(browser, ada.page, 'tester', { files: '' })
  await createTask(ada.page, 'Test the server')
  await work(coder.page, 'WN-1', 'Once more')
  await work(tester.page, 'WN-2', 'Testing')
  await expect(ada.page.getByText('2 working', { exact: true })).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await ada.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await accessible(ada.page)
  }
  await ada.page.getByRole('button', { name: 'Stop all …' }).click()
  await accessible(ada.page)
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Stop all' }).click()
  await expect(ada.page.getByText('Ada paused all agents')).toBeVisible()
  for (const { page } of [coder, tester]) {
    for (const key of ['WN-1', 'WN-2']) await expect.poll(() => statusOf(page, key)).toBe('ready, free')
    expect(await say(page, 'claim_task', { id: 'WN-1' })).toMatch(/^wrong_state: Ada paused all agents/)
  }
  await expect(runs.nth(1)).toContainText('Stopped')
  await phone(ada.page)
  await ada.page.getByRole('button', { name: 'Resume all' }).click()
  await expect.poll(() => say(tester.page, 'claim_task', { id: 'WN-1' })).toBe('done')

  // From a run to its task.
  await runs.nth(1).getByRole('link', { name: /WN-1/ }).click()
  await expect(ada.page).toHaveURL(/\/task\/WN-1$/)
})

test('a profile is changed, and an agent that came in without one gets one', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  const link = await ada.page.evaluate(async () => {
    const made = await window.worknode.invite({ kind: 'agent' })
    return made.ok ? made.value : ''
  })
  const agent = await joinByLink(browser, link)
  await agent.page.evaluate(() => window.worknode.setName('wanderer', '#0a7d5a'))
  await toAgents(ada.page)
  await choose(ada.page, 'wanderer', 'Give it a profile …')
  const dialog = ada.page.getByRole('dialog', { name: 'Profile of wanderer' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('scout')
  await dialog.getByRole('textbox', { name: 'Most a run may cost' }).fill('nothing')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByRole('alert')).toContainText('an amount in dollars')
  await dialog.getByRole('textbox', { name: 'Most a run may cost' }).fill('0.10')
  await dialog.getByRole('textbox', { name: 'Prompt' }).fill('Look around, and tell.')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(row(ada.page, 'scout')).toBeVisible()
  await expect(row(ada.page, 'wanderer')).toHaveCount(0)
  await createTask(ada.page, 'Look around')
  await work(agent.page, 'WN-1', 'Looking')
  await expect(row(ada.page, 'scout')).toContainText('Over its limit of $0.10 a run')
  await choose(ada.page, 'scout', 'Edit the profile …')
  const edit = ada.page.getByRole('dialog', { name: 'Profile of scout' })
  await expect(edit.getByRole('textbox', { name: 'Prompt' })).toHaveValue('Look around, and tell.')
  await edit.getByRole('textbox', { name: 'Most a run may cost' }).fill('')
  await edit.getByRole('textbox', { name: 'Role' }).fill('reader')
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(row(ada.page, 'scout')).toContainText('reader')
  await expect(row(ada.page, 'scout')).not.toContainText('Over its limit')
  // The agent may look, and hold nobody back.
  await toAgents(agent.page)
  await expect(agent.page.getByRole('button', { name: /^(?:Pause|Stop|New agent)/ })).toHaveCount(0)
})

test('an agent whose tab was killed is quiet, then stalled, then gone; a page that slept does not blame it', async ({
  browser,
  host,
}) => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.clock.install()
  await page.goto(host.url)
  await newWorkspace(page, 'Apollo')
  await toAgents(page)
  const coder = await createAgent(browser, page, 'coder-1')
  await createTask(page, 'Build the server')
  await work(coder.page, 'WN-1', 'Reading')
  const line = row(page, 'coder-1')
  await expect(line).toContainText('Working · heard')
  const actor = await actorOf(coder.page)
  await coder.context.close()
  await silence(page, actor, 32_000)
  await expect(line).toContainText(/Quiet · nothing heard for [345]0 s/)
  await silence(page, actor, 122_000)
  await expect(line).toContainText('Stalled · nothing heard for 2 min')
  await silence(page, actor, 602_000)
  await expect(line).toContainText('Gone · nothing heard for 10 min')
  // It held the task all the time: silence ends nothing by itself.
  await expect(line).toContainText('WN-1 Build the server')
  // The lid is closed for a while: timers stand still, and the clock goes on.
  await page.clock.fastForward('05:00:00')
  await page.clock.runFor(1000)
  await expect(line).toContainText('Quiet · nothing heard for 5 h')
  await page.clock.runFor(130_000)
  await expect(line).toContainText('Stalled')
})

/** Time passes until nothing was heard for so long. The page's clock goes on by itself too: what a slow machine took counts. */
async function silence(page: Page, actor: string, ms: number): Promise<void> {
  const silent = await page.evaluate((key) => performance.now() - (window.worknode.heardOf(key) ?? 0), actor)
  await page.clock.runFor(Math.max(0, ms - silent))
}

async function createAgent(browser: Browser, page: Page, name: string, { files = 'src/**' } = {}): Promise<Person> {
  await page.getByRole('button', { name: 'New agent' }).click()
  const dialog = page.getByRole('dialog', { name: 'New agent' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await dialog.getByRole('textbox', { name: 'Role' }).fill('coder')
  await dialog.getByRole('textbox', { name: 'Model' }).fill('opus')
  await dialog.getByRole('textbox', { name: 'Skills' }).fill('typescript, css')
  await dialog.getByRole('textbox', { name: 'Prompt' }).fill('Write a test first.')
  await dialog.getByRole('textbox', { name: 'Files it may write' }).fill(files)
  await accessible(page)
  await dialog.getByRole('button', { name: 'Create and make a link' }).click()
  const made = page.getByRole('dialog', { name: `${name} may come in` })
  const field = made.getByRole('textbox', { name: 'Invite link' })
  await expect(field).toHaveValue(/#join=/)
  const link = await field.inputValue()
  await made.getByRole('button', { name: 'Done' }).click()
  await expect(row(page, name)).toContainText(/Has not come in yet. Its link is open, ends in [78] h/)
  const person = await joinByLink(browser, link)
  await expect(row(page, name)).toContainText(/· heard/)
  return person
}

/** What an agent's program does, by the operations that it has: claims, begins, and says where it is. */
async function work(page: Page, key: string, step: string): Promise<void> {
  await expect.poll(() => statusOf(page, key)).toBe('ready, free')
  expect(await say(page, 'claim_task', { id: key })).toBe('done')
  expect(await say(page, 'confirm_task', { id: key })).toBe('done')
  const usage = { inputTokens: 9000, outputTokens: 700, costMicros: 120_000 }
  expect(await say(page, 'report_progress', { id: key, progress: 40, step, usage })).toBe('done')
  await page.evaluate(
    ([key, step]) => {
      const { replica, beat } = window.worknode
      const id = replica.views.find(key)
      beat(id && (replica.views.task(id)?.run?.id ?? null), step)
    },
    [key, step] as const,
  )
}

type Said = 'claim_task' | 'confirm_task' | 'report_progress' | 'submit_task'

function say(page: Page, name: Said, input: Readonly<Record<string, unknown>>): Promise<string> {
  return page.evaluate(
    ([name, input]) => {
      const result = window.worknode.run(name, input as never)
      return result.ok ? 'done' : `${result.refusal.code}: ${result.refusal.detail}`
    },
    [name, input] as const,
  )
}

function statusOf(page: Page, key: string): Promise<string> {
  return page.evaluate((key) => {
    const { views } = window.worknode.replica
    const id = views.find(key)
    const task = id && views.task(id)
    return task ? `${task.status}, ${task.run ? 'held' : 'free'}` : 'not here'
  }, key)
}

async function createTask(page: Page, title: string): Promise<void> {
  await page.evaluate((title) => void window.worknode.run('create_task', { title, status: 'ready' }), title)
}

function row(page: Page, name: string): Locator {
  return page.getByRole('list', { name: 'All agents' }).getByRole('listitem', { name, exact: true })
}

async function toAgents(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Agents' }).click()
  await expect(page.getByRole('heading', { name: 'Agents', level: 2 })).toBeVisible()
}

async function choose(page: Page, name: string, what: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: what }).click()
}

async function accessible(page: Page): Promise<void> {
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
}

/** All of it fits on a phone, and can be used there. */
async function phone(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 })
  await accessible(page)
  const [width, scrolls] = await page.evaluate(() => {
    const main = document.querySelector('main')?.firstElementChild as HTMLElement
    return [main.clientWidth, main.scrollWidth]
  })
  expect(scrolls).toBe(width)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** What agents cannot settle comes to a person's inbox and is settled there: each in a browser of its own. */

import AxeBuilder from '@axe-core/playwright'
import type { Browser, Locator, Page } from '@playwright/test'
import type { InputOf, OperationName } from '../src/operations/table.ts'
import { expect, type HostProcess, test } from './host.ts'
import { actorOf, arrive, joinByLink, newWorkspace, onBoard, type Person, sameState } from './people.ts'
import { createTask, linkOf } from './threats/scene.ts'

test('a question is answered in place and heard by the agent; work is sent back with words, and accepted', async ({
  browser,
  host,
}) => {
  const { ada, agent } = await withAgent(browser, host)
  await createTask(ada.page, 'Serve the page')
  await move(ada.page, 'WN-1', 'ready')
  await sameState(ada.page, agent.page)
  await toInbox(ada.page)
  await expect(ada.page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  await accessible(ada.page)

  await work(agent.page, 'claim_task', { id: 'WN-1' })
  await work(agent.page, 'confirm_task', { id: 'WN-1' })
  await work(agent.page, 'ask_task', { id: 'WN-1', question: 'Which port?', options: ['80', '8080'] })
  await expect(link(ada.page)).toHaveAccessibleName('Inbox 1 needs you')
  const question = item(ada.page, 'Question WN-1 Serve the page')
  await expect(question).toContainText('coder-1 asks')
  await question.getByRole('button', { name: '8080' }).click()
  await expect(question).toHaveCount(0)
  await expect.poll(() => answers(agent.page)).toEqual(['8080'])

  await work(agent.page, 'submit_task', { id: 'WN-1', summary: 'It serves on **8080**.', checks: ['npm test'] })
  const review = item(ada.page, 'Review WN-1 Serve the page')
  await expect(review).toContainText('It serves on 8080.')
  await expect(review.getByRole('list', { name: 'Checked, as its agent says' })).toContainText('npm test')
  await everywhere(ada.page)
  await review.getByRole('button', { name: 'Send back …' }).click()
  await ada.page.keyboard.type('The docs are missing.')
  await ada.page.keyboard.press('Control+Enter')
  await expect(review).toHaveCount(0)
  await expect.poll(() => saidTo(agent.page)).toBe('The docs are missing.')

  await work(agent.page, 'submit_task', { id: 'WN-1', summary: 'With docs.' })
  await expect(review).toContainText('With docs.')
  // The task itself offers the same.
  await review.getByRole('link', { name: /Serve the page/ }).click()
  const panel = ada.page.getByRole('complementary', { name: 'Serve the page' })
  await expect(panel.getByRole('region', { name: 'Runs' })).toContainText('With docs.')
  await expect(panel.getByRole('region', { name: 'Questions' })).toContainText(/Which port\?.*8080/)
  await accessible(ada.page)
  await ada.page.goBack()
  await review.getByRole('button', { name: 'Accept' }).click()
  await expect(ada.page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  await expect(link(ada.page)).toHaveAccessibleName('Inbox')
  await expect.poll(() => statusOf(agent.page)).toBe('done')
})

test('a field written twice apart is settled in place; work without rights is kept or left', async ({ browser, host }) => {
  const { ada, agent } = await withAgent(browser, host)
  await createTask(ada.page, 'Old words')
  await sameState(ada.page, agent.page)
  await offline(agent.page, true)
  await work(agent.page, 'update_task', { id: 'WN-1', title: 'Words of the agent' })
  await work(ada.page, 'update_task', { id: 'WN-1', title: 'Words of Ada' })
  await offline(agent.page, false)
  await toInbox(ada.page)
  const conflict = item(ada.page, /^Conflict WN-1/)
  await expect(conflict).toContainText('Words of the agent')
  await everywhere(ada.page)
  await conflict.getByRole('button', { name: 'Keep Words of Ada' }).click()
  await expect(conflict).toHaveCount(0)
  await expect.poll(() => titleOf(agent.page)).toBe('Words of Ada')

  await sameState(ada.page, agent.page)
  await offline(agent.page, true)
  await createTask(agent.page, 'Written without rights')
  await endRightsOf(ada.page, await actorOf(agent.page))
  await offline(agent.page, false)
  const decision = item(ada.page, /changes? by coder-1 (do|does) not count/)
  await expect(decision).toBeVisible()
  await expect(link(ada.page)).toHaveAccessibleName('Inbox 1 needs you')
  await everywhere(ada.page)
  await decision.getByRole('button', { name: /keep their work/i }).click()
  await expect(decision).toHaveCount(0)
  await ada.page.getByRole('link', { name: 'Board' }).click()
  await expect(ada.page.getByRole('listitem', { name: /Written without rights/ })).toBeVisible()
})

test('a run whose agent is gone is shown once it was silent for long, and its task is freed', async ({ browser, host }) => {
  const { ada, agent } = await withAgent(browser, host, true)
  await createTask(ada.page, 'Long work')
  await move(ada.page, 'WN-1', 'ready')
  await sameState(ada.page, agent.page)
  await work(agent.page, 'claim_task', { id: 'WN-1' })
  await work(agent.page, 'confirm_task', { id: 'WN-1' })
  await work(agent.page, 'report_progress', { id: 'WN-1', step: 'Reading the code' })
  await sameState(ada.page, agent.page)
  await onBoard(ada.page)
  await expect(ada.page.getByRole('listitem', { name: /^WN-1 Long work, worked on: Reading the code/ })).toBeVisible()
  await agent.context.close()
  await toInbox(ada.page)
  await expect(ada.page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible()
  await ada.page.clock.fastForward('20:00')
  const silent = item(ada.page, 'Silent WN-1 Long work')
  await expect(silent).toContainText(/coder-1 was at “Reading the code”\. No sign for (19|2\d) min\. Its claim has lapsed/)
  await everywhere(ada.page)
  await ada.page.keyboard.press('j')
  await ada.page.keyboard.press('x')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click()
  await expect(silent).toHaveCount(0)
  expect(await statusOf(ada.page)).toBe('ready')
})

/** An owner, and an agent in a browser of its own that joined by an invite of hers. */
async function withAgent(browser: Browser, host: HostProcess, ownClock = false): Promise<{ ada: Person; agent: Person }> {
  const ada = await arrive(browser, host.url)
  if (ownClock) {
    await ada.page.clock.install()
    await ada.page.reload()
  }
  await newWorkspace(ada.page, 'Apollo')
  await callOneself(ada.page, 'Ada')
  const agent = await joinByLink(browser, await linkOf(ada.page, { kind: 'agent' }))
  await callOneself(agent.page, 'coder-1')
  return { ada, agent }
}

function item(page: Page, name: string | RegExp): Locator {
  return page.getByRole('main').getByRole('listitem', { name })
}

function link(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Inbox/ })
}

async function toInbox(page: Page): Promise<void> {
  await link(page).click()
  await expect(page.getByRole('heading', { name: 'Inbox', level: 1 })).toBeVisible()
}

/** Light and dark, wide and narrow: nothing to complain of, and nothing wider than the page. */
async function everywhere(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await accessible(page)
  }
  await page.setViewportSize({ width: 390, height: 844 })
  await accessible(page)
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(wider).toBeLessThanOrEqual(0)
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.emulateMedia({ colorScheme: 'light' })
}

async function accessible(page: Page): Promise<void> {
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
}

async function work<N extends OperationName>(page: Page, name: N, input: InputOf<N>): Promise<void> {
  await page.evaluate(
    ([name, input]) => {
      const done = window.worknode.run(name as 'get_task', input as never)
      if (!done.ok) throw new Error(`${name}: ${done.refusal.detail}`)
    },
    [name, input] as const,
  )
}

function move(page: Page, id: string, status: 'ready'): Promise<void> {
  return work(page, 'order_task', { id, status })
}

function callOneself(page: Page, name: string): Promise<void> {
  return page.evaluate((name) => window.worknode.setName(name, '#0a7d5a'), name)
}

function offline(page: Page, isOffline: boolean): Promise<void> {
  return page.evaluate((isOffline) => window.worknode.setOffline(isOffline), isOffline)
}

function endRightsOf(page: Page, actor: string): Promise<void> {
  return page.evaluate((actor) => {
    const listed = window.worknode.run('list_capabilities', {})
    if (!listed.ok) throw new Error(listed.refusal.detail)
    for (const { id, holder, isInvite, state } of listed.value)
      if (holder === actor && !isInvite && state === 'live') window.worknode.run('revoke_capability', { id })
  }, actor)
}

/** What was answered to the questions on WN-1, as this page has it. */
function answers(page: Page): Promise<unknown[]> {
  return page.evaluate(() => {
    const { views, nodes } = window.worknode.replica
    const id = views.find('WN-1')
    const given = (id ? views.commentsOn(id) : []).map((comment) => nodes.get(comment)?.registers['answer']?.[0])
    return given.map((answer) => (answer as { text?: unknown } | undefined)?.text)
  })
}

function saidTo(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const { views } = window.worknode.replica
    return views.task(views.find('WN-1') as never)?.run?.said
  })
}

function statusOf(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const { views } = window.worknode.replica
    return views.task(views.find('WN-1') as never)?.status
  })
}

function titleOf(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const { views } = window.worknode.replica
    return views.task(views.find('WN-1') as never)?.title
  })
}

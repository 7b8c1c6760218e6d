/** What happened, and how the board was, for persons in browsers of their own. */

import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { accessibleInBoth } from './accessible.ts'
import { expect, test } from './host.ts'
import { arrive, inviteLink, joinByLink, newWorkspace, onBoard, sameState, saved, workOffline } from './people.ts'

test('the stream tells who did what; what was done offline comes late; it is live, filtered, unfolded and exported', async ({
  browser,
  host,
}) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  const grace = await joinByLink(browser, await inviteLink(ada.page))
  for (const [{ page }, name] of [
    [ada, 'Ada'],
    [grace, 'Grace'],
  ] as const)
    await page.evaluate((called) => window.worknode.setName(called, '#5b5bd6'), name)
  await addTask(ada.page, 'Parse ISO weeks')
  await expect(grace.page.getByRole('listitem', { name: /Parse ISO weeks/ })).toBeVisible()

  // Grace works offline. Meanwhile, some time later, so does Ada.
  await workOffline(grace.page, true)
  await addTask(grace.page, 'Written on a train')
  await saved(grace.page)
  await ada.page.clock.setFixedTime(Date.now() + 40_000)
  await addTask(ada.page, 'Written meanwhile')
  await saved(ada.page)
  await ada.page.getByRole('link', { name: 'Activity' }).click()
  const events = ada.page.getByRole('list', { name: 'Events' })
  const row = (words: RegExp) => events.getByRole('listitem').filter({ hasText: words })
  await expect(row(/Ada created it.*Written meanwhile/)).toBeVisible()
  await expect(row(/Written on a train/)).toHaveCount(0)
  await workOffline(grace.page, false)
  // At the top it comes by itself, and is marked.
  await expect(row(/Grace created it.*Written on a train/)).toContainText('came late')
  await expect(row(/Ada created it.*Written meanwhile/)).not.toContainText('came late')
  await expect(row(/founded the workspace/)).toHaveCount(1)

  await row(/Grace created it.*Written on a train/)
    .getByRole('button', { name: /^Details: Grace created it/ })
    .click()
  const told = row(/Grace created it.*Written on a train/)
  await expect(told).toContainText(/Signed by Grace \(key [0-9a-f]{4}·[0-9a-f]{2}\)\. The signature was checked on this device\./)
  await expect(told).toContainText('It counts: its right was checked on this device.')
  await expect(told).toContainText('task.created')
  await accessibleInBoth(ada.page)

  // The filter stands in the address, and another page that opens it sees the same.
  const who = ada.page.getByRole('combobox', { name: 'Filter by who' })
  await who.focus()
  await who.selectOption('Grace')
  await ada.page.getByRole('combobox', { name: 'Filter by kind' }).selectOption('Created')
  await expect(events.getByRole('listitem')).toHaveCount(1)
  expect(ada.page.url()).toMatch(/#\/w\/[0-9a-f]+\/activity\?who=01[0-9a-f]{64}&what=task.created$/)
  await ada.page.reload()
  await expect(events.getByRole('listitem')).toHaveCount(1)
  await ada.page.getByRole('checkbox', { name: 'Only what does not count' }).check()
  await expect(ada.page.getByText('Nothing in the log fits.')).toBeVisible()
  await ada.page.getByRole('button', { name: 'Show all events' }).first().click()
  await expect(row(/founded the workspace/)).toHaveCount(1)

  const download = ada.page.waitForEvent('download')
  await ada.page.getByRole('button', { name: 'Export all events as JSON lines' }).click()
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
  const types = lines.map((line) => (JSON.parse(line) as { type: string }).type)
  expect(types[0]).toBe('workspace.created')
  expect(types.filter((type) => type === 'task.created')).toHaveLength(3)
})

test('while one reads further down nothing moves, and a button says how much is new', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  const grace = await joinByLink(browser, await inviteLink(ada.page))
  await ada.page.evaluate(async () => {
    for (let i = 0; i < 150; i++) window.worknode.run('create_task', { title: `Task ${i}` })
    await window.worknode.replica.saved()
  })
  await sameState(ada.page, grace.page)
  await ada.page.getByRole('link', { name: 'Activity' }).click()
  const first = ada.page.getByRole('list', { name: 'Events' }).getByRole('listitem').first()
  await expect(first).toBeVisible()
  const stream = ada.page.getByRole('region', { name: 'Event stream' })
  await stream.evaluate((box) => {
    box.scrollTop = 2000
  })
  /** What stands in the middle of what is seen, and stays there over two frames: rows are measured once they are drawn. */
  const inTheMiddle = () =>
    stream.evaluate(async (box) => {
      const { x, y, width, height } = box.getBoundingClientRect()
      const there = () =>
        document
          .elementFromPoint(x + width / 2, y + height / 2)
          ?.closest('[data-event]')
          ?.getAttribute('data-event')
      const before = there()
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
      return there() === before ? before : null
    })
  await expect.poll(inTheMiddle).toBeTruthy()
  const shown = await inTheMiddle()
  await grace.page.evaluate(() => window.worknode.run('create_task', { title: 'News' }))
  const fresh = ada.page.getByRole('button', { name: /^\d+ new$/ })
  await expect(fresh).toBeVisible()
  expect(await inTheMiddle()).toBe(shown)
  await fresh.click()
  await expect(ada.page.getByRole('listitem').filter({ hasText: /News/ }).first()).toBeInViewport()
  await expect(fresh).toHaveCount(0)
})

test('the board as it was, to read and not to write, while work goes on', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  const { page } = ada
  await newWorkspace(page, 'Apollo')
  await addTask(page, 'First')
  await saved(page)
  await addTask(page, 'Second')
  await saved(page)
  await page.evaluate(async () => {
    const { replica } = window.worknode
    const second = [...replica.views.tasks()].find((id) => replica.views.task(id)?.title === 'Second')
    window.worknode.run('update_task', { id: second as string, status: 'done' })
    await replica.saved()
  })
  await page.getByRole('link', { name: 'Activity' }).click()
  await page.getByRole('link', { name: 'Time travel' }).click()
  await expect(page.getByText(/^The board as of/)).toBeVisible()
  const column = (name: string) => page.getByRole('region', { name, exact: true })
  await expect(column('Done').getByRole('listitem', { name: /Second/ })).toBeVisible()
  const slider = page.getByRole('slider', { name: 'Time' })
  await page.getByRole('button', { name: 'The change before' }).click()
  await expect(column('Backlog').getByRole('listitem', { name: /Second/ })).toBeVisible()
  await expect(column('Done').getByRole('listitem')).toHaveCount(0)
  await accessibleInBoth(page)
  // By key as well, to before the task was there.
  await slider.press('ArrowLeft')
  await expect(page.getByRole('listitem', { name: /Second/ })).toHaveCount(0)
  await expect(page.getByRole('listitem', { name: /First/ })).toBeVisible()
  // Nothing is written here: a task can be opened, and not be changed.
  await page.getByRole('listitem', { name: /First/ }).getByRole('link').click()
  await expect(page.getByRole('textbox', { name: 'Title' })).not.toBeEditable()
  await page.keyboard.press('Escape')
  const before = await page.evaluate(() => window.worknode.replica.changes)
  await page.getByRole('region', { name: 'The past' }).press(']')
  expect(await page.evaluate(() => window.worknode.replica.changes)).toBe(before)
  // The address names the place.
  expect(page.url()).toMatch(/\/past\?at=\d{4}-/)
  await page.reload()
  await expect(page.getByRole('listitem', { name: /First/ })).toBeVisible()
  await expect(page.getByRole('listitem', { name: /Second/ })).toHaveCount(0)
  await page.getByRole('link', { name: 'Back to now' }).click()
  await onBoard(page)
  await expect(column('Done').getByRole('listitem', { name: /Second/ })).toBeVisible()
})

async function addTask(page: Page, title: string): Promise<void> {
  await page.evaluate((called) => window.worknode.run('create_task', { title: called }), title)
}

/** The board with ten thousand tasks, its keyboard, and what a screen reader is told. */

import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './host.ts'
import { arrive, importPlan, newWorkspace } from './people.ts'
import { makePlan } from './plan.ts'

const TASKS = 10_000

test('ten thousand tasks: columns are virtual, dragging moves a card, and no frame is held up for long', async ({
  browser,
  host,
}) => {
  const { page } = await arrive(browser, host.url)
  await importPlan(page, makePlan(TASKS))
  const backlog = page.getByRole('region', { name: 'Backlog' })
  await expect(backlog).toContainText('2,000')
  expect(await page.getByRole('listitem').count()).toBeLessThan(400)

  const card = backlog.getByRole('listitem').nth(1)
  const key = (await card.textContent())?.match(/WN-\d+/)?.[0] ?? ''
  const ready = page.getByRole('region', { name: 'Ready' })
  const from = await card.boundingBox()
  const to = await ready.getByRole('listitem').nth(1).boundingBox()
  if (!from || !to) throw new Error('the cards are on the screen')
  await page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(window, { longTasks: tasks })
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
  })
  await page.mouse.move(from.x + 40, from.y + 40)
  await page.mouse.down()
  for (let step = 1; step <= 30; step++)
    await page.mouse.move(from.x + 40 + ((to.x - from.x) * step) / 30, from.y + 40 + ((to.y + 10 - from.y - 40) * step) / 30)
  await page.mouse.up()
  await expect
    .poll(() =>
      page.evaluate((wanted) => {
        const { views } = window.worknode.replica
        const id = views.find(wanted)
        return id === null ? null : (views.task(id)?.status ?? null)
      }, key),
    )
    .toBe('ready')
  const longest = await page.evaluate(() => Math.max(0, ...(window as unknown as { longTasks: number[] }).longTasks))
  test.info().annotations.push({ type: 'longest task while dragging', description: `${Math.round(longest)} ms` })
  process.stdout.write(`  longest task while dragging among ${TASKS} tasks: ${Math.round(longest)} ms\n`)
})

test('from nothing to a moved and restored card without a mouse', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Keys')
  await page.keyboard.press('c')
  await page.getByRole('textbox', { name: 'Title' }).fill('Typed, not clicked')
  await page.keyboard.press('Control+Enter')
  const card = page.getByRole('listitem', { name: /WN-1.*Typed, not clicked/ })
  await expect(page.getByRole('region', { name: 'Backlog' }).locator(card)).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowDown')
  await expect(card.getByRole('link')).toBeFocused()
  await page.keyboard.press(']')
  await expect(page.getByRole('region', { name: 'Ready' }).locator(card)).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(page.getByRole('region', { name: 'Backlog' }).locator(card)).toBeVisible()
})

test('axe finds nothing on the start page, the board and an open task', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await expect(page.getByRole('heading', { name: 'Worknode' })).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await importPlan(page, makePlan(30))
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  }
  await page.getByRole('listitem', { name: /WN-1\b/ }).click()
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})

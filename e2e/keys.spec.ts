/** The board without a mouse: a task from its making to its undoing, the palette, keys of one's own, and what axe says of it all. */

import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { arrive, importPlan, newWorkspace, onBoard } from './people.ts'
import { makePlan } from './plan.ts'

/** Goes from one control to the next as a person does, until the wanted one has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? ''
    })
    if (focused === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the Tab key does not reach “${name}”`)
}

test('create, assign, move, comment and undo, by keyboard alone', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await expect(page.getByRole('button', { name: 'New workspace' })).toBeVisible()
  await tabTo(page, 'New workspace')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.type('Keys')
  await page.keyboard.press('Enter')
  await onBoard(page)
  await page.evaluate(() => window.worknode.setName('Ada Byron', '#5b5bd6'))

  await page.keyboard.press('c')
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused()
  await page.keyboard.type('Typed, not clicked')
  await page.keyboard.press('Control+Enter')
  const card = page.getByRole('listitem', { name: /^WN-1 Typed, not clicked/ })
  await expect(page.getByRole('region', { name: 'Backlog' }).locator(card)).toBeVisible()

  await page.keyboard.press('ArrowDown')
  await expect(card.getByRole('link')).toBeFocused()
  await page.keyboard.press('i')
  await expect(page.getByRole('listitem', { name: /^WN-1 .*assigned to Ada Byron/ })).toBeVisible()
  await page.keyboard.press(']')
  await expect(page.getByRole('region', { name: 'Ready' }).locator(card)).toBeVisible()
  await expect(card.getByRole('link')).toBeFocused()

  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'Typed, not clicked' })).toBeVisible()
  await tabTo(page, 'Comment')
  await page.keyboard.type('Said without a mouse')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('Said without a mouse')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary', { name: 'Typed, not clicked' })).toBeHidden()
  await expect(card.getByRole('link')).toBeFocused()

  await page.keyboard.press('Control+z')
  await expect.poll(() => comments(page)).toBe(0)
  await page.keyboard.press('Control+z')
  await expect(page.getByRole('region', { name: 'Backlog' }).locator(card)).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(page.getByRole('listitem', { name: /assigned to/ })).toHaveCount(0)
  await page.keyboard.press('Control+Shift+z')
  await expect(page.getByRole('listitem', { name: /assigned to Ada Byron/ })).toBeVisible()
})

function comments(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { views } = window.worknode.replica
    const id = views.find('WN-1')
    return id === null ? -1 : views.commentsOn(id).length
  })
}

test('the palette finds one of ten thousand tasks while it is typed, and goes where it is told', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await importPlan(page, makePlan(10_000))
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: 'Search tasks, people and commands' })
  await expect(field).toBeFocused()
  await page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(window, { longTasks: tasks })
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
  })
  await page.keyboard.type('number 7431')
  await expect(page.getByRole('option').first()).toContainText('WN-7431 Task number 7431 of the plan')
  const longest = await page.evaluate(() => Math.max(0, ...(window as unknown as { longTasks: number[] }).longTasks))
  process.stdout.write(`  longest task while typing into the palette among 10,000 tasks: ${Math.round(longest)} ms\n`)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'Task number 7431 of the plan' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('go people')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'People', level: 1 })).toBeVisible()
})

test('a key that a person chose is theirs in every tab, and after a reload', async ({ browser, host }) => {
  const { page, context } = await arrive(browser, host.url)
  await newWorkspace(page, 'Keys')
  const other = await context.newPage()
  await other.goto(page.url())
  await onBoard(other)
  await page.keyboard.press('?')
  await page.getByRole('button', { name: 'Change keys' }).click()
  await page.getByRole('button', { name: 'Change the key of “New task”, now C' }).click()
  await page.keyboard.press('q')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Change the key of “New task”, now Q' })).toBeVisible()
  await other.bringToFront()
  // Hears of it from the browser, in its own time.
  await expect(other.getByRole('button', { name: 'New task', exact: true })).toHaveAttribute('aria-keyshortcuts', 'Q')
  await other.keyboard.press('q')
  await expect(other.getByRole('dialog', { name: 'New task' })).toBeVisible()
  await page.bringToFront()
  await page.reload()
  await onBoard(page)
  await page.keyboard.press('c')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('q')
  await expect(page.getByRole('dialog', { name: 'New task' })).toBeVisible()
})

test('somebody who knows nothing has a living board with one click', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await page.getByRole('button', { name: 'Try a sample plan' }).click()
  await onBoard(page)
  await expect(page.getByRole('link', { name: 'Open the tool library to the street' })).toBeVisible()
  await expect.poll(() => page.getByRole('listitem').count()).toBeGreaterThan(10)
})

test('a board without tasks says what to do, and fills itself when asked to', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Empty')
  await page.getByRole('button', { name: 'Fill in a sample plan' }).click()
  await expect(page.getByRole('link', { name: 'Open the tool library to the street' })).toBeVisible()
  await expect(page.getByText('A board to share')).toHaveCount(0)
})

for (const size of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])
  test(`axe finds nothing on the start page, the palette, the keys and the settings, ${size.width} wide`, async ({
    browser,
    host,
  }) => {
    const { page } = await arrive(browser, host.url)
    await page.setViewportSize(size)
    const check = async (): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
      }
    }
    await expect(page.getByRole('button', { name: 'Try a sample plan' })).toBeVisible()
    await check()
    await newWorkspace(page, 'Axe')
    await check()
    await page.getByRole('button', { name: 'Fill in a sample plan' }).click()
    await expect(page.getByRole('link', { name: 'Open the tool library to the street' })).toBeVisible()
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('option').first()).toBeVisible()
    await check()
    await page.keyboard.type('tool')
    await expect(page.getByRole('option').first()).toContainText('ool')
    await check()
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible()
    await check()
    await page.getByRole('button', { name: 'Change keys' }).click()
    await page.getByRole('button', { name: /Change the key of “New task”/ }).click()
    await page.keyboard.press('/')
    await expect(page.getByText('/ already means “Filter tasks”.')).toBeVisible()
    await check()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await page.keyboard.press('Control+,')
    await expect(page.getByRole('switch', { name: 'Notify me on the desktop' })).toBeVisible()
    await check()
  })

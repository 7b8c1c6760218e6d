/** The board under a finger, as the browser reports one: a phone, where a column is as wide as the screen. */

import type { CDPSession, Locator, Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { newWorkspace } from './people.ts'

const PHONE = { width: 390, height: 844 }

test.use({ hasTouch: true, isMobile: true, viewport: PHONE })

test('a card that is held goes with the finger to another column, which scrolls into reach; Undo brings it back', async ({
  page,
  host,
}) => {
  const finger = await boardWith(page, host.url, ['One', 'Two'])
  const card = page.getByRole('listitem', { name: /One/ })
  await finger.hold(card)
  await finger.moveTo(PHONE.width - 5, 300)
  const backlog = page.getByRole('region', { name: 'Backlog' })
  await expect.poll(async () => (await backlog.boundingBox())?.x).toBeLessThan(-PHONE.width / 2)
  // Off the edge it stops; then whatever column is there takes the card.
  await finger.moveTo(PHONE.width / 2, 500)
  const there = await columnInView(page)
  await finger.moveTo(there.x, 500)
  await finger.letGo()
  // The notice goes after a while, unless it has the focus.
  const undo = page.getByRole('button', { name: 'Undo' })
  await undo.focus()
  const column = page.locator(`section[data-column="${there.column}"]`)
  await expect(column.getByRole('listitem', { name: /One/ })).toBeVisible()
  expect(there.column).not.toBe('backlog')
  await expect(page.locator('[data-ghost]')).toHaveCount(0)
  await undo.tap()
  await expect(backlog.getByRole('listitem', { name: /One/ })).toHaveCount(1)
})

test('a card goes before another of its column', async ({ page, host }) => {
  const finger = await boardWith(page, host.url, ['One', 'Two', 'Three'])
  const cards = page.getByRole('region', { name: 'Backlog' }).getByRole('listitem')
  const [first, last] = [
    (await cards.first().getAttribute('aria-label')) ?? '',
    (await cards.last().getAttribute('aria-label')) ?? '',
  ]
  const top = await cards.first().boundingBox()
  if (!top) throw new Error('the card is on the screen')
  await finger.hold(cards.last())
  await finger.moveTo(top.x + 60, top.y + 6)
  await expect(page.locator('[data-edge="top"]')).toBeVisible()
  await finger.letGo()
  await expect(cards.first()).toHaveAttribute('aria-label', last)
  await expect(cards.nth(1)).toHaveAttribute('aria-label', first)
})

test('a card that is held and let go shows its menu; one that is touched opens', async ({ page, host }) => {
  const finger = await boardWith(page, host.url, ['One', 'Two'])
  const card = page.getByRole('listitem', { name: /One/ })
  await finger.hold(card)
  await finger.letGo()
  await page.getByRole('menuitem', { name: 'Move to …' }).tap()
  await page.getByRole('menuitem', { name: 'Move to Done' }).tap()
  await expect(page.getByRole('region', { name: 'Done' }).getByRole('listitem', { name: /One/ })).toHaveCount(1)

  const two = page.getByRole('listitem', { name: /Two/ })
  await two.tap()
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Two')
})

async function boardWith(page: Page, url: string, titles: readonly string[]): Promise<Finger> {
  await page.goto(url)
  await newWorkspace(page, 'Phone')
  for (const title of titles) {
    await page.getByRole('textbox', { name: 'Add a task to Backlog' }).fill(title)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('listitem', { name: new RegExp(title) })).toBeVisible()
  }
  return fingerOn(page)
}

/** The column that has most of the screen, and a point on it that is far from its edges. */
function columnInView(page: Page): Promise<{ readonly column: string; readonly x: number }> {
  return page.evaluate(() => {
    const [from, to] = [60, innerWidth - 60]
    const shown = [...document.querySelectorAll<HTMLElement>('section[data-column]')].map((section) => {
      const { left, right } = section.getBoundingClientRect()
      const [a, b] = [Math.max(left, from), Math.min(right, to)]
      return { column: section.dataset['column'] ?? '', x: (a + b) / 2, width: b - a }
    })
    return shown.reduce((most, one) => (one.width > most.width ? one : most))
  })
}

interface Finger {
  /** Until the card is lifted. */
  hold(card: Locator): Promise<void>
  moveTo(x: number, y: number): Promise<void>
  letGo(): Promise<void>
}

async function fingerOn(page: Page): Promise<Finger> {
  const browser: CDPSession = await page.context().newCDPSession(page)
  let at = { x: 0, y: 0 }
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd'): Promise<unknown> =>
    browser.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [at] })

  async function moveTo(x: number, y: number): Promise<void> {
    const from = at
    for (let step = 1; step <= 8; step++) {
      at = { x: from.x + ((x - from.x) * step) / 8, y: from.y + ((y - from.y) * step) / 8 }
      await touch('touchMove')
    }
  }

  return {
    moveTo,
    async hold(card) {
      const box = await card.boundingBox()
      if (!box) throw new Error('the card is on the screen')
      at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
      await touch('touchStart')
      await expect(page.locator('[data-ghost]')).toBeVisible()
    },
    letGo: async () => void (await touch('touchEnd')),
  }
}

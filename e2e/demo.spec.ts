/** The demo swarm in real browsers: one click, one answer, and an app that works; and spread over browsers of which one dies. */

import type { Page } from '@playwright/test'
import { expect, test } from './host.ts'

async function startDemo(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('button', { name: 'Watch a demo swarm' }).click()
  await expect(page.getByRole('region', { name: 'Board' })).toBeVisible()
}

/** The one question of the demo, answered where people answer. */
async function answer(page: Page, words: string): Promise<void> {
  await page.getByRole('link', { name: 'Answer in the inbox' }).click()
  await page
    .getByRole('radio', { name: words })
    .or(page.getByRole('button', { name: words }))
    .first()
    .click()
  const send = page.getByRole('button', { name: /^(Answer|Send)/ })
  if (await send.isVisible()) await send.click()
}

/** Uses the app in the preview: what is typed is on its list. */
async function useApp(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Open the app' }).click()
  const run = page.getByRole('button', { name: 'Run preview' })
  if (!(await run.isVisible())) await page.getByRole('button', { name: 'Preview' }).click()
  await run.click()
  const app = page.frameLocator('iframe[title="Preview of index.html"]')
  const name = app.getByLabel('What do we need?')
  for (const item of ['Milk', 'Bread', 'milk']) {
    await name.fill(item)
    await name.press('Enter')
  }
  await expect(app.getByRole('listitem')).toHaveCount(2)
  await expect(app.getByRole('listitem').first()).toContainText('× 2')
  await app.getByLabel('Bread').check()
  await app.getByRole('button', { name: 'Clear what is bought' }).click()
  await expect(app.getByRole('listitem')).toHaveCount(1)
  await expect(app.getByRole('status')).toHaveText('1 thing to buy')
}

test('one click and one answer make a working app, with each file by the agent whose it is', async ({ page, host }) => {
  test.setTimeout(180_000)
  await startDemo(page, host.url)
  const guide = page.getByRole('region', { name: 'Demo swarm' })
  await expect(guide).toContainText('Scripted demo')
  await expect(guide.getByRole('link', { name: 'Answer in the inbox' })).toBeVisible({ timeout: 90_000 })
  await answer(page, 'Plum')
  await expect(guide).toContainText('6 of 6 tasks done', { timeout: 120_000 })
  await useApp(page)
})

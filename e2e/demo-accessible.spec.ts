/** What the demo shows, for those who do not see it or do not point: its guide, and all that is asked about agents meanwhile. */

import type { Page } from '@playwright/test'
import { accessibleInBoth } from './accessible.ts'
import { expect, test } from './host.ts'
import { arrive, onBoard } from './people.ts'

const DESK = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

test('the guide, the agents of this browser, how agents work here, approvals and triggers have nothing that axe finds', async ({
  browser,
  host,
}) => {
  const { page } = await arrive(browser, host.url)
  await page.getByRole('button', { name: 'Watch a demo swarm' }).click()
  await onBoard(page)
  // Backend asks before it writes one of its files.
  await page.evaluate(() => {
    const listed = window.worknode.run('list_agents', {})
    const backend = listed.ok ? listed.value.find(({ role }) => role === 'backend') : undefined
    window.worknode.run('update_agent', { id: backend?.id ?? '', limits: { approve: ['write_document src/api/storage.js'] } })
  })
  const guide = page.getByRole('region', { name: 'Demo swarm' })
  await expect(guide).toContainText('Scripted demo')
  await accessibleEverywhere(page)

  await guide.getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('button', { name: 'Runs of Coordinator' }).click()
  await expect(page.getByRole('table', { name: 'Last runs of Coordinator' })).toBeVisible()
  await accessibleEverywhere(page)
  await page.getByRole('button', { name: 'Add an agent that runs in this browser' }).click()
  const here = page.getByRole('dialog', { name: 'An agent in this browser' })
  await expect(here).toBeVisible()
  await accessibleEverywhere(page)
  for (const driver of ['openai-compatible', 'scripted']) {
    await here.getByLabel('What thinks for it').selectOption(driver)
    await accessibleEverywhere(page)
  }
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'How agents work here' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await accessibleEverywhere(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Actions for Backend' }).click()
  await expect(page.getByRole('menuitem', { name: 'Edit the profile' })).toBeVisible()
  await accessibleEverywhere(page)
  await page.getByRole('menuitem', { name: 'Edit the profile' }).click()
  await expect(page.getByRole('dialog', { name: 'Profile of Backend' }).getByLabel(/Asks a person before/)).toHaveValue(
    'write_document src/api/storage.js',
  )
  await accessibleEverywhere(page)
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Triggers' }).click()
  await expect(page.getByRole('region', { name: 'Triggers' })).toBeVisible()
  await accessibleEverywhere(page)
  await page.getByRole('button', { name: 'New trigger' }).click()
  await expect(page.getByRole('dialog', { name: 'New trigger' })).toBeVisible()
  await accessibleEverywhere(page)
  await page.keyboard.press('Escape')

  await guide.getByRole('link', { name: 'Answer in the inbox' }).click()
  const allow = page.getByRole('button', { name: 'Allow for this run' })
  await expect(allow).toBeVisible()
  await expect(page.getByRole('button', { name: 'Plum' })).toBeVisible()
  await accessibleEverywhere(page)
  await allow.click()
  await page.getByRole('button', { name: 'Plum' }).click()
  await expect(guide).toContainText('6 of 6 tasks done')
  await guide.getByRole('link', { name: 'Open the app' }).click()
  await page.getByRole('button', { name: 'Run preview' }).click()
  await expect(page.locator('iframe[title="Preview of index.html"]')).toBeVisible()
  await accessibleEverywhere(page)
})

async function accessibleEverywhere(page: Page): Promise<void> {
  for (const size of [PHONE, DESK]) {
    await page.setViewportSize(size)
    await accessibleInBoth(page)
  }
}

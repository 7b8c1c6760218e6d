/** The app without its host: it opens, works, catches up; and goes over to a new version without losing a word. */

import type { Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { arrive, importPlan, inviteLink, joinByLink, kept, newWorkspace, onBoard, sameState, saved, taskCount } from './people.ts'
import { serveVersions } from './versions.ts'

async function addTask(page: Page, title: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Add a task to Backlog' })
  await field.fill(title)
  await field.press('Enter')
  await expect(page.getByRole('link', { name: title })).toBeVisible()
  await saved(page)
}

const APP_SCRIPT = 'script[type=module]'

/** Address of the script that this page was opened by. While the page may go, ask by a locator: it survives that. */
async function version(page: Page): Promise<string> {
  return (await page.locator(APP_SCRIPT).getAttribute('src')) ?? ''
}

test('with its host gone the board opens with all its data, and what was done there is shared when it is back', async ({
  browser,
  host,
}) => {
  const ada = await arrive(browser, host.url)
  await importPlan(ada.page, 'public/samples/tool-library.jsonl')
  const grace = await joinByLink(browser, await inviteLink(ada.page))
  await sameState(ada.page, grace.page)
  await kept(ada.page)
  await saved(ada.page)
  await host.stop()

  await ada.page.reload()
  await onBoard(ada.page)
  await expect(ada.page.getByRole('link', { name: 'Open the tool library to the street' })).toBeVisible()
  expect(await taskCount(ada.page)).toBe(25)
  await addTask(ada.page, 'Written with nobody there')
  // What comes late is there as well: no part of the app needs the network.
  await ada.page.getByRole('link', { name: 'Written with nobody there' }).click()
  await expect(ada.page.getByRole('textbox', { name: 'Title' })).toBeVisible()
  await ada.page.keyboard.press('Escape')
  await ada.page.keyboard.press('?')
  await expect(ada.page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible()
  await ada.page.keyboard.press('Escape')

  await host.restart()
  await sameState(ada.page, grace.page)
  await expect(grace.page.getByRole('link', { name: 'Written with nobody there' })).toBeVisible()
})

test('the start page opens offline too, with the sample plan', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await kept(page)
  await host.stop()
  await page.reload()
  await page.getByRole('button', { name: 'Try a sample plan' }).click()
  await onBoard(page)
  expect(await taskCount(page)).toBe(25)
})

test('a new version waits for words that are not sent; another tab goes on with the old one until it is reloaded', async ({
  browser,
}) => {
  const site = await serveVersions()
  try {
    const { page, context } = await arrive(browser, site.url)
    await newWorkspace(page, 'Versions')
    await kept(page)
    const second = await context.newPage()
    await second.goto(page.url())
    await onBoard(second)
    await page.bringToFront()
    const field = page.getByRole('textbox', { name: 'Add a task to Backlog' })
    await field.fill('Half a thou')

    const next = await site.build('Keyboard, second edition')
    next.deploy()
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
    const notices = page.getByRole('region', { name: 'Notifications' })
    await expect(notices).toContainText('A new version is ready')
    await notices.getByRole('button', { name: 'Reload' }).click()
    await expect(notices).toContainText('Not reloaded: the text in “Add a task to Backlog” is not sent yet')
    await expect(field).toHaveValue('Half a thou')

    await field.press('End')
    await field.pressSequentially('ght')
    await field.press('Enter')
    await expect(page.getByRole('link', { name: 'Half a thought' })).toBeVisible()
    const old = await version(page)
    await notices.getByRole('button', { name: 'Reload' }).click()
    await expect(page.locator(APP_SCRIPT)).not.toHaveAttribute('src', old)
    await onBoard(page)
    await expect(page.getByRole('link', { name: 'Half a thought' })).toBeVisible()
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keyboard, second edition' })).toBeVisible()

    // This tab has not loaded the sheet before, and no server has its version any more.
    await second.bringToFront()
    await expect(second.getByRole('region', { name: 'Notifications' })).toContainText('A new version is ready')
    await second.keyboard.press('?')
    await expect(second.getByRole('dialog', { name: 'Keyboard', exact: true })).toBeVisible()
    await second.keyboard.press('Escape')
    expect(await version(second)).toBe(old)
    await second.getByRole('region', { name: 'Notifications' }).getByRole('button', { name: 'Reload' }).click()
    await expect(second.locator(APP_SCRIPT)).not.toHaveAttribute('src', old)
    await onBoard(second)

    // Nobody runs the old one any more: the next time the app is opened, it is let go.
    await second.reload()
    await onBoard(second)
    await expect
      .poll(() => second.evaluate(async (src) => (await caches.match(new URL(src, document.baseURI))) === undefined, old))
      .toBe(true)
  } finally {
    await site.close()
  }
})

test('what the old version serves while a new one waits takes nothing of the new one away', async ({ browser }) => {
  const site = await serveVersions()
  try {
    const { page } = await arrive(browser, site.url)
    await newWorkspace(page, 'Versions')
    await kept(page)
    const next = await site.build('Keyboard, second edition')
    next.deploy()
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
    const notices = page.getByRole('region', { name: 'Notifications' })
    await expect(notices).toContainText('A new version is ready')
    const old = await version(page)
    await page.reload()
    await onBoard(page)
    expect(await version(page)).toBe(old)
    await notices.getByRole('button', { name: 'Reload' }).click()
    await expect(page.locator(APP_SCRIPT)).not.toHaveAttribute('src', old)
    await onBoard(page)

    await site.close()
    await page.reload()
    await onBoard(page)
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keyboard, second edition' })).toBeVisible()
  } finally {
    await site.close()
  }
})

test('the browser is asked to keep what is stored once there is work on the disk, and not before', async ({ browser, host }) => {
  const { page } = await arrive(browser, 'about:blank')
  await page.addInitScript(() => {
    Object.assign(window, { asked: 0 })
    navigator.storage.persist = async () => {
      ;(window as unknown as { asked: number }).asked++
      return true
    }
    navigator.storage.persisted = async () => false
  })
  const asked = () => page.evaluate(() => (window as unknown as { asked: number }).asked)
  await page.goto(host.url)
  await newWorkspace(page, 'Kept')
  await saved(page)
  expect(await asked()).toBe(0)
  await addTask(page, 'First work')
  await expect.poll(asked).toBe(1)
  await addTask(page, 'More work')
  expect(await asked()).toBe(1)
})

test('the app can be installed: its manifest is in order, its worker is never stale', async ({ browser, host, request }) => {
  const { page } = await arrive(browser, host.url)
  await kept(page)
  const devtools = await page.context().newCDPSession(page)
  const manifest = await devtools.send('Page.getAppManifest')
  expect(manifest.errors).toEqual([])
  const { name, display, icons } = JSON.parse(manifest.data ?? '{}') as {
    name: string
    display: string
    icons: { src: string; purpose: string }[]
  }
  expect({ name, display }).toEqual({ name: 'Worknode', display: 'standalone' })
  expect(icons.map(({ purpose }) => purpose)).toContain('maskable')
  for (const { src } of icons) expect((await request.get(`${host.url}${src}`)).ok()).toBe(true)
  const worker = await request.get(`${host.url}service-worker.js`)
  expect(worker.headers()).toMatchObject({ 'cache-control': 'no-cache', 'content-type': expect.stringContaining('javascript') })
  expect((await request.get(`${host.url}manifest.webmanifest`)).headers()['content-type']).toContain('manifest+json')
})

test('who runs out of room is warned while there is some left', async ({ browser, host }) => {
  const { page } = await arrive(browser, 'about:blank')
  await page.addInitScript(() => {
    navigator.storage.estimate = async () => ({ usage: 960 * 1024 ** 2, quota: 1000 * 1024 ** 2 })
  })
  await page.goto(host.url)
  await newWorkspace(page, 'Full')
  const warning = page.getByRole('region', { name: 'Storage', exact: true })
  await expect(warning).toContainText('Only 40 MB of storage are left')
  const download = page.waitForEvent('download')
  await warning.getByRole('button', { name: 'Download a copy' }).click()
  expect((await download).suggestedFilename()).toMatch(/\.log$/)
  await page.keyboard.press('Control+,')
  await expect(page.getByRole('meter')).toBeVisible()
  await expect(page.getByRole('dialog', { name: 'Settings' })).toContainText('960 MB used here, of about 1,000 MB')
})

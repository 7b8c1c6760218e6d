/** Takes the pictures of `docs/screenshots.md` from the built app: a sample plan, two people, light, dark and phone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from '@playwright/test'
import { CHROMIUM_FLAGS, findChromium } from './chromium.mjs'

const data = await mkdtemp(join(tmpdir(), 'worknode-pictures-'))
const env = { ...process.env, PORT: '0', WORKNODE_OPEN: '0', WORKNODE_DATA: data }
const host = spawn(process.execPath, ['build/host/cli.js', 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
const executablePath = findChromium()
const browser = await chromium.launch({ args: CHROMIUM_FLAGS, ...(executablePath ? { executablePath } : {}) })

try {
  const url = await readyUrl()
  const ada = await open(url, { viewport: { width: 1440, height: 900 } })
  await ada.screenshot({ path: 'docs/start-light.png' })
  await ada.getByLabel('Plan to import').setInputFiles('public/samples/tool-library.jsonl')
  await ada.getByRole('region', { name: 'Board', exact: true }).waitFor()
  await ada.evaluate(() => window.worknode.setName('Ada Byron', '#5b5bd6'))
  await ada.getByRole('button', { name: 'Invite' }).click()
  const field = ada.getByRole('textbox', { name: 'Invite link' })
  await field.and(ada.locator('[value*="join="]')).waitFor()
  const link = await field.inputValue()
  await ada.keyboard.press('Escape')
  const grace = await open(link, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 })
  await grace.getByRole('button', { name: 'Join workspace' }).click()
  await grace.getByRole('region', { name: 'Board', exact: true }).waitFor()
  await grace.evaluate(() => window.worknode.setName('Grace Hopper', '#0a7d5a'))
  await ada.getByRole('status', { name: 'Sync' }).filter({ hasText: 'shared' }).waitFor()
  await ada.waitForFunction(() => window.worknode.people.get().length === 2)
  await grace.getByRole('region', { name: 'In progress' }).scrollIntoViewIfNeeded()
  await grace.screenshot({ path: 'docs/board-phone.png' })
  for (const colorScheme of /** @type {const} */ (['dark', 'light'])) {
    await ada.emulateMedia({ colorScheme })
    await ada.screenshot({ path: `docs/board-${colorScheme}.png` })
  }
  await ada.getByRole('region', { name: 'In progress' }).getByRole('listitem').first().click()
  await ada.getByRole('textbox', { name: 'Title' }).waitFor()
  await ada.screenshot({ path: 'docs/task-light.png' })
} finally {
  await browser.close()
  const gone = once(host, 'exit')
  host.kill()
  await gone
  await rm(data, { recursive: true, force: true })
}

/**
 * @param {string} url
 * @param {import('@playwright/test').BrowserContextOptions} options
 */
async function open(url, options) {
  const page = await (await browser.newContext({ ...options, reducedMotion: 'reduce' })).newPage()
  await page.goto(url)
  await page.getByRole('heading', { name: 'Worknode' }).waitFor()
  return page
}

async function readyUrl() {
  for await (const line of createInterface({ input: host.stdout })) {
    const link = /^Worknode ready: (\S+)$/.exec(line)?.[1]
    if (link) return `${new URL(link).origin}/`
  }
  throw new Error('the host ended before it was ready')
}

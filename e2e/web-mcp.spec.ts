/** WebMCP in a real Chromium, with the feature on: an agent in the browser works on the board that its person sees. */

import { readFileSync } from 'node:fs'
import { chromium, type Browser, type Page } from '@playwright/test'
import { CHROMIUM_FLAGS, findChromium } from '../scripts/chromium.mjs'
import { expect, test as base } from './host.ts'
import { arrive, kept, newWorkspace } from './people.ts'

const executablePath = findChromium()

// A browser of its own: the feature is one of the whole browser.
const test = base.extend<{ modern: Browser }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a fixture needs off this pattern.
  modern: async ({}, use) => {
    const browser = await chromium.launch({
      args: [...CHROMIUM_FLAGS, '--enable-features=WebMCP'],
      ...(executablePath ? { executablePath } : {}),
    })
    await use(browser)
    await browser.close()
  },
})

async function call(
  page: Page,
  name: string,
  input: Record<string, string | number | boolean | string[]> = {},
): Promise<{ isError: boolean; text: string }> {
  const { isError = false, content } = (await page.webmcp.callTool(name, input)) as {
    isError?: boolean
    content: { text: string }[]
  }
  return { isError, text: content[0]?.text ?? '' }
}

async function names(page: Page): Promise<string[]> {
  return (await page.webmcp.tools()).map(({ name }) => name).toSorted()
}

test('the tools are there while a workspace is open, and what they do is seen on the board', async ({ modern, host }) => {
  const { page } = await arrive(modern, host.url)
  expect(await names(page)).toEqual([])
  await newWorkspace(page, 'Agents here')
  await expect.poll(() => names(page)).toHaveLength(10)
  const tools = await page.webmcp.tools()
  expect(tools.find(({ name }) => name === 'worknode_next')).toMatchObject({
    annotations: { readOnly: true, untrustedContent: true },
    inputSchema: { type: 'object' },
  })
  expect(tools.find(({ name }) => name === 'worknode_claim')?.annotations).not.toMatchObject({ readOnly: true })

  const made = await call(page, 'worknode_create', { title: 'Written by an agent', status: 'ready' })
  expect(made.text).toMatch(/^WN-1 is created/)
  await expect(page.getByRole('region', { name: 'Ready' }).getByRole('link', { name: 'Written by an agent' })).toBeVisible()
  expect((await call(page, 'worknode_claim')).text).toMatch(/^WN-1 is yours/)
  await expect(page.getByRole('region', { name: 'In progress' }).getByRole('link', { name: 'Written by an agent' })).toBeVisible()
  expect((await call(page, 'worknode_show', { task: 'WN-1' })).text).toMatch(/<untrusted-[0-9a-f]{12} of="task WN-1" author="01/)
  expect((await call(page, 'worknode_submit', { task: 'WN-1', summary: 'It is written.' })).text).toContain('in_review')
  expect(await call(page, 'worknode_show', { task: 'WN-9' })).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^not_found: /),
  })
})

test('a question with wait is answered by the person at the page', async ({ modern, host }) => {
  const { page } = await arrive(modern, host.url)
  await newWorkspace(page, 'Asked')
  await expect.poll(() => names(page)).toHaveLength(10)
  await call(page, 'worknode_create', { title: 'Which port', status: 'ready' })
  const waiting = call(page, 'worknode_ask', { task: 'WN-1', question: 'Which port is it?', options: ['80', '8080'], wait: true })
  await page.getByRole('link', { name: 'Which port' }).click()
  await page.getByRole('button', { name: '8080' }).click()
  expect((await waiting).text).toMatch(/is answered[\s\S]*\n8080\n/)
})

test('the tools go when the workspace is left for the start page', async ({ modern, host }) => {
  const { page } = await arrive(modern, host.url)
  await newWorkspace(page, 'Left')
  await expect.poll(() => names(page)).toHaveLength(10)
  await page.goto(host.url)
  await expect(page.getByRole('button', { name: 'New workspace' })).toBeVisible()
  expect(await names(page)).toEqual([])
})

test('without the feature the page is as ever', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'As ever')
  expect(await page.evaluate(() => 'modelContext' in document)).toBe(false)
})

test('the examples of the docs run in the page, in their order', async ({ modern, host }) => {
  const { page } = await arrive(modern, host.url)
  await newWorkspace(page, 'Docs')
  await kept(page)
  await expect.poll(() => names(page)).toHaveLength(10)
  const said: string[] = []
  page.on('console', (line) => said.push(line.text()))
  const examples = [...readFileSync('docs/webmcp.md', 'utf8').matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, text]) => text)
  expect(examples).toHaveLength(3)
  for (const text of examples) await page.evaluate(`(async () => { ${text} })()`)
  await expect
    .poll(() => said)
    .toEqual(expect.arrayContaining([expect.stringContaining('worknode_next'), 'WN-1 1', '[WN-1 From the console]']))
})

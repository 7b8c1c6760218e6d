/** Documents in browsers of their own: made, written by two, read with who wrote what, compared, previewed, refused outside of one's files. */

import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { arrive, inviteLink, joinByLink, newWorkspace, sameState } from './people.ts'

test('a person makes a document, another writes in it, and each version says who, when and by which right', async ({
  browser,
  host,
}) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await ada.page.evaluate(() => window.worknode.setName('Ada', '#5b5bd6'))
  const grace = await joinByLink(browser, await inviteLink(ada.page))
  await grace.page.evaluate(() => window.worknode.setName('Grace', '#0a7d5a'))

  // An empty view says what documents are, and how one comes to be.
  await toFiles(ada.page)
  await expect(ada.page.getByRole('heading', { name: 'No documents yet' })).toBeVisible()
  await accessible(ada.page)
  await make(ada.page, 'docs/plan.md', '# Plan\n\n1. Look\n2. Leap\n')
  await expect(
    ada.page.getByRole('article', { name: 'docs/plan.md' }).getByRole('heading', { name: 'Plan', exact: true }),
  ).toBeVisible()
  const address = ada.page.url()

  // The other one finds it by its path, and writes in it in the editor.
  await toFiles(grace.page)
  await grace.page.getByRole('treeitem', { name: 'plan.md' }).click()
  await expect(grace.page.getByRole('article', { name: 'docs/plan.md' })).toBeVisible()
  await grace.page.getByRole('button', { name: 'Edit' }).click()
  const editor = grace.page.getByRole('textbox', { name: 'Content of docs/plan.md' })
  await expect(editor).toBeFocused()
  await grace.page.keyboard.press('Control+End')
  await grace.page.keyboard.type('3. Land safely')
  await grace.page.getByRole('button', { name: 'Done' }).click()
  await expect(grace.page.getByRole('article').getByText('Land safely')).toBeVisible()
  await sameState(ada.page, grace.page)

  // History: two versions, the newest first, each with its difference.
  const article = ada.page.getByRole('article', { name: 'docs/plan.md' })
  await expect(article.getByText('Land safely')).toBeVisible()
  await article.getByRole('tab', { name: 'History' }).click()
  const versions = article.getByRole('list', { name: 'Versions' }).getByRole('button')
  await expect(versions).toHaveCount(2)
  await expect(versions.first()).toContainText(/Grace.*as Member, right [0-9a-f]{8}/)
  await expect(versions.nth(1)).toContainText(/Ada.*as Owner, right [0-9a-f]{8}/)
  const changed = article.getByRole('region', { name: 'What changed' })
  await expect(changed).toContainText('1 line added, 0 lines removed')
  await expect(changed.getByRole('row', { name: 'Added: 3. Land safely' })).toBeVisible()
  await accessible(ada.page)
  await versions.nth(1).click()
  await expect(changed).toContainText('4 lines added, 0 lines removed')

  // Who wrote what, at the lines themselves.
  await article.getByRole('tab', { name: 'Content' }).click()
  await article.getByRole('button', { name: 'Who wrote what' }).click()
  const code = article.locator('.cm-editor')
  await expect(code.locator('.cm-authors')).toContainText(/Ada.*Grace/s)
  await accessible(ada.page)

  // The address of a document opens it for whoever has it.
  await grace.page.goto(address)
  await expect(grace.page.getByRole('article', { name: 'docs/plan.md' })).toBeVisible()
  await grace.page.goBack()
})

test('code has colours, the tree filters and is walked by keys alone', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Apollo')
  await page.evaluate(() => {
    const write = (path: string, content: string) => window.worknode.run('create_document', { path, content })
    write('src/api/server.ts', 'export const port: number = 8080 // the usual\n')
    write('src/ui/app.tsx', 'export const App = () => <p>Hello</p>\n')
    write('config.yaml', 'port: 8080\n')
    write('notes.txt', 'Plain words.\n')
    for (let i = 0; i < 500; i++) write(`logs/run-${i}.txt`, `Run ${i}\n`)
  })
  await toFiles(page)
  // Five hundred rows are there, and few of them as elements.
  const tree = page.getByRole('tree', { name: 'Documents' })
  await expect(tree.getByRole('treeitem', { name: 'run-0.txt' })).toBeVisible()
  expect(await tree.getByRole('treeitem').count()).toBeLessThan(100)
  await page.getByRole('searchbox', { name: 'Filter documents' }).fill('src server')
  await expect(tree.getByRole('treeitem')).toHaveCount(3)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(tree.getByRole('treeitem', { name: 'src' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(tree.getByRole('treeitem', { name: 'api' })).toBeFocused()
  await page.keyboard.press('End')
  await expect(tree.getByRole('treeitem', { name: 'server.ts' })).toBeFocused()
  await page.keyboard.press('Enter')
  const article = page.getByRole('article', { name: 'src/api/server.ts' })
  const keyword = article.locator('.cm-line span', { hasText: /^export$/ })
  await expect(keyword).toBeVisible()
  const [keywordColour, lineColour] = await Promise.all([colourOf(keyword), colourOf(article.locator('.cm-line').first())])
  expect(keywordColour).not.toBe(lineColour)
  await accessible(page)
  await page.getByRole('searchbox', { name: 'Filter documents' }).fill('')
  await tree.getByRole('treeitem', { name: 'logs' }).click()
  await expect(tree.getByRole('treeitem', { name: 'run-0.txt' })).toHaveCount(0)
  await tree.getByRole('treeitem', { name: 'config.yaml' }).click()
  await expect(page.getByRole('article', { name: 'config.yaml' }).locator('.cm-line span').first()).toBeVisible()
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(tree).toBeHidden()
  await page.getByRole('link', { name: 'All documents' }).click()
  await expect(tree).toBeVisible()
  await accessible(page)
})

test('a document on a task shows there too; it is deleted and brought back', async ({ browser, host }) => {
  const { page } = await arrive(browser, host.url)
  await newWorkspace(page, 'Apollo')
  await page.evaluate(() => window.worknode.run('create_task', { title: 'Write it down' }))
  await page.getByRole('listitem', { name: /Write it down/ }).click()
  const panel = page.getByRole('complementary', { name: 'Write it down' })
  await panel.getByRole('button', { name: 'Add a document' }).click()
  await fill(page, 'out/report.md', '# Report')
  const article = page.getByRole('article', { name: 'out/report.md' })
  await expect(article).toContainText('on WN-1')
  await article.getByRole('link', { name: 'WN-1' }).click()
  await expect(panel.getByRole('list', { name: 'Files' }).getByRole('link', { name: 'out/report.md' })).toBeVisible()
  await panel.getByRole('link', { name: 'out/report.md' }).click()
  await page.getByRole('button', { name: 'Delete out/report.md' }).click()
  // The notice goes after a while, unless it is pointed at.
  const undo = page.getByRole('button', { name: 'Undo' })
  await undo.hover()
  await expect(page.getByRole('heading', { name: 'No documents yet' })).toBeVisible()
  await undo.click()
  await expect(page.getByRole('treeitem', { name: 'report.md' })).toBeVisible()
})

test('who may write some files only is told which, in the page', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  const link = await ada.page.evaluate(async () => {
    const made = await window.worknode.invite({ kind: 'agent', files: ['src/api/**'], expires: Date.now() + 3_600_000 })
    return made.ok ? made.value : ''
  })
  const agent = await joinByLink(browser, link)
  await toFiles(agent.page)
  await agent.page.getByRole('button', { name: 'New document' }).click()
  await fill(agent.page, 'docs/plan.md', 'Mine')
  await expect(agent.page.getByRole('alert')).toContainText(
    'docs/plan.md lies outside of the files that you may write: only src/api/**.',
  )
  await fill(agent.page, 'src/api/server.ts', 'export {}')
  await expect(agent.page.getByRole('article', { name: 'src/api/server.ts' })).toBeVisible()
  await sameState(ada.page, agent.page)
  await toFiles(ada.page)
  await ada.page.getByRole('treeitem', { name: 'server.ts' }).click()
  await ada.page.getByRole('tab', { name: 'History' }).click()
  await expect(ada.page.getByRole('list', { name: 'Versions' })).toContainText('as Agent, only src/api/**, right')
})

async function toFiles(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Files' }).click()
  await expect(page.getByRole('region', { name: 'Files' })).toBeVisible()
}

async function make(page: Page, path: string, content: string): Promise<void> {
  await page.getByRole('button', { name: 'New document' }).click()
  await fill(page, path, content)
}

async function fill(page: Page, path: string, content: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'New document' })
  await dialog.getByLabel('Path').fill(path)
  await dialog.getByLabel('Content').fill(content)
  await dialog.getByRole('button', { name: 'Create document' }).click()
}

function colourOf(element: ReturnType<Page['locator']>): Promise<string> {
  return element.evaluate((one) => getComputedStyle(one).color)
}

async function accessible(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  }
}

/**
 * Takes the pictures of `docs/screens/` from the built app: a sample plan, two people and two agents at work; each view in light and
 * dark, and on a phone; then the demo swarm. With `demo` as its argument, that alone.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from '@playwright/test'
import { CHROMIUM_FLAGS, findChromium } from './chromium.mjs'

const FOLDER = 'docs/screens'
const DESK = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
const SERVER = `import { Hono } from 'hono'

/** Who holds which tool, and until when. */
const loans = new Map<string, { who: string; until: number }>()

export const app = new Hono()
  .get('/loans', (c) => c.json([...loans]))
  .post('/loans/:tool', async (c) => {
    const { who, until } = await c.req.json()
    if (loans.has(c.req.param('tool'))) return c.json({ code: 'taken' }, 409)
    loans.set(c.req.param('tool'), { who, until })
    return c.body(null, 201)
  })
`

const data = await mkdtemp(join(tmpdir(), 'worknode-pictures-'))
const env = { ...process.env, PORT: '0', WORKNODE_OPEN: '0', WORKNODE_DATA: data }
const host = spawn(process.execPath, ['build/host/cli.js', 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
const executablePath = findChromium()
const browser = await chromium.launch({ args: CHROMIUM_FLAGS, ...(executablePath ? { executablePath } : {}) })

try {
  await mkdir(FOLDER, { recursive: true })
  const url = await readyUrl()
  if (process.argv[2] !== 'demo') await views(url)
  await demo(url)
} finally {
  await browser.close()
  const gone = once(host, 'exit')
  host.kill()
  await gone
  await rm(data, { recursive: true, force: true })
}

/** @param {string} url */
async function views(url) {
  const ada = await open(url)
  await shoot(ada, 'start', [DESK, PHONE])
  await ada.getByLabel('Plan to import').setInputFiles('public/samples/tool-library.jsonl')
  await ada.getByRole('region', { name: 'Board', exact: true }).waitFor()
  await ada.evaluate(() => window.worknode.setName('Ada Byron', '#5b5bd6'))
  const grace = await joinBy(await invite(ada, { kind: 'member' }))
  await grace.evaluate(() => window.worknode.setName('Grace Hopper', '#0a7d5a'))
  await work(ada)
  await quiet(ada)
  await shoot(ada, 'board', [DESK, PHONE])
  await ada.getByRole('region', { name: 'In progress' }).getByRole('listitem').first().click()
  await ada.getByRole('textbox', { name: 'Title' }).waitFor()
  await shoot(ada, 'task', [DESK, PHONE])
  for (const view of ['Agents', 'Inbox', 'Activity', 'Insights', 'Files', 'People', 'Network']) {
    await ada.setViewportSize(DESK)
    await ada
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: new RegExp(`^${view}`) })
      .click()
    await ada.getByRole('heading', { name: view, level: 1 }).waitFor()
    await ada.getByText('Opening …').waitFor({ state: 'hidden' })
    if (view === 'Files') await ada.getByRole('treeitem', { name: 'server.ts' }).click()
    if (view === 'Insights') await ada.getByRole('figure').first().waitFor()
    await quiet(ada)
    await shoot(ada, view.toLowerCase(), [DESK, PHONE])
    if (view === 'Agents') await triggers(ada)
  }
  await ada.setViewportSize(DESK)
  await ada.getByRole('link', { name: 'Board', exact: true }).click()
  await ada.keyboard.press('ControlOrMeta+k')
  await ada.getByRole('dialog', { name: 'Search' }).waitFor()
  await shoot(ada, 'palette', [DESK])
}

/** The demo at its moments: at work, with its question, done, and the app that came of it. @param {string} url */
async function demo(url) {
  const page = await open(url)
  await page.setViewportSize(DESK)
  await page.getByRole('button', { name: 'Watch a demo swarm' }).click()
  const guide = page.getByRole('region', { name: 'Demo swarm' })
  await page.getByRole('region', { name: 'Board', exact: true }).waitFor()
  // Backend asks before it writes one of its files.
  await page.evaluate(() => {
    const { run } = window.worknode
    const listed = run('list_agents', {})
    const backend = listed.ok ? listed.value.find(({ role }) => role === 'backend') : undefined
    run('update_agent', {
      id: backend?.id ?? '',
      limits: { costMicros: 2_000_000, minutes: 30, approve: ['write_document src/api/storage.js'] },
    })
  })
  await guide.getByText('2 agents work on WN-3').waitFor({ timeout: 60_000 })
  await quiet(page)
  await shoot(page, 'demo-board', [DESK])
  await page.setViewportSize(PHONE)
  await page.getByRole('region', { name: 'In progress' }).scrollIntoViewIfNeeded()
  await shoot(page, 'demo-board', [PHONE])
  await page.setViewportSize(DESK)
  await guide.getByRole('link', { name: 'Answer in the inbox' }).click({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Ocean blue' }).waitFor()
  await page.getByRole('button', { name: 'Allow for this run' }).waitFor()
  await quiet(page)
  await shoot(page, 'demo-inbox', [DESK, PHONE])
  await page.setViewportSize(DESK)
  await page.getByRole('button', { name: 'Ocean blue' }).click()
  await page.getByRole('button', { name: 'Allow for this run' }).click()
  await guide.getByText('6 of 6 tasks done').waitFor({ timeout: 120_000 })
  await guide.getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('list', { name: 'All agents' }).waitFor()
  await quiet(page)
  await shoot(page, 'demo-agents', [DESK, PHONE])
  await page.setViewportSize(DESK)
  await page.getByRole('button', { name: 'Add an agent that runs in this browser' }).click()
  await dialog(page, 'An agent in this browser', 'demo-add-agent')
  await page.getByRole('button', { name: 'How agents work here' }).click()
  await dialog(page, 'How agents work here', 'demo-policy')
  await page.getByRole('button', { name: 'Actions for Backend' }).click()
  await page.getByRole('menuitem', { name: 'Edit the profile' }).click()
  await dialog(page, 'Profile of Backend', 'demo-profile')
  await guide.getByRole('link', { name: 'Open the app' }).click()
  await page.getByRole('button', { name: 'Run preview' }).click()
  const app = page.frameLocator('iframe[title="Preview of index.html"]')
  for (const item of ['Milk', 'Bread', 'Tomatoes', 'milk']) {
    await app.getByLabel('What do we need?').fill(item)
    await app.getByLabel('What do we need?').press('Enter')
  }
  await app.getByRole('checkbox', { name: 'Bread' }).check()
  await quiet(page)
  await shoot(page, 'demo-app', [DESK, PHONE])
}

/** A dialog that is open, and put away after it. @param {import('@playwright/test').Page} page @param {string} title @param {string} name */
async function dialog(page, title, name) {
  await page.getByRole('dialog', { name: title }).waitFor()
  await quiet(page)
  await shoot(page, name, [DESK, PHONE])
  await page.setViewportSize(DESK)
  await page.keyboard.press('Escape')
}

/** Two triggers, one of them on. @param {import('@playwright/test').Page} ada */
async function triggers(ada) {
  await ada.evaluate(() => {
    const { run } = window.worknode
    const done = run('save_trigger', {
      name: 'Test what is done',
      when: { on: 'event', type: 'task.completed' },
      action: { do: 'create_task', title: 'Test it', assignee: 'tester', labels: ['test'] },
    })
    if (done.ok) run('switch_trigger', { trigger: done.value.id, on: true })
    run('save_trigger', {
      name: 'Silent runs',
      when: { on: 'silence', minutes: 30 },
      action: { do: 'notify', text: 'Look at this run' },
    })
  })
  await ada.setViewportSize(DESK)
  await ada.getByRole('link', { name: 'Triggers' }).click()
  await ada.getByRole('heading', { name: 'Triggers', level: 1 }).waitFor()
  await ada.getByRole('switch', { name: 'Test what is done is on' }).waitFor()
  await quiet(ada)
  await shoot(ada, 'triggers', [DESK, PHONE])
}

/** Two agents that come in by links of their own, claim, ask, write and hand in. @param {import('@playwright/test').Page} ada */
async function work(ada) {
  /** @type {import('@playwright/test').Page[]} */
  const pages = []
  for (const name of ['backend', 'tester']) {
    const page = await joinBy(await invite(ada, { kind: 'agent', files: [`src/${name}/**`] }))
    await page.evaluate((name) => window.worknode.setName(name, '#b5478d'), name)
    pages.push(page)
  }
  const ready = await ada.evaluate(() => {
    const { replica, run } = window.worknode
    const ids = replica.views.column('ready').filter((id) => replica.views.task(id)?.ready)
    for (const id of ids.slice(0, 2)) run('update_task', { id, priority: 1 })
    return ids.slice(0, 2)
  })
  for (const [i, page] of pages.entries()) {
    const id = ready[i] ?? ''
    await page.waitForFunction((id) => window.worknode.replica.views.task(/** @type {any} */ (id))?.ready, id)
    await page.evaluate(
      ([id, i, server]) => {
        const { run } = window.worknode
        run('claim_task', { id })
        run('confirm_task', { id })
        run('report_progress', {
          id,
          progress: 40,
          step: i === 0 ? 'Writing the loans endpoint' : 'Running the tests',
          usage: { inputTokens: 48_200, outputTokens: 3900, costMicros: 182_000 },
        })
        if (i === 0) {
          run('ask_task', {
            id,
            question: 'May two people hold one tool on the same day?',
            options: ['Yes', 'No'],
            freeForm: true,
          })
          run('add_document', { id, path: 'src/backend/server.ts', content: server })
        } else run('submit_task', { id, summary: 'All 42 tests pass, two new ones for offline loans.', checks: ['npm test'] })
      },
      /** @type {const} */ ([id, i, SERVER]),
    )
  }
  await ada.waitForFunction(() => window.worknode.replica.views.questions.size > 0)
}

/** Puts away what is said in passing. @param {import('@playwright/test').Page} page */
async function quiet(page) {
  const notice = page.getByRole('button', { name: 'Dismiss' })
  while ((await notice.count()) > 0) await notice.first().click()
}

/** @param {import('@playwright/test').Page} page @param {string} name @param {{ width: number, height: number }[]} sizes */
async function shoot(page, name, sizes) {
  for (const size of sizes) {
    await page.setViewportSize(size)
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme })
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
      await page.screenshot({ path: `${FOLDER}/${name}-${size === PHONE ? 'phone-' : ''}${colorScheme}.png` })
    }
  }
}

/** @param {import('@playwright/test').Page} page @param {object} request */
async function invite(page, request) {
  return page.evaluate(async (request) => {
    const made = await window.worknode.invite(request)
    if (!made.ok) throw new Error(made.refusal.detail)
    return made.value
  }, /** @type {any} */ (request))
}

/** @param {string} link */
async function joinBy(link) {
  const page = await open(link)
  await page.getByRole('button', { name: 'Join workspace' }).click()
  await page.getByRole('region', { name: 'Board', exact: true }).waitFor()
  return page
}

/** @param {string} url */
async function open(url) {
  const page = await (await browser.newContext({ viewport: DESK, reducedMotion: 'reduce' })).newPage()
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

/**
 * An agent whose tab is killed, and nobody helps: its silence is heard, its run ends by itself, another agent finishes the task. What the
 * killed one hands in when it is back changes nothing that anybody sees, and is not lost.
 *
 * A lease is ten minutes, in every replica. So all browsers begin twelve minutes ago by their clocks, those that live go through that
 * time a few seconds at a time and keep hearing each other, and the one that was killed comes back to the time that it really is.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import type { ScriptClient } from '../src/hosts/script-client.ts'
import { expect, test } from './host.ts'
import { actorOf, join, newWorkspace, onBoard, sameState, saved } from './people.ts'
import { seenTask } from './seen-task.ts'
import { linkOf } from './threats/scene.ts'

const AGO_MS = 12 * 60_000
/** Shorter than what a device sleeps through, and than the lead that clocks may have. */
const STEP_MS = 10_000

test('the tab of a working agent is killed: its silence ends the run, another agent finishes, and what comes late shows nowhere', async ({
  browser,
  host,
  playwright,
  launchOptions,
}) => {
  const profile = await mkdtemp(path(tmpdir(), 'worknode-profile-'))
  const openProfile = (): Promise<BrowserContext> => playwright.chromium.launchPersistentContext(profile, launchOptions)
  const ada = await longAgo(await browser.newContext(), host.url)
  await newWorkspace(ada, 'Silence')
  await ada.evaluate(() => window.worknode.run('create_task', { title: 'Build it', status: 'ready' }))
  const doomed = await openProfile()
  const one = await longAgo(doomed, await linkOf(ada, { kind: 'agent' }))
  const two = await longAgo(await browser.newContext(), await linkOf(ada, { kind: 'agent' }))
  for (const page of [one, two]) await join(page)
  const [first, second] = [await actorOf(one), await actorOf(two)]

  await workWithoutEnd(one)
  // All that it wrote is with Ada before it is killed: the file comes after the title.
  await expect
    .poll(() => seenTask(ada))
    .toMatchObject({ title: 'by one', holder: first, status: 'in_progress', files: ['src/one.ts'] })
  // Two may have joined by the other agent: a link that is still being made would run into its deadlines as the clocks leap.
  await expect.poll(() => peersOf(ada)).toContain(second)
  await takeWhatIsFree(two)
  await saved(one)
  const address = one.url()
  const crashed = one.waitForEvent('crash')
  await one.goto('chrome://crash').catch(() => undefined)
  await crashed
  await doomed.close()

  for (let passed = 0; passed < AGO_MS; passed += STEP_MS) {
    await Promise.all([ada, two].map((page) => page.clock.runFor(STEP_MS)))
    expect(await peersOf(ada)).toContain(second)
  }
  await expect.poll(() => seenTask(ada)).toMatchObject({ title: 'by two', holder: second, status: 'in_review', candidates: 1 })
  await sameState(ada, two)
  const before = await seenTask(ada)
  expect(before.runs).toEqual([
    [first, 'expire'],
    [second, 'submitted'],
  ])
  expect(before.files).toEqual(['src/one.ts', 'src/two.ts'])

  // It comes back where nobody reaches it, finds its run as it left it, goes on and hands in.
  let isCutOff = true
  const revived = await openProfile()
  await revived.routeWebSocket(/\/signal$/, (socket) => void (isCutOff ? socket.close() : socket.connectToServer()))
  const late = await revived.newPage()
  await late.goto(address)
  await onBoard(late)
  expect((await seenTask(late)).runs).toEqual([[first, 'working']])
  await late.evaluate(() => {
    const { run } = window.worknode
    const steps = [
      run('update_task', { id: 'WN-1', title: 'by one, late' }),
      run('add_document', { id: 'WN-1', path: 'src/late.ts', content: 'late' }),
      run('submit_task', { id: 'WN-1' }),
    ]
    for (const step of steps) if (!step.ok) throw new Error(step.refusal.detail)
  })
  await saved(late)
  expect(await seenTask(late)).toMatchObject({ title: 'by one, late', status: 'in_review', holder: first })
  isCutOff = false
  await sameState(ada, late)
  await sameState(ada, two)
  for (const page of [ada, two, late]) expect(await seenTask(page)).toEqual(before)
  await expect(late.getByRole('link', { name: 'by two', exact: true })).toBeVisible()

  // The work is there for whoever wants it: the title, the file, and what is in the file. Somebody keeps the file.
  const kept = await ada.evaluate(() => {
    const { run } = window.worknode
    const listed = run('list_quarantine', {})
    return listed.ok ? listed.value : []
  })
  expect(kept.map(({ why }) => why)).toEqual(['fenced', 'fenced', 'fenced'])
  await ada.evaluate((changes) => window.worknode.run('adopt_changes', { changes }), kept.map(({ change }) => change).slice(1))
  await ada.evaluate(() => window.worknode.run('accept_task', { id: 'WN-1' }))
  for (const page of [two, late]) await sameState(ada, page)
  for (const page of [ada, two, late])
    expect(await seenTask(page)).toMatchObject({
      title: 'by two',
      status: 'done',
      files: ['src/late.ts', 'src/one.ts', 'src/two.ts'],
      runs: [
        [first, 'expire'],
        [second, 'accepted'],
      ],
    })
  await revived.close()
  await rm(profile, { recursive: true, force: true })
})

async function longAgo(context: BrowserContext, url: string): Promise<Page> {
  await context.clock.install({ time: Date.now() - AGO_MS })
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** Takes the task, writes, and never comes to an end. */
async function workWithoutEnd(page: Page): Promise<void> {
  await page.evaluate(() => {
    const client = window.worknode as unknown as ScriptClient
    void client.withRun(async (task) => {
      await task.update({ title: 'by one', labels: ['one'] })
      await task.addDocument('src/one.ts', 'one')
      await new Promise(() => {})
    })
  })
}

/** An agent that looks for work whenever something happens. */
async function takeWhatIsFree(page: Page): Promise<void> {
  await page.evaluate(() => {
    const client = window.worknode as unknown as ScriptClient
    void (async () => {
      for await (const _ of client.events())
        await client.withRun(async (task) => {
          await task.update({ title: 'by two' })
          await task.addDocument('src/two.ts', 'two')
          await task.submit({ summary: 'Built.' })
        })
    })()
  })
}

/** Whom this browser is linked to. */
const peersOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => window.worknode.links.get().peers.map(({ actor }) => actor))

/** Agents in browsers of their own, who lose each other and their tabs: one holds a task everywhere, and nothing that a loser wrote shows. */

import type { Browser, Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { actorOf, arrive, joinByLink, newWorkspace, onBoard, type Person, sameState, saved, workOffline } from './people.ts'
import { seenTask } from './seen-task.ts'
import { linkOf } from './threats/scene.ts'

interface Scene {
  readonly ada: Person
  readonly one: Person
  readonly two: Person
}

/** Ada, and two browsers in which agents are at work. */
async function scene(browser: Browser, url: string): Promise<Scene> {
  const ada = await arrive(browser, url)
  await newWorkspace(ada.page, 'Claims')
  await ada.page.evaluate(() => window.worknode.run('create_task', { title: 'Build it', status: 'ready' }))
  const one = await joinByLink(browser, await linkOf(ada.page, { kind: 'agent' }))
  const two = await joinByLink(browser, await linkOf(ada.page, { kind: 'agent' }))
  await sameState(ada.page, one.page, two.page)
  return { ada, one, two }
}

/** What an agent does: takes the task, begins, and writes fields, a label, and a file. */
async function work(page: Page, name: string): Promise<void> {
  await page.evaluate((by) => {
    const { run } = window.worknode
    const steps = [
      run('claim_task', { id: 'WN-1' }),
      run('confirm_task', { id: 'WN-1' }),
      run('update_task', { id: 'WN-1', title: `by ${by}`, labels: [by] }),
      run('report_progress', { id: 'WN-1', progress: 50, step: by }),
      run('add_document', { id: 'WN-1', path: `src/${by}.ts`, content: by }),
    ]
    for (const step of steps) if (!step.ok) throw new Error(step.refusal.detail)
  }, name)
  await saved(page)
}

async function doAll(
  page: Page,
  ...names: readonly ('claim_task' | 'confirm_task' | 'submit_task' | 'release_task')[]
): Promise<void> {
  await page.evaluate((all) => {
    for (const name of all) {
      const done = window.worknode.run(name, { id: 'WN-1' })
      if (!done.ok) throw new Error(`${name}: ${done.refusal.detail}`)
    }
  }, names)
  await saved(page)
}

test('two agents that are cut off both take a task: healed, one holds it in every browser, and of the other nothing shows', async ({
  browser,
  host,
}) => {
  const { ada, one, two } = await scene(browser, host.url)
  for (const { page } of [one, two]) await workOffline(page, true)
  await work(one.page, 'one')
  await work(two.page, 'two')
  expect(await seenTask(one.page)).toMatchObject({ title: 'by one', holder: await actorOf(one.page) })
  expect(await seenTask(two.page)).toMatchObject({ title: 'by two', holder: await actorOf(two.page) })
  for (const { page } of [one, two]) await workOffline(page, false)
  await sameState(ada.page, one.page, two.page)

  const { holder } = await seenTask(ada.page)
  const held = holder === (await actorOf(one.page)) ? 'one' : 'two'
  const shown = { title: `by ${held}`, labels: [held], holder, files: [`src/${held}.ts`], status: 'in_progress', progress: 50 }
  for (const { page } of [ada, one, two]) expect(await seenTask(page)).toMatchObject(shown)
  await expect(ada.page.getByRole('link', { name: `by ${held}`, exact: true })).toBeVisible()
  // The loser is told so, gives up, and that changes nothing either.
  const loser = held === 'one' ? two : one
  const told = await loser.page.evaluate(() => {
    const done = window.worknode.run('submit_task', { id: 'WN-1' })
    return done.ok ? 'done' : done.refusal.code
  })
  expect(told).toBe('claim_held')
  await doAll(loser.page, 'release_task')
  await sameState(ada.page, loser.page)
  expect(await seenTask(ada.page)).toMatchObject(shown)
})

test('the tab of a working agent is killed: another finishes, and what the tab hands in when it is back changes nothing', async ({
  browser,
  host,
}) => {
  const { ada, one, two } = await scene(browser, host.url)
  await work(one.page, 'one')
  await sameState(ada.page, one.page)
  // Its network goes first, so that it comes back to where it was.
  await workOffline(one.page, true)
  // Settings are changed one after the other: what is kept by now has that it works offline.
  await one.page.evaluate(() => window.worknode.servers.choose({ signalling: null, iceServers: null }))
  const address = one.page.url()
  await one.page.close()

  const stopped = await ada.page.evaluate(() => window.worknode.run('stop_task', { id: 'WN-1' }).ok)
  expect(stopped).toBe(true)
  await sameState(ada.page, two.page)
  await doAll(two.page, 'claim_task', 'confirm_task')
  await two.page.evaluate(() => window.worknode.run('update_task', { id: 'WN-1', title: 'by two' }))
  await doAll(two.page, 'submit_task')
  await sameState(ada.page, two.page)
  await ada.page.evaluate(() => window.worknode.run('accept_task', { id: 'WN-1' }))
  await sameState(ada.page, two.page)
  const before = await seenTask(ada.page)
  expect(before).toMatchObject({ title: 'by two', status: 'done', holder: null, candidates: 0 })

  const revived = await one.context.newPage()
  await revived.goto(address)
  await onBoard(revived)
  await revived.evaluate(() => {
    const { run } = window.worknode
    run('update_task', { id: 'WN-1', title: 'by one, late' })
    run('add_document', { id: 'WN-1', path: 'src/late.ts', content: 'late' })
  })
  await doAll(revived, 'submit_task')
  expect(await seenTask(revived)).toMatchObject({ title: 'by one, late', status: 'in_review' })
  await workOffline(revived, false)
  await sameState(ada.page, two.page, revived)
  for (const page of [ada.page, two.page, revived]) expect(await seenTask(page)).toEqual(before)
})

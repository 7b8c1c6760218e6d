/** What tests of threats stand on: honest people in browsers of their own, and a hostile page with a client that checks nothing. */

import type { Browser, Page } from '@playwright/test'
import { type HostProcess, test as base } from '../host.ts'
import { arrive, inviteLink, joinByLink, newWorkspace, type Person, sameState } from '../people.ts'
import { buildSite } from '../site.ts'

export const test = base.extend<object, { site: string }>({
  site: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a fixture needs off this pattern.
    async ({}, use) => {
      const site = await buildSite(new URL('.', import.meta.url))
      await use(site.url)
      await site.close()
    },
    { scope: 'worker' },
  ],
})

export interface Scene {
  readonly ada: Person
  readonly bob: Person
  /** The task that is attacked. */
  readonly task: string
}

/** Two honest people in browsers of their own, with a task. */
export async function honest(browser: Browser, host: HostProcess): Promise<Scene> {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Fortress')
  const bob = await joinByLink(browser, await inviteLink(ada.page))
  const task = await createTask(ada.page, 'as it was')
  await sameState(ada.page, bob.page)
  return { ada, bob, task }
}

export async function hostilePage(
  browser: Browser,
  site: string,
  link: string,
  redeems = true,
): Promise<{ page: Page; actor: string }> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(site)
  await page.waitForFunction(() => 'hostile' in window)
  const actor = await page.evaluate(([link, redeems]) => window.hostile.learn(link, redeems), [link, redeems] as const)
  return { page, actor }
}

export function linkOf(page: Page, request: { kind: 'viewer' | 'member' | 'agent'; files?: string[] }): Promise<string> {
  return page.evaluate(async (request) => {
    const made = await window.worknode.invite(request)
    if (!made.ok) throw new Error(made.refusal.detail)
    return made.value
  }, request)
}

export const titleOf = (page: Page, id: string): Promise<string | undefined> =>
  page.evaluate((id) => window.worknode.replica.views.task(id as never)?.title, id)

export async function createTask(page: Page, title: string): Promise<string> {
  return page.evaluate((title) => {
    const made = window.worknode.run('create_task', { title })
    if (!made.ok) throw new Error(made.refusal.detail)
    return made.value.id
  }, title)
}

/**
 * People in front of browsers of their own: separate contexts, so that nothing but WebRTC carries bytes between them.
 *
 * A person acts through the page; `inPage` reaches the page's `window.worknode` for what would take a hundred clicks, and for
 * questions that a page does not answer, such as the state hash.
 */

import type { Browser, BrowserContext, Page } from '@playwright/test'
import type { Session } from '../src/ui/session.ts'
import { expect } from './host.ts'

declare global {
  interface Window {
    worknode: Session
  }
}

export interface Person {
  readonly context: BrowserContext
  readonly page: Page
}

export async function arrive(browser: Browser, url: string): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(url)
  return { context, page }
}

export async function newWorkspace(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New workspace' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await onBoard(page)
}

export async function importPlan(page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  await page.getByLabel('Plan to import').setInputFiles(file)
  await onBoard(page)
}

export async function onBoard(page: Page): Promise<void> {
  await expect(page.getByRole('region', { name: 'Board', exact: true })).toBeVisible()
}

/** The invite link as a person copies it. */
export async function inviteLink(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Invite' }).click()
  const field = page.getByRole('textbox', { name: 'Invite link' })
  await expect(field).toHaveValue(/#join=/)
  const link = await field.inputValue()
  await page.keyboard.press('Escape')
  return link
}

export async function joinByLink(browser: Browser, link: string): Promise<Person> {
  const person = await arrive(browser, link)
  await join(person.page)
  return person
}

/** On a page that was opened by a link. */
export async function join(page: Page): Promise<void> {
  // The secret is out of the address bar before anything is clicked.
  await expect.poll(() => page.url()).not.toContain('join=')
  await page.getByRole('button', { name: 'Join workspace' }).click()
  await onBoard(page)
}

export function actorOf(page: Page): Promise<string> {
  return page.evaluate(() => window.worknode.replica.actor)
}

export function stateHash(page: Page): Promise<string> {
  return page.evaluate(() => window.worknode.replica.stateHash())
}

/** All hold the same batches, and say so. Two by two they may while what one of them wrote is still on its way to the others. */
export async function sameState(...pages: readonly Page[]): Promise<void> {
  await expect.poll(async () => new Set(await Promise.all(pages.map(stateHash))).size, { intervals: [250, 500, 1000] }).toBe(1)
}

export function taskCount(page: Page): Promise<number> {
  return page.evaluate(() => [...window.worknode.replica.views.tasks()].length)
}

export async function workOffline(page: Page, offline: boolean): Promise<void> {
  await page.getByRole('link', { name: 'Network' }).click()
  const toggle = page.getByRole('switch', { name: 'Work offline' })
  if ((await toggle.getAttribute('aria-checked')) !== String(offline)) await toggle.click()
  await expect(toggle).toHaveAttribute('aria-checked', String(offline))
  await page.getByRole('link', { name: 'Board' }).click()
  await onBoard(page)
}

/** Everything written in this page so far is durable there. */
export async function saved(page: Page): Promise<void> {
  await page.evaluate(() => window.worknode.replica.saved())
}

/** The whole app is kept in this browser, and this page is served from there. */
export async function kept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    if (navigator.serviceWorker.controller) return
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }))
  })
}

/** Who may what, done by persons in browsers of their own, through the page alone. */

import { readFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { arrive, inviteLink, joinByLink, newWorkspace, onBoard } from './people.ts'

test('invite, join, work, revoke as of before, seen by others, and kept after all', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await callOneself(ada.page, 'Ada')
  const grace = await joinByLink(browser, await inviteLink(ada.page))
  await callOneself(grace.page, 'Grace')
  const bob = await joinByLink(browser, await inviteLink(ada.page))
  await callOneself(bob.page, 'Bob')
  for (const title of ['First of Grace', 'Second of Grace', 'Third of Grace', 'Fourth of Grace']) await addTask(grace.page, title)
  for (const { page } of [ada, bob]) await expect(card(page, 'Fourth of Grace')).toBeVisible()

  await toPeople(ada.page)
  await expect(person(ada.page, 'Grace')).toContainText(/Member.*let in by Ada/)
  await choose(ada.page, 'Grace', 'Remove')
  const dialog = ada.page.getByRole('dialog', { name: 'Remove Grace?' })
  await expect(dialog).toContainText('what is written from now on is not')
  await dialog.getByRole('radio', { name: /Also drop work/ }).check()
  await dialog.getByRole('combobox', { name: 'Drop work done' }).selectOption('since they joined')
  await expect(dialog).toContainText(/[4-9] changes would no longer count/)
  await accessible(ada.page)
  await dialog.getByRole('button', { name: 'Remove Grace' }).click()
  await expect(person(ada.page, 'Grace')).toHaveCount(0)

  // Bob sees it, and Grace is told: or finds that the rest is closed to her.
  await expect(card(bob.page, 'First of Grace')).toHaveCount(0)
  await expect(grace.page.getByRole('region', { name: 'Your rights here' })).toContainText(/waits, kept and without effect/)

  // Some of it is worth keeping.
  const item = ada.page.getByRole('listitem', { name: /changes by Grace do not count/ })
  await expect(ada.page.getByRole('link', { name: 'People 1 needs a decision' })).toBeVisible()
  await item.getByRole('button', { name: 'Look at the changes' }).click()
  await item.getByRole('checkbox', { name: /Third of Grace created it/ }).uncheck()
  await item.getByRole('button', { name: /^Keep \d+ of \d+ changes/ }).click()
  for (const { page } of [bob, ada]) {
    await toBoard(page)
    await expect(card(page, 'First of Grace')).toBeVisible()
    await expect(card(page, 'Third of Grace')).toHaveCount(0)
  }
  // And then all of it.
  await toPeople(ada.page)
  await ada.page.getByRole('button', { name: 'Undo: keep their work' }).click()
  await expect(card(bob.page, 'Third of Grace')).toBeVisible()
  await expect(ada.page.getByRole('link', { name: 'People', exact: true })).toBeVisible()
  await accessible(ada.page)
})

test('an admin is invited, and admitted once both see one code', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await ada.page.getByRole('button', { name: 'Invite', exact: true }).click()
  await ada.page.getByRole('radio', { name: /Admin/ }).check()
  const grace = await joinByLink(browser, await linkIn(ada.page.getByRole('textbox', { name: 'Invite link' })))
  await ada.page.keyboard.press('Escape')
  await callOneself(grace.page, 'Grace')
  const banner = grace.page.getByRole('region', { name: 'Your rights here' })
  await expect(banner).toContainText('To become an admin, read this code to an admin:')
  const code = (await banner.locator('strong').textContent()) ?? ''
  expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/)
  await expect(grace.page.getByRole('button', { name: 'Invite', exact: true })).toHaveCount(0)

  await ada.page.getByRole('link', { name: 'People 1 needs a decision' }).click()
  const item = ada.page.getByRole('listitem', { name: 'Grace asks to become an admin' })
  await expect(item).toContainText(code)
  for (const colorScheme of ['light', 'dark'] as const) {
    await ada.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await accessible(ada.page)
  }
  await item.getByRole('button', { name: 'Admit as admin' }).click()
  await expect(person(ada.page, 'Grace')).toContainText('Admin')
  await expect(banner).toHaveCount(0)
  await expect(grace.page.getByRole('button', { name: 'Invite', exact: true })).toBeVisible()
  // As an admin she lets somebody in, and may remove them.
  const bob = await joinByLink(browser, await inviteLink(grace.page))
  await callOneself(bob.page, 'Bob')
  await toPeople(grace.page)
  await choose(grace.page, 'Bob', 'Remove')
  await grace.page.getByRole('button', { name: 'Remove Bob' }).click()
  await expect(person(ada.page, 'Bob')).toHaveCount(0)
})

test('an agent is invited for some files and some hours, and paths are tried on it', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await toPeople(ada.page)
  await ada.page.getByRole('button', { name: 'Invite an agent' }).click()
  const dialog = ada.page.getByRole('dialog', { name: 'Invite to this workspace' })
  await dialog.getByRole('textbox', { name: 'Files it may write' }).fill('src/api/**\ndocs/*.md')
  await dialog.getByRole('textbox', { name: 'Try a path' }).fill('src/secrets/key')
  await expect(dialog).toContainText('May not write it: none of the patterns names this path.')
  await dialog.getByRole('combobox', { name: 'Ends after' }).selectOption('8 hours')
  await accessible(ada.page)
  await dialog.getByRole('button', { name: 'Make a link' }).click()
  const link = await linkIn(dialog.getByRole('textbox', { name: 'Invite link' }))
  await ada.page.keyboard.press('Escape')
  const open = ada.page.getByRole('listitem', { name: 'Invite: Agent' })
  await expect(open).toContainText(/ends in [78] h.*src\/api/)

  const agent = await joinByLink(browser, link)
  await callOneself(agent.page, 'coder-1')
  const row = ada.page.getByRole('region', { name: 'Agents' }).getByRole('listitem', { name: /^coder-1/ })
  await expect(row).toContainText(/ends in [78] h/)
  await expect(open).toHaveCount(0)
  const path = ada.page.getByRole('textbox', { name: 'Try a path' })
  await path.fill('src/api/users.ts')
  await expect(row).toContainText('May write it.')
  await path.fill('src/secrets/key')
  await expect(row).toContainText('May not write it: none of its patterns names this path.')
  // The agent sees the page, and nothing on it that it may do.
  await toPeople(agent.page)
  await expect(agent.page.getByRole('button', { name: /Actions for|Grant rights|Invite/ })).toHaveCount(0)
})

test('a second device joins as the same person, and is removed when it is lost', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await callOneself(ada.page, 'Ada')
  await openSettings(ada.page)
  await ada.page.getByRole('button', { name: 'Make a link for a device' }).click()
  const link = await linkIn(ada.page.getByRole('textbox', { name: 'Device link' }))
  await ada.page.keyboard.press('Escape')
  const phone = await joinByLink(browser, link)
  await toPeople(ada.page)
  await expect(person(ada.page, 'Ada')).toContainText('2 devices')
  await toPeople(phone.page)
  await expect(person(phone.page, 'Ada')).toContainText(/you.*2 devices/)
  await ada.page.getByRole('button', { name: 'Details of Ada' }).click()
  await ada.page.getByRole('button', { name: 'Remove this device' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Remove this device' }).click()
  await expect(person(ada.page, 'Ada')).not.toContainText('2 devices')
  await expect(phone.page.getByRole('region', { name: 'Your rights here' })).toBeVisible()
})

test('an account is saved in one browser and restored in another, with nobody else online', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await callOneself(ada.page, 'Ada')
  await addTask(ada.page, 'Kept in a file')
  await openSettings(ada.page)
  await accessible(ada.page)
  await ada.page.getByLabel('Passphrase', { exact: true }).fill('correct horse battery staple')
  await ada.page.getByLabel('Passphrase again').fill('correct horse battery staple')
  const downloading = ada.page.waitForEvent('download')
  await ada.page.getByRole('button', { name: 'Download the account file' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toMatch(/^worknode-account-\d{4}-\d\d-\d\d\.worknode$/)
  const buffer = await readFile(await download.path())
  await ada.context.close()

  const again = await arrive(browser, host.url)
  await again.page.getByRole('button', { name: 'Restore an account' }).click()
  await again.page
    .getByLabel('Account file')
    .setInputFiles({ name: download.suggestedFilename(), mimeType: 'application/octet-stream', buffer })
  await again.page.getByLabel('Passphrase').fill('not this one')
  await again.page.getByRole('button', { name: 'Restore', exact: true }).click()
  await expect(again.page.getByRole('alert')).toContainText('The passphrase is not the one')
  await again.page.getByLabel('Passphrase').fill('correct horse battery staple')
  await again.page.getByRole('button', { name: 'Restore', exact: true }).click()
  await expect(again.page.getByText('1 workspace is here again.')).toBeVisible()
  await again.page.getByRole('button', { name: 'Done' }).click()
  await again.page.getByRole('link', { name: /Apollo/ }).click()
  await onBoard(again.page)
  await expect(card(again.page, 'Kept in a file')).toBeVisible()
  await addTask(again.page, 'Written after restoring')
  await toPeople(again.page)
  await expect(person(again.page, 'Ada')).toContainText(/you.*2 devices/)
})

function card(page: Page, title: string): Locator {
  return page.getByRole('listitem', { name: new RegExp(title) })
}

function person(page: Page, name: string): Locator {
  return page.getByRole('region', { name: 'People' }).getByRole('listitem', { name: new RegExp(`^${name}`) })
}

async function accessible(page: Page): Promise<void> {
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
}

async function callOneself(page: Page, name: string): Promise<void> {
  await openSettings(page)
  await page.getByRole('textbox', { name: 'Your name' }).fill(name)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('button', { name: `Settings of ${name}` })).toBeVisible()
}

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Settings of/ }).click()
  await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible()
}

async function addTask(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'New task' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill(title)
  await page.keyboard.press('Control+Enter')
  await expect(card(page, title)).toBeVisible()
}

async function toPeople(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^People/ }).click()
  await expect(page.getByRole('heading', { name: 'People', level: 2 })).toBeVisible()
}

async function toBoard(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Board' }).click()
  await onBoard(page)
}

async function choose(page: Page, name: string, what: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: what }).click()
}

/** The link as soon as it is made. */
async function linkIn(field: Locator): Promise<string> {
  await expect(field).toHaveValue(/#join=/)
  return field.inputValue()
}

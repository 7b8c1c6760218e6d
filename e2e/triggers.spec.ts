/** A trigger of one person's, set off by what another did elsewhere. */

import { accessibleInBoth } from './accessible.ts'
import { expect, test } from './host.ts'
import { arrive, inviteLink, joinByLink, newWorkspace } from './people.ts'

test('what somebody else completes sets off the trigger of whoever switched it on, and of nobody else', async ({
  browser,
  host,
}) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  const grace = await joinByLink(browser, await inviteLink(ada.page))
  await ada.page.getByRole('link', { name: 'Agents' }).click()
  await ada.page.getByRole('link', { name: 'Triggers' }).click()
  await expect(ada.page.getByText('It is off until you switch it on')).toBeVisible()
  await accessibleInBoth(ada.page)
  await ada.page.getByRole('button', { name: 'New trigger' }).click()
  const dialog = ada.page.getByRole('dialog', { name: 'New trigger' })
  await dialog.getByLabel('Name').fill('Test what is done')
  await dialog.getByLabel('Then').selectOption('Create a task')
  await dialog.getByLabel('Title').fill('Test it')
  await accessibleInBoth(ada.page)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await ada.page.getByRole('switch', { name: 'Test what is done is on' }).click()
  await accessibleInBoth(ada.page)
  await ada.page.setViewportSize({ width: 390, height: 844 })
  await accessibleInBoth(ada.page)

  await grace.page.evaluate(() => {
    const made = window.worknode.run('create_task', { title: 'One', status: 'ready' })
    if (made.ok) window.worknode.run('update_task', { id: made.value.id, status: 'done' })
  })
  await expect(grace.page.getByRole('region', { name: 'Ready' }).getByRole('listitem', { name: /Test it/ })).toHaveCount(1)
  await grace.page.getByRole('link', { name: 'Agents' }).click()
  await grace.page.getByRole('link', { name: 'Triggers' }).click()
  await expect(grace.page.getByRole('listitem', { name: 'Test what is done' })).toContainText('On · carried out by')
})

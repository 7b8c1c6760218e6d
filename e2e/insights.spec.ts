/** Insights on what two persons did, apart and together. */

import { accessibleInBoth } from './accessible.ts'
import { expect, test } from './host.ts'
import { arrive, inviteLink, joinByLink, newWorkspace, sameState, saved, workOffline } from './people.ts'

test('two who were apart conflict over a field; sizes and people are told in charts and in tables, and live', async ({
  browser,
  host,
}) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Apollo')
  await ada.page.getByRole('link', { name: 'Insights' }).click()
  await expect(ada.page.getByText(/There is nothing to learn from yet/)).toBeVisible()
  await accessibleInBoth(ada.page)
  await ada.page.getByRole('link', { name: 'Board' }).click()
  const grace = await joinByLink(browser, await inviteLink(ada.page))
  await ada.page.evaluate(() => window.worknode.setName('Ada', '#5b5bd6'))
  await grace.page.evaluate(() => window.worknode.setName('Grace', '#0a7d5a'))
  await ada.page.evaluate(async () => {
    const { worknode } = window
    for (const title of ['One', 'Two', 'Three']) {
      const made = worknode.run('create_task', { title })
      if (made.ok && title !== 'Three') worknode.run('update_task', { id: made.value.id, status: 'in_progress' })
    }
    await worknode.replica.saved()
  })
  await sameState(ada.page, grace.page)
  await workOffline(grace.page, true)
  for (const [{ page }, title] of [
    [ada, 'One, as Ada has it'],
    [grace, 'One, as Grace has it'],
  ] as const) {
    await page.evaluate((called) => {
      const { replica, run } = window.worknode
      const one = [...replica.views.tasks()].find((id) => replica.views.task(id)?.title === 'One')
      run('update_task', { id: one as string, title: called })
    }, title)
    await saved(page)
  }
  await workOffline(grace.page, false)
  await sameState(ada.page, grace.page)

  await ada.page.getByRole('link', { name: 'Insights' }).click()
  const tile = (name: string) => ada.page.locator('dl > div').filter({ hasText: name })
  await expect(tile('Conflicts').first()).toContainText('1')
  const byField = ada.page.getByRole('region', { name: 'By field' })
  await byField.getByRole('button', { name: 'Show as a table' }).click()
  await expect(byField.getByRole('row', { name: /^Title/ })).toContainText(/Title51/)
  const people = ada.page.getByRole('region', { name: 'By person and agent' })
  await people.getByRole('button', { name: 'Show as a table' }).click()
  await expect(people.getByRole('row', { name: /^Ada/ })).toContainText(/Ada0not known/)
  await expect(tile('Tasks done')).toContainText('0 of 3')
  // Live: Grace completes one, and then it is hers.
  await grace.page.evaluate(() => {
    const { replica, run } = window.worknode
    const two = [...replica.views.tasks()].find((id) => replica.views.task(id)?.title === 'Two')
    run('update_task', { id: two as string, status: 'done' })
  })
  await expect(people.getByRole('row', { name: /^Grace/ })).toContainText(/Grace1\d+ (?:s|min)/)
  await expect(tile('Tasks done')).toContainText('1 of 3')
  const size = ada.page.getByRole('region', { name: 'By subtasks' })
  await size.getByRole('button', { name: 'Show as a table' }).click()
  await expect(size.getByRole('row', { name: /^no subtasks/ })).toContainText(/no subtasks102100 %/)
  await accessibleInBoth(ada.page)
})

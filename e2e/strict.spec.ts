/** A strict task in two browsers: while the device that gives the leases is away nothing begins, and who asks is told so. */

import type { Page } from '@playwright/test'
import { expect, test } from './host.ts'
import { arrive, joinByLink, kept, newWorkspace, sameState, saved, workOffline } from './people.ts'
import { linkOf } from './threats/scene.ts'

/** As an agent takes a task by `/api` in its tab: claims, waits, begins. */
function take(page: Page): Promise<{ status: number; body: { code?: string; detail?: string; status?: string } }> {
  return page.evaluate(async () => {
    const response = await fetch('/api/v1/agents/me/tasks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ claim: 'WN-1' }),
    })
    return { status: response.status, body: (await response.json()) as { code?: string; detail?: string; status?: string } }
  })
}

const statesIn = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const { replica } = window.worknode
    const id = replica.views.find('WN-1')
    return id ? replica.runsOf(id).map(({ state }) => state) : []
  })

test('an agent is told that the lease authority is away, has begun nothing, and begins once it is back', async ({
  browser,
  host,
}) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Deploys')
  await ada.page.evaluate(() => window.worknode.run('create_task', { title: 'Deploy it', status: 'ready', claimMode: 'strict' }))
  const card = (page: Page) => page.getByRole('link', { name: 'Deploy it', exact: true })
  await expect(ada.page.getByTitle(/nothing begins, since nobody gives leases here/)).toBeVisible()

  await ada.page.getByRole('link', { name: 'Agents' }).click()
  await ada.page.getByRole('button', { name: 'How agents work here' }).click()
  await ada.page.getByLabel('Work on strict tasks begins by the word of').selectOption('This device')
  await ada.page.getByRole('button', { name: 'Save' }).click()
  await ada.page.getByRole('link', { name: 'Board' }).click()
  await expect(ada.page.getByTitle('Strict: begins once this device has given a lease')).toBeVisible()

  const agent = await joinByLink(browser, await linkOf(ada.page, { kind: 'agent' }))
  await sameState(ada.page, agent.page)
  // From here on its tab answers `/api`, and not the host.
  await kept(agent.page)
  await workOffline(ada.page, true)

  const refused = await take(agent.page)
  expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  expect(refused.body.detail).toMatch(/has not answered\. Nothing was begun, and your claim stands\. Ask again once/)
  expect(await statesIn(agent.page)).toEqual(['claimed'])
  // The card and the panel say so, and what to do.
  await expect(agent.page.getByText('strict: no lease')).toBeVisible()
  await card(agent.page).click()
  await expect(agent.page.getByText(/gives the leases and is not seen here\. Open it, or name another/).last()).toBeVisible()
  await saved(agent.page)

  await workOffline(ada.page, false)
  await sameState(ada.page, agent.page)
  await expect.poll(() => take(agent.page)).toMatchObject({ status: 200, body: { status: 'in_progress' } })
  await sameState(ada.page, agent.page)
  for (const { page } of [ada, agent]) expect(await statesIn(page)).toEqual(['working'])
})

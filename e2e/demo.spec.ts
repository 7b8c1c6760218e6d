/** The demo swarm in real browsers: one click, one answer, and an app that works; and spread over browsers of which one dies. */

import type { Page } from '@playwright/test'
import { roleNamed } from '../src/agents/roles/all.ts'
import { capabilityOf } from '../src/agents/roles/role.ts'
import { APP_OWNERS } from '../src/agents/scenario/app-owners.ts'
import { expectAttributed, expectWithinPatterns, wholeLog } from './audit.ts'
import { expect } from './host.ts'
import { hostilePage, linkOf, test } from './threats/scene.ts'
import { actorOf, arrive, joinByLink, newWorkspace, onBoard, sameState } from './people.ts'

/** What a page of ours knows, read off its replica: status by title, writers of documents by path, and what does not count. */
interface Board {
  readonly tasks: Readonly<
    Record<
      string,
      { readonly status: string; readonly runs: readonly string[]; readonly evidence: string; readonly transcript: string }
    >
  >
  readonly writers: Readonly<Record<string, string>>
  readonly quarantined: number
}

function boardOf(page: Page): Promise<Board> {
  return page.evaluate(() => {
    const { replica } = window.worknode
    const listed = window.worknode.run('list_agents', {})
    const roles = new Map(listed.ok ? listed.value.map(({ actor, role }) => [actor as string, role ?? '']) : [])
    const tasks = [...replica.views.tasks()].flatMap((id) => {
      const row = replica.views.task(id)
      if (!row) return []
      const runs = replica.runsOf(id)
      const evidence = JSON.stringify(runs.at(-1)?.evidence ?? null)
      const transcript = `transcripts/${row.key}/${runs.at(-1)?.id}.md`
      const by = runs.map(({ agent }) => roles.get(agent) ?? 'nobody')
      return [[row.title, { status: row.status, runs: by, evidence, transcript }] as const]
    })
    const writers = replica.views.documents.all.flatMap((id) => {
      const node = replica.nodes.get(id)
      return node?.path ? [[node.path, roles.get(node.creator) ?? 'nobody'] as const] : []
    })
    return {
      tasks: Object.fromEntries(tasks),
      writers: Object.fromEntries(writers),
      quarantined: replica.quarantine.size,
    }
  })
}

/** Each file was written by the agent whose it is, each run left its transcript, and nothing was written that does not count. */
async function expectWhole(page: Page): Promise<void> {
  const { tasks, writers, quarantined } = await boardOf(page)
  expect(Object.values(tasks).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'done'))
  expect(Object.fromEntries(Object.entries(writers).filter(([path]) => !path.startsWith('transcripts/')))).toEqual(APP_OWNERS)
  for (const { runs, transcript } of Object.values(tasks))
    expect([transcript, writers[transcript]]).toEqual([transcript, runs.at(-1)])
  expect(tasks['Test the list']?.evidence).toContain('11 of 11 tests passed')
  expect(quarantined).toBe(0)
}

/** Every line of the log has somebody behind it: a person, or an agent within the patterns of its role. */
async function expectAudited(page: Page, people: readonly string[]): Promise<void> {
  const agents = new Map(
    await page.evaluate(() => {
      const listed = window.worknode.run('list_agents', {})
      return (listed.ok ? listed.value : []).map(({ actor, role }) => [actor as string, role ?? ''] as const)
    }),
  )
  const log = await wholeLog(page)
  expectAttributed(log, new Map([...people.map((actor) => [actor, 'a person'] as const), ...agents]))
  const patterns = [...agents].map(([actor, role]) => {
    const known = roleNamed(role)
    return [actor, known ? (capabilityOf(known).files ?? []) : []] as const
  })
  expectWithinPatterns(log, new Map(patterns))
  // What an agent tried outside of them stands there as tried and refused, in its own hand.
  const refused = log.filter(({ type }) => type === 'run.refused')
  expect(new Set(refused.map(({ actor, data }) => `${agents.get(actor)}: ${String(data['element'])}`))).toEqual(
    new Set(['backend: write_document src/ui/helpers.js']),
  )
}

/** The one question of the demo, answered where people answer. */
async function answer(page: Page, words: string): Promise<void> {
  await page.getByRole('button', { name: words }).click()
  await expect(page.getByRole('button', { name: words })).toBeHidden()
}

/** Uses the app in the preview: what is typed is on its list. */
async function useApp(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run preview' }).click()
  const app = page.frameLocator('iframe[title="Preview of index.html"]')
  const name = app.getByLabel('What do we need?')
  for (const item of ['Milk', 'Bread', 'milk']) {
    await name.fill(item)
    await name.press('Enter')
  }
  await expect(app.getByRole('listitem')).toHaveCount(2)
  await expect(app.getByRole('listitem').first()).toContainText('× 2')
  await app.getByRole('checkbox', { name: 'Bread' }).check()
  await app.getByRole('button', { name: 'Clear what is bought' }).click()
  await expect(app.getByRole('listitem')).toHaveCount(1)
  await expect(app.getByRole('status')).toHaveText('1 thing to buy')
}

test('one click and one answer make a working app, with each file by the agent whose it is', async ({ page, host }) => {
  await page.goto(host.url)
  await page.getByRole('button', { name: 'Watch a demo swarm' }).click()
  await onBoard(page)
  const guide = page.getByRole('region', { name: 'Demo swarm' })
  await expect(guide).toContainText('Scripted demo')
  await guide.getByRole('link', { name: 'Answer in the inbox' }).click()
  await answer(page, 'Plum')
  // What an agent tried and may not is seen by people, and was not done.
  await expect(page.getByText('write_document src/ui/helpers.js')).toBeVisible()
  await expect(guide).toContainText('6 of 6 tasks done')
  await guide.getByRole('link', { name: 'Open the app' }).click()
  await useApp(page)
  await expectWhole(page)
  await expectAudited(page, [await actorOf(page)])
  await page.getByRole('combobox', { name: 'Filter by kind' }).selectOption('Tried and refused')
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem')
  await expect(events).toHaveCount(1)
  await expect(events).toContainText('Backend tried “write_document src/ui/helpers.js”, and was refused')
  // What the coordinator thought is read where its runs are.
  await guide.getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('button', { name: 'Runs of Coordinator' }).click()
  await page.getByRole('table', { name: 'Last runs of Coordinator' }).getByRole('link', { name: 'Transcript' }).click()
  await expect(page.getByRole('main')).toContainText('I read the goal and look who is here.')
  // Nothing of it hangs on this tab: opened anew it is all there, and nobody works any more.
  await page.reload()
  await page.waitForFunction(() => window.worknode?.replica !== undefined)
  await expectWhole(page)
})

test('an agent of the team whose client asks nobody writes a file of another: it counts nowhere, and the log says whose it was', async ({
  browser,
  host,
  site,
}) => {
  const { page } = await arrive(browser, host.url)
  await page.getByRole('button', { name: 'Watch a demo swarm' }).click()
  await onBoard(page)
  const goal = await page.evaluate(() => window.worknode.replica.views.find('WN-1') as string)
  const files = [...(roleNamed('backend')?.files ?? [])]
  const rogue = await hostilePage(browser, site, await linkOf(page, { kind: 'agent', files }))
  await rogue.page.evaluate(() => window.hostile.connect(1))
  for (const path of ['src/api/mine.js', 'src/ui/view.js'])
    await rogue.page.evaluate(([task, path]) => window.hostile.attack('document', task, { path }), [goal, path] as const)
  const verdicts = (): Promise<string[]> => page.evaluate(() => [...window.worknode.replica.quarantine.values()])
  await expect.poll(verdicts).toEqual(['path'])
  const log = (await wholeLog(page)).filter(({ actor, type }) => actor === rogue.actor && type === 'document.created')
  expect(log.map(({ data, valid, why }) => [data['path'], valid, why])).toEqual([
    ['src/api/mine.js', true, null],
    ['src/ui/view.js', false, 'path'],
  ])
  expect(new Set(log.map(({ capability }) => capability)).size).toBe(1)
  await page.getByRole('checkbox', { name: 'Only what does not count' }).check()
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem')
  await expect(events).toHaveCount(1)
  await expect(events).toContainText('created it')
})

/** Adds a scripted agent that runs in this browser. */
async function addAgent(page: Page, role: string): Promise<void> {
  await page.getByRole('link', { name: 'Agents', exact: true }).first().click()
  await page.getByRole('button', { name: 'Add an agent that runs in this browser' }).click()
  const dialog = page.getByRole('dialog', { name: 'An agent in this browser' })
  await dialog.getByLabel('Role').selectOption(role)
  await dialog.getByLabel('What thinks for it').selectOption('scripted')
  await dialog.getByRole('button', { name: 'Add and start' }).click()
  await expect(dialog).toBeHidden()
}

test('spread over three browsers, one of which dies in the middle, the same app is finished by the others', async ({
  browser,
  host,
}) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Our household')
  const member = { kind: 'member' } as const
  const bob = await joinByLink(browser, await linkOf(ada.page, member))
  const eve = await joinByLink(browser, await linkOf(ada.page, member))
  const people = await Promise.all([ada, bob, eve].map(({ page }) => actorOf(page)))
  for (const [person, roles] of [
    [ada, ['coordinator', 'architect']],
    [bob, ['backend', 'frontend']],
    [eve, ['backend', 'frontend', 'tester', 'writer']],
  ] as const)
    for (const role of roles) await addAgent(person.page, role)
  await expect.poll(async () => ada.page.evaluate(() => window.worknode.replica.views.ofType('agent').length)).toBe(8)
  // Bob's frontend is the one that begins: Eve's waits until there is nobody else.
  for (const role of ['Backend', 'Frontend']) await eve.page.getByRole('button', { name: `Stop ${role} in this browser` }).click()
  await ada.page.evaluate(() => {
    const made = window.worknode.run('create_task', {
      title: 'Plan a shopping list for our household',
      status: 'ready',
      kind: 'plan',
      assignees: ['Coordinator'],
    })
    if (!made.ok) throw new Error(made.refusal.detail)
  })
  // Ada's guide accepts for her. The question is out: Bob's agents are in the middle of their work.
  const guide = ada.page.getByRole('region', { name: 'Demo swarm' })
  await expect(guide.getByRole('link', { name: 'Answer in the inbox' })).toBeVisible()
  await expect(eve.page.getByRole('listitem', { name: 'Frontend' }).filter({ hasText: 'Build the page' })).toBeVisible()
  await bob.context.close()
  // What only Bob's key held is set free by a person; the same role in another browser takes it.
  await ada.page.evaluate(() => {
    const listed = window.worknode.run('list_agents', {})
    for (const agent of listed.ok ? listed.value : [])
      if (agent.task && agent.actor && (agent.role === 'frontend' || agent.role === 'backend'))
        window.worknode.run('stop_agent', { id: agent.actor })
  })
  for (const role of ['Backend', 'Frontend'])
    await eve.page.getByRole('button', { name: `Start ${role} in this browser` }).click()
  await guide.getByRole('link', { name: 'Answer in the inbox' }).click()
  // Who takes the work over may ask anew, and a question may go with its asker: found and clicked in one step in the page.
  const plum = ada.page.getByRole('button', { name: 'Plum' })
  await expect(plum.first()).toBeVisible()
  await expect
    .poll(async () => {
      await plum.evaluateAll(([button]) => (button as HTMLElement | undefined)?.click())
      return guide.textContent()
    })
    .toContain('6 of 6 tasks done')
  await sameState(ada.page, eve.page)
  for (const { page } of [ada, eve]) {
    await expectWhole(page)
    await expectAudited(page, people)
  }
  const { tasks } = await boardOf(ada.page)
  expect(tasks['Build the page']?.runs).toEqual(['frontend', 'frontend'])
  await guide.getByRole('link', { name: 'Open the app' }).click()
  await useApp(ada.page)
})

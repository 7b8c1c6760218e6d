/**
 * Hostile pages against honest ones, over WebRTC: each holds a real join link and speaks the real protocol with a client of its own
 * that checks nothing. On every honest page: no effect, the reason, and no slowdown to speak of.
 */

import type { Browser, Page } from '@playwright/test'
import { expect, type HostProcess, test as base } from './host.ts'
import { arrive, inviteLink, joinByLink, newWorkspace, type Person, sameState } from './people.ts'
import { buildSite } from './site.ts'
import { tapSignalling } from './wiretap.ts'

const test = base.extend<object, { site: string }>({
  site: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a fixture needs off this pattern.
    async ({}, use) => {
      const site = await buildSite(new URL('threats/', import.meta.url))
      await use(site.url)
      await site.close()
    },
    { scope: 'worker' },
  ],
})

interface Scene {
  readonly ada: Person
  readonly bob: Person
  /** The task that is attacked. */
  readonly task: string
}

/** Two honest people in browsers of their own, with a task. */
async function honest(browser: Browser, host: HostProcess): Promise<Scene> {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Fortress')
  const bob = await joinByLink(browser, await inviteLink(ada.page))
  const task = await createTask(ada.page, 'as it was')
  await sameState(ada.page, bob.page)
  return { ada, bob, task }
}

async function hostilePage(browser: Browser, site: string, link: string, redeems = true): Promise<{ page: Page; actor: string }> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(site)
  await page.waitForFunction(() => 'hostile' in window)
  const actor = await page.evaluate(([link, redeems]) => window.hostile.learn(link, redeems), [link, redeems] as const)
  return { page, actor }
}

function linkOf(page: Page, request: { kind: 'viewer' | 'member' | 'agent'; files?: string[] }): Promise<string> {
  return page.evaluate(async (request) => {
    const made = await window.worknode.invite(request)
    if (!made.ok) throw new Error(made.refusal.detail)
    return made.value
  }, request)
}

const titleOf = (page: Page, id: string): Promise<string | undefined> =>
  page.evaluate((id) => window.worknode.replica.views.task(id as never)?.title, id)

/** Why changes of this author do not count here. */
const reasons = (page: Page, actor: string): Promise<string[]> =>
  page.evaluate((actor) => {
    const { replica } = window.worknode
    return [...replica.quarantine]
      .filter(([ref]) => replica.history.feedOf(Math.floor(ref / 256)).startsWith(actor))
      .map(([, why]) => why)
  }, actor)

/** Why links were closed here. */
const turnedAway = (page: Page, actor: string): Promise<string[]> =>
  page.evaluate((actor) => window.worknode.links.get().closed.flatMap((one) => (one.actor === actor ? [one.reason] : [])), actor)

async function unharmed({ ada, bob, task }: Scene, title = 'as it was'): Promise<void> {
  for (const { page } of [ada, bob]) expect(await titleOf(page, task)).toBe(title)
  await sameState(ada.page, bob.page)
}

test('a stranger who has the room’s secret and no right at all is turned away, and told why', async ({ browser, host, site }) => {
  const scene = await honest(browser, host)
  const { page, actor } = await hostilePage(browser, site, await linkOf(scene.ada.page, { kind: 'viewer' }), false)
  await page.evaluate(() => window.hostile.connect(2))
  const victim = await scene.ada.page.evaluate(() => window.worknode.replica.actor)
  await page.evaluate(([task, victim]) => window.hostile.attack('borrow', task, { victim }), [scene.task, victim] as const)
  for (const { page: honestPage } of [scene.ada, scene.bob])
    await expect
      .poll(() => turnedAway(honestPage, actor))
      .toContainEqual(expect.stringContaining('Nobody in its past introduced its key'))
  await unharmed(scene)
})

test('a viewer who writes, and an agent that writes outside of its globs, have no effect anywhere', async ({
  browser,
  host,
  site,
}) => {
  test.setTimeout(120_000)
  const scene = await honest(browser, host)
  const viewer = await hostilePage(browser, site, await linkOf(scene.ada.page, { kind: 'viewer' }))
  await viewer.page.evaluate(() => window.hostile.connect(2))
  await viewer.page.evaluate((task) => window.hostile.attack('set', task), scene.task)
  const agent = await hostilePage(browser, site, await linkOf(scene.ada.page, { kind: 'agent', files: ['src/ui/**'] }))
  await agent.page.evaluate(() => window.hostile.connect(2))
  for (const path of ['src/network/peer.ts', 'src/ui/../network/peer.ts'])
    await agent.page.evaluate(([task, path]) => window.hostile.attack('document', task, { path }), [scene.task, path] as const)
  for (const { page } of [scene.ada, scene.bob]) {
    await expect.poll(() => reasons(page, viewer.actor)).toEqual(['right'])
    await expect.poll(() => reasons(page, agent.actor)).toEqual(['path', 'malformed'])
    const written = await page.evaluate(
      () => [...window.worknode.replica.nodes.values()].filter(({ type }) => type === 'document').length,
    )
    expect(written).toBe(0)
  }
  await unharmed(scene)
})

test('a revoked agent that sets its clock back has no effect; what it did before stays', async ({ browser, host, site }) => {
  test.setTimeout(120_000)
  const scene = await honest(browser, host)
  const agent = await hostilePage(browser, site, await linkOf(scene.ada.page, { kind: 'agent' }))
  await agent.page.evaluate(() => window.hostile.connect(2))
  await agent.page.evaluate((task) => window.hostile.attack('set', task), scene.task)
  for (const { page } of [scene.ada, scene.bob]) await expect.poll(() => titleOf(page, scene.task)).toBe('HOSTILE')
  const before = Date.now()
  const removed = await scene.ada.page.evaluate((actor) => window.worknode.run('remove_member', { actor }), agent.actor)
  expect(removed.ok).toBe(true)
  await sameState(scene.ada.page, scene.bob.page)
  await scene.bob.page.evaluate((id) => window.worknode.run('update_task', { id, title: 'mended' }), scene.task)
  await sameState(scene.ada.page, scene.bob.page)
  await agent.page.evaluate(([task, ms]) => window.hostile.attack('set', task, { ms }), [scene.task, before] as const)
  for (const { page } of [scene.ada, scene.bob]) await expect.poll(() => reasons(page, agent.actor)).toEqual(['revoked'])
  await unharmed(scene, 'mended')
})

test('who forges another’s key, or brings batches of another workspace, is turned away, and told why', async ({
  browser,
  host,
  site,
}) => {
  test.setTimeout(120_000)
  const scene = await honest(browser, host)
  const victim = await scene.ada.page.evaluate(() => window.worknode.replica.actor)
  for (const [attack, reason] of [
    ['forge', 'signature'],
    ['replay', 'workspace'],
  ] as const) {
    const member = await hostilePage(browser, site, await linkOf(scene.ada.page, { kind: 'member' }))
    await member.page.evaluate(() => window.hostile.connect(2))
    await member.page.evaluate(([attack, task, victim]) => window.hostile.attack(attack, task, { victim }), [
      attack,
      scene.task,
      victim,
    ] as const)
    for (const { page } of [scene.ada, scene.bob])
      await expect.poll(() => turnedAway(page, member.actor)).toContainEqual(expect.stringContaining(reason))
  }
  await unharmed(scene)
})

test('a flooder slows honest people down by less than half, and is shown', async ({ browser, host, site }) => {
  test.setTimeout(180_000)
  const scene = await honest(browser, host)
  const spare = await createTask(scene.ada.page, 'spare')
  await sameState(scene.ada.page, scene.bob.page)
  const agent = await hostilePage(browser, site, await linkOf(scene.ada.page, { kind: 'agent' }))
  // Signed beforehand: a flooder has a machine of its own, and this one is for the honest.
  await agent.page.evaluate((task) => window.hostile.prepare(task, 20_000), spare)
  await agent.page.evaluate(() => window.hostile.connect(2))
  const calm = await timeOf(scene, 'calm')
  await agent.page.evaluate(() => void window.hostile.flood())
  await expect.poll(async () => (await agent.page.evaluate(() => window.hostile.state())).sent).toBeGreaterThan(200)
  const flooded = await timeOf(scene, 'flooded')
  const { sent } = await agent.page.evaluate(() => window.hostile.state())
  const taken = await scene.ada.page.evaluate(() => window.worknode.replica.history.count)
  console.log(
    `${EDITS} edits from one page to another: ${calm.toFixed(0)} ms, and ${flooded.toFixed(0)} ms under a flood of ${sent} batches, of which ${taken} were taken in`,
  )
  expect(flooded).toBeLessThan(calm * 2)
  for (const { page } of [scene.ada, scene.bob])
    expect(await page.evaluate(() => window.worknode.replica.floods().map(({ actor }) => actor))).toEqual([agent.actor])
})

test('the signalling server’s own log of all of it holds no title, no path, no name and no key', async ({
  browser,
  startHost,
}) => {
  test.setTimeout(180_000)
  const signalling = await startHost()
  const tap = await tapSignalling(signalling.signalUrl)
  const host = await startHost({ SIGNALING_URLS: tap.url })
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Fortress of Solitude')
  await ada.page.evaluate(() => window.worknode.setName('Ada Byron', '#5b5bd6'))
  const invite = await inviteLink(ada.page)
  const bob = await joinByLink(browser, invite)
  await bob.page.evaluate(() => window.worknode.setName('Bob Kahn', '#0a7d5a'))
  const id = await createTask(ada.page, 'Launch the rocket')
  await sameState(ada.page, bob.page)
  const wrote = await bob.page.evaluate((id) => {
    const { replica, run } = window.worknode
    replica.transact('Document', (tx) =>
      tx.create({ type: 'document', path: 'secret/plans.md', fields: [['title', 'Plans of the tower']] }),
    )
    return run('comment_task', { id, body: 'Ignition at dawn' })
  }, id)
  expect(wrote.ok).toBe(true)
  await sameState(ada.page, bob.page)
  const keys = await Promise.all([ada, bob].map(({ page }) => page.evaluate(() => window.worknode.replica.actor)))
  expect((await ada.page.evaluate((actor) => window.worknode.run('remove_member', { actor }), keys[1] as string)).ok).toBe(true)
  await createTask(ada.page, 'After the removal')
  await expect.poll(() => bob.page.evaluate(() => window.worknode.replica.delayed.sealed)).toBeGreaterThan(0)

  const log = tap.log()
  await tap.close()
  // It did see something: that two met.
  expect(log.length).toBeGreaterThan(2000)
  const words = [
    'Fortress',
    'Solitude',
    'Ada',
    'Byron',
    'Bob',
    'Kahn',
    'Launch',
    'rocket',
    'secret/',
    'plans',
    'Ignition',
    'removal',
  ]
  expect(words.filter((word) => log.includes(word))).toEqual([])
  const workspace = await ada.page.evaluate(() => window.worknode.workspaceId)
  const secrets = [
    ...keys.map((key) => key.slice(2)),
    workspace,
    Buffer.from(invite.split('#join=')[1] as string, 'base64url')
      .subarray(36)
      .toString('hex'),
  ]
  for (const secret of secrets) {
    const bytes = Buffer.from(secret, 'hex')
    // Any sixteen bytes of it, however they are written.
    for (let at = 0; at + 16 <= bytes.length; at += 8)
      for (const encoding of ['hex', 'latin1'] as const) expect(log).not.toContain(bytes.subarray(at, at + 16).toString(encoding))
    for (const encoding of ['base64', 'base64url'] as const) expect(log).not.toContain(bytes.toString(encoding).slice(0, 20))
  }
})

const EDITS = 40

/** How long it takes until so many edits of Bob's, one after the other, are each seen by Ada; milliseconds. */
async function timeOf({ ada, bob, task }: Scene, name: string): Promise<number> {
  const started = performance.now()
  for (let i = 0; i < EDITS; i++) {
    const title = `${name} ${i}`
    const seen = ada.page.evaluate(
      ([id, title]) =>
        new Promise<void>((resolve) => {
          const { views } = window.worknode.replica
          const stop = views.on(id, look)
          look()
          function look(): void {
            if (views.task(id as never)?.title !== title) return
            resolve()
            stop()
          }
        }),
      [task, title] as const,
    )
    await bob.page.evaluate(([id, title]) => window.worknode.run('update_task', { id, title }), [task, title] as const)
    await seen
  }
  return performance.now() - started
}

async function createTask(page: Page, title: string): Promise<string> {
  return page.evaluate((title) => {
    const made = window.worknode.run('create_task', { title })
    if (!made.ok) throw new Error(made.refusal.detail)
    return made.value.id
  }, title)
}

/**
 * Hostile pages against honest ones, over WebRTC: each holds a real join link and speaks the real protocol with a client of its own
 * that checks nothing. On every honest page: no effect, and the reason.
 */

import type { Page } from '@playwright/test'
import { expect } from './host.ts'
import { actorOf, arrive, inviteLink, joinByLink, newWorkspace, sameState } from './people.ts'
import { createTask, honest, hostilePage, linkOf, type Scene, test, titleOf } from './threats/scene.ts'
import { tapSignalling } from './wiretap.ts'

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
  const victim = await actorOf(scene.ada.page)
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
  const scene = await honest(browser, host)
  const victim = await actorOf(scene.ada.page)
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

test('the signalling server’s own log of all of it holds no title, no path, no name and no key', async ({
  browser,
  startHost,
}) => {
  const signalling = await startHost()
  const tap = await tapSignalling(signalling.signalUrl)
  const host = await startHost({ SIGNALING_URLS: tap.url })
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Fortress of Solitude')
  await ada.page.evaluate(() => window.worknode.setName('Ada Lovelace', '#5b5bd6'))
  const invite = await inviteLink(ada.page)
  const bob = await joinByLink(browser, invite)
  await bob.page.evaluate(() => window.worknode.setName('Robert Kahn-Postel', '#0a7d5a'))
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
  const keys = await Promise.all([ada, bob].map(({ page }) => actorOf(page)))
  expect((await ada.page.evaluate((actor) => window.worknode.run('remove_member', { actor }), keys[1] as string)).ok).toBe(true)
  await createTask(ada.page, 'After the removal')
  await expect.poll(() => bob.page.evaluate(() => window.worknode.replica.delayed.sealed)).toBeGreaterThan(0)

  const log = tap.log()
  await tap.close()
  // It did see something: that two met.
  expect(log.length).toBeGreaterThan(2000)
  // Long ones: among the letters of so much ciphertext stands any of three.
  const words = [
    'Fortress',
    'Solitude',
    'Lovelace',
    'Robert',
    'Postel',
    'Launch',
    'rocket',
    'secret/',
    'Plans of',
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

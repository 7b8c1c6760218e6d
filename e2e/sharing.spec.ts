/** Two browsers, one board: what is imported, changed offline and lost connections in between; nothing but WebRTC connects them. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from './host.ts'
import {
  arrive,
  importPlan,
  inviteLink,
  joinByLink,
  newWorkspace,
  onBoard,
  sameState,
  saved,
  stateHash,
  taskCount,
  workOffline,
} from './people.ts'
import { makePlan } from './plan.ts'

const BEADS = new URL('../../shared/data/beads-3003.jsonl', import.meta.url)

test('a real plan of 3,003 issues is shared whole, and survives reloads with the signalling server gone', async ({
  browser,
  startHost,
}) => {
  test.skip(!existsSync(BEADS), 'the corpus lies beside the project, where there is one')
  const signalling = await startHost()
  const host = await startHost({ SIGNALING_URLS: signalling.signalUrl })
  const issues = (await readFile(BEADS, 'utf8')).trim().split('\n').map(parseIssue)
  const ada = await arrive(browser, host.url)
  await importPlan(ada.page, BEADS.pathname)
  const counted = await census(ada.page)
  expect(counted.tasks).toBe(issues.length)
  expect(counted.deleted).toBe(issues.filter(({ status }) => status === 'tombstone').length)
  expect(counted.labels).toBe(issues.reduce((sum, { labels }) => sum + new Set(labels ?? []).size, 0))
  expect(counted.comments).toBe(issues.reduce((sum, { comments }) => sum + (comments?.length ?? 0), 0))
  expect(counted.priorities).toEqual(tally(issues.map(({ priority }) => priority)))
  expect(counted.kinds).toEqual(tally(issues.map(({ issue_type }) => issue_type)))

  const bob = await joinByLink(browser, await inviteLink(ada.page))
  await sameState(ada.page, bob.page)
  expect(await census(bob.page)).toEqual(counted)
  await signalling.stop()
  const hash = await stateHash(ada.page)
  for (const { page } of [ada, bob]) {
    await page.reload()
    await onBoard(page)
    expect(await stateHash(page)).toBe(hash)
  }
})

test('two who work offline each keep everything: the union on both, true conflicts flagged and none invented', async ({
  browser,
  host,
}) => {
  const ada = await arrive(browser, host.url)
  await importPlan(ada.page, makePlan(100))
  const bob = await joinByLink(browser, await inviteLink(ada.page))
  await sameState(ada.page, bob.page)
  await workOffline(ada.page, true)
  await workOffline(bob.page, true)
  // Ada edits tasks 1–50, Bob 26–75: titles differ on 26–50, priorities agree there.
  const edit = (name: string, first: number, last: number) => ({ name, first, last })
  for (const [person, range] of [
    [ada, edit('Ada', 1, 50)],
    [bob, edit('Bob', 26, 75)],
  ] as const)
    await person.page.evaluate(({ name, first, last }) => {
      for (let number = first; number <= last; number++) {
        const done = window.worknode.run('update_task', {
          id: `WN-${number}`,
          title: `${name} was at ${number}`,
          priority: 0,
          labels: [name],
        })
        if (!done.ok) throw new Error(done.refusal.detail)
      }
      return window.worknode.replica.saved()
    }, range)
  await expect(ada.page.getByRole('status', { name: 'Sync' })).toContainText(/offline/i)
  await workOffline(ada.page, false)
  await workOffline(bob.page, false)
  await sameState(ada.page, bob.page)
  for (const { page } of [ada, bob]) {
    const rows = await page.evaluate(() =>
      [...window.worknode.replica.views.tasks()].map((id) => window.worknode.replica.views.task(id)),
    )
    const byKey = new Map(rows.map((row) => [row?.key, row]))
    for (let number = 1; number <= 100; number++) {
      const row = byKey.get(`WN-${number}`)
      const both = number >= 26 && number <= 50
      expect(
        row?.conflicts.map(({ field }) => field),
        `conflicts of WN-${number}`,
      ).toEqual(both ? ['title'] : [])
      expect([...(row?.labels ?? [])].filter((label) => label === 'Ada' || label === 'Bob')).toEqual([
        ...(number <= 50 ? ['Ada'] : []),
        ...(number >= 26 && number <= 75 ? ['Bob'] : []),
      ])
    }
  }
})

test('a log of over 10 MB reaches a newcomer whose connection drops three times on the way', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Large')
  const bytes = await ada.page.evaluate(async () => {
    const { replica, run } = window.worknode
    const hex = (): string =>
      [...crypto.getRandomValues(new Uint8Array(24_000))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    for (let i = 0; i < 240; i++) {
      run('create_task', { title: `Large ${i}`, body: hex() })
      if (i % 20 === 0) await replica.saved()
    }
    await replica.saved()
    let sum = 0
    for await (const page of replica.exportLog()) for (const wire of page) sum += wire.length
    return sum
  })
  expect(bytes).toBeGreaterThan(10_000_000)
  const bob = await joinByLink(browser, await inviteLink(ada.page))
  for (let drop = 1; drop <= 3; drop++) {
    await expect.poll(() => taskCount(bob.page), { intervals: [20] }).toBeGreaterThan((drop - 1) * 40)
    await bob.page.evaluate(() => window.worknode.setOffline(true))
    await bob.page.evaluate(() => window.worknode.setOffline(false))
  }
  await sameState(ada.page, bob.page)
  expect(await taskCount(bob.page)).toBe(240)
})

test('a tab that is killed loses nothing it had shown as saved', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Crash')
  const board = ada.page.url()
  for (let round = 0; round < 3; round++) {
    const page = await ada.context.newPage()
    const acknowledged: string[] = []
    await page.exposeFunction('acknowledge', (title: string) => void acknowledged.push(title))
    await page.goto(board)
    await onBoard(page)
    await page.evaluate((prefix) => {
      const { replica, run } = window.worknode
      const tell = (window as unknown as { acknowledge: (title: string) => void }).acknowledge
      void (async () => {
        for (let i = 0; ; i++) {
          const title = `${prefix}-${i}`
          run('create_task', { title })
          await replica.saved()
          tell(title)
        }
      })()
    }, `round ${round}`)
    await expect.poll(() => acknowledged.length).toBeGreaterThan(20 + round * 7)
    const cdp = await ada.context.newCDPSession(page)
    // The renderer dies at once; the call itself never answers.
    void cdp.send('Page.crash').catch(() => {})
    await page.waitForEvent('crash')
    const survivor = await ada.context.newPage()
    await survivor.goto(board)
    await onBoard(survivor)
    const titles = new Set(
      await survivor.evaluate(() =>
        [...window.worknode.replica.views.tasks()].map((id) => window.worknode.replica.views.task(id)?.title),
      ),
    )
    expect(acknowledged.filter((title) => !titles.has(title))).toEqual([])
    await survivor.close()
  }
})

test('two tabs of one profile share one database and see each other at once', async ({ browser, host }) => {
  const ada = await arrive(browser, host.url)
  await newWorkspace(ada.page, 'Tabs')
  const second = await ada.context.newPage()
  await second.goto(ada.page.url())
  await onBoard(second)
  await ada.page.evaluate(() => void window.worknode.run('create_task', { title: 'From the first tab', status: 'ready' }))
  await expect(second.getByRole('listitem', { name: /From the first tab/ })).toBeVisible()
  await second.evaluate(() => void window.worknode.run('create_task', { title: 'From the second tab', status: 'ready' }))
  await expect(ada.page.getByRole('listitem', { name: /From the second tab/ })).toBeVisible()
  await Promise.all([saved(ada.page), saved(second)])
  await sameState(ada.page, second)
  const hash = await stateHash(second)
  await second.close()
  await ada.page.reload()
  await onBoard(ada.page)
  expect(await stateHash(ada.page)).toBe(hash)
})

test('what npm start prints is a board that is always there: its first opener is an admin', async ({ browser, host }) => {
  const first = host.link
  const ada = await joinByLink(browser, first)
  await expect(ada.page.getByText('My swarm').first()).toBeVisible()
  await ada.page.evaluate(() => {
    window.worknode.run('create_task', { title: 'Kept by the host' })
    return window.worknode.replica.saved()
  })
  await expect.poll(() => ada.page.evaluate(() => window.worknode.sync.get().unshared)).toBe(0)
  await ada.context.close()
  await host.stop()
  await host.restart()
  // The first link was used: whoever comes by it now is told so, and the host prints another.
  expect(host.link).not.toBe(first)
  const late = await arrive(browser, first)
  await late.page.getByRole('button', { name: 'Join workspace' }).click()
  await expect(late.page.getByText(/this link does not open the workspace/)).toBeVisible()
  const bob = await joinByLink(browser, host.link)
  await expect(bob.page.getByRole('listitem', { name: /Kept by the host/ })).toBeVisible()
})

/** One line of the corpus has an escape that JSON does not know; it is read all the same. */
function parseIssue(line: string): Issue {
  return JSON.parse(line.replace(/\\\\|\\(?!["/bfnrtu])/g, '\\\\')) as Issue
}

interface Issue {
  readonly status: string
  readonly priority: number
  readonly issue_type: string
  readonly labels?: readonly string[]
  readonly comments?: readonly unknown[]
}

interface Census {
  readonly tasks: number
  readonly deleted: number
  readonly labels: number
  readonly comments: number
  readonly priorities: Readonly<Record<string, number>>
  readonly kinds: Readonly<Record<string, number>>
}

/** What is in the tree of a page, counted there. */
function census(page: import('@playwright/test').Page): Promise<Census> {
  return page.evaluate(() => {
    const { replica } = window.worknode
    const count = {
      tasks: 0,
      deleted: 0,
      labels: 0,
      comments: 0,
      priorities: {} as Record<string, number>,
      kinds: {} as Record<string, number>,
    }
    for (const node of replica.nodes.values()) {
      if (node.type === 'comment') count.comments++
      const row = node.type === 'task' ? replica.views.task(node.id) : null
      if (!row) continue
      count.tasks++
      if (row.deleted) count.deleted++
      count.labels += row.labels.length
      count.priorities[row.priority] = (count.priorities[row.priority] ?? 0) + 1
      count.kinds[row.kind] = (count.kinds[row.kind] ?? 0) + 1
    }
    return count
  })
}

function tally(values: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

/**
 * How the board feels while a swarm works: ten thousand tasks, thirty agents, fifty changes a second from a peer over WebRTC, and
 * a person who opens tasks, types, filters and moves cards. An interaction costs what the browser says it does, from the input to
 * the next paint (Event Timing, as INP has it). `npm run bench -- --only=board [--minutes=10]`.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, chromium, type CDPSession, type Page } from '@playwright/test'
import { makePlan } from '../e2e/plan.ts'
import { CHROMIUM_FLAGS, ensureChromium } from '../scripts/chromium.mjs'
import type { Figure } from './table.ts'

export interface BoardBench {
  readonly root: string
  readonly tasks: number
  readonly minutes: number
  readonly say: (line: string) => void
}

const AGENTS = 30
const CHANGES_A_SECOND = 50
const WORDS = 'measured'

export async function boardFigures({ root, tasks, minutes, say }: BoardBench): Promise<Figure[]> {
  const data = mkdtempSync(join(root, 'build', 'bench-board-'))
  const host = spawn(process.execPath, ['build/host/cli.js', 'serve'], {
    cwd: root,
    env: { ...process.env, PORT: '0', WORKNODE_OPEN: '0', WORKNODE_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const browser = await chromium.launch({ args: CHROMIUM_FLAGS, executablePath: ensureChromium(say) })
  try {
    const url = await readyUrl(createInterface({ input: host.stdout }))
    const person = await newPage(browser, url)
    await person.getByLabel('Plan to import').setInputFiles(makePlan(tasks))
    await person.getByRole('region', { name: 'Board', exact: true }).waitFor({ timeout: 120_000 })
    const link = await person.evaluate(async () => {
      const made = await window.worknode.invite({ kind: 'member' })
      if (!made.ok) throw new Error(made.refusal.detail)
      return made.value
    })
    const peer = await newPage(browser, link)
    await peer.getByRole('button', { name: 'Join workspace' }).click()
    await peer.getByRole('region', { name: 'Board', exact: true }).waitFor({ timeout: 300_000 })
    await peer.waitForFunction((count) => [...window.worknode.replica.views.tasks()].length >= count, tasks, { timeout: 300_000 })
    say(`${tasks} tasks in both pages`)
    await startSwarm(peer)
    const figures = await supervise(person, minutes, say)
    const made = await peer.evaluate(() => (window as unknown as { made: number }).made)
    say(`${made} changes came from the peer meanwhile, ${(made / minutes / 60).toFixed(0)} a second`)
    return figures
  } finally {
    await browser.close()
    const gone = once(host, 'exit')
    host.kill()
    await gone
    rmSync(data, { recursive: true, force: true })
  }
}

/** Thirty agents that move, report and comment, from one page. */
async function startSwarm(peer: Page): Promise<void> {
  await peer.evaluate(
    ([agents, perSecond]) => {
      const { replica, run } = window.worknode
      const ids = [...replica.views.tasks()]
      const statuses = ['ready', 'in_progress', 'blocked', 'in_review', 'done'] as const
      const counter = window as unknown as { made: number }
      counter.made = 0
      const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T
      setInterval(() => {
        for (let n = 0; n < perSecond / 10; n++) {
          const id = pick(ids)
          const kind = counter.made++ % 5
          if (kind < 2) run('update_task', { id, progress: counter.made % 101 })
          else if (kind === 2) run('update_task', { id, status: pick(statuses) })
          else if (kind === 3) run('assign_task', { id, assignee: `agent-${counter.made % agents}` })
          else run('comment_task', { id, body: `step ${counter.made}` })
        }
      }, 100)
    },
    [AGENTS, CHANGES_A_SECOND] as const,
  )
}

async function supervise(person: Page, minutes: number, say: BoardBench['say']): Promise<Figure[]> {
  await person.evaluate(() => {
    const times = new Map<number, number>()
    ;(window as unknown as { times: Map<number, number> }).times = times
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { interactionId?: number })[])
        if (entry.interactionId) times.set(entry.interactionId, Math.max(entry.duration, times.get(entry.interactionId) ?? 0))
    }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit)
  })
  const cdp = await person.context().newCDPSession(person)
  const heap: number[] = [await heapOf(cdp)]
  const until = Date.now() + minutes * 60_000
  let nextHeap = Date.now() + 30_000
  let [typed, kept, rounds] = [0, 0, 0]
  while (Date.now() < until) {
    kept += await round(person, rounds++)
    typed += WORDS.length
    if (Date.now() < nextHeap) continue
    nextHeap += 30_000
    heap.push(await heapOf(cdp))
    say(`${rounds} rounds, heap ${((heap.at(-1) ?? 0) / 2 ** 20).toFixed(1)} MiB`)
  }
  heap.push(await heapOf(cdp))
  const times = await person.evaluate(() => [...(window as unknown as { times: Map<number, number> }).times.values()])
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  // The first half is also warming up.
  const middle = heap[heap.length >> 1] as number
  say(`${sorted.length} interactions; p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${sorted.at(-1)} ms`)
  return [
    {
      name: `interactions at p95, while ${CHANGES_A_SECOND} changes a second arrive`,
      value: at(0.95),
      unit: 'ms',
      aim: { of: 'value', limit: 100 },
    },
    { name: 'letters lost while typing', value: typed - kept, unit: 'letters', aim: { of: 'value', limit: 0 } },
    {
      name: `heap after ${minutes} minutes of it`,
      value: (heap.at(-1) as number) / 2 ** 20,
      unit: 'MiB',
      raw: { value: middle / 2 ** 20, what: 'after half of the time' },
      aim: { of: 'ratio', limit: 1.2 },
    },
  ]
}

/** Opens a task, closes it, types a word, scrolls; answers how many letters arrived. */
async function round(person: Page, n: number): Promise<number> {
  const column = person.getByRole('region', { name: ['Ready', 'In progress', 'Blocked'][n % 3] as string, exact: true })
  await column.getByRole('listitem').first().click()
  await person.getByRole('textbox', { name: 'Title' }).waitFor()
  await person.keyboard.press('Escape')
  const field = column.getByRole('textbox', { name: 'Add a task' })
  await field.click()
  await person.keyboard.type(WORDS)
  const text = await field.inputValue()
  await field.fill('')
  await person.keyboard.press('Escape')
  await column.hover()
  for (const way of [400, -400]) await person.mouse.wheel(0, way)
  return text.length
}

async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}

async function newPage(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto(url)
  await page.getByRole('heading', { name: 'Worknode' }).waitFor()
  return page
}

async function readyUrl(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const link = /^Worknode ready: (\S+)$/.exec(line)?.[1]
    if (link) return `${new URL(link).origin}/`
  }
  throw new Error('the host ended before it was ready')
}

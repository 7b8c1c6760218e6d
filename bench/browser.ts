/**
 * The figures that need a browser: IndexedDB, WebRTC and the heap of real Chromium, with profiles on disk (a private window
 * would keep its databases in memory). What is compared is measured in turns, each time in a fresh page, and the best of each
 * counts: whatever else the machine does can only add.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { CHROMIUM_FLAGS, ensureChromium } from '../scripts/chromium.mjs'
import type { Tools } from './page/page.ts'
import type { Figure } from './table.ts'
import type { Workload } from './workload.ts'

export interface BrowserBench {
  readonly root: string
  readonly url: string
  readonly workload: Workload
  /** Changes in the log of single changes. */
  readonly singles: number
  readonly rounds: number
  readonly say: (line: string) => void
}

// Pages of two browsers on one machine reach each other by plain addresses; there is no mDNS in a container.
const FLAGS = [...CHROMIUM_FLAGS, '--disable-features=WebRtcHideLocalIpsWithMdns']

export async function browserFigures(bench: BrowserBench): Promise<Figure[]> {
  const { root, say } = bench
  const folder = mkdtempSync(join(root, 'build', 'bench-profile-'))
  const executablePath = ensureChromium(say)
  const open = (name: string): Promise<BrowserContext> =>
    chromium.launchPersistentContext(join(folder, name), { executablePath, args: FLAGS, headless: true })
  const contexts: BrowserContext[] = []
  try {
    const home = await open('home')
    contexts.push(home)
    const figures = [...(await verifying(home, bench)), ...(await storing(home, bench))]
    figures.push(...(await starting(home, bench)), ...(await weighing(home, bench)), await saving(home, bench))
    const newcomer = await open('newcomer')
    contexts.push(newcomer)
    figures.push(...(await syncing(home, newcomer, bench)))
    figures.push(await startingFromLog(home, bench))
    return figures
  } finally {
    for (const context of contexts) await context.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function verifying(home: BrowserContext, { url, say }: BrowserBench): Promise<Figure[]> {
  const { batches, oursMs, rawMs } = await inFreshPage(home, url, (page) => call(page, 'verifyRates'))
  say(`Chromium: ${batches} batches verified in ${oursMs.toFixed(0)} ms`)
  return [
    {
      name: 'batches verified (Chromium, Worker)',
      value: (batches / oursMs) * 1000,
      unit: '/s',
      moreIsBetter: true,
      raw: { value: (batches / rawMs) * 1000, what: 'WebCrypto verify alone in a Worker' },
    },
  ]
}

async function storing(home: BrowserContext, { url, say, workload, singles }: BrowserBench): Promise<Figure[]> {
  const filled = await inFreshPage(home, url, (page) => call(page, 'fill'))
  say(
    `Chromium: W received in ${filled.receiveMs.toFixed(0)} ms, sealed in ${filled.sealMs.toFixed(0)} ms, snapshot in ${filled.snapshotMs.toFixed(0)} ms`,
  )
  const singlyBytes = await inFreshPage(home, url, (page) => call(page, 'fillSingly'))
  const wireBytes = workload.wires.reduce((sum, wire) => sum + wire.length, 0)
  return [
    {
      name: 'received: verified, folded, stored (Chromium)',
      value: (filled.changes / filled.receiveMs) * 1000,
      unit: 'changes/s',
      moreIsBetter: true,
    },
    { name: 'a change on the wire, in bursts', value: wireBytes / workload.changes, unit: 'bytes' },
    { name: 'a change on disk, in bursts', value: filled.bytes / filled.changes, unit: 'bytes', aim: { of: 'value', limit: 60 } },
    { name: 'a change on disk, singly', value: singlyBytes / singles, unit: 'bytes', aim: { of: 'value', limit: 200 } },
  ]
}

async function starting(home: BrowserContext, { url, say, rounds }: BrowserBench): Promise<Figure[]> {
  await inFreshPage(home, url, (page) => call(page, 'storeRaw'))
  const times: Record<'ours' | 'clone' | 'json', number[]> = { ours: [], clone: [], json: [] }
  for (let round = 0; round < rounds; round++) {
    times.ours.push((await inFreshPage(home, url, (page) => call(page, 'coldStart'))).ms)
    times.clone.push((await inFreshPage(home, url, (page) => call(page, 'openRaw', 'clone'))).ms)
    times.json.push((await inFreshPage(home, url, (page) => call(page, 'openRaw', 'json'))).ms)
  }
  const [ours, clone, json] = [Math.min(...times.ours), Math.min(...times.clone), Math.min(...times.json)]
  say(`Chromium: board ready after ${ours.toFixed(0)} ms; raw ${clone.toFixed(0)} ms as clones, ${json.toFixed(0)} ms as JSON`)
  return [
    {
      name: 'cold start of W',
      value: ours,
      unit: 'ms',
      raw: { value: clone, what: 'the same objects, read as clones, a record a segment' },
      aim: { of: 'ratio', limit: 1.3 },
    },
    {
      name: 'cold start of W',
      value: ours,
      unit: 'ms',
      raw: { value: json, what: 'the same objects, parsed from JSON, a blob a segment' },
      aim: { of: 'ratio', limit: 1.3 },
    },
  ]
}

async function startingFromLog(home: BrowserContext, { url, say }: BrowserBench): Promise<Figure> {
  await inFreshPage(home, url, (page) => call(page, 'dropSnapshot'))
  const { ms, changes } = await inFreshPage(home, url, (page) => call(page, 'coldStart'))
  say(`Chromium: board ready after ${ms.toFixed(0)} ms without a snapshot`)
  return { name: 'cold start of W without a snapshot', value: (changes / ms) * 1000, unit: 'changes/s', moreIsBetter: true }
}

async function weighing(home: BrowserContext, { url }: BrowserBench): Promise<Figure[]> {
  const empty = await inFreshPage(home, url, heapOf)
  const weigh = (prepare: (page: Page) => Promise<unknown>): Promise<number> =>
    inFreshPage(home, url, async (page) => {
      await prepare(page)
      return ((await heapOf(page)) - empty) / 2 ** 20
    })
  const ours = await weigh((page) => call(page, 'coldStart'))
  const raw = await weigh((page) => call(page, 'openRaw', 'json'))
  return [
    {
      name: 'heap of the open replica',
      value: ours,
      unit: 'MiB',
      raw: { value: raw, what: 'the same objects in a Map' },
      aim: { of: 'ratio', limit: 2.5 },
    },
  ]
}

async function saving(home: BrowserContext, { url, rounds }: BrowserBench): Promise<Figure> {
  const { changeMs, putMs } = await inFreshPage(home, url, (page) => call(page, 'durableRates', rounds * 40))
  return {
    name: 'one change durable',
    value: changeMs,
    unit: 'ms',
    raw: { value: putMs, what: 'one strict put of as many bytes' },
    aim: { of: 'ratio', limit: 1.5 },
  }
}

async function syncing(
  home: BrowserContext,
  newcomer: BrowserContext,
  { url, say, rounds, workload }: BrowserBench,
): Promise<Figure[]> {
  const [answering, asking] = [await freshPage(home, url), await freshPage(newcomer, url)]
  const offer = await call(answering, 'rawOffer')
  await call(answering, 'rawAccept', await call(asking, 'rawAnswer', offer))
  await call(answering, 'serve')
  const wireBytes = workload.wires.reduce((sum, wire) => sum + wire.length, 0)
  const times: Record<'ours' | 'raw' | 'yjs', number[]> = { ours: [], raw: [], yjs: [] }
  const ownHashes = new Set<string>()
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    times.raw.push(await call(asking, 'rawAskBytes', wireBytes))
    const yjs = await call(asking, 'rawAskYjs')
    if (yjs.tasks !== workload.size.tasks) throw new Error(`plain Yjs brought ${yjs.tasks} tasks`)
    times.yjs.push(yjs.ms)
    const joined = await inFreshPage(newcomer, url, (page) => call(page, 'join'))
    times.ours.push(joined.ms)
    ownHashes.add(joined.hash)
    say(
      `Chromium: synced ${joined.changes} changes in ${joined.ms.toFixed(0)} ms (${joined.bytes} bytes); Yjs ${yjs.ms.toFixed(0)} ms (${yjs.bytes} bytes)`,
    )
  }
  if (ownHashes.size !== 1) throw new Error('two newcomers came to different states')
  await answering.close()
  await asking.close()
  const [ours, raw, yjs] = [Math.min(...times.ours), Math.min(...times.raw), Math.min(...times.yjs)]
  return [
    {
      name: 'full verified sync of W, WebRTC',
      value: ours,
      unit: 'ms',
      raw: { value: raw, what: 'the same bytes over a raw data channel' },
    },
    {
      name: 'full verified sync of W, WebRTC',
      value: ours,
      unit: 'ms',
      raw: { value: yjs, what: 'plain Yjs: encode, send, apply; unsigned, not stored' },
      aim: { of: 'ratio', limit: 2 },
    },
  ]
}

async function freshPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error(`page: ${error.stack ?? error.message}`))
  await page.goto(url)
  await page.waitForFunction(() => 'bench' in globalThis)
  return page
}

async function inFreshPage<T>(context: BrowserContext, url: string, work: (page: Page) => Promise<T>): Promise<T> {
  const page = await freshPage(context, url)
  try {
    return await work(page)
  } finally {
    await page.close()
  }
}

async function call<N extends keyof Tools>(
  page: Page,
  name: N,
  ...args: Parameters<Tools[N]>
): Promise<Awaited<ReturnType<Tools[N]>>> {
  const answer = await page.evaluate(
    ([tool, given]) =>
      (globalThis as unknown as { bench: Record<string, (...args: unknown[]) => unknown> }).bench[tool]?.(...given),
    [name, args] as [string, unknown[]],
  )
  return answer as Awaited<ReturnType<Tools[N]>>
}

/** JavaScript's own heap after a collection, and what typed arrays hold beside it. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const usage = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number }
  return usage.usedSize + (usage.backingStorageSize ?? 0)
}

/**
 * Lighthouse on the built start page, as a newcomer's browser sees it: `node scripts/lighthouse.mjs [runs]`, after `npm run build`.
 * Prints each run and the median. A measurement and no gate: on a busy machine the figures say how busy it is.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from '@playwright/test'
import { findChromium } from './chromium.mjs'

const LIGHTHOUSE = 'lighthouse@12.8.2'
const CATEGORIES = ['performance', 'accessibility', 'best-practices']
const TIMES = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'speed-index',
  'total-blocking-time',
  'cumulative-layout-shift',
]
const MEASURES = [...CATEGORIES, ...TIMES, 'network-requests']

const folder = await mkdtemp(join(tmpdir(), 'worknode-lighthouse-'))
const hostEnv = { ...process.env, PORT: '0', WORKNODE_OPEN: '0', WORKNODE_DATA: join(folder, 'data') }
const host = spawn(process.execPath, ['build/host/cli.js', 'serve'], { env: hostEnv, stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const url = await readyUrl()
  /** @type {number[][]} */
  const runs = []
  for (let i = 0; i < Number(process.argv[2] ?? 3); i++) {
    runs.push(await measure(url, join(folder, `${i}.json`)))
    print(`run ${i + 1}`, runs.at(-1) ?? [])
  }
  print(
    'median',
    MEASURES.map((_, i) => runs.map((run) => run[i] ?? 0).toSorted((a, b) => a - b)[runs.length >> 1] ?? 0),
  )
} finally {
  const gone = once(host, 'exit')
  host.kill()
  await gone
  await rm(folder, { recursive: true, force: true })
}

/** @param {string} url @param {string} path */
async function measure(url, path) {
  const flags = ['--quiet', '--output=json', `--output-path=${path}`, `--only-categories=${CATEGORIES.join(',')}`]
  const chrome = '--chrome-flags=--headless=new --no-sandbox --disable-gpu'
  const env = { ...process.env, CHROME_PATH: findChromium() ?? chromium.executablePath() }
  const run = spawn('npx', ['--yes', LIGHTHOUSE, url, ...flags, chrome], { env, stdio: 'inherit' })
  const [code] = await once(run, 'exit')
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}`)
  const { categories, audits } = JSON.parse(await readFile(path, 'utf8'))
  return [
    ...CATEGORIES.map((name) => categories[name].score),
    ...TIMES.map((name) => audits[name].numericValue),
    audits['network-requests'].details.items.length,
  ]
}

/** @param {string} title @param {number[]} values */
function print(title, values) {
  const words = MEASURES.map((name, i) => `${name} ${Number((values[i] ?? 0).toFixed(2))}`)
  process.stdout.write(`${title}: ${words.join(', ')}\n`)
}

/** @returns {Promise<string>} */
async function readyUrl() {
  for await (const line of createInterface({ input: host.stdout })) {
    const link = /^Worknode ready: (\S+)$/.exec(line)?.[1]
    if (link) return `${new URL(link).origin}/`
  }
  throw new Error('The host ended before it was ready.')
}

/**
 * What callers outside feel: ten agents read and write at the pace they are allowed, for a minute, over a board of a thousand tasks;
 * then they ask twice as fast as they may. `npm run bench -- --only=http [--minutes=5]`, after a build. Beside the answers stands
 * the same host's emptiest one, at the same pace in the same run.
 */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import autocannon, { type Options, type Report } from 'autocannon'
import { makePlan } from '../e2e/plan.ts'
import { LOCAL } from '../src/core/limits.ts'
import type { Figure } from './table.ts'

export interface HttpBench {
  readonly root: string
  readonly tasks: number
  readonly minutes: number
  readonly say: (line: string) => void
}

const AGENTS = 10
/** A little below what all of them may ask for together. */
const RATE = (AGENTS * LOCAL.restPerMinute * 0.95) / 60

export async function httpFigures({ root, tasks, minutes, say }: HttpBench): Promise<Figure[]> {
  const data = mkdtempSync(join(root, 'build', 'bench-http-'))
  const cli = (...args: readonly string[]): string =>
    execFileSync(process.execPath, ['build/host/cli.js', ...args, '--data', data], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const plan = join(data, 'plan.jsonl')
  writeFileSync(plan, makePlan(tasks).buffer)
  cli('import', plan)
  const tokens = Array.from(
    { length: AGENTS },
    (_, i) => (JSON.parse(cli('agent', 'add', `agent ${i}`, '--json')) as { token: string }).token,
  )
  const host = spawn(process.execPath, ['build/host/cli.js', 'serve', '--data', data], {
    cwd: root,
    env: { ...process.env, PORT: '0', WORKNODE_OPEN: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await readyUrl(createInterface({ input: host.stdout }))
    const [first] = (await (
      await fetch(new URL('api/tasks?limit=1', url), { headers: { Authorization: `Bearer ${tokens[0]}` } })
    ).json()) as { id: string }[]
    const shoot = (requests: Options['requests'], rate: number, seconds: number): Promise<Report> => {
      let next = 0
      return autocannon({
        url,
        connections: AGENTS,
        duration: seconds,
        overallRate: rate,
        requests,
        setupClient(client) {
          const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${tokens[next++ % AGENTS]}` }
          client.setRequests(requests.map((request) => ({ ...request, headers })))
        },
      })
    }
    const write = {
      method: 'POST',
      path: '/api/tasks',
      body: JSON.stringify({ title: 'Written by the bench', labels: ['bench'] }),
    }
    const read = [
      { method: 'GET', path: '/api/tasks?limit=50' },
      { method: 'GET', path: `/api/tasks/${first?.id}` },
    ]
    const seconds = Math.round(minutes * 60)
    const memory = watchMemory(url, seconds)
    const [reads, writes, empty] = await Promise.all([
      shoot(read, RATE / 2, seconds),
      shoot([write], RATE / 2, seconds),
      shoot([{ method: 'GET', path: '/api/health' }], RATE / 2, seconds),
    ])
    const { half, end } = await memory
    say(`${reads.requests.total} reads and ${writes.requests.total} writes in ${seconds} s`)
    // A moment for the buckets to fill again.
    await setTimeout((LOCAL.restBurst / LOCAL.restPerMinute) * 60_000)
    const pushed = await shoot([...read, write], RATE * 2, Math.max(5, seconds / 4))
    say(`twice as fast: ${JSON.stringify(pushed.statusCodeStats)}`)
    const broken = [reads, writes, pushed].reduce(
      (sum, { statusCodeStats, errors }) => sum + errors + countOf(statusCodeStats, '5'),
      0,
    )
    const odd = [reads, writes].reduce(
      (sum, { requests, statusCodeStats }) => sum + requests.total - countOf(statusCodeStats, '2'),
      0,
    )
    const raw = { value: empty.latency.p99, what: '/api/health at the same pace' }
    return [
      { name: `reads at p99, ${Math.round(RATE / 2)} a second by ${AGENTS} agents`, value: reads.latency.p99, unit: 'ms', raw },
      { name: `writes at p99, durable, ${Math.round(RATE / 2)} a second`, value: writes.latency.p99, unit: 'ms', raw },
      { name: 'reads at p50', value: reads.latency.p50, unit: 'ms' },
      { name: 'writes at p50', value: writes.latency.p50, unit: 'ms' },
      { name: 'answers at their pace that were not 2xx', value: odd, unit: '', aim: { of: 'value', limit: 0 } },
      { name: 'answers 5xx or none, also at twice their pace', value: broken, unit: '', aim: { of: 'value', limit: 0 } },
      {
        name: 'refused (429) at twice their pace',
        value: countOf(pushed.statusCodeStats, '429') / pushed.requests.total,
        unit: 'of all',
      },
      {
        name: 'memory of the host at the end, against half of the time',
        value: end,
        unit: 'MiB',
        raw: { value: half, what: 'at half of the time' },
        aim: { of: 'ratio', limit: 1.2 },
      },
    ]
  } finally {
    const gone = once(host, 'exit')
    host.kill()
    await gone
    rmSync(data, { recursive: true, force: true })
  }
}

function countOf(stats: Report['statusCodeStats'], prefix: string): number {
  return Object.entries(stats).reduce((sum, [status, { count }]) => sum + (status.startsWith(prefix) ? count : 0), 0)
}

async function watchMemory(url: string, seconds: number): Promise<{ readonly half: number; readonly end: number }> {
  await setTimeout(seconds * 500)
  const half = await residentMiB(url)
  // Before the load ends, so that both are taken under it.
  await setTimeout(seconds * 450)
  return { half, end: await residentMiB(url) }
}

async function residentMiB(url: string): Promise<number> {
  const text = await (await fetch(new URL('metrics', url))).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 1024 / 1024
}

async function readyUrl(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const link = /^Worknode ready: (\S+)$/.exec(line)?.[1]
    if (link) return new URL(link).origin
  }
  throw new Error('the host ended before it was ready')
}

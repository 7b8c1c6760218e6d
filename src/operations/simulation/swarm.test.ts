/**
 * Claims in a swarm. A run of CI looks at a few small swarms; a campaign at more and larger ones:
 * `SWARM_RUNS=20 SWARM_AGENTS=50 SWARM_TASKS=1000`.
 */

import { describe, expect, test } from 'vitest'
import { runSwarm, type SwarmOptions, type SwarmReport } from './swarm.fixture.ts'

const RUNS = Number(process.env['SWARM_RUNS'] ?? 2)
const FIRST = Number(process.env['SWARM_FIRST'] ?? 1)
const AGENTS = Number(process.env['SWARM_AGENTS'] ?? 6)
const TASKS = Number(process.env['SWARM_TASKS'] ?? 24)
const TIMEOUT = 60_000 + RUNS * AGENTS * TASKS * 100

const CALM: SwarmOptions = { agents: AGENTS, tasks: TASKS, delayMs: [20, 200], measuredMs: 200 }

async function swarms(options: SwarmOptions): Promise<SwarmReport[]> {
  const reports: SwarmReport[] = []
  for (let seed = FIRST; seed < FIRST + RUNS; seed++) reports.push(await runSwarm(seed, options))
  // oxlint-disable-next-line no-console -- a campaign is run for its figures
  if (process.env['SWARM_RUNS']) console.table(reports)
  return reports
}

const sum = (reports: readonly SwarmReport[], of: (report: SwarmReport) => number): number =>
  reports.reduce((total, report) => total + of(report), 0)

describe('in a swarm', () => {
  test(
    'that waits for as long as a word takes, nothing is begun twice',
    async () => {
      const reports = await swarms(CALM)
      for (const { duplicates, accepted } of reports) expect([duplicates, accepted]).toEqual([0, TASKS])
    },
    TIMEOUT,
  )

  test(
    'whose clocks are apart, nothing is begun twice where it waits for a word there and back',
    async () => {
      const reports = await swarms({ ...CALM, measuredMs: 400, skewMs: 2000 })
      for (const { duplicates, accepted } of reports) expect([duplicates, accepted]).toEqual([0, TASKS])
    },
    TIMEOUT,
  )

  test(
    'that falls apart and crashes, each task has one winner, losers stop as soon as they can know, and nothing of theirs shows',
    async () => {
      const reports = await swarms({ ...CALM, measuredMs: 400, skewMs: 2000, partitions: true, crashes: true })
      for (const { accepted, latestAbortMs } of reports) {
        expect(accepted).toBe(TASKS)
        expect(latestAbortMs).toBeLessThanOrEqual(2000)
      }
      // The stories are about something.
      expect(sum(reports, ({ crashed }) => crashed)).toBeGreaterThan(0)
      expect(sum(reports, ({ fenced }) => fenced)).toBeGreaterThan(0)
      expect(sum(reports, ({ aborts }) => aborts)).toBeGreaterThan(0)
    },
    TIMEOUT,
  )

  test(
    'of strict tasks, that falls apart and crashes, nothing is begun twice and no work is in vain',
    async () => {
      const reports = await swarms({ ...CALM, skewMs: 2000, partitions: true, crashes: true, strict: true })
      for (const { accepted, duplicates, fenced } of reports) expect([accepted, duplicates, fenced]).toEqual([TASKS, 0, 0])
      expect(sum(reports, ({ crashed }) => crashed)).toBeGreaterThan(0)
    },
    TIMEOUT,
  )
})

/**
 * `npm run bench [-- --quick] [-- --only=node|browser|board|http|agents|doors]`: what Worknode costs, each figure beside the raw limit measured in the same run.
 *
 * Machines differ and are busy with other things, so times say little and ratios say much; none of them is a gate.
 */

import { execSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { toHex } from '../src/base/bytes.ts'
import { agentFigures } from './agents.ts'
import { boardFigures } from './board.ts'
import { browserFigures } from './browser.ts'
import { doorFigures } from './doors.ts'
import { httpFigures } from './http.ts'
import { pureFigures } from './pure.ts'
import { serveBench } from './serve.ts'
import { type Figure, markdownTable, textTable } from './table.ts'
import { weightFigure } from './weight.ts'
import { packWires } from './wires.ts'
import { buildWorkload, type Workload, type WorkloadSize } from './workload.ts'

const SIZES: Readonly<
  Record<
    'full' | 'quick',
    {
      readonly w: WorkloadSize
      readonly singles: number
      readonly history: readonly number[]
      readonly cuts: { readonly history: readonly [number, number]; readonly cut: number }
      readonly rounds: number
      readonly board: { readonly tasks: number; readonly minutes: number }
      readonly doors: { readonly calls: number; readonly events: number }
    }
  >
> = {
  full: {
    w: { tasks: 10_000, updates: 90_000, authors: 6, together: 100, burst: 5 },
    singles: 2000,
    history: [10_000, 100_000, 1_000_000],
    cuts: { history: [20_000, 100_000], cut: 1000 },
    rounds: 7,
    board: { tasks: 10_000, minutes: 2 },
    doors: { calls: 2000, events: 20_000 },
  },
  quick: {
    w: { tasks: 1000, updates: 9000, authors: 6, together: 100, burst: 2 },
    singles: 300,
    history: [3000, 10_000, 30_000],
    cuts: { history: [2000, 10_000], cut: 100 },
    rounds: 3,
    board: { tasks: 1000, minutes: 0.5 },
    doors: { calls: 200, events: 2000 },
  },
}

const root = process.cwd()
const startedAt = performance.now()
const loadBefore = load()
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length)
const mode = process.argv.includes('--quick') ? 'quick' : 'full'
const minutes = Number(process.argv.find((argument) => argument.startsWith('--minutes='))?.slice('--minutes='.length))
const { w, singles, history, cuts, rounds, board, doors } = SIZES[mode]

const figures: Figure[] = []
if (!['board', 'http', 'agents', 'doors'].includes(only ?? '')) figures.push(...(await measured()))
if (!only || only === 'agents') figures.push(...(await agentFigures(root, say)))
if (!only || only === 'board')
  figures.push(...(await boardFigures({ root, tasks: board.tasks, minutes: minutes || board.minutes, say })))
if (!only || only === 'http')
  figures.push(...(await httpFigures({ root, tasks: board.tasks / 10, minutes: minutes || board.minutes / 2, say })))
if (!only || only === 'doors') figures.push(...(await doorFigures(root, doors.calls, doors.events, say)))
if (!only) figures.push(weightFigure(root))
report()

async function measured(): Promise<Figure[]> {
  const workload = await buildWorkload(w, say)
  say(`W: ${workload.changes} changes in ${workload.wires.length} batches`)
  const pure = only === 'browser' ? [] : await pureFigures(workload, history, cuts, say)
  return only === 'node' ? pure : [...pure, ...(await inBrowser(workload))]
}

async function inBrowser(workload: Workload): ReturnType<typeof browserFigures> {
  const single = await buildWorkload(
    { tasks: singles / 10, updates: (singles / 10) * 9, authors: 6, together: 1, burst: 10 },
    () => {},
  )
  const info = { workspace: toHex(workload.workspace), ownerSeed: toHex(workload.ownerSeed), changes: workload.changes }
  const server = await serveBench(
    root,
    new Map<string, string | Uint8Array>([
      ['/w.json', JSON.stringify(info)],
      ['/w.bin', packWires(workload.wires)],
      ['/singly.bin', packWires(single.wires)],
      ['/steps.json', JSON.stringify(workload.steps)],
    ]),
  )
  try {
    return await browserFigures({ root, url: server.url, workload, singles: single.changes, rounds, say })
  } finally {
    server.close()
  }
}

function report(): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.versions.node}, ${process.platform}, load ${loadBefore.toFixed(1)} before and ${load().toFixed(1)} after`
  const date = new Date().toISOString()
  const folder = join(root, 'bench', 'results')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${date.slice(0, 19).replaceAll(':', '')}.json`)
  writeFileSync(file, `${JSON.stringify({ date, mode, machine, commit: commit(), figures }, null, 2)}\n`)
  writeFileSync(file.replace(/json$/, 'md'), `${markdownTable(figures)}\n`)
  console.log(`\n${machine}; ${mode}; ratio: 1 is the limit, less is better\n\n${textTable(figures)}\n\nwritten to ${file}`)
}

/** How much else the machine does: far above its cores, times are those of the others. */
function load(): number {
  return loadavg()[0] ?? 0
}

function commit(): string {
  return execSync('git rev-parse --short HEAD', { cwd: root, encoding: 'utf8' }).trim()
}

function say(line: string): void {
  console.log(`[${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s] ${line}`)
}

/**
 * Insights of a replica while somebody looks: the log is read once, in slices, and what comes then is added. It stays as it is
 * while nobody does, and goes on from there.
 */

import { createEmitter } from '../base/emitter.ts'
import type { NodeId } from '../core/ids.ts'
import { Insights, saidBy } from './insights.ts'
import { type TaskWork, workOf } from './insights-runs.ts'
import { type InsightsSummary, summarize } from './insights-summary.ts'
import { SLICE_MS } from './incoming.ts'
import { LogReader } from './log-reader.ts'
import type { PastSource } from './past.ts'
import type { Replica } from './replica.ts'

export interface InsightsState {
  /** As far as the log has been read; null before anything was. */
  readonly summary: InsightsSummary | null
  readonly read: number
  readonly all: number
  readonly isReading: boolean
  readonly fault: unknown
}

export interface InsightsWatch {
  get(): InsightsState
  subscribe(listener: () => void): () => void
}

export type InsightsSource = PastSource & Pick<Replica, 'nodes' | 'runsOf'>

const TOGETHER = 64

/** `soon` calls back in a moment: under a stream of changes the sums are made once for many. */
export function watchInsights(source: InsightsSource, soon: (run: () => void) => void): InsightsWatch {
  const { history } = source
  const changed = createEmitter<void>()
  const insights = new Insights(history, (ref) => source.partOf(ref) === 'counts')
  const reader = new LogReader(source)
  const noted = new Set<number>()
  let state: InsightsState = { summary: null, read: 0, all: history.count, isReading: true, fault: null }
  const waiting: number[] = []
  let listeners = 0
  let stops: readonly (() => void)[] = []
  let running: Promise<void> | null = null
  let sliceEnd = 0
  let isDue = false

  function goSoon(): void {
    if (isDue) return
    isDue = true
    soon(() => {
      isDue = false
      go()
    })
  }

  function set(part: Partial<InsightsState>): void {
    state = { ...state, ...part }
    changed.emit()
  }

  function go(): void {
    running ??= run()
      .catch((error: unknown) => set({ fault: error, isReading: false }))
      .finally(() => {
        running = null
      })
  }

  async function run(): Promise<void> {
    sliceEnd = source.now() + SLICE_MS
    while (listeners > 0 && (waiting.length > 0 || insights.unsettled > 0)) {
      set({ isReading: true })
      while (waiting.length > 0) {
        const some = waiting.splice(0, TOGETHER)
        await reader.read(some, breathe)
        for (const ordinal of some) {
          note(ordinal)
          await breathe()
        }
        reader.forget(some)
        set({ read: noted.size, all: noted.size + waiting.length })
      }
      while (insights.settleOne()) await breathe()
    }
    const work = await workOfAll()
    set({ summary: summarize(insights, work, source.now()), isReading: false, fault: null })
  }

  async function workOfAll(): Promise<ReadonlyMap<NodeId, TaskWork>> {
    const work = new Map<NodeId, TaskWork>()
    for (const node of source.nodes.values()) {
      if (node.type !== 'task' || !node.work) continue
      work.set(node.id, workOf(node, source.runsOf(node.id), history))
      await breathe()
    }
    return work
  }

  function note(ordinal: number): void {
    noted.add(ordinal)
    const batch = reader.at(ordinal)
    batch?.edits.forEach((edit, index) => {
      if (edit) insights.note(edit.node, saidBy(edit, ordinal * 256 + index, batch.author.actor))
    })
  }

  async function breathe(): Promise<void> {
    if (source.now() < sliceEnd) return
    await source.yieldToUi()
    sliceEnd = source.now() + SLICE_MS
  }

  function turned(): void {
    insights.turn()
    goSoon()
  }

  function begin(): void {
    const queued = new Set(waiting)
    for (let ordinal = 0; ordinal < history.count; ordinal++)
      if (history.arrivalOf(ordinal) > 0 && !noted.has(ordinal) && !queued.has(ordinal)) waiting.push(ordinal)
    // Nobody listened for verdicts that turned meanwhile.
    insights.turn()
    stops = [
      source.onDurable((ordinals) => {
        const known = new Set(waiting)
        waiting.push(...ordinals.filter((ordinal) => !noted.has(ordinal) && !known.has(ordinal)))
        goSoon()
      }),
      source.onAuthority(turned),
      source.onFences(turned),
    ]
    go()
  }

  return {
    get: () => state,
    subscribe(listener) {
      const stop = changed.on(listener)
      if (++listeners === 1) begin()
      return () => {
        stop()
        if (--listeners > 0) return
        for (const end of stops) end()
        stops = []
      }
    },
  }
}

/** Insights: how often people and agents conflict, which size of task gets done, who works how. All of it from the log. */

import type { ReactNode } from 'react'
import type { InsightsSummary } from '../../replica/insights-summary.ts'
import { faultWords } from '../words.ts'
import css from './insights.module.css'
import { ConflictFields, ConflictTimes } from './conflict-figures.tsx'
import { costWords } from '../run-words.ts'
import { People } from './people-figure.tsx'
import { AgentRuns, Outcomes, Pairs, Settles } from './run-figures.tsx'
import { Sizes } from './size-figures.tsx'
import { useInsights } from './use-insights.ts'

export function InsightsPage() {
  const { summary, read, all, isReading, fault } = useInsights()
  return (
    <div className={css['page']}>
      <div className={css['column']}>
        <p className={css['progress']} aria-live="polite" data-shown={isReading || fault !== null || undefined}>
          {fault !== null
            ? `The log cannot be read now: ${faultWords(fault)}`
            : isReading && summary === null
              ? `Reading the log … ${read.toLocaleString('en')} of ${all.toLocaleString('en')}`
              : ''}
        </p>
        {summary ? <Summary summary={summary} /> : null}
      </div>
    </div>
  )
}

function Summary({ summary }: { readonly summary: InsightsSummary }) {
  const { edits, conflicts, bySubtasks, runs } = summary
  const tasks = bySubtasks.reduce((sum, line) => sum + line.done + line.cancelled + line.open, 0)
  const done = bySubtasks.reduce((sum, line) => sum + line.done, 0)
  if (tasks === 0)
    return (
      <p className={css['empty']}>
        There is nothing to learn from yet. Once tasks are worked on, this page says how often people and agents conflict, which
        size of task gets done, and who works how.
      </p>
    )
  return (
    <>
      <dl className={css['tiles']}>
        <Tile name="Changes that count">{edits.toLocaleString('en')}</Tile>
        <Tile name="Conflicts">{conflicts.toLocaleString('en')}</Tile>
        <Tile name="In 100 changes">{rate(conflicts, edits)}</Tile>
        <Tile name="Tasks done">
          {done.toLocaleString('en')} of {tasks.toLocaleString('en')}
        </Tile>
        {runs.runs === 0 ? null : (
          <>
            <Tile name="Runs">{runs.runs.toLocaleString('en')}</Tile>
            <Tile name="Duplicate starts">{runs.duplicates.toLocaleString('en')}</Tile>
            <Tile name="Cost of runs">{costWords(runs.costMicros)}</Tile>
            <Tile name="Of it wasted">{runs.wastedMicros === 0 ? 'none' : costWords(runs.wastedMicros)}</Tile>
          </>
        )}
      </dl>
      <Part title="How often does work conflict?">
        <ConflictTimes summary={summary} />
        <ConflictFields summary={summary} />
        <Pairs summary={summary} />
      </Part>
      <Part title="What size of task works?">
        <Sizes summary={summary} />
      </Part>
      <Part title="Who works how?">
        <People summary={summary} />
        {runs.runs === 0 ? null : <AgentRuns summary={summary} />}
      </Part>
      {runs.runs === 0 ? null : (
        <Part title="How well do agents share the work?">
          <Settles summary={summary} />
          <Outcomes summary={summary} />
        </Part>
      )}
    </>
  )
}

function Tile({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={css['tile']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={css['part']}>
      <h2 className={css['partTitle']}>{title}</h2>
      {children}
    </div>
  )
}

const decimals = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** So many in a hundred. */
function rate(some: number, all: number): string {
  return decimals.format(all === 0 ? 0 : (some / all) * 100)
}

/** What the runs of agents say: who gets done what for how much, what came to nothing, and how well claims keep agents apart. */

import type { AgentLine, RunsSummary, SettleLine } from '../../replica/insights-runs.ts'
import type { InsightsSummary } from '../../replica/insights-summary.ts'
import { costWords, RUN_STATE } from '../run-words.ts'
import { duration } from '../times.ts'
import { count } from '../words.ts'
import { Rows } from './charts.tsx'
import { Figure } from './figure.tsx'
import { useActorNames } from './use-actor-names.ts'

/** Lines that are shown before the rest is in the table. */
const SHOWN = 12
const HOUR = 3_600_000

interface FigureProps {
  readonly summary: InsightsSummary
}

const decimals = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

export function AgentRuns({ summary: { runs } }: FigureProps) {
  const nameOf = useActorNames(runs.agents.map(({ actor }) => actor))
  const [first] = runs.agents
  return (
    <Figure
      title="Runs by agent"
      words={
        first && first.accepted > 0
          ? `${nameOf(first.actor)} has most accepted: ${count(first.accepted, 'run')} of ${first.runs}. Half of what was accepted took less than the cycle time, from claim to the last submit.`
          : 'No run has been accepted yet.'
      }
      chart={
        <Rows
          label="Runs by agent: the table has the numbers"
          most={Math.max(1, ...runs.agents.map((line) => line.runs))}
          rows={runs.agents.slice(0, SHOWN).map((line) => ({
            name: nameOf(line.actor),
            parts: [
              { tone: 'good', value: line.accepted, words: `${count(line.accepted, 'run')} accepted` },
              { tone: 'plain', value: line.runs - line.accepted - line.wasted, words: 'Open, or given back' },
              { tone: 'bad', value: line.wasted, words: `${count(line.wasted, 'run')} came to nothing` },
            ],
            says: `${line.accepted} of ${count(line.runs, 'run')}${line.costMicros === 0 ? '' : `, ${costWords(line.costMicros)}`}`,
          }))}
        />
      }
      head={[
        'Agent',
        'Runs',
        'Accepted',
        'An hour',
        'Cycle time',
        'Sent back',
        'Retries',
        'Came to nothing',
        'Worked',
        'Cost',
        'Cost of one',
      ]}
      rows={runs.agents.map((line) => [
        nameOf(line.actor),
        line.runs.toLocaleString('en'),
        line.accepted.toLocaleString('en'),
        perHour(line),
        line.cycleMs === null ? 'not known' : duration(line.cycleMs),
        line.sentBack.toLocaleString('en'),
        line.retries.toLocaleString('en'),
        line.wasted.toLocaleString('en'),
        duration(line.workedMs),
        costWords(line.costMicros),
        line.accepted === 0 ? 'none' : costWords(line.costMicros / line.accepted),
      ])}
    />
  )
}

/** Accepted runs in an hour of work. */
function perHour({ accepted, workedMs }: AgentLine): string {
  return workedMs === 0 ? 'not known' : decimals.format(accepted / (workedMs / HOUR))
}

/** Runs by what became of them, and what that cost. */
export function Outcomes({ summary: { runs } }: FigureProps) {
  return (
    <Figure
      title="By outcome"
      words={wasteWords(runs)}
      chart={
        <Rows
          label="Runs by outcome: the table has the numbers"
          most={Math.max(1, ...runs.outcomes.map((line) => line.runs))}
          rows={runs.outcomes.map(({ state, runs: of, costMicros }) => ({
            name: RUN_STATE[state],
            parts: [{ tone: TONES[state] ?? 'plain', value: of, words: count(of, 'run') }],
            says: `${count(of, 'run')}${costMicros === 0 ? '' : `, ${costWords(costMicros)}`}`,
          }))}
        />
      }
      head={['Outcome', 'Runs', 'Worked', 'Cost']}
      rows={runs.outcomes.map(({ state, runs: of, workedMs, costMicros }) => [
        RUN_STATE[state],
        of.toLocaleString('en'),
        duration(workedMs),
        costWords(costMicros),
      ])}
    />
  )
}

const TONES: Readonly<Record<string, string>> = {
  accepted: 'good',
  superseded: 'bad',
  lost: 'bad',
  fail: 'bad',
  expire: 'bad',
  revoke: 'bad',
}

function wasteWords({ runs, wasted, wastedMicros, costMicros }: RunsSummary): string {
  if (wasted === 0) return `Of ${count(runs, 'run')} none was lost, taken over, stopped or failed.`
  const spent =
    costMicros === 0
      ? ''
      : ` They cost ${costWords(wastedMicros)}, ${decimals.format((wastedMicros / costMicros) * 100)} % of the whole.`
  return `${count(wasted, 'run')} of ${runs.toLocaleString('en')} began and came to nothing: lost, taken over, stopped or failed.${spent}`
}

/** How long agents waited from a claim until they knew that the task is theirs, and how often two began all the same. */
export function Settles({ summary: { runs } }: FigureProps) {
  const { settles, settleMs, slowSettleMs, duplicates } = runs
  const twice =
    duplicates === 0 ? 'No two have begun one task at once.' : `${count(duplicates, 'run')} began on a task that another was at.`
  return (
    <Figure
      title="From claim to start"
      words={
        settleMs === null || slowSettleMs === null
          ? 'No claim has been confirmed yet.'
          : `Half of the claims were confirmed within ${seconds(settleMs)}, nineteen of twenty within ${seconds(slowSettleMs)}. ${twice}`
      }
      chart={
        <Rows
          label="Confirmed claims by time: the table has the numbers"
          most={Math.max(1, ...settles.map((line) => line.runs))}
          rows={settles.map((line) => ({
            name: settleName(line),
            parts: [{ tone: 'plain', value: line.runs, words: count(line.runs, 'claim') }],
            says: count(line.runs, 'claim'),
          }))}
        />
      }
      head={['Confirmed', 'Claims']}
      rows={settles.map((line) => [settleName(line), line.runs.toLocaleString('en')])}
    />
  )
}

function settleName({ from, to }: SettleLine): string {
  return to === null ? `after ${duration(from)} or more` : `within ${duration(to)}`
}

/** Claims settle in seconds: a tenth of one matters. */
function seconds(ms: number): string {
  return ms < 60_000 ? `${decimals.format(ms / 1000)} s` : duration(ms)
}

/** Who writes what another writes otherwise, in all the changes of the two. */
export function Pairs({ summary: { pairs } }: FigureProps) {
  const nameOf = useActorNames([...new Set(pairs.flatMap(({ pair }) => pair))])
  const lines = pairs.map(({ pair: [a, b], conflicts, edits }) => ({
    name: a === b ? `${nameOf(a)}, on two devices` : `${nameOf(a)} and ${nameOf(b)}`,
    conflicts,
    edits,
  }))
  return (
    <Figure
      title="By pair"
      words={lines[0] ? `Most often between ${lines[0].name}.` : 'No two have conflicted yet.'}
      chart={
        lines.length === 0 ? null : (
          <Rows
            label="Conflicts by pair: the table has the numbers"
            most={Math.max(1, ...lines.map(({ conflicts }) => conflicts))}
            rows={lines.slice(0, SHOWN).map(({ name, conflicts, edits }) => ({
              name,
              parts: [{ tone: 'bad', value: conflicts, words: count(conflicts, 'conflict') }],
              says: `${conflicts.toLocaleString('en')} in ${count(edits, 'change')}`,
            }))}
          />
        )
      }
      head={['Who', 'Conflicts', 'Changes of both', 'In 100 changes']}
      rows={lines.map(({ name, conflicts, edits }) => [
        name,
        conflicts.toLocaleString('en'),
        edits.toLocaleString('en'),
        decimals.format((conflicts / Math.max(1, edits)) * 100),
      ])}
    />
  )
}

import type { InsightsSummary, SizeLine } from '../../replica/insights-summary.ts'
import { duration } from '../times.ts'
import { count } from '../words.ts'
import { Rows } from './charts.tsx'
import { Figure } from './figure.tsx'
import css from './insights.module.css'

const OUTCOMES = [
  ['done', 'Done', 'good'],
  ['cancelled', 'Cancelled', 'bad'],
  ['open', 'Open', 'plain'],
] as const

export function Sizes({ summary }: { readonly summary: InsightsSummary }) {
  return (
    <>
      <p className={css['legend']} aria-hidden>
        {OUTCOMES.map(([outcome, title, tone]) => (
          <span key={outcome} className={css['key']} data-tone={tone}>
            {title}
          </span>
        ))}
      </p>
      <Size title="By subtasks" lines={summary.bySubtasks} nameOf={subtasksWords} />
      <Size title="By changes" lines={summary.byEdits} nameOf={editsWords} />
      <Size title="By time from created to closed" lines={summary.byDuration} nameOf={durationWords} />
      {summary.runs.runs === 0 ? null : (
        <>
          <Size title="By runs that it took" lines={summary.byAttempts} nameOf={attemptsWords} />
          <Size title="By time that agents worked on it" lines={summary.byWork} nameOf={workWords} />
        </>
      )}
    </>
  )
}

interface SizeProps {
  readonly title: string
  readonly lines: readonly SizeLine[]
  readonly nameOf: (line: SizeLine) => string
}

function Size({ title, lines, nameOf }: SizeProps) {
  const all = (line: SizeLine): number => line.done + line.cancelled + line.open
  const closed = lines.filter((line) => line.done + line.cancelled > 0)
  const best = closed.toSorted((a, b) => shareDone(b) - shareDone(a) || b.done - a.done)[0]
  return (
    <Figure
      title={title}
      words={
        best
          ? `Of closed tasks, those with ${nameOf(best)} were done most often: ${Math.round(shareDone(best) * 100)} %.`
          : 'No task has been closed yet.'
      }
      chart={
        <Rows
          label={`Outcome ${title.toLowerCase()}: the table has the numbers`}
          most={Math.max(1, ...lines.map(all))}
          rows={lines.map((line) => ({
            name: nameOf(line),
            parts: OUTCOMES.map(([outcome, name, tone]) => ({
              tone,
              value: line[outcome],
              words: `${name}: ${count(line[outcome], 'task')}`,
            })),
            says: count(all(line), 'task'),
          }))}
        />
      }
      head={['Size', 'Done', 'Cancelled', 'Open', 'Done of closed']}
      rows={lines.map((line) => [
        nameOf(line),
        line.done.toLocaleString('en'),
        line.cancelled.toLocaleString('en'),
        line.open.toLocaleString('en'),
        line.done + line.cancelled === 0 ? 'none closed' : `${Math.round(shareDone(line) * 100)} %`,
      ])}
    />
  )
}

function shareDone({ done, cancelled }: SizeLine): number {
  return done / Math.max(1, done + cancelled)
}

function subtasksWords({ from, to }: SizeLine): string {
  if (from === 0) return 'no subtasks'
  return to === null ? `${from} or more subtasks` : `${from} to ${to - 1} subtasks`
}

function editsWords({ from, to }: SizeLine): string {
  return to === null ? `${from} or more changes` : `${Math.max(1, from)} to ${to - 1} changes`
}

function attemptsWords({ from, to }: SizeLine): string {
  if (to === null) return `${from} or more runs`
  return to - from === 1 ? count(from, 'run') : `${from} to ${to - 1} runs`
}

function workWords({ from, to }: SizeLine): string {
  return to === null ? `${duration(from)} of work or more` : `less than ${duration(to)} of work`
}

const DURATION_WORDS = ['less than an hour', 'less than a day', 'less than a week', 'a week or more']

function durationWords({ to }: SizeLine): string {
  const at = [3_600_000, 86_400_000, 7 * 86_400_000, null].indexOf(to)
  return DURATION_WORDS[at] ?? ''
}

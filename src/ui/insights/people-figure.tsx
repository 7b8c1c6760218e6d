import type { InsightsSummary } from '../../replica/insights-summary.ts'
import { duration } from '../times.ts'
import { count } from '../words.ts'
import { Rows } from './charts.tsx'
import { Figure } from './figure.tsx'
import { useActorNames } from './use-actor-names.ts'

/** Lines that are shown before the rest is in the table. */
const SHOWN = 12

export function People({ summary: { actors } }: { readonly summary: InsightsSummary }) {
  const nameOf = useActorNames(actors.map(({ actor }) => actor))
  const lines = actors.map((line) => ({ ...line, name: nameOf(line.actor) }))
  const most = Math.max(1, ...lines.map(({ done }) => done))
  const first = lines[0]
  return (
    <Figure
      title="By person and agent"
      words={
        first && first.done > 0
          ? `${first.name} has completed most: ${count(first.done, 'task')}. Cycle time is from when a task was begun, or else ready, until it was done; half of them took less.`
          : 'Nobody has completed a task yet.'
      }
      chart={
        <Rows
          label="Tasks done by person and agent: the table has the numbers"
          most={most}
          rows={lines.slice(0, SHOWN).map(({ name, done, cycleMs, edits }) => ({
            name,
            parts: [{ tone: 'good', value: done, words: `${count(done, 'task')} done` }],
            says: `${done.toLocaleString('en')} done${cycleMs === null ? '' : `, ${duration(cycleMs)}`}, ${count(edits, 'change')}`,
          }))}
        />
      }
      head={['Who', 'Tasks done', 'Cycle time', 'Changes', 'Conflicts']}
      rows={lines.map(({ name, done, cycleMs, edits, conflicts }) => [
        name,
        done.toLocaleString('en'),
        cycleMs === null ? 'not known' : duration(cycleMs),
        edits.toLocaleString('en'),
        conflicts.toLocaleString('en'),
      ])}
    />
  )
}

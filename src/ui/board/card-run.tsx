/** What goes on at a task now, on its card: who works on it, the step it is at and since when, or that it waits for review. */

import { isHeld } from '../../core/work.ts'
import { Bot, Eye } from 'lucide-react'
import type { TaskRow } from '../../replica/task-row.ts'
import { useMinute } from '../hooks.ts'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { age, count } from '../words.ts'
import css from './card-run.module.css'

export function CardRun({ row }: { readonly row: TaskRow }) {
  return row.run === null ? null : <Shown row={row} run={row.run} />
}

function Shown({ row, run }: { readonly row: TaskRow; readonly run: NonNullable<TaskRow['run']> }) {
  const known = useKnownPeople()
  const now = useMinute()
  const name = actorName(run.agent, known)
  if (row.candidates > 0)
    return (
      <p className={css['run']} title={`Handed in by ${name}: it waits to be accepted or sent back`}>
        <Eye size={12} aria-hidden />
        <span className={css['words']}>
          {row.candidates > 1 ? `${count(row.candidates, 'candidate')} to review` : `${name}: to review`}
        </span>
        <span className={css['age']}>{age(run.since, now)}</span>
      </p>
    )
  if (!isHeld(run.state)) return null
  const words = run.step === '' ? (run.state === 'working' ? 'works on it' : waitsWords(run)) : run.step
  return (
    <p className={css['run']} title={`${name}: ${words}`}>
      <Bot size={12} aria-hidden />
      <span className={css['words']}>
        {name}: {words}
      </span>
      <span className={css['age']}>{age(run.began, now)}</span>
    </p>
  )
}

function waitsWords({ lease }: NonNullable<TaskRow['run']>): string {
  return lease === null ? 'asks for it' : lease.given ? 'has its lease' : 'waits for a lease'
}

/** The same in the card's accessible name. */
export function runSummaryOf({ run, candidates }: TaskRow): string {
  if (run === null) return ''
  if (candidates > 0) return `, ${candidates === 1 ? 'waits' : `${candidates} candidates wait`} for review`
  return isHeld(run.state) ? `, worked on${run.step === '' ? '' : `: ${run.step}`}` : ''
}

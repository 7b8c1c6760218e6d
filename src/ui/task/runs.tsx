/** Who worked on the task, what came of it, what it cost and what was said; the run that goes on or waits for a word first. */

import { isHeld } from '../../core/work.ts'
import { Bot } from 'lucide-react'
import { useState } from 'react'
import { LOCAL } from '../../core/limits.ts'
import { lastSignOf } from '../../replica/inbox-item.ts'
import type { RunRow } from '../../replica/run-row.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { RUN_STATE, silenceWords, usageWords } from '../run-words.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import { count } from '../words.ts'
import { evidenceOf } from './evidence.ts'
import { EvidenceOf, Review } from './review.tsx'
import css from './runs.module.css'
import { Section } from './section.tsx'
import { StopRun } from './stop-run.tsx'
import { useNow } from './use-task.ts'

/** Runs that are over, shown before one asks for more. */
const FIRST = 2

export function Runs({ task }: { readonly task: TaskRow }) {
  const { replica } = useSession()
  const [all, setAll] = useState(false)
  // The row is another object whenever a run of the task changed.
  const runs = replica.runsOf(task.id).toReversed()
  if (runs.length === 0) return null
  const waiting = runs.filter(({ state }) => state === 'submitted').toReversed()
  const rest = runs.filter(({ state }) => state !== 'submitted')
  const over = rest.filter((run) => !isHeld(run.state))
  const shown = [...rest.filter(({ state }) => isHeld(state)), ...(all ? over : over.slice(0, FIRST))]
  return (
    <Section title="Runs" note={runs.length > 1 ? String(runs.length) : undefined}>
      <ul className={css['list']}>
        {waiting.map((run) => (
          <li key={run.id} className={css['card']} data-open>
            <Review task={task} run={run} />
          </li>
        ))}
        {shown.map((run) => (
          <RunLine key={run.id} task={task} run={run} />
        ))}
      </ul>
      {over.length > FIRST ? (
        <button type="button" className={css['more']} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show less' : `Show ${count(over.length - FIRST, 'earlier run')}`}
        </button>
      ) : null}
    </Section>
  )
}

function RunLine({ task, run }: { readonly task: TaskRow; readonly run: RunRow }) {
  const known = useKnownPeople()
  const now = useNow()
  const name = actorName(run.agent, known)
  const { summary, checks } = evidenceOf(run.evidence)
  const spent = usageWords(run.usage)
  const silence = useSilence(task, run, now)
  const facts = [run.step, spent].filter((fact) => fact !== '').join(' · ')
  return (
    <li
      className={css['card']}
      data-live={isHeld(run.state) || undefined}
      aria-label={`Run of ${name}: ${RUN_STATE[run.state].toLowerCase()}`}
    >
      <div className={css['head']}>
        <Bot size={14} aria-hidden />
        <span className={css['name']}>{name}</span>
        <span className={css['state']} data-state={run.state}>
          {RUN_STATE[run.state]}
        </span>
        <time className={css['soft']} dateTime={run.since} title={exactTime(Date.parse(run.since))}>
          {ago(Date.parse(run.since), now)}
        </time>
        <StopRun task={task} run={run} name={name} />
      </div>
      {facts === '' ? null : <p className={css['soft']}>{facts}</p>}
      {silence === null ? null : <p className={css['soft']}>{silence}</p>}
      {run.said === '' ? null : <blockquote className={css['said']}>{run.said}</blockquote>}
      {summary === '' && checks.length === 0 ? null : (
        <details className={css['evidence']}>
          <summary>What it handed in</summary>
          <EvidenceOf run={run} />
        </details>
      )}
    </li>
  )
}

/** What is known of a run that goes on and has left no sign for long, though its agent is not seen here. */
function useSilence({ id }: TaskRow, run: RunRow, now: number): string | null {
  const { replica } = useSession()
  const isHere = useKnownPeople().some(({ actor, here }) => here && actor === run.agent)
  const node = replica.nodes.get(id)
  if (!node || !isHeld(run.state) || isHere) return null
  const since = lastSignOf(replica, node, run)
  return now - since < LOCAL.silentRunMs ? null : silenceWords(since, now)
}

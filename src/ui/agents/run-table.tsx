import { Link } from 'wouter'
import { transcriptPath } from '../../agents/transcript.ts'
import { isHeld } from '../../core/work.ts'
import { agentRunsIn } from '../../replica/agent-runs.ts'
import type { RunRow } from '../../replica/run-row.ts'
import { useMinute, useTask } from '../hooks.ts'
import { links } from '../links.ts'
import { lengthWords, RUN_STATE, spentWords, tokenWords } from '../run-words.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import css from './agents.module.css'
import { useAgentRecord } from './use-record.ts'

const SHOWN = 20

/** The last runs of an agent: of which task, what came of it, how long it took and what it cost. */
export function RunTable({ id, actor, name }: { readonly id: string; readonly actor: string; readonly name: string }) {
  const runs = agentRunsIn(useSession().replica)
  const { runs: all } = useAgentRecord(actor)
  const rows = runs.recent(actor, SHOWN)
  return (
    <div id={id} className={css['runs']}>
      {rows.length === 0 ? (
        <p className={css['quiet']}>No runs yet. A run begins when it claims a task that is ready.</p>
      ) : (
        <table className={css['table']} aria-label={`Last runs of ${name}`}>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Outcome</th>
              <th scope="col">Took</th>
              <th scope="col">Cost</th>
              <th scope="col">Began</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Run key={row.id} run={row} />
            ))}
          </tbody>
        </table>
      )}
      {all > rows.length ? (
        <p className={css['quiet']}>
          The last {rows.length} of {all}.
        </p>
      ) : null}
    </div>
  )
}

function Run({ run }: { readonly run: RunRow }) {
  const { workspaceId, replica } = useSession()
  const now = useMinute()
  const task = useTask(run.task)
  const transcript = task ? replica.views.documents.at(transcriptPath(task.key, run.id), task.project)[0] : undefined
  const [began, since] = [Date.parse(run.began), Date.parse(run.since)]
  return (
    <tr>
      <th scope="row">
        {task ? (
          <Link href={links.task(workspaceId, task.key)} className={css['taskLink']} title={task.title}>
            <span className={css['taskKey']}>{task.key}</span> {task.title}
          </Link>
        ) : (
          'A task that is not here'
        )}
      </th>
      <td>
        <span className={css['outcome']} data-outcome={run.state} title={run.said || undefined}>
          {RUN_STATE[run.state]}
        </span>{' '}
        {transcript ? (
          <Link href={links.file(workspaceId, transcript)} className={css['transcript']}>
            Transcript
          </Link>
        ) : null}
      </td>
      <td>{lengthWords(Math.max(0, (isHeld(run.state) ? now : since) - began))}</td>
      <td title={tokenWords(run.usage)}>{spentWords(run.usage)}</td>
      <td title={exactTime(began)}>{ago(began, now)}</td>
    </tr>
  )
}

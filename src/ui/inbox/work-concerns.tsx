/** What the work on a task may need, in words and with what can be done about it. */

import type { Status } from '../../core/fields.ts'
import type { ActorKey, NodeId } from '../../core/ids.ts'
import { type Concern, costLimitOf } from '../../replica/inbox-item.ts'
import type { RunRow } from '../../replica/run-row.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { useMinute, useTask } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { notify } from '../notices.ts'
import { costWords, spentWords, lengthWords, silenceWords } from '../run-words.ts'
import { useSession } from '../session.ts'
import { Review } from '../task/review.tsx'
import { StopRun } from '../task/stop-run.tsx'
import { STATUS_TITLE } from '../words.ts'
import css from './inbox.module.css'

interface ConcernProps {
  readonly task: NodeId
  readonly concern: Concern
  /** Whether letters act on it. */
  readonly keys: boolean
}

/** Handed in; where two finished apart, beside each other. */
export function Reviews({ task: id, concern, keys }: ConcernProps) {
  const { task, runs } = useRuns(id, concern)
  if (!task) return null
  return (
    <>
      {runs.length > 1 ? <p>{runs.length} have finished it apart. Accept one; the others’ work stays in their runs.</p> : null}
      <div className={css['candidates']}>
        {runs.map((run) => (
          <Review key={run.id} task={task} run={run} keys={keys} />
        ))}
      </div>
    </>
  )
}

export function Failed({ task: id, concern, keys }: ConcernProps) {
  const { task, runs } = useRuns(id, concern)
  const nameOf = useRunName()
  const [run] = runs
  if (!task || !run) return null
  return (
    <>
      <p>
        {nameOf(run)} could not do it{run.said === '' ? ', and does not say why.' : ':'}
      </p>
      {run.said === '' ? null : <blockquote className={css['said']}>{run.said}</blockquote>}
      <p className={css['soft']}>
        The task is free again, and the next agent may try. If it cannot be done as it stands, change it first.
      </p>
      <MoveTo task={task} status="backlog" label="Set it aside" letter={keys ? 'S' : undefined} />
    </>
  )
}

export function Silent({ task: id, concern, keys }: ConcernProps) {
  const { task, runs } = useRuns(id, concern)
  const nameOf = useRunName()
  const now = useMinute()
  const [run] = runs
  if (!task || !run) return null
  const name = nameOf(run)
  return (
    <>
      <p>
        {name} {run.step === '' ? 'works on it.' : <>was at “{run.step}”.</>} {silenceWords(concern.since, now)}
      </p>
      <div className={css['buttons']}>
        <StopRun task={task} run={run} name={name} label="Free the task …" letter={keys ? 'X' : undefined} />
      </div>
    </>
  )
}

export function Budget({ task: id, concern, keys }: ConcernProps) {
  const { replica } = useSession()
  const { task, runs } = useRuns(id, concern)
  const nameOf = useRunName()
  const [run] = runs
  if (!task || !run) return null
  const limit = costLimitOf(replica, run.agent as ActorKey)
  return (
    <>
      <p>
        {nameOf(run)} has spent {spentWords(run.usage)} on it
        {limit === null ? '' : `, and a run of this agent may cost ${costWords(limit)}`}.
        {run.halted === 'budget' ? ' It was paused before the next step could go over that: raise the limit and resume it.' : ''}
      </p>
      <div className={css['buttons']}>
        <StopRun task={task} run={run} name={nameOf(run)} label="Stop it …" letter={keys ? 'X' : undefined} />
      </div>
    </>
  )
}

/** The words are an agent's: text, and never more. */
export function Refused({ task: id, concern, keys }: ConcernProps) {
  const { task, runs } = useRuns(id, concern)
  const nameOf = useRunName()
  const [run] = runs
  if (!task || !run) return null
  return (
    <>
      <p>{nameOf(run)} tried what it has no right to, and was refused:</p>
      <ul>
        {run.refused.map((attempt) => (
          <li key={attempt}>
            <code>{attempt}</code>
          </li>
        ))}
      </ul>
      <p className={css['soft']}>
        Nothing was changed. It may need a wider capability; or the words of a card led it astray: read them before you grant one.
      </p>
      <div className={css['buttons']}>
        <StopRun task={task} run={run} name={nameOf(run)} label="Stop it …" letter={keys ? 'X' : undefined} />
      </div>
    </>
  )
}

export function Untouched({ task: id, concern, keys }: ConcernProps) {
  const task = useTask(id)
  const now = useMinute()
  if (!task) return null
  return (
    <>
      <p>
        It stands in {STATUS_TITLE[task.status]}, no run holds it, and nobody has touched it for{' '}
        {lengthWords(now - concern.since)}.
      </p>
      <MoveTo task={task} status="ready" label="Back to Ready" letter={keys ? 'R' : undefined} />
    </>
  )
}

function MoveTo({
  task,
  status,
  label,
  letter,
}: {
  readonly task: TaskRow
  readonly status: Status
  readonly label: string
  readonly letter: string | undefined
}) {
  const { replica } = useSession()
  const act = useAct()
  const node = replica.nodes.get(task.id)
  if (!node || !replica.may('update', node)) return null
  const before = task.status
  const move = (): void => {
    if (!act('order_task', { id: task.id, status })) return
    const undo = (): void => void act('order_task', { id: task.id, status: before })
    notify(`${task.key} moved to ${STATUS_TITLE[status]}`, { action: { label: 'Undo', run: undo }, about: task.id })
  }
  return (
    <div className={css['buttons']}>
      <Button look="outline" aria-keyshortcuts={letter} onClick={move}>
        {label}
      </Button>
    </div>
  )
}

/** The row of a run is made anew with that of its task. */
function useRuns(id: NodeId, { about }: Concern): { readonly task: TaskRow | null; readonly runs: readonly RunRow[] } {
  const { replica } = useSession()
  const task = useTask(id)
  return { task, runs: replica.runsOf(id).filter((run) => about.includes(run.id)) }
}

function useRunName(): (run: RunRow) => string {
  const known = useKnownPeople()
  return ({ agent }) => actorName(agent, known)
}

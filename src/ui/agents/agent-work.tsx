/** What an agent does now, and what came of its work. */

import { Link } from 'wouter'
import { useTask } from '../hooks.ts'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { count } from '../words.ts'
import css from './agents.module.css'
import type { AgentEntry } from './roster.ts'
import { useAgentRecord, useLiveStep } from './use-record.ts'
import { costWords, spentWords, tokenWords } from '../run-words.ts'

/** The task that it holds, and the step that it is at. */
export function Doing({ agent: { actor } }: { readonly agent: AgentEntry }) {
  const { workspaceId } = useSession()
  const { holds, waiting } = useAgentRecord(actor ?? '')
  const [run] = holds
  const task = useTask(run?.task ?? NO_TASK)
  const step = useLiveStep(actor ?? '', run?.id ?? null, run?.step ?? '')
  const others = holds.length - 1
  return (
    <div className={css['doing']}>
      {run && task ? (
        <>
          <Link href={links.task(workspaceId, task.key)} className={css['taskLink']} title={task.title}>
            <span className={css['taskKey']}>{task.key}</span> {task.title}
          </Link>
          <p className={css['step']} title={step}>
            {run.state === 'claimed' ? 'Claimed, not begun' : step || 'No step reported'}
            {task.progress > 0 ? ` · ${task.progress}%` : ''}
            {others > 0 ? ` · and ${count(others, 'other task')}` : ''}
          </p>
        </>
      ) : (
        <p className={css['step']}>{waiting > 0 ? `${count(waiting, 'task')} handed in, waits for review` : 'No task'}</p>
      )}
    </div>
  )
}

const NO_TASK = '' as Parameters<typeof useTask>[0]

export function Numbers({ agent: { actor, limits } }: { readonly agent: AgentEntry }) {
  const { usage, done, failed, sentBack, holds } = useAgentRecord(actor ?? '')
  const isOver = limits.costMicros !== null && holds.some((run) => run.usage.costMicros > (limits.costMicros ?? 0))
  return (
    <dl className={css['numbers']}>
      <Number name="Cost" title={tokenWords(usage)} bad={isOver}>
        {spentWords(usage)}
      </Number>
      <Number name="Done">{done}</Number>
      <Number name="Failed" bad={failed > 0}>
        {failed}
      </Number>
      <Number name="Sent back">{sentBack}</Number>
      {isOver ? <span className={css['over']}>Over its limit of {costWords(limits.costMicros ?? 0)} a run</span> : null}
    </dl>
  )
}

interface NumberProps {
  readonly name: string
  readonly title?: string
  readonly bad?: boolean
  readonly children: string | number
}

function Number({ name, title, bad = false, children }: NumberProps) {
  return (
    <div
      className={css['number']}
      title={title}
      data-zero={children === 0 || children === '–' || undefined}
      data-bad={bad || undefined}
    >
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

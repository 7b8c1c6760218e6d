import { type ReactNode, useId } from 'react'
import { CLAIM_MODES, STATUSES } from '../../core/fields.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { useSession } from '../session.ts'
import { PriorityIcon, StatusIcon } from '../kit/status-icon.tsx'
import { PRIORITY_TITLE, STATUS_TITLE } from '../words.ts'
import { Assignees, Labels } from './chip-fields.tsx'
import { DueField } from './due-field.tsx'
import css from './properties.module.css'

export function Properties({ task }: { readonly task: TaskRow }) {
  const act = useAct()
  const { replica } = useSession()
  const fixed = !replica.may('update', 'task')
  const { id } = task
  return (
    <div className={css['properties']}>
      <Property label="Status">
        {(props) => (
          <span className={css['choice']}>
            <StatusIcon status={task.status} />
            <select
              {...props}
              value={task.status}
              disabled={fixed}
              onChange={(event) => act('update_task', { id, status: event.target.value })}
            >
              {STATUSES.map((status) => (
                <option key={status} value={status}>
                  {STATUS_TITLE[status]}
                </option>
              ))}
            </select>
          </span>
        )}
      </Property>
      <Property label="Priority">
        {(props) => (
          <span className={css['choice']}>
            <PriorityIcon priority={task.priority} />
            <select
              {...props}
              value={task.priority}
              disabled={fixed}
              onChange={(event) => act('update_task', { id, priority: Number(event.target.value) })}
            >
              {PRIORITY_TITLE.map((title, priority) => (
                <option key={title} value={priority}>
                  {title}
                </option>
              ))}
            </select>
          </span>
        )}
      </Property>
      <Property label="Work begins">
        {(props) => (
          <select
            {...props}
            value={task.claimMode}
            disabled={fixed}
            onChange={(event) => act('update_task', { id, claimMode: event.target.value as (typeof CLAIM_MODES)[number] })}
          >
            {CLAIM_MODES.map((mode) => (
              <option key={mode} value={mode}>
                {BEGINS[mode]}
              </option>
            ))}
          </select>
        )}
      </Property>
      <Property label="Due">{(props) => <DueField task={task} fixed={fixed} {...props} />}</Property>
      <Group label="Assignees">
        <Assignees task={task} fixed={fixed} />
      </Group>
      <Group label="Labels">
        <Labels task={task} fixed={fixed} />
      </Group>
    </div>
  )
}

/** What a claim on the task means. */
const BEGINS: Readonly<Record<(typeof CLAIM_MODES)[number], string>> = {
  optimistic: 'Once claimed',
  strict: 'By lease only (strict)',
  competition: 'In competition',
}

/** One control with its label. */
function Property({
  label,
  children,
}: {
  readonly label: string
  readonly children: (props: { readonly id: string; readonly className: string }) => ReactNode
}) {
  const id = useId()
  return (
    <div className={css['property']}>
      <label className={css['label']} htmlFor={id}>
        {label}
      </label>
      {children({ id, className: css['control'] as string })}
    </div>
  )
}

/** Several controls under one label. */
function Group({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <fieldset className={css['property']} aria-labelledby={id}>
      <span id={id} className={css['label']}>
        {label}
      </span>
      {children}
    </fieldset>
  )
}

import { X } from 'lucide-react'
import type { Check, TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { IconButton } from '../kit/button.tsx'
import { useSession } from '../session.ts'
import { AddLine } from './add-line.tsx'
import css from './lists.module.css'
import { LineEdit } from './line-edit.tsx'
import { Section } from './section.tsx'

/** What must be true before the task is done. */
export function Checks({ task }: { readonly task: TaskRow }) {
  const act = useAct()
  const { replica } = useSession()
  const fixed = !replica.may('update', 'task')
  const { id, checks } = task
  const done = checks.filter((check) => check.done).length
  return (
    <Section title="Checklist" note={checks.length > 0 ? `${done} of ${checks.length}` : undefined}>
      {checks.length > 0 ? (
        <ul className={css['list']}>
          {checks.map((check) => (
            <CheckLine key={check.id} taskId={id} check={check} fixed={fixed} />
          ))}
        </ul>
      ) : null}
      {fixed ? null : <AddLine label="Add a check" onAdd={(text) => act('add_check', { id, text })} />}
    </Section>
  )
}

function CheckLine({ taskId, check, fixed }: { readonly taskId: string; readonly check: Check; readonly fixed: boolean }) {
  const act = useAct()
  const change = { id: taskId, check: check.id }
  return (
    <li className={css['line']} data-done={check.done || undefined}>
      <input
        type="checkbox"
        className={css['box']}
        aria-label={check.text}
        checked={check.done}
        disabled={fixed}
        onChange={(event) => act('update_check', { ...change, done: event.target.checked })}
      />
      <LineEdit
        label={`Words of the check ${check.text}`}
        value={check.text}
        fixed={fixed}
        onKeep={(text) => act('update_check', { ...change, text })}
      />
      {fixed ? null : (
        <IconButton
          label={`Remove ${check.text}`}
          className={css['quiet']}
          onClick={() => act('update_check', { ...change, remove: true })}
        >
          <X size={13} aria-hidden />
        </IconButton>
      )}
    </li>
  )
}

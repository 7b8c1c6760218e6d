import { X } from 'lucide-react'
import { useState } from 'react'
import { isClosed } from '../../core/readiness.ts'
import type { WorkNode } from '../../core/fold.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { IconButton } from '../kit/button.tsx'
import { useSession } from '../session.ts'
import css from './properties.module.css'
import { useNow } from './use-task.ts'

interface DueFieldProps {
  readonly task: TaskRow
  readonly fixed: boolean
  readonly id: string
  readonly className: string
}

const DAY_MS = 86_400_000

/** A day, by the browser's own field; kept when it is left or picked, so that a half-typed year is never written. */
export function DueField({ task, fixed, id, className }: DueFieldProps) {
  const act = useAct()
  const now = useNow()
  const { replica } = useSession()
  const [draft, setDraft] = useState<string | null>(null)
  const day = task.due?.slice(0, 10) ?? ''
  const isOpen = !isClosed(replica.nodes.get(task.id) as WorkNode)
  const late = task.due !== null && isOpen && Date.parse(task.due) + DAY_MS <= now

  const keep = (): void => {
    const isDay = draft !== null && /^\d{4}-\d{2}-\d{2}$/.test(draft) && draft >= '1970-01-01'
    if (isDay && draft !== day) act('update_task', { id: task.id, due: `${draft}T00:00:00.000Z` })
    setDraft(null)
  }
  return (
    <span className={css['due']} data-late={late || undefined}>
      <input
        id={id}
        type="date"
        className={className}
        data-empty={(draft ?? day) === '' || undefined}
        value={draft ?? day}
        disabled={fixed}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') keep()
        }}
      />
      {late ? <span className={css['late']}>overdue</span> : null}
      {day !== '' && !fixed ? (
        <IconButton label="Remove the due date" onClick={() => act('update_task', { id: task.id, due: null })}>
          <X size={13} aria-hidden />
        </IconButton>
      ) : null}
    </span>
  )
}

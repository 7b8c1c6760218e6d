import { type KeyboardEvent, useId, useState } from 'react'
import type { TaskRow } from '../../replica/task-row.ts'
import { attempt } from '../act.ts'
import { useSession } from '../session.ts'
import css from './task-panel.module.css'

/** The title, edited in place: Enter or leaving it keeps, Escape takes back. What comes from others shows unless one is typing. */
export function TitleField({ task }: { readonly task: TaskRow }) {
  const session = useSession()
  const [draft, setDraft] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const problemId = useId()

  const keep = (): void => {
    const title = draft?.trim().replaceAll(/\s*\n\s*/g, ' ')
    if (title === undefined || title === task.title) return forget()
    const refusal = attempt(session, 'update_task', { id: task.id, title })
    setProblem(title === '' ? 'A task needs a title. The old one stands.' : (refusal?.detail ?? null))
    setDraft(null)
  }
  const forget = (): void => {
    setDraft(null)
    setProblem(null)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
    if (event.key === 'Escape' && draft === null) return
    event.preventDefault()
    if (event.key === 'Enter') keep()
    else forget()
  }

  return (
    <div>
      <h2>
        <textarea
          className={css['title']}
          aria-label="Title"
          aria-invalid={problem !== null}
          aria-describedby={problem ? problemId : undefined}
          rows={1}
          readOnly={!session.replica.may('update', 'task')}
          value={draft ?? task.title}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={keep}
          onKeyDown={onKeyDown}
        />
      </h2>
      {problem ? (
        <p id={problemId} role="alert" className={css['problem']}>
          {problem}
        </p>
      ) : null}
    </div>
  )
}

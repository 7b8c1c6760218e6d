import { Plus } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import type { Status } from '../../core/fields.ts'
import { LOCAL } from '../../core/limits.ts'
import { notifyRefusal } from '../notices.ts'
import { useSession } from '../session.ts'
import { useUnsaved } from '../unsaved.ts'
import { STATUS_TITLE } from '../words.ts'
import css from './column.module.css'

/** A line at the top of a column: Enter adds a task there and waits for the next. */
export function QuickAdd({ status }: { readonly status: Status }) {
  const session = useSession()
  const [title, setTitle] = useState('')
  useUnsaved(title.trim() === '' ? null : `“Add a task to ${STATUS_TITLE[status]}”`)
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') {
      setTitle('')
      event.currentTarget.blur()
      event.preventDefault()
    }
    if (event.key !== 'Enter' || title.trim() === '') return
    event.preventDefault()
    const made = session.run('create_task', { title, status, before: session.replica.views.column(status)[0] ?? null })
    if (made.ok) setTitle('')
    else notifyRefusal(made.refusal)
  }
  return (
    <div className={css['add']}>
      <Plus size={14} aria-hidden />
      <input
        className={css['addInput']}
        aria-label={`Add a task to ${STATUS_TITLE[status]}`}
        placeholder="Add a task"
        value={title}
        maxLength={LOCAL.titleChars}
        autoComplete="off"
        enterKeyHint="done"
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  )
}

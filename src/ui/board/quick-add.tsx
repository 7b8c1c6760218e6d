import { Plus } from 'lucide-react'
import { type KeyboardEvent, useId, useState } from 'react'
import type { Status } from '../../core/fields.ts'
import { LOCAL } from '../../core/limits.ts'
import { notifyRefusal } from '../notices.ts'
import { useSession } from '../session.ts'
import { useUnsaved } from '../unsaved.ts'
import { priorityTitle } from '../words.ts'
import { knownAssignees } from './assignees.ts'
import type { Group } from './board-address.ts'
import { columnTitle } from './cells.ts'
import css from './column.module.css'
import { parseQuickLine, type QuickLine } from './quick-line.ts'
import { useMayCreate } from './use-rights.ts'

interface QuickAddProps {
  readonly group: Group
  readonly column: string
}

/** A line at the top of a column: Enter adds a task there and waits for the next. Marks in it are shown as they are understood. */
export function QuickAdd({ group, column }: QuickAddProps) {
  const session = useSession()
  const mayCreate = useMayCreate()
  const [text, setText] = useState('')
  const [names, setNames] = useState<readonly string[]>([])
  const previewId = useId()
  const title = columnTitle(group, column)
  const label = group === 'status' ? `Add a task to ${title}` : `Add a task for ${title}`
  useUnsaved(text.trim() === '' ? null : `“${label}”`)
  if (!mayCreate) return null
  const line = parseQuickLine(text, names)
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') {
      setText('')
      event.currentTarget.blur()
      event.preventDefault()
    }
    if (event.key !== 'Enter' || line.title === '') return
    event.preventDefault()
    const { labels, priority, parent } = line
    const status = group === 'status' ? (column as Status) : 'backlog'
    const made = session.run('create_task', {
      title: line.title,
      status,
      labels: [...labels],
      assignees: [...new Set([...(group === 'agent' && column !== '' ? [column] : []), ...line.assignees])],
      ...(priority === null ? {} : { priority }),
      ...(parent === null ? {} : { parent }),
      before: session.replica.views.column(status)[0] ?? null,
    })
    if (made.ok) setText('')
    else notifyRefusal(made.refusal)
  }
  return (
    <div className={css['add']}>
      <Plus size={14} aria-hidden />
      <input
        className={css['addInput']}
        aria-label={label}
        aria-describedby={previewId}
        placeholder="Add a task"
        title="Also takes #label !p1 @name >WN-1"
        value={text}
        maxLength={LOCAL.titleChars}
        autoComplete="off"
        enterKeyHint="done"
        onFocus={() => setNames(knownAssignees(session))}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p id={previewId} className={css['preview']} aria-live="polite" hidden={text === ''}>
        <Understood line={line} />
      </p>
    </div>
  )
}

/** What a line asks for besides its title. */
function Understood({ line: { title, labels, priority, assignees, parent } }: { readonly line: QuickLine }) {
  const { views } = useSession().replica
  const id = parent === null ? null : views.find(parent)
  const row = id === null ? null : views.task(id)
  const marks = labels.length + assignees.length > 0 || priority !== null || parent !== null
  return (
    <>
      {labels.map((label) => (
        <span key={label}>#{label}</span>
      ))}
      {priority === null ? null : <span>{priorityTitle(priority)}</span>}
      {assignees.map((name) => (
        <span key={name}>@{name}</span>
      ))}
      {parent === null ? null : row ? (
        <span>
          part of {row.key} {row.title}
        </span>
      ) : (
        <span data-bad>There is no {parent} here</span>
      )}
      {marks && title === '' ? <span>Now a title …</span> : null}
    </>
  )
}

import { type FormEvent, type KeyboardEvent, useId, useState } from 'react'
import { useLocation } from 'wouter'
import { STATUSES, type Status } from '../../core/fields.ts'
import { LOCAL } from '../../core/limits.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog, focusedAtFirst } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { links } from '../links.ts'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { useUnsaved } from '../unsaved.ts'
import { PRIORITY_TITLE, STATUS_TITLE } from '../words.ts'
import { knownAssignees } from './assignees.ts'

export function NewTaskDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession()
  const [, navigate] = useLocation()
  const [title, setTitle] = useState('')
  const [body, setBody] = useState('')
  const [status, setStatus] = useState<Status>('backlog')
  const [priority, setPriority] = useState(2)
  const [assignees, setAssignees] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  useUnsaved(title.trim() === '' && body.trim() === '' ? null : '“New task”')

  const create = (): void => {
    const before = session.replica.views.column(status)[0] ?? null
    const made = session.run('create_task', { title, body, status, priority, assignees: namesIn(assignees), before })
    if (!made.ok) return setProblem(made.refusal.detail)
    const { key } = made.value
    onClose()
    notify(`${key} added to ${STATUS_TITLE[status]}`, {
      action: { label: 'Open', run: () => navigate(links.task(session.workspaceId, key)) },
    })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    create()
  }
  const submitByKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey) || title.trim() === '') return
    event.preventDefault()
    create()
  }

  return (
    <Dialog title="New task" onClose={onClose}>
      {/* Ctrl+Enter submits from the description too, where Enter is a new line. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form className={fields['form']} onSubmit={submit} onKeyDown={submitByKey}>
        <Field label="Title">
          {(props) => (
            <input
              {...props}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
              required
              maxLength={LOCAL.titleChars}
              autoComplete="off"
              ref={focusedAtFirst}
              placeholder="What needs to be done?"
            />
          )}
        </Field>
        <Field label="Description">
          {(props) => (
            <textarea
              {...props}
              value={body}
              onChange={(event) => setBody(event.target.value)}
              rows={5}
              placeholder="Markdown works here"
            />
          )}
        </Field>
        <div className={fields['row']}>
          <Field label="Status">
            {(props) => (
              <select {...props} value={status} onChange={(event) => setStatus(event.target.value as Status)}>
                {STATUSES.map((one) => (
                  <option key={one} value={one}>
                    {STATUS_TITLE[one]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Priority">
            {(props) => (
              <select {...props} value={priority} onChange={(event) => setPriority(Number(event.target.value))}>
                {PRIORITY_TITLE.map((name, value) => (
                  <option key={name} value={value}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <AssigneesField value={assignees} onChange={setAssignees} />
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={title.trim() === ''}>
            Create task
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function AssigneesField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const session = useSession()
  const listId = useId()
  const [names] = useState(() => knownAssignees(session))
  // A browser completes the whole field, so each name is offered behind the ones that are there.
  const before = value.includes(',') ? `${value.slice(0, value.lastIndexOf(','))}, ` : ''
  return (
    <Field label="Assignees" hint="People or agents, with a comma between them.">
      {(props) => (
        <>
          <input
            {...props}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            list={listId}
            autoComplete="off"
            placeholder="Nobody yet"
          />
          <datalist id={listId}>
            {names.map((name) => (
              <option key={name} value={before + name}>
                {name}
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}

function namesIn(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))]
}

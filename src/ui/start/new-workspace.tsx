import { type FormEvent, useState } from 'react'
import { Actions, Problem } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Field } from '../kit/field.tsx'
import type { Home } from '../session.ts'
import css from './start.module.css'

interface Props {
  readonly home: Home
  readonly onDone: () => void
  readonly onCancel: () => void
}

export function NewWorkspace({ home, onDone, onCancel }: Props) {
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    home.create(name.trim() === '' ? 'My workspace' : name.trim()).then(onDone, (error: unknown) => {
      setBusy(false)
      setProblem(error instanceof Error ? error.message : String(error))
    })
  }
  return (
    <form className={css['panel']} onSubmit={submit} aria-labelledby="new-workspace">
      <h2 id="new-workspace" className={css['panelTitle']}>
        New workspace
      </h2>
      <Field label="Name" hint="People you invite see this name.">
        {(props) => (
          <input
            {...props}
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={200}
            placeholder="My workspace"
            autoComplete="off"
            ref={focusOnce}
          />
        )}
      </Field>
      {problem ? <Problem>The workspace was not created: {problem} Nothing else was changed. Try again.</Problem> : null}
      <Actions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Creating …' : 'Create'}
        </Button>
      </Actions>
    </form>
  )
}

/** The form came because a button asked for it: its first field takes over the focus. */
export function focusOnce(element: HTMLElement | null): void {
  element?.focus()
}

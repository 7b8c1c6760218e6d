import { type FormEvent, useState } from 'react'
import { LOCAL } from '../../core/limits.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'

interface LabelDialogProps {
  readonly onLabel: (label: string) => void
  readonly onClose: () => void
}

/** Asks for a label that nobody has used yet. */
export function LabelDialog({ onLabel, onClose }: LabelDialogProps) {
  const [label, setLabel] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onLabel(label.trim())
    onClose()
  }
  return (
    <Dialog title="New label" onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <Field label="Label">
          {(props) => (
            <input
              {...props}
              value={label}
              maxLength={LOCAL.nameChars}
              autoComplete="off"
              onChange={(event) => setLabel(event.target.value)}
            />
          )}
        </Field>
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={label.trim() === ''}>
            Add label
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

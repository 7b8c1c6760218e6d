import { type FormEvent, useState } from 'react'
import type { Status } from '../../core/fields.ts'
import { attempt, useAct } from '../act.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { useSession } from '../session.ts'
import { columnTitle } from './cells.ts'
import { useLimit } from './use-settings.ts'

/** Asks how many tasks a column should hold at most. */
export function LimitDialog({ status, onClose }: { readonly status: Status; readonly onClose: () => void }) {
  const session = useSession()
  const act = useAct()
  const limit = useLimit(status)
  const [text, setText] = useState(limit === null ? '' : String(limit))
  const [problem, setProblem] = useState<string | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const refusal = attempt(session, 'limit_column', { status, limit: Number(text) })
    if (refusal) setProblem('A limit is a whole number from 1.')
    else onClose()
  }
  return (
    <Dialog title={`Limit of ${columnTitle('status', status)}`} onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <Field label="At most" hint="Everybody here sees it. Nothing is refused: the column says when it holds more.">
          {(props) => (
            <input
              {...props}
              type="number"
              min={1}
              step={1}
              required
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Actions problem={problem}>
          {limit === null ? null : (
            <Button
              onClick={() => {
                act('limit_column', { status, limit: null })
                onClose()
              }}
            >
              No limit
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={text === ''}>
            Set limit
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

/** Asks how agents are to work in this workspace. */

import { type FormEvent, useState } from 'react'
import { LOCAL } from '../../core/limits.ts'
import { policyOf } from '../../replica/policy.ts'
import { attempt } from '../act.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { useSession } from '../session.ts'
import { AuthorityField, type AuthorityChoice } from './authority-field.tsx'

export function PolicyDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession()
  const [policy, setPolicy] = useState(() => policyOf(session.replica))
  const [lease, setLease] = useState<AuthorityChoice>({ key: policy.leaseAuthority, isTakenOver: false })
  const [problem, setProblem] = useState<string | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const { settleMs, offlineClaims, fileLeases } = policy
    const refusal = attempt(session, 'set_policy', {
      settleMs,
      offlineClaims,
      fileLeases,
      leaseAuthority: lease.key,
      leaseTakeOver: lease.isTakenOver,
    })
    if (refusal) setProblem(refusal.detail)
    else onClose()
  }
  return (
    <Dialog title="How agents work here" onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <Field
          label="Tasks about the same files"
          hint="Two tasks are about the same files where their file patterns meet. A warning stands on both cards."
        >
          {(props) => (
            <select
              {...props}
              value={policy.fileLeases}
              onChange={({ target }) => setPolicy({ ...policy, fileLeases: target.value === 'enforce' ? 'enforce' : 'warn' })}
            >
              <option value="warn">Warn, and let both be worked on</option>
              <option value="enforce">Let only one be worked on at a time</option>
            </select>
          )}
        </Field>
        <Field
          label="An agent that hears nobody else"
          hint="Two that are apart may begin one task. One of them keeps it once they meet; the other’s work is kept beside it."
        >
          {(props) => (
            <select
              {...props}
              value={policy.offlineClaims}
              onChange={({ target }) => setPolicy({ ...policy, offlineClaims: target.value === 'wait' ? 'wait' : 'start' })}
            >
              <option value="start">Begins at once</option>
              <option value="wait">Waits until it hears somebody</option>
            </select>
          )}
        </Field>
        <Field
          label="A claim waits for others, in milliseconds"
          hint="Longer than a word takes to everybody: then nothing is begun twice."
        >
          {(props) => (
            <input
              {...props}
              type="number"
              min={0}
              max={LOCAL.settleMs}
              step={1}
              required
              value={policy.settleMs}
              onChange={({ target }) => setPolicy({ ...policy, settleMs: target.valueAsNumber })}
            />
          )}
        </Field>
        <AuthorityField policy={policy} choice={lease} onChoose={setLease} />
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            Save
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

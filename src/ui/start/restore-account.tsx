/** Restoring: this browser becomes one more device of whoever saved the file. */

import { type FormEvent, useState } from 'react'
import type { Result } from '../../base/result.ts'
import { faultWords } from '../words.ts'
import { Actions, Problem } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Field } from '../kit/field.tsx'
import type { Home } from '../session.ts'
import { focusOnce } from './new-workspace.tsx'
import css from './start.module.css'

interface Props {
  readonly home: Home
  readonly onDone: () => void
}

export function RestoreAccount({ home, onDone }: Props) {
  const [file, setFile] = useState<File | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [words, setWords] = useState<string | null>(null)
  const [result, setResult] = useState<Result<string> | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (file === null) return
    setResult(null)
    setWords('Opening the file …')
    const settle = (done: Result<string>): void => {
      setWords(null)
      setResult(done)
    }
    home
      .restoreAccount(file, passphrase, setWords)
      .then(settle, (error: unknown) =>
        settle({ ok: false, refusal: { code: 'unavailable', detail: `The account was not restored: ${faultWords(error)}` } }),
      )
  }
  return (
    <form className={css['panel']} onSubmit={submit} aria-labelledby="restore">
      <h2 id="restore" className={css['panelTitle']}>
        Restore an account
      </h2>
      {result?.ok ? (
        <>
          <output>{result.value}</output>
          <Actions>
            <Button look="primary" onClick={onDone}>
              Done
            </Button>
          </Actions>
        </>
      ) : (
        <>
          <p className={css['soft']}>
            This browser becomes one more device of yours, in every workspace of the file. The lost device can then be removed on
            the People page.
          </p>
          <Field label="Account file">
            {(props) => (
              <input
                {...props}
                type="file"
                accept=".worknode"
                onChange={(event) => setFile(event.target.files?.[0] ?? null)}
                ref={focusOnce}
                required
              />
            )}
          </Field>
          <Field label="Passphrase">
            {(props) => (
              <input
                {...props}
                type="password"
                autoComplete="off"
                value={passphrase}
                onChange={(event) => setPassphrase(event.target.value)}
                required
              />
            )}
          </Field>
          <div aria-live="polite">
            {words === null ? null : (
              <p className={css['working']}>
                <span className={css['spinner']} aria-hidden />
                {words}
              </p>
            )}
          </div>
          {result?.ok === false ? <Problem>{result.refusal.detail}</Problem> : null}
          <Actions>
            <Button onClick={onDone} disabled={words !== null}>
              Cancel
            </Button>
            <Button type="submit" look="primary" disabled={words !== null || file === null || passphrase === ''}>
              Restore
            </Button>
          </Actions>
        </>
      )}
    </form>
  )
}

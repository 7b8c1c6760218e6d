import { type FormEvent, useState } from 'react'
import type { Result } from '../../base/result.ts'
import { Problem } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { notify } from '../notices.ts'
import { saveFile } from '../save-file.ts'
import { type SavedAccount, useSession } from '../session.ts'
import { count, faultWords } from '../words.ts'
import { passphraseFault, passphraseHint } from './passphrase.ts'
import css from './settings.module.css'

/** A file that one can become oneself again by, anywhere, with a passphrase that only its maker knows. */
export function SaveAccount() {
  const { saveAccount } = useSession()
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const [isShown, setShown] = useState(false)
  const [words, setWords] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [saved, setSaved] = useState<SavedAccount | null>(null)

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const fault = passphraseFault(passphrase, again)
    setProblem(fault)
    if (fault !== null) return
    setWords('Gathering your workspaces …')
    const settle = (result: Result<SavedAccount>): void => {
      setWords(null)
      if (!result.ok) return setProblem(result.refusal.detail)
      setSaved(result.value)
      setPassphrase('')
      setAgain('')
      download(result.value.file)
      notify('Account saved to your downloads')
    }
    saveAccount(passphrase, setWords).then(settle, (error: unknown) =>
      settle({ ok: false, refusal: { code: 'unavailable', detail: `Nothing was saved: ${faultWords(error)}` } }),
    )
  }

  if (saved !== null)
    return (
      <div className={css['stack']}>
        <p>
          Saved to your downloads. Keep the file where you keep backups, and the passphrase elsewhere: with both, anybody is you.
          Without the passphrase nobody can open it, neither can you.
        </p>
        {saved.readOnly > 0 ? (
          <p>
            {count(saved.readOnly, 'workspace')} in it can only be read after restoring: you may not bring in another device
            there.
          </p>
        ) : null}
        <div>
          <Button look="outline" onClick={() => download(saved.file)}>
            Download again
          </Button>
        </div>
      </div>
    )
  const field = { type: isShown ? 'text' : 'password', autoComplete: 'new-password', spellCheck: false } as const
  return (
    <form className={css['stack']} onSubmit={submit}>
      <p>
        One file with all your workspaces, locked with a passphrase. By it you come back as yourself in any browser, even if
        nobody else is online.
      </p>
      <div className={fields['row']}>
        <Field label="Passphrase">
          {(props) => <input {...props} {...field} value={passphrase} onChange={(event) => setPassphrase(event.target.value)} />}
        </Field>
        <Field label="Passphrase again">
          {(props) => <input {...props} {...field} value={again} onChange={(event) => setAgain(event.target.value)} />}
        </Field>
      </div>
      <p className={css['note']} aria-live="polite">
        {words ?? passphraseHint(passphrase)}
      </p>
      <Problem>{problem}</Problem>
      <div className={css['split']}>
        <label>
          <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} /> Show
        </label>
        <Button type="submit" look="outline" disabled={words !== null || passphrase === ''}>
          {words === null ? 'Download the account file' : 'Saving …'}
        </Button>
      </div>
    </form>
  )
}

function download(file: Blob): void {
  saveFile([file], `worknode-account-${new Date().toISOString().slice(0, 10)}.worknode`)
}

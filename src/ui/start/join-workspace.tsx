/** Joining: nothing is redeemed before the click; then words say how far it is, and what to do when it fails. */

import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { Result } from '../../base/result.ts'
import { Actions, Problem } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Field } from '../kit/field.tsx'
import type { Home } from '../session.ts'
import { focusOnce } from './new-workspace.tsx'
import css from './start.module.css'

interface Props {
  readonly home: Home
  readonly onDone: () => void
  readonly onCancel: () => void
}

/** Hosts whose pending link was taken up or turned down: it is not offered again. */
const answered = new WeakSet<Home>()

export function isInvited(home: Home): boolean {
  return home.pendingLink !== null && !answered.has(home)
}

export function JoinWorkspace({ home, onDone, onCancel }: Props) {
  const [invited] = useState(() => isInvited(home))
  const [link, setLink] = useState(invited ? (home.pendingLink ?? '') : '')
  const [words, setWords] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const attempt = useRef<AbortController | null>(null)
  useEffect(() => () => attempt.current?.abort(), [])

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const controller = new AbortController()
    attempt.current = controller
    setProblem(null)
    setWords('Looking for a peer …')
    const settle = (result: Result<null>): void => {
      if (controller.signal.aborted) return
      setWords(null)
      if (result.ok) {
        answered.add(home)
        onDone()
      } else setProblem(result.refusal.detail)
    }
    home
      .join(link.trim(), (progress) => controller.signal.aborted || setWords(progress), controller.signal)
      .then(settle, (error: unknown) =>
        settle({ ok: false, refusal: { code: 'unavailable', detail: error instanceof Error ? error.message : String(error) } }),
      )
  }
  const cancel = (): void => {
    attempt.current?.abort()
    setWords(null)
    if (words !== null) return
    answered.add(home)
    onCancel()
  }

  return (
    <form className={css['panel']} onSubmit={submit} aria-labelledby="join">
      <h2 id="join" className={css['panelTitle']}>
        {invited ? 'You are invited to a workspace' : 'Join with a link'}
      </h2>
      <p className={css['soft']}>
        {invited
          ? 'Joining makes a key of your own in this browser and fetches the board from whoever is online there.'
          : 'Paste the invite link that somebody sent you. The board comes from whoever is online there.'}
      </p>
      {invited ? null : (
        <Field label="Invite link">
          {(props) => (
            <input
              {...props}
              type="text"
              inputMode="url"
              value={link}
              onChange={(event) => setLink(event.target.value)}
              placeholder="https://…/#join=…"
              autoComplete="off"
              spellCheck={false}
              ref={focusOnce}
            />
          )}
        </Field>
      )}
      <div aria-live="polite">
        {words !== null ? (
          <p className={css['working']}>
            <span className={css['spinner']} aria-hidden />
            {words}
          </p>
        ) : null}
      </div>
      {problem !== null ? (
        <Problem>
          {problem} Nothing on this device was changed, and the link stays good. Ask whoever sent it to keep Worknode open, then
          try again.
        </Problem>
      ) : null}
      <Actions>
        <Button onClick={cancel}>Cancel</Button>
        <Button type="submit" look="primary" disabled={words !== null || link.trim() === ''}>
          {problem === null ? 'Join workspace' : 'Try again'}
        </Button>
      </Actions>
    </form>
  )
}

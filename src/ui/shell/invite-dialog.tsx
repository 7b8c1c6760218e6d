import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Result } from '../../base/result.ts'
import type { InviteRequest } from '../session.ts'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { type Session, useSession } from '../session.ts'
import css from './invite-dialog.module.css'

const ROLES: readonly { readonly role: Role; readonly title: string; readonly may: string }[] = [
  { role: 'member', title: 'Member', may: 'Works on the board.' },
  { role: 'admin', title: 'Admin', may: 'Works on the board and invites others.' },
]

type Role = InviteRequest['kind']

/** Each invite is a grant in the log: one a role and session is enough, whoever opens the dialog again gets the same. */
const invites = new WeakMap<Session, Map<Role, Promise<Result<string>>>>()

export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const [role, setRole] = useState<Role>('member')
  const link = useInvite(role)
  return (
    <Dialog title="Invite to this workspace" onClose={onClose}>
      <fieldset>
        <legend className={css['legend']}>They join as</legend>
        <div className={css['roles']}>
          {ROLES.map((one) => (
            <label key={one.role} className={css['role']}>
              <input type="radio" name="role" checked={one.role === role} onChange={() => setRole(one.role)} />
              <strong>{one.title}</strong>
              <span>{one.may}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {link?.ok === false ? (
        <p role="alert" className={fields['problem']}>
          {link.refusal.detail}
        </p>
      ) : (
        <InviteLink link={link?.value ?? ''} />
      )}
      <p className={css['note']}>
        Whoever has this link can join, so send it as you would a key. They fetch the board from anybody who is online; keep this
        page open until they are in.
      </p>
    </Dialog>
  )
}

function InviteLink({ link }: { readonly link: string }) {
  const [tried, setTried] = useState<{ readonly link: string; readonly how: 'copied' | 'by-hand' } | null>(null)
  const how = tried?.link === link ? tried.how : null
  const copy = (): void => {
    navigator.clipboard.writeText(link).then(
      () => setTried({ link, how: 'copied' }),
      // Forbidden here, or the page has lost its focus: the link is selected, the keyboard can copy it.
      () => setTried({ link, how: 'by-hand' }),
    )
  }
  return (
    <Field label="Invite link">
      {(props) => (
        <>
          <div className={css['copy']}>
            <input
              {...props}
              readOnly
              value={link}
              placeholder="Making a link …"
              onFocus={(event) => event.target.select()}
              spellCheck={false}
            />
            <Button look="primary" onClick={copy} disabled={link === ''}>
              {how === 'copied' ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
              {how === 'copied' ? 'Copied' : 'Copy'}
            </Button>
          </div>
          <p className={css['note']} aria-live="polite">
            {how === 'by-hand' ? 'The browser did not let the page copy. Select the link and copy it by hand.' : ''}
          </p>
        </>
      )}
    </Field>
  )
}

function useInvite(role: Role): Result<string> | null {
  const session = useSession()
  const [made, setMade] = useState<{ readonly role: Role; readonly result: Result<string> } | null>(null)
  useEffect(() => {
    let wanted = true
    const show = (result: Result<string>): void => {
      if (wanted) setMade({ role, result })
      if (!result.ok) invites.get(session)?.delete(role)
    }
    inviteOnce(session, role).then(show, (error: unknown) =>
      show({
        ok: false,
        refusal: { code: 'unavailable', detail: `No link was made: ${error instanceof Error ? error.message : String(error)}` },
      }),
    )
    return () => {
      wanted = false
    }
  }, [session, role])
  return made?.role === role ? made.result : null
}

function inviteOnce(session: Session, role: Role): Promise<Result<string>> {
  let known = invites.get(session)
  if (!known) invites.set(session, (known = new Map()))
  let made = known.get(role)
  if (!made) known.set(role, (made = session.invite({ kind: role })))
  return made
}

import { useState } from 'react'
import { Problem } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import type { InviteRequest } from '../session.ts'
import { AgentInvite } from './agent-invite.tsx'
import css from './invite-dialog.module.css'
import { SecretLink } from './secret-link.tsx'
import { useInvite } from './use-invite.ts'

type Kind = Exclude<InviteRequest['kind'], 'device'>

const KINDS: readonly { readonly kind: Kind; readonly title: string; readonly may: string }[] = [
  { kind: 'member', title: 'Member', may: 'Works on the board and invites others.' },
  { kind: 'viewer', title: 'Viewer', may: 'Reads, and changes nothing.' },
  { kind: 'admin', title: 'Admin', may: 'Also removes people. You compare a code first.' },
  { kind: 'agent', title: 'Agent', may: 'A program, with the files and the time you give it.' },
]

interface Props {
  readonly first?: Kind
  readonly onClose: () => void
}

export function InviteDialog({ first = 'member', onClose }: Props) {
  const [kind, setKind] = useState<Kind>(first)
  return (
    <Dialog title="Invite to this workspace" onClose={onClose}>
      <fieldset>
        <legend className={css['legend']}>They join as</legend>
        <div className={css['roles']}>
          {KINDS.map((one) => (
            <label key={one.kind} className={css['role']}>
              <input type="radio" name="role" checked={one.kind === kind} onChange={() => setKind(one.kind)} />
              <strong>{one.title}</strong>
              <span>{one.may}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {kind === 'agent' ? <AgentInvite /> : <PersonInvite kind={kind} />}
      <p className={css['note']}>
        The link lets one in: whoever opens it first. Send it as you would a key. The board comes from anybody who is online, so
        keep this page open until they are in.
      </p>
    </Dialog>
  )
}

function PersonInvite({ kind }: { readonly kind: Exclude<Kind, 'agent'> }) {
  const { result, isUsed, another } = useInvite(kind)
  if (result?.ok === false) return <Problem>{result.refusal.detail}</Problem>
  if (isUsed)
    return (
      <div className={css['used']}>
        <p>This link was used, or closed. Nobody else comes in by it.</p>
        <Button look="outline" onClick={another}>
          Make another link
        </Button>
      </div>
    )
  return (
    <>
      <SecretLink label="Invite link" link={result?.value ?? ''} />
      {kind === 'admin' ? (
        <p>
          They come in as a viewer, and their page shows them a code. Let them read it to you, on the phone or across the table,
          and admit them on the People page if it is the same there.
        </p>
      ) : null}
    </>
  )
}

import { Menu, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { useObservable } from '../hooks.ts'
import { PersonAvatar } from '../kit/avatar.tsx'
import { Button, IconButton } from '../kit/button.tsx'
import { type PeerRow, useSession } from '../session.ts'
import { InviteDialog } from './invite-dialog.tsx'
import css from './shell.module.css'
import { syncWords } from './sync-words.ts'

export function Header({ title, onMenu }: { readonly title: string; readonly onMenu: () => void }) {
  const [inviting, setInviting] = useState(false)
  return (
    <header className={css['head']}>
      <IconButton label="Menu" className={css['menuButton'] ?? ''} onClick={onMenu}>
        <Menu size={18} aria-hidden />
      </IconButton>
      <h1 className={css['title']}>{title}</h1>
      <span className={css['spring']} />
      <SyncStatus />
      <People />
      <Button look="outline" onClick={() => setInviting(true)} aria-label="Invite">
        <UserPlus size={15} aria-hidden />
        <span className={css['inviteText']}>Invite</span>
      </Button>
      {inviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </header>
  )
}

/** Whether work is saved and shared, always in words. */
function SyncStatus() {
  const { sync, replica } = useSession()
  const state = useObservable(sync)
  const { text, tone } = syncWords(state)
  return (
    <>
      <div
        // The role is written out: scripts and tests look for it.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="status"
        aria-label="Sync"
        className={css['sync']}
        data-tone={tone}
        title={state.detail === '' ? text : `${text}. ${state.detail}`}
      >
        <span className={css['dot']} aria-hidden />
        <span className={css['syncText']}>{text}</span>
      </div>
      {tone === 'problem' ? (
        <Button look="outline" onClick={() => void replica.retrySaving()}>
          Retry
        </Button>
      ) : null}
    </>
  )
}

const SHOWN = 4

/** The others who are here. */
function People() {
  const { people } = useSession()
  const others = byActor(useObservable(people).filter((person) => !person.self))
  if (others.length === 0) return null
  return (
    <figure className={css['people']} aria-label={`Here now: ${others.map(({ name }) => name).join(', ')}`}>
      {others.slice(0, SHOWN).map((person) => (
        <span key={person.actor} className={css['person']} title={`${person.name} is here`}>
          <PersonAvatar name={person.name} color={person.color} />
        </span>
      ))}
      {others.length > SHOWN ? <span className={css['more']}>+{others.length - SHOWN}</span> : null}
    </figure>
  )
}

/** One row for each actor, however many tabs they have open. */
export function byActor(people: readonly PeerRow[]): readonly PeerRow[] {
  return [...new Map(people.map((person) => [person.actor, person])).values()]
}

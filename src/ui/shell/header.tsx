import { Menu, Search, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { runCommand, useCommands } from '../commands/handlers.ts'
import { useKeysOf } from '../commands/use-keys.ts'
import { useObservable } from '../use-observable.ts'
import { byActor, useOthersHere } from '../known-people.ts'
import { PersonAvatar } from '../kit/avatar.tsx'
import { Button, IconButton } from '../kit/button.tsx'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'
import { InviteDialog } from './invite-dialog.tsx'
import css from './shell.module.css'
import { syncWords } from './sync-words.ts'

export function Header({ title, onMenu }: { readonly title: string; readonly onMenu: () => void }) {
  const { replica } = useSession()
  const [inviting, setInviting] = useState(false)
  useAuthorityVersion()
  const mayInvite = replica.capabilityFor('grant') !== null
  useCommands(mayInvite ? { invite: () => setInviting(true) } : {})
  return (
    <header className={css['head']}>
      <IconButton label="Menu" className={css['menuButton'] ?? ''} onClick={onMenu}>
        <Menu size={18} aria-hidden />
      </IconButton>
      <h1 className={css['title']}>{title}</h1>
      <SearchButton />
      <span className={css['spring']} />
      <SyncStatus />
      <People />
      {mayInvite ? (
        <Button look="outline" onClick={() => setInviting(true)} aria-label="Invite">
          <UserPlus size={15} aria-hidden />
          <span className={css['wideText']}>Invite</span>
        </Button>
      ) : null}
      {inviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </header>
  )
}

function SearchButton() {
  const { aria, words } = useKeysOf('search')
  return (
    <Button
      className={css['search'] ?? ''}
      look="outline"
      aria-label="Search"
      aria-keyshortcuts={aria}
      onClick={() => runCommand('search')}
    >
      <Search size={14} aria-hidden />
      <span className={css['wideText']}>Search or do …</span>
      {words === null ? null : <span className={`${css['wideText']} ${css['searchKey']}`}>{words}</span>}
    </Button>
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
  const others = byActor(useOthersHere())
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

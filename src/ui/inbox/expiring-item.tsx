import { KeyRound } from 'lucide-react'
import { useMinute } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import { links } from '../links.ts'
import { notify, notifyRefusal } from '../notices.ts'
import { changeRights } from '../people/removal.ts'
import { useNameOf } from '../people/use-people.ts'
import { endsWords, ROLE_TITLE } from '../people/words.ts'
import { useSession } from '../session.ts'
import { EntryFrame, type Place } from './entry-frame.tsx'
import css from './inbox.module.css'
import type { Entry } from './inbox-watch.ts'

const LONGER_MS = 8 * 3_600_000

/** Rights that end soon: let them, or give the same for longer. */
export function Expiring({ entry, place }: { readonly entry: Entry & { readonly kind: 'expiring' }; readonly place: Place }) {
  const session = useSession()
  const { workspaceId, replica } = session
  const now = useMinute()
  const { holder, role, rights, types, files, projects, expires } = entry.of
  const called = useNameOf()(holder)
  const name = holder === replica.actor ? 'You' : called
  const until = expires ?? now
  const extend = (): void => {
    if (role === 'owner') return
    const same = {
      role,
      rights: rights && [...rights],
      types: types && [...types],
      files: files && [...files],
      projects: projects && [...projects],
    } as Parameters<typeof changeRights>[2]
    const done = changeRights(session, [holder], { ...same, expires: until + LONGER_MS }, false)
    if (done.ok) notify(`${name} may work 8 hours longer`)
    else notifyRefusal(done.refusal)
  }
  return (
    <EntryFrame
      entry={entry}
      place={place}
      label="Ends soon"
      tone="expiring"
      icon={<KeyRound size={13} aria-hidden />}
      title={`The rights of ${name === 'You' ? 'this device' : name}`}
      href={links.people(workspaceId)}
      since={null}
    >
      <p className={css['concern']}>
        {ROLE_TITLE[role]}: {endsWords(until, now)}. What is written after that does not count; what was written before stays.
      </p>
      {entry.mayAct ? (
        <div className={css['buttons']}>
          <Button look="outline" aria-keyshortcuts="E" onClick={extend}>
            8 hours longer
          </Button>
        </div>
      ) : null}
    </EntryFrame>
  )
}

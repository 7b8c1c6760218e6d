import { useState } from 'react'
import { useAct } from '../act.ts'
import { useMinute } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import { Confirm } from '../kit/confirm.tsx'
import panel from '../kit/panel.module.css'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import { PatternChips } from './file-patterns.tsx'
import css from './people.module.css'
import { mayEndCapability } from './removal.ts'
import type { OpenInvite } from './roster.ts'
import { useNameOf } from './use-people.ts'
import { endsWords, ROLE_TITLE } from './words.ts'

/** Links that nobody has used yet. */
export function Invites({ invites }: { readonly invites: readonly OpenInvite[] }) {
  if (invites.length === 0) return null
  return (
    <section aria-labelledby="invites">
      <h2 id="invites" className={panel['title']}>
        Open invites
      </h2>
      <ul className={panel['panel']}>
        {invites.map((invite) => (
          <InviteLine key={invite.row.id} invite={invite} />
        ))}
      </ul>
    </section>
  )
}

function InviteLine({ invite: { row, forDevice } }: { readonly invite: OpenInvite }) {
  const { replica } = useSession()
  const nameOf = useNameOf()
  const now = useMinute()
  const act = useAct()
  const [isAsked, setAsked] = useState(false)
  const by = row.issuer === replica.actor ? 'you' : nameOf(row.issuer)
  const what = forDevice ? `Another device of ${by === 'you' ? 'yours' : by}` : ROLE_TITLE[row.role]
  return (
    <li className={panel['line']} aria-label={`Invite: ${what}`}>
      <div className={`${panel['grow']} ${css['stack']}`}>
        <p className={panel['main']}>{what}</p>
        <p className={panel['soft']} title={row.grantedAt === null ? undefined : exactTime(row.grantedAt)}>
          made by {by}
          {row.grantedAt === null ? '' : ` ${ago(row.grantedAt, now)}`},{' '}
          {row.expires === null ? 'open until it is used or closed' : endsWords(row.expires, now)}
        </p>
        {row.files === null ? null : <PatternChips patterns={row.files} />}
      </div>
      {mayEndCapability(replica, row.id) ? (
        <Button look="outline" onClick={() => setAsked(true)}>
          Close
        </Button>
      ) : null}
      {isAsked ? (
        <Confirm
          title="Close this invite?"
          action="Close the invite"
          onClose={() => setAsked(false)}
          onConfirm={() => {
            if (act('close_invite', { id: row.id })) notify('Invite closed. Nobody comes in by it any more.')
          }}
        >
          {forDevice
            ? 'Its link brings in no device any more. If it was made to save an account, the workspace can only be read after restoring that file.'
            : 'Nobody comes in by its link any more. You can make another at any time.'}
        </Confirm>
      ) : null}
    </li>
  )
}

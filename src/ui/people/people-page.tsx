/** Who is in, with what rights, and what about that waits for a decision. */

import { useState } from 'react'
import panel from '../kit/panel.module.css'
import { InviteDialog } from '../shell/invite-dialog.tsx'
import { Agents } from './agents.tsx'
import { Decisions } from './decisions.tsx'
import { EndedList } from './ended.tsx'
import { Invites } from './invites.tsx'
import { PeopleList } from './people-list.tsx'
import { RemoveDialog } from './remove-dialog.tsx'
import { ChangeRightsDialog, GrantDialog } from './rights-dialogs.tsx'
import type { Asked } from './asked.ts'
import { useRoster } from './use-people.ts'

export function PeoplePage() {
  const roster = useRoster()
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = (): void => setAsked(null)
  return (
    <div className={panel['page']}>
      <div className={panel['column']}>
        <Decisions onAsk={setAsked} />
        <PeopleList people={roster.people} onAsk={setAsked} />
        <Agents agents={roster.agents} onAsk={setAsked} />
        <Invites invites={roster.invites} />
        <EndedList ended={roster.ended} kept={roster.kept} onAsk={setAsked} />
      </div>
      {asked?.for === 'removal' ? <RemoveDialog {...asked} onClose={close} /> : null}
      {asked?.for === 'rights' ? <ChangeRightsDialog {...asked} onClose={close} /> : null}
      {asked?.for === 'grant' ? <GrantDialog to={asked.to} onClose={close} /> : null}
      {asked?.for === 'agent' ? <InviteDialog first="agent" onClose={close} /> : null}
    </div>
  )
}

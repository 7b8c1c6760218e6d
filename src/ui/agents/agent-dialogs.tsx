/** What the page asks before it does something about agents. */

import { lazy, Suspense } from 'react'
import { useAct } from '../act.ts'
import { Confirm } from '../kit/confirm.tsx'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { count } from '../words.ts'
import type { AskedAgent } from './asked.ts'
import { PolicyDialog } from './policy-dialog.tsx'
import { EditProfileDialog, NewAgentDialog, NewLinkDialog } from './profile-dialogs.tsx'

/** It brings the roles along, with their prompts. */
const AgentHereDialog = lazy(async () => ({ default: (await import('./here-dialog.tsx')).AgentHereDialog }))

export function AgentDialogs({ asked, onClose }: { readonly asked: AskedAgent; readonly onClose: () => void }) {
  const session = useSession()
  const act = useAct()
  switch (asked.for) {
    case 'new':
      return <NewAgentDialog onClose={onClose} />
    case 'here':
      return (
        <Suspense fallback={null}>
          <AgentHereDialog onClose={onClose} />
        </Suspense>
      )
    case 'profile':
      return <EditProfileDialog agent={asked.agent} onClose={onClose} />
    case 'link':
      return <NewLinkDialog agent={asked.agent} onClose={onClose} />
    case 'delete': {
      const { name, profile, openInvite } = asked.agent
      return (
        <Confirm
          title={`Remove the profile of ${name}?`}
          action="Remove the profile"
          onClose={onClose}
          onConfirm={() => {
            if (profile && act('delete_agent', { id: profile }) && openInvite) act('close_invite', { id: openInvite })
          }}
        >
          It leaves this list{openInvite ? ', and nobody comes in by its link any more' : ''}. Work that was done under it stays.
        </Confirm>
      )
    }
    case 'stop': {
      const { name, id } = asked.agent
      return (
        <Confirm
          title={`Stop the run of ${name}?`}
          action="Stop the run"
          onClose={onClose}
          onConfirm={() => act('stop_agent', { id }) && notify(`${name} was stopped. Its task is free again.`)}
        >
          The task goes back to Ready, for anybody to take. What {name} wrote stays in the log. Pause it as well if it should not
          take the next one.
        </Confirm>
      )
    }
    case 'policy':
      return <PolicyDialog onClose={onClose} />
    case 'stop-all':
      return (
        <Confirm
          title="Stop all agents?"
          action="Stop all"
          onClose={onClose}
          onConfirm={() => {
            const done = session.run('stop_all', {})
            notify(
              done.ok ? `All agents are paused, ${count(done.value.stopped.length, 'run')} stopped.` : done.refusal.detail,
              done.ok ? {} : { tone: 'bad' },
            )
          }}
        >
          Every run that holds a task ends, the tasks go back to Ready, and all agents are paused until you resume them. Work that
          was handed in stays and waits for review. Agents that are not connected stop once they hear of it.
        </Confirm>
      )
  }
}

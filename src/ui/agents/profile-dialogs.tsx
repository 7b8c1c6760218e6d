/** Dialogs about one agent: a new one with its profile and its way in, its profile changed, another way in. */

import { type FormEvent, useState } from 'react'
import { approvalsOf } from '../../replica/agents.ts'
import { textOf } from '../../replica/text.ts'
import { attempt } from '../act.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import fields from '../kit/field.module.css'
import { type Session, useSession } from '../session.ts'
import {
  AgentReachFields,
  FIRST_REACH,
  makeAgentLink,
  type AgentLink,
  MadeAgentLink,
  reachFault,
} from '../shell/agent-invite.tsx'
import { inviteIdOf } from '../shell/use-invite.ts'
import css from './agents.module.css'
import { EMPTY_PROFILE, profileOf, ProfileFields, type ProfileText } from './profile-fields.tsx'
import type { AgentEntry } from './roster.ts'

export function NewAgentDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession()
  const [text, setText] = useState(EMPTY_PROFILE)
  const [reach, setReach] = useState(FIRST_REACH)
  const [made, setMade] = useState<AgentLink | null>(null)
  const { isBusy, problem, submit } = useSubmit(async () => {
    const profile = profileOf(text)
    if (typeof profile === 'string') return profile
    const link = await makeAgentLink(session, reach)
    if (!link.ok) return link.refusal.detail
    const invite = await inviteIdOf(session, link.value.link)
    const refusal = attempt(session, 'create_agent', { ...profile, ...(invite ? { invite } : {}) })
    if (refusal) return refusal.detail
    setMade(link.value)
    return null
  })
  if (made !== null)
    return (
      <Dialog title={`${text.name.trim()} may come in`} onClose={onClose}>
        <p>
          Open this link in the browser that the agent works in, or hand it to its program. The first to use it is{' '}
          {text.name.trim()}: treat it as a key.
        </p>
        <MadeAgentLink made={made} />
        <Actions>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </Actions>
      </Dialog>
    )
  return (
    <Dialog title="New agent" onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <ProfileFields text={text} onChange={setText} />
        <h3 className={css['formTitle']}>What it may</h3>
        <AgentReachFields reach={reach} onChange={setReach} />
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isBusy || reachFault(reach) !== null}>
            {isBusy ? 'Making a link …' : 'Create and make a link'}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

/** Changes a profile, or gives one to an agent that came in without. */
export function EditProfileDialog({ agent, onClose }: { readonly agent: AgentEntry; readonly onClose: () => void }) {
  const session = useSession()
  const [text, setText] = useState(() => textOfAgent(session, agent))
  const { isBusy, problem, submit } = useSubmit(async () => {
    const profile = profileOf(text)
    if (typeof profile === 'string') return profile
    const { profile: id, actor } = agent
    const refusal = id
      ? attempt(session, 'update_agent', { id, ...profile })
      : attempt(session, 'create_agent', { ...profile, ...(actor ? { actor } : {}) })
    if (refusal) return refusal.detail
    onClose()
    return null
  })
  return (
    <Dialog title={`Profile of ${agent.name}`} onClose={onClose}>
      <form className={fields['form']} onSubmit={submit}>
        <ProfileFields text={text} onChange={setText} />
        <Actions problem={problem}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isBusy}>
            Save
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

/** Another link for a profile that nobody came in by, or whose agent's rights have ended. */
export function NewLinkDialog({ agent, onClose }: { readonly agent: AgentEntry; readonly onClose: () => void }) {
  const session = useSession()
  const [reach, setReach] = useState(FIRST_REACH)
  const [made, setMade] = useState<AgentLink | null>(null)
  const { isBusy, problem, submit } = useSubmit(async () => {
    const link = await makeAgentLink(session, reach)
    if (!link.ok) return link.refusal.detail
    const invite = await inviteIdOf(session, link.value.link)
    const refusal = agent.profile && invite ? attempt(session, 'update_agent', { id: agent.profile, invite }) : null
    if (refusal) return refusal.detail
    setMade(link.value)
    return null
  })
  return (
    <Dialog title={`A new link for ${agent.name}`} onClose={onClose}>
      {made ? (
        <MadeAgentLink made={made} />
      ) : (
        <form className={fields['form']} onSubmit={submit}>
          <p>Whoever comes in by it goes by this profile from then on. Runs of the key before stay where they are.</p>
          <AgentReachFields reach={reach} onChange={setReach} />
          <Actions problem={problem}>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" disabled={isBusy || reachFault(reach) !== null}>
              {isBusy ? 'Making a link …' : 'Make a link'}
            </Button>
          </Actions>
        </form>
      )}
    </Dialog>
  )
}

/** Runs what a form is for, once at a time; `work` answers what is wrong, in words, or null. */
function useSubmit(work: () => Promise<string | null>): {
  readonly isBusy: boolean
  readonly problem: string | null
  readonly submit: (event: FormEvent) => void
} {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    void work()
      .then(setProblem)
      .finally(() => setBusy(false))
  }
  return { isBusy, problem, submit }
}

function textOfAgent({ replica }: Session, { profile, name, role, model, skills, limits }: AgentEntry): ProfileText {
  const node = profile ? replica.nodes.get(profile) : undefined
  return {
    name,
    role,
    model: model ?? '',
    skills: skills.join(', '),
    prompt: node ? textOf(node, 'prompt', replica.history) : '',
    cost: limits.costMicros === null ? '' : String(limits.costMicros / 1_000_000),
    minutes: limits.minutes === null ? '' : String(limits.minutes),
    approve: approvalsOf(node).join('\n'),
  }
}

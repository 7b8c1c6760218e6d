import { type FormEvent, useState } from 'react'
import { refuse, ok, type Result } from '../../base/result.ts'
import { faultWords } from '../words.ts'
import { Actions } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import fields from '../kit/field.module.css'
import { type Ends, endsAt, EndsField } from '../people/ends.tsx'
import { FilePatterns } from '../people/file-patterns.tsx'
import { patternFault, patternsIn } from '../people/patterns.ts'
import { type Session, useSession } from '../session.ts'
import { exactTime } from '../times.ts'
import { SecretLink } from './secret-link.tsx'

export interface AgentLink {
  readonly link: string
  readonly files: readonly string[] | null
  readonly expires: number | null
}

/** What an agent may: the files it may write, and until when. */
export interface AgentReach {
  /** As typed, a pattern a line. */
  readonly files: string
  readonly ends: Ends
}

export const FIRST_REACH: AgentReach = { files: '', ends: { choice: '8h', at: '' } }

export function reachFault({ files }: AgentReach): string | null {
  return patternFault(patternsIn(files))
}

/** Makes the link that an agent of this reach comes in by. */
export async function makeAgentLink(session: Session, { files, ends }: AgentReach): Promise<Result<AgentLink>> {
  const patterns = patternsIn(files)
  const expires = endsAt(ends, session.replica.now())
  if (expires === 'wrong') return refuse({ code: 'invalid', detail: 'Choose a moment that is still to come.' })
  const limits = { ...(patterns ? { files: patterns } : {}), ...(expires === null ? {} : { expires }) }
  try {
    const made = await session.invite({ kind: 'agent', ...limits })
    return made.ok ? ok({ link: made.value, files: patterns, expires }) : made
  } catch (error) {
    return refuse({ code: 'unavailable', detail: `No link was made: ${faultWords(error)}` })
  }
}

export function AgentReachFields({
  reach,
  onChange,
}: {
  readonly reach: AgentReach
  readonly onChange: (reach: AgentReach) => void
}) {
  return (
    <>
      <FilePatterns text={reach.files} onChange={(files) => onChange({ ...reach, files })} />
      <EndsField ends={reach.ends} onChange={(ends) => onChange({ ...reach, ends })} />
    </>
  )
}

export function MadeAgentLink({ made: { link, files, expires } }: { readonly made: AgentLink }) {
  return (
    <>
      <SecretLink label="Invite link" link={link} />
      <p>
        An agent that joins by it may write {files === null ? 'every file' : files.join(', ')},{' '}
        {expires === null ? 'until you remove it' : `until ${exactTime(expires)}`}.
      </p>
    </>
  )
}

/** What an agent may is chosen before its link is made: the link carries it. */
export function AgentInvite() {
  const session = useSession()
  const [reach, setReach] = useState(FIRST_REACH)
  const [isBusy, setBusy] = useState(false)
  const [made, setMade] = useState<AgentLink | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    const result = await makeAgentLink(session, reach)
    setBusy(false)
    if (result.ok) setMade(result.value)
    else setProblem(result.refusal.detail)
  }

  if (made !== null)
    return (
      <>
        <MadeAgentLink made={made} />
        <Actions>
          <Button look="outline" onClick={() => setMade(null)}>
            Make one for another agent
          </Button>
        </Actions>
      </>
    )
  return (
    <form className={fields['form']} onSubmit={(event) => void submit(event)}>
      <AgentReachFields reach={reach} onChange={setReach} />
      <Actions problem={problem}>
        <Button type="submit" look="primary" disabled={isBusy || reachFault(reach) !== null}>
          {isBusy ? 'Making a link …' : 'Make a link'}
        </Button>
      </Actions>
    </form>
  )
}

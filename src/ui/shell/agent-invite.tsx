import { type FormEvent, useState } from 'react'
import { faultWords } from '../act.ts'
import { Button } from '../kit/button.tsx'
import fields from '../kit/field.module.css'
import { type Ends, endsAt, EndsField } from '../people/ends.tsx'
import { FilePatterns } from '../people/file-patterns.tsx'
import { patternFault, patternsIn } from '../people/patterns.ts'
import { useSession } from '../session.ts'
import { exactTime } from '../times.ts'
import { SecretLink } from './secret-link.tsx'

interface Made {
  readonly link: string
  readonly files: readonly string[] | null
  readonly expires: number | null
}

/** What an agent may is chosen before its link is made: the link carries it. */
export function AgentInvite() {
  const session = useSession()
  const [files, setFiles] = useState('')
  const [ends, setEnds] = useState<Ends>({ choice: '8h', at: '' })
  const [isBusy, setBusy] = useState(false)
  const [made, setMade] = useState<Made | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const patterns = patternsIn(files)

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const expires = endsAt(ends, session.replica.now())
    if (expires === 'wrong') return setProblem('Choose a moment that is still to come.')
    setBusy(true)
    setProblem(null)
    const fail = (words: string): void => {
      setBusy(false)
      setProblem(words)
    }
    session.invite({ kind: 'agent', ...(patterns ? { files: patterns } : {}), ...(expires === null ? {} : { expires }) }).then(
      (result) => {
        if (!result.ok) return fail(result.refusal.detail)
        setBusy(false)
        setMade({ link: result.value, files: patterns, expires })
      },
      (error: unknown) => fail(`No link was made: ${faultWords(error)}`),
    )
  }

  if (made !== null)
    return (
      <>
        <SecretLink label="Invite link" link={made.link} />
        <p>
          An agent that joins by it may write {made.files === null ? 'every file' : made.files.join(', ')},{' '}
          {made.expires === null ? 'until you remove it' : `until ${exactTime(made.expires)}`}.
        </p>
        <div className={fields['actions']}>
          <Button look="outline" onClick={() => setMade(null)}>
            Make one for another agent
          </Button>
        </div>
      </>
    )
  return (
    <form className={fields['form']} onSubmit={submit}>
      <FilePatterns text={files} onChange={setFiles} />
      <EndsField ends={ends} onChange={setEnds} />
      {problem === null ? null : (
        <p role="alert" className={fields['problem']}>
          {problem}
        </p>
      )}
      <div className={fields['actions']}>
        <Button type="submit" look="primary" disabled={isBusy || patternFault(patterns) !== null}>
          {isBusy ? 'Making a link …' : 'Make a link'}
        </Button>
      </div>
    </form>
  )
}

import { CheckCircle2, XCircle } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import type { IceServer } from '../../store/profile.ts'
import { faultWords } from '../words.ts'
import { Actions, Problem } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import panel from '../kit/panel.module.css'
import { notify } from '../notices.ts'
import { type ChosenServers, type OfferedServers, useSession } from '../session.ts'
import { type Tried, tryIce, trySignalling } from './connection-test.ts'
import css from './network.module.css'
import { parseIce, parseSignalling, writtenIce } from './parse-servers.ts'

/** Which servers help to find peers, as settings of this browser, and whether they do. */
export function ServersPanel() {
  const { servers } = useSession()
  const [known, setKnown] = useState<{ readonly offered: OfferedServers; readonly chosen: ChosenServers } | null>(null)
  useEffect(() => {
    Promise.all([servers.offered(), servers.chosen()]).then(
      ([offered, chosen]) => setKnown({ offered, chosen }),
      (error: unknown) => notify(faultWords(error), { tone: 'bad' }),
    )
  }, [servers])
  return (
    <section aria-labelledby="servers">
      <h2 id="servers" className={panel['title']}>
        Servers
      </h2>
      <div className={panel['panel']}>
        {known ? <Form {...known} onChosen={(chosen) => setKnown({ ...known, chosen })} /> : null}
      </div>
    </section>
  )
}

interface FormProps {
  readonly offered: OfferedServers
  readonly chosen: ChosenServers
  readonly onChosen: (chosen: ChosenServers) => void
}

function Form({ offered, chosen, onChosen }: FormProps) {
  const { servers } = useSession()
  const [signalling, setSignalling] = useState((chosen.signalling ?? offered.signalling).join('\n'))
  const [ice, setIce] = useState(writtenIce(chosen.iceServers ?? offered.iceServers))
  const [problem, setProblem] = useState<string | null>(null)
  const [saved, setSaved] = useState(false)
  const [tried, setTried] = useState<readonly Tried[] | null>(null)
  const [trying, setTrying] = useState(false)
  const isOwn = chosen.signalling !== null || chosen.iceServers !== null

  /** Null where something does not parse, which is said. */
  const read = (): { readonly signalling: readonly string[]; readonly iceServers: readonly IceServer[] } | null => {
    const [one, other] = [parseSignalling(signalling, location.protocol === 'https:'), parseIce(ice)]
    const refusal = one.ok ? (other.ok ? null : other.refusal) : one.refusal
    setProblem(refusal?.detail ?? null)
    return one.ok && other.ok ? { signalling: one.value, iceServers: other.value } : null
  }
  const keep = (next: ChosenServers): void => {
    servers.choose(next).then(
      () => {
        onChosen(next)
        setSaved(true)
      },
      (error: unknown) => setProblem(`This could not be saved: ${faultWords(error)}`),
    )
  }
  const save = (event: FormEvent): void => {
    event.preventDefault()
    const next = read()
    if (next) keep(next)
  }
  const reset = (): void => {
    setSignalling(offered.signalling.join('\n'))
    setIce(writtenIce(offered.iceServers))
    setProblem(null)
    keep({ signalling: null, iceServers: null })
  }
  const test = (): void => {
    const all = read()
    if (!all) return
    setTrying(true)
    setTried([])
    const add = (one: Tried): void => setTried((known) => [...(known ?? []), one])
    const trials = [
      ...all.signalling.map((url) => trySignalling(url).then(add)),
      ...all.iceServers.map((server) => tryIce(server).then(add)),
    ]
    void Promise.allSettled(trials).then(() => setTrying(false))
  }

  return (
    <form className={`${fields['form']} ${css['form']}`} onSubmit={save}>
      <p className={panel['soft']}>
        {isOwn ? 'This browser uses servers of your own.' : 'This browser uses what the host of this page names.'} They help peers
        to find each other; what is in this workspace they cannot read.
      </p>
      <Field label="Signalling servers" hint="An address a line. Peers must share one to meet.">
        {(props) => (
          <textarea
            {...props}
            rows={2}
            value={signalling}
            spellCheck={false}
            onChange={(event) => setSignalling(event.target.value)}
          />
        )}
      </Field>
      <Field
        label="STUN and TURN servers"
        hint="One a line: stun:host:3478, or turn:host:3478 name password. Needed where networks hide their devices."
      >
        {(props) => (
          <textarea {...props} rows={2} value={ice} spellCheck={false} onChange={(event) => setIce(event.target.value)} />
        )}
      </Field>
      <Problem>{problem}</Problem>
      {tried === null ? null : <Outcome tried={tried} trying={trying} />}
      {saved ? (
        <p className={css['saved']}>
          <span>Saved. It counts from the next time this page is opened.</span>
          <Button look="outline" onClick={() => location.reload()}>
            Open it again now
          </Button>
        </p>
      ) : null}
      <Actions>
        {isOwn ? <Button onClick={reset}>Use what the host names</Button> : null}
        <Button look="outline" onClick={test} disabled={trying}>
          {trying ? 'Testing …' : 'Test the connection'}
        </Button>
        <Button type="submit" look="primary">
          Save servers
        </Button>
      </Actions>
    </form>
  )
}

function Outcome({ tried, trying }: { readonly tried: readonly Tried[]; readonly trying: boolean }) {
  return (
    <section aria-label="Outcome of the test" aria-live="polite" className={css['outcome']}>
      <ul>
        {tried.map(({ server, ok, words }) => (
          <li key={server} data-ok={ok}>
            {ok ? <CheckCircle2 size={15} aria-label="Works:" /> : <XCircle size={15} aria-label="Does not work:" />}
            <span>
              <bdi className={panel['mono']}>{server}</bdi> {words}
            </span>
          </li>
        ))}
      </ul>
      {!trying && tried.length === 0 ? <p>No server is named: only tabs of this browser find each other.</p> : null}
    </section>
  )
}

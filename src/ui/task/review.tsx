/** Work that was handed in: what shows that it is done, and the two words it waits for. */

import { Check, FileText } from 'lucide-react'
import { lazy, Suspense, useId, useMemo, useState, useSyncExternalStore } from 'react'
import type { WorkNode } from '../../core/fold.ts'
import type { RunRow } from '../../replica/run-row.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { Button } from '../kit/button.tsx'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { notify } from '../notices.ts'
import { usageWords } from '../run-words.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import { HANDOFF_PARTS, handoffIn, type HandoffPart } from '../../replica/handoff.ts'
import { documentsOf, evidenceOf } from './evidence.ts'
import { Markdown } from './markdown.tsx'
import css from './review.module.css'
import { useNow } from './use-task.ts'
import { WordsForm } from './words-form.tsx'

const DocumentChanges = lazy(async () => ({ default: (await import('./document-changes.tsx')).DocumentChanges }))

interface ReviewProps {
  readonly task: TaskRow
  readonly run: RunRow
  /** Whether letters act on it: A accepts, S sends back. */
  readonly keys?: boolean
}

export function Review({ task, run, keys = false }: ReviewProps) {
  const known = useKnownPeople()
  const now = useNow()
  const name = actorName(run.agent, known)
  const spent = usageWords(run.usage)
  return (
    <article className={css['review']} aria-label={`Work of ${name}`}>
      <p className={css['by']}>
        <strong>{name}</strong> handed it in{' '}
        <time dateTime={run.since} title={exactTime(Date.parse(run.since))}>
          {ago(Date.parse(run.since), now)}
        </time>
        {spent === '' ? '' : ` · ${spent}`}
      </p>
      <EvidenceOf run={run} />
      <Checklist task={task} />
      <Documents run={run} />
      <Verdict task={task} run={run} name={name} keys={keys} />
    </article>
  )
}

/** What its agent says of it. */
export function EvidenceOf({ run }: { readonly run: RunRow }) {
  const { summary, checks } = evidenceOf(run.evidence)
  if (summary === '' && checks.length === 0) return <p className={css['soft']}>It says nothing about what was done.</p>
  return (
    <>
      {summary === '' ? null : <Markdown source={summary} />}
      {checks.length === 0 ? null : (
        <ul className={css['checks']} aria-label="Checked, as its agent says">
          {checks.map((check, i) => (
            // One check may stand there twice, and the list never changes.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={i}>
              <Check size={13} aria-hidden /> <span>{check}</span>
            </li>
          ))}
        </ul>
      )}
      <HandedOn run={run} />
    </>
  )
}

const HANDED_ON: Readonly<Record<HandoffPart, string>> = {
  changed: 'Changed',
  verified: 'Verified',
  decided: 'Decided',
  risks: 'Risks',
}

/** What it hands on to whoever comes after it. */
function HandedOn({ run }: { readonly run: RunRow }) {
  const words = handoffIn(run.evidence)
  if (!words) return null
  return (
    <dl className={css['handedOn']}>
      {HANDOFF_PARTS.filter((part) => words[part].length > 0).map((part) => (
        <div key={part}>
          <dt>{HANDED_ON[part]}</dt>
          <dd>{words[part].join(' · ')}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What the task itself asks for, and what of it is still open. */
function Checklist({ task: { checks } }: { readonly task: TaskRow }) {
  if (checks.length === 0) return null
  const open = checks.filter(({ done }) => !done)
  return (
    <p className={css['soft']}>
      Checklist: {checks.length - open.length} of {checks.length} done
      {open.length === 0 ? '.' : `; open: ${open.map(({ text }) => text).join(', ')}.`}
    </p>
  )
}

function Documents({ run }: { readonly run: RunRow }) {
  const { replica } = useSession()
  const all = useSyncExternalStore(
    (changed) => replica.views.on('type:document', changed),
    () => replica.views.ofType('document'),
  )
  const documents = useMemo(() => documentsOf(replica, run, all), [replica, run, all])
  if (documents.length === 0) return null
  return (
    <ul className={css['documents']} aria-label="Documents">
      {documents.map((node) => (
        <DocumentLine key={node.id} node={node} run={run} />
      ))}
    </ul>
  )
}

function DocumentLine({ node, run }: { readonly node: WorkNode; readonly run: RunRow }) {
  const { replica } = useSession()
  const now = useNow()
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  return (
    <li>
      <button
        type="button"
        className={css['document']}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <FileText size={13} aria-hidden />
        <span className={css['path']}>{node.path ?? 'A document'}</span>
        <span className={css['soft']}>{ago(replica.history.msOf(node.updated), now)}</span>
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen ? (
          <Suspense>
            <DocumentChanges node={node} run={run} />
          </Suspense>
        ) : null}
      </div>
    </li>
  )
}

function Verdict({
  task,
  run,
  name,
  keys,
}: {
  readonly task: TaskRow
  readonly run: RunRow
  readonly name: string
  readonly keys: boolean
}) {
  const { replica } = useSession()
  const act = useAct()
  const [isSendingBack, setSendingBack] = useState(false)
  const node = replica.nodes.get(task.id)
  if (!node || !replica.maySay('accept', node, run.id))
    return (
      <p className={css['soft']}>
        {run.agent === replica.actor
          ? 'Somebody else looks at it: nobody judges their own work.'
          : 'It waits for somebody who may review.'}
      </p>
    )
  const accept = (): void => {
    if (act('accept_task', { id: task.id, run: run.id })) notify(`${task.key} accepted: it is done`, { about: task.id })
  }
  const sendBack = (note: string): boolean => {
    const done = act('reject_task', { id: task.id, run: run.id, note })
    if (done) notify(`${task.key} sent back: ${name} goes on with it`, { about: task.id })
    return done
  }
  return (
    <div className={css['verdict']}>
      <div className={css['buttons']}>
        <Button look="primary" aria-keyshortcuts={keys ? 'A' : undefined} onClick={accept}>
          Accept
        </Button>
        <Button
          look="outline"
          aria-keyshortcuts={keys ? 'S' : undefined}
          aria-expanded={isSendingBack}
          onClick={() => setSendingBack(!isSendingBack)}
        >
          Send back …
        </Button>
      </div>
      {isSendingBack ? (
        <WordsForm label="What is missing" placeholder="Say what is missing" action="Send back" taken onSend={sendBack} />
      ) : null}
    </div>
  )
}

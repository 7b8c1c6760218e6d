/** One agent: whether it is alive, what it does, what came of its work and what it may. Renders when its own words change. */

import { Bot, ChevronRight, Pause, Play } from 'lucide-react'
import { memo, useId, useState } from 'react'
import { Link } from 'wouter'
import { useAct } from '../act.ts'
import { useMinute } from '../hooks.ts'
import { Button, IconButton } from '../kit/button.tsx'
import { links } from '../links.ts'
import { PatternChips } from '../people/file-patterns.tsx'
import { useNameOf } from '../people/use-people.ts'
import { endsWords } from '../people/words.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import { AgentMenu } from './agent-menu.tsx'
import { Doing, Numbers } from './agent-work.tsx'
import css from './agents.module.css'
import type { AskAgent } from './asked.ts'
import { HereButton, HereTag } from './here.tsx'
import { useLifeWords } from './liveness-watch.ts'
import type { AgentEntry } from './roster.ts'
import { RunTable } from './run-table.tsx'
import { useAgentRecord } from './use-record.ts'
import { lifeWords } from './words.ts'

interface Props {
  readonly agent: AgentEntry
  readonly onAsk: AskAgent
}

export const AgentLine = memo(function AgentLine({ agent, onAsk }: Props) {
  const { actor, name, role, model } = agent
  const record = useAgentRecord(actor ?? '')
  const [open, setOpen] = useState(false)
  const runsId = useId()
  return (
    <li
      className={css['agent']}
      aria-label={name}
      data-paused={agent.paused ? '' : undefined}
      data-out={actor === null ? '' : undefined}
    >
      <div className={css['line']}>
        <IconButton
          label={`Runs of ${name}`}
          className={css['unfold'] ?? ''}
          aria-expanded={open}
          aria-controls={open ? runsId : undefined}
          disabled={actor === null}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight size={16} aria-hidden />
        </IconButton>
        <Face agent={agent} />
        <div className={css['who']}>
          <p className={css['name']}>
            <strong>{name}</strong>
            {role === '' ? null : <span className={css['tag']}>{role}</span>}
            {model === null ? null : <span className={css['model']}>{model}</span>}
            <HereTag actor={actor} />
            <Paused agent={agent} />
          </p>
          <Life agent={agent} recordedAt={record.recordedAt} />
        </div>
        {actor === null ? null : (
          <>
            <Doing agent={agent} />
            <Numbers agent={agent} />
          </>
        )}
        <div className={css['tools']}>
          <HereButton actor={actor} name={name} />
          <Hold agent={agent} />
          <AgentMenu agent={agent} busy={record.holds.length > 0} onAsk={onAsk} />
        </div>
      </div>
      <May agent={agent} />
      {open && actor ? <RunTable id={runsId} actor={actor} name={name} /> : null}
    </li>
  )
})

function Face({ agent: { actor, standing } }: { readonly agent: AgentEntry }) {
  const state = useLifeWords((life) => (actor && standing === 'in' ? life(actor).state : 'none'))
  return (
    <span className={css['face']}>
      <Bot size={18} aria-hidden />
      {state === 'none' ? null : <span className={css['dot']} data-life={state} />}
    </span>
  )
}

function Life({ agent, recordedAt }: { readonly agent: AgentEntry; readonly recordedAt: number | null }) {
  const { actor, standing, expires } = agent
  const now = useMinute()
  const wrote = recordedAt === null ? null : ago(recordedAt, now)
  const words = useLifeWords((life) => (actor && standing === 'in' ? lifeWords(life(actor), wrote) : ''))
  const state = useLifeWords((life) => (actor && standing === 'in' ? life(actor).state : 'none'))
  if (standing === 'invited')
    return (
      <p className={css['life']}>
        Has not come in yet. Its link is open{expires === null ? '.' : `, ${endsWords(expires, now)}.`}
      </p>
    )
  if (standing === 'uninvited') return <p className={css['life']}>Nobody came in by its link, which is open no more.</p>
  if (standing === 'ended') return <p className={css['life']}>Its rights have ended. Its work stays.</p>
  return (
    <p className={css['life']} data-life={state} title="As far as this page has heard, by its own clock">
      {words}
    </p>
  )
}

function Paused({ agent: { paused } }: { readonly agent: AgentEntry }) {
  const nameOf = useNameOf()
  if (paused === null) return null
  return (
    <span className={css['paused']} title={exactTime(paused.at)}>
      <Pause size={11} aria-hidden /> {paused.all ? 'Paused with all' : `Paused by ${nameOf(paused.by)}`}
    </span>
  )
}

/** Pause, or let it go on. */
function Hold({ agent: { actor, name, paused, standing } }: { readonly agent: AgentEntry }) {
  const { replica } = useSession()
  const act = useAct()
  if (actor === null || standing !== 'in' || actor === replica.actor || paused?.all || !replica.may('update', 'workspace'))
    return null
  return (
    <Button
      look="outline"
      aria-label={`${paused ? 'Resume' : 'Pause'} ${name}`}
      onClick={() => act(paused ? 'resume_agent' : 'pause_agent', { id: actor })}
    >
      {paused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
      <span className={css['holdText']}>{paused ? 'Resume' : 'Pause'}</span>
    </Button>
  )
}

/** What it may: which files, until when, which skills it goes by. */
function May({ agent: { files, expires, standing, skills } }: { readonly agent: AgentEntry }) {
  const { workspaceId } = useSession()
  const now = useMinute()
  if (standing === 'ended' || standing === 'uninvited') return null
  return (
    <div className={css['may']}>
      <Link href={links.people(workspaceId)} className={css['mayLink']}>
        {files === null ? 'Writes every file' : 'Writes only'}
      </Link>
      {files === null ? null : <PatternChips patterns={files} match={null} />}
      {standing === 'in' ? (
        <span title={expires === null ? undefined : exactTime(expires)}>
          {expires === null ? 'until removed' : endsWords(expires, now)}
        </span>
      ) : null}
      {skills.length > 0 ? <span>Skills: {skills.join(', ')}</span> : null}
    </div>
  )
}

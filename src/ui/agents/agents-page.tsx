/** The agents: who is alive and on what, what it costs, and the ways to hold them back. */

import { CircleStop, Laptop, Pause, Play, Plus, Zap, SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { STATE_TITLE } from './words.ts'
import { useAct } from '../act.ts'
import { Button, IconButton } from '../kit/button.tsx'
import { links } from '../links.ts'
import list from '../kit/list-page.module.css'
import panel from '../kit/panel.module.css'
import { grantableRoles } from '../people/removal.ts'
import { useNameOf } from '../people/use-people.ts'
import { useSession } from '../session.ts'
import { exactTime } from '../times.ts'
import { AgentDialogs } from './agent-dialogs.tsx'
import { AgentLine } from './agent-line.tsx'
import css from './agents.module.css'
import type { AskedAgent } from './asked.ts'
import { useLifeWords } from './liveness-watch.ts'
import { type AgentEntry, type AgentRoster, useAgentRoster } from './roster.ts'

export function AgentsPage() {
  const { replica, workspaceId } = useSession()
  const roster = useAgentRoster()
  const [asked, setAsked] = useState<AskedAgent | null>(null)
  const mayCreate = replica.may('create', 'agent') && grantableRoles(replica).includes('agent')
  const { agents, allPaused } = roster
  return (
    <div className={panel['page']}>
      <section className={css['page']} aria-labelledby="agents">
        <div className={list['head']}>
          <h2 id="agents" className={list['title']}>
            Agents
          </h2>
          <Summary agents={agents} />
          <div className={css['actions']}>
            <Link href={links.triggers(workspaceId)} className={css['triggers']}>
              <Zap size={14} aria-hidden /> Triggers
            </Link>
            {replica.may('update', 'workspace') ? (
              <IconButton label="How agents work here" onClick={() => setAsked({ for: 'policy' })}>
                <SlidersHorizontal size={15} aria-hidden />
              </IconButton>
            ) : null}
            {agents.length > 0 ? <ForAll allPaused={allPaused !== null} onStop={() => setAsked({ for: 'stop-all' })} /> : null}
            {mayCreate ? (
              <Button look="outline" onClick={() => setAsked({ for: 'here' })}>
                <Laptop size={15} aria-hidden /> Add an agent that runs in this browser
              </Button>
            ) : null}
            {mayCreate ? (
              <Button look={agents.length === 0 ? 'outline' : 'primary'} onClick={() => setAsked({ for: 'new' })}>
                <Plus size={15} aria-hidden /> New agent
              </Button>
            ) : null}
          </div>
        </div>
        {allPaused ? <AllPaused roster={roster} /> : null}
        {agents.length === 0 ? (
          <Empty mayCreate={mayCreate} onCreate={() => setAsked({ for: 'new' })} />
        ) : (
          <ul className={list['list']} aria-label="All agents">
            {agents.map((agent) => (
              <AgentLine key={agent.id} agent={agent} onAsk={setAsked} />
            ))}
          </ul>
        )}
      </section>
      {asked ? <AgentDialogs asked={asked} onClose={() => setAsked(null)} /> : null}
    </div>
  )
}

/** `2 working · 1 stalled`, the best first. */
function Summary({ agents }: { readonly agents: readonly AgentEntry[] }) {
  const words = useLifeWords((life) => {
    const states = agents.flatMap(({ actor, standing }) => (actor && standing === 'in' ? [life(actor).state] : []))
    const parts = (['working', 'idle', 'quiet', 'stalled', 'gone'] as const).flatMap((state) => {
      const many = states.filter((one) => one === state).length
      return many > 0 ? [`${many} ${STATE_TITLE[state].toLowerCase()}`] : []
    })
    return parts.join(' · ')
  })
  return words === '' ? null : <p className={css['summary']}>{words}</p>
}

function ForAll({ allPaused, onStop }: { readonly allPaused: boolean; readonly onStop: () => void }) {
  const { replica } = useSession()
  const act = useAct()
  if (!replica.may('update', 'workspace')) return null
  return (
    <>
      <Button look="outline" onClick={() => act(allPaused ? 'resume_agent' : 'pause_agent', { id: '*' })}>
        {allPaused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
        {allPaused ? 'Resume all' : 'Pause all'}
      </Button>
      <Button look="outline" className={css['stop'] ?? ''} onClick={onStop}>
        <CircleStop size={14} aria-hidden /> Stop all …
      </Button>
    </>
  )
}

function AllPaused({ roster: { allPaused } }: { readonly roster: AgentRoster }) {
  const nameOf = useNameOf()
  if (allPaused === null) return null
  return (
    <p className={css['banner']}>
      <Pause size={14} aria-hidden />
      <span>
        {nameOf(allPaused.by)} paused all agents on {exactTime(allPaused.at)}. They take no task and no further step; what they
        hold stays theirs.
      </span>
    </p>
  )
}

function Empty({ mayCreate, onCreate }: { readonly mayCreate: boolean; readonly onCreate: () => void }) {
  return (
    <div className={list['empty']}>
      <h3>No agents yet</h3>
      <p>
        An agent takes tasks that are ready, says how far it is, asks when it does not know, and hands its work in for you to look
        at. Give it a name, the files it may write and a time; you get a link that it comes in by.
      </p>
      <p>You can pause or stop each of them here at any time, and end its rights on People.</p>
      {mayCreate ? (
        <Button look="primary" onClick={onCreate}>
          <Plus size={15} aria-hidden /> Create the first agent
        </Button>
      ) : null}
    </div>
  )
}

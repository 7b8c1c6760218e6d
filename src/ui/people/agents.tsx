import { Bot } from 'lucide-react'
import { useState } from 'react'
import { isPath } from '../../core/glob.ts'
import type { Replica } from '../../replica/replica.ts'
import { useMinute } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import panel from '../kit/panel.module.css'
import { useKnownPeople } from '../known-people.ts'
import { shortKey } from '../../core/ids.ts'
import { actorName } from '../names.ts'
import { type Session, useSession } from '../session.ts'
import { exactTime } from '../times.ts'
import { count } from '../words.ts'
import type { Ask } from './asked.ts'
import chips from './chips.module.css'
import { PathField, PatternChips } from './file-patterns.tsx'
import { HolderMenu } from './holder-menu.tsx'
import { matching } from './patterns.ts'
import css from './people.module.css'
import { grantableRoles } from './removal.ts'
import type { Holder } from './roster.ts'
import { actsWords, useNameOf } from './use-people.ts'
import { dayWords, endsWords, ROLE_TITLE } from './words.ts'

export function Agents({ agents, onAsk }: { readonly agents: readonly Holder[]; readonly onAsk: Ask }) {
  const session = useSession()
  const [typed, setTyped] = useState('')
  const path = typed.trim().normalize('NFC')
  const verdicts = agents.map((agent) => (path === '' ? null : verdictOn(session, agent, path)))
  const allowed = verdicts.filter((verdict) => verdict?.may).length
  const mayInvite = grantableRoles(session.replica).includes('agent')
  return (
    <section aria-labelledby="agents">
      <div className={css['head']}>
        <h2 id="agents" className={panel['title']}>
          Agents
        </h2>
        {mayInvite ? (
          <Button onClick={() => onAsk({ for: 'agent' })}>
            <Bot size={14} aria-hidden /> Invite an agent …
          </Button>
        ) : null}
      </div>
      {agents.length === 0 ? (
        <p className={css['empty']}>
          No agents yet. An agent gets a key of its own, which says what it may do, which files it may write and for how long; you
          can end it here at any time.
        </p>
      ) : (
        <div className={panel['panel']}>
          <div className={`${panel['line']} ${css['tester']}`}>
            <PathField path={typed} onChange={setTyped} />
            <p className={panel['soft']} aria-live="polite">
              {path === ''
                ? 'Says which of them may write that file.'
                : isPath(path)
                  ? `${allowed} of ${count(agents.length, 'agent')} may write it.`
                  : 'This is no path of a project: write it relative, with “/” between names.'}
            </p>
          </div>
          <ul>
            {agents.map((agent, i) => (
              <AgentRow key={agent.actor} agent={agent} verdict={verdicts[i] ?? null} onAsk={onAsk} />
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

interface AgentRowProps {
  readonly agent: Holder
  readonly verdict: Verdict | null
  readonly onAsk: Ask
}

function AgentRow({ agent, verdict, onAsk }: AgentRowProps) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const name = useNameOf()(agent.actor)
  const now = useMinute()
  const { actor, role, since, grantedBy, capabilities } = agent
  const expires = lastEnd(agent)
  const isHere = known.some((one) => one.actor === actor && one.here)
  return (
    <li className={`${panel['line']} ${css['holder']}`} aria-label={isHere ? `${name}, here now` : name}>
      <span className={`${css['face']} ${css['bot']}`}>
        <Bot size={18} aria-hidden />
        {isHere ? <span className={css['here']} title="Here now" /> : null}
      </span>
      <div className={`${panel['grow']} ${css['stack']}`}>
        <p className={css['who']}>
          <span className={panel['main']}>{name}</span>
          <span className={css['key']} title={`Key ${actor}, capability ${capabilities[0]?.id}`}>
            {shortKey(actor)}
          </span>
          {role === 'agent' ? null : <span className={css['tag']}>{ROLE_TITLE[role]}</span>}
          {expires === null ? null : (
            <span className={css['tag']} title={exactTime(expires)}>
              {endsWords(expires, now)}
            </span>
          )}
        </p>
        <p className={panel['soft']}>
          {actsWords(replica, agent)} Since {dayWords(since)}
          {grantedBy === null ? '' : `, let in by ${actorName(grantedBy, known)}`}.
        </p>
        <PatternChips patterns={patternsOf(agent)} match={verdict?.match} />
        {verdict === null ? null : (
          <p className={chips['verdict']} data-may={verdict.may}>
            {verdict.words}
          </p>
        )}
      </div>
      <div className={css['tools']}>
        <HolderMenu holder={agent} name={name} onAsk={onAsk} />
      </div>
    </li>
  )
}

interface Verdict {
  readonly may: boolean
  readonly words: string
  /** The pattern that names the path. */
  readonly match: string | null
}

/** What the replica says to this agent's writing the file, and by which of its patterns. */
function verdictOn({ replica, run }: Pick<Session, 'replica' | 'run'>, agent: Holder, path: string): Verdict | null {
  if (!isPath(path)) return null
  const project = agent.capabilities[0]?.projects?.[0] ?? null
  const asked = run('authorize', { verb: 'update', type: 'document', path, project, actor: agent.actor })
  const may = asked.ok && asked.value.allowed
  const match = matching(patternsOf(agent), path)
  return { may, match: may ? match : null, words: may ? 'May write it.' : `May not write it: ${whyNot(replica, agent, match)}.` }
}

function whyNot({ now }: Replica, agent: Holder, match: string | null): string {
  if (match === null) return 'none of its patterns names this path'
  const expires = lastEnd(agent)
  if (expires !== null && expires < now()) return 'its time is over'
  if (agent.capabilities.every(({ rights }) => rights !== null && !rights.includes('update'))) return 'it may not edit'
  return 'whoever let it in may not write there either'
}

/** The patterns of all that it holds; null where one of them has none. */
function patternsOf({ capabilities }: Holder): readonly string[] | null {
  const lists = capabilities.map(({ files }) => files)
  return lists.includes(null) ? null : [...new Set(lists.flatMap((files) => files ?? []))]
}

/** When the last of what it holds ends; null for never. */
function lastEnd({ capabilities }: Holder): number | null {
  const ends = capabilities.map(({ expires }) => expires)
  return ends.includes(null) ? null : Math.max(...(ends as number[]))
}

import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { nameOf as changeName } from '../../operations/authority.ts'
import { useActOnSigned } from '../act.ts'
import { useMinute } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import panel from '../kit/panel.module.css'
import { authorOf } from '../read-edits.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import { count } from '../words.ts'
import type { Ask } from './asked.ts'
import css from './people.module.css'
import { grantableRoles } from './removal.ts'
import type { Ended, Kept } from './roster.ts'
import { useNameOf } from './use-people.ts'
import { list, reasonWords, ROLE_TITLE } from './words.ts'

const FIRST = 20

interface Props {
  readonly ended: readonly Ended[]
  readonly kept: readonly Kept[]
  readonly onAsk: Ask
}

/** What is over, and what was made to count all the same. */
export function EndedList({ ended, kept, onAsk }: Props) {
  const [all, setAll] = useState(false)
  if (ended.length + kept.length === 0) return null
  const shown = all ? ended : ended.slice(0, FIRST)
  return (
    <details className={css['folded']}>
      <summary>
        <ChevronRight size={14} aria-hidden /> Ended, and work kept ({ended.length + kept.length})
      </summary>
      <ul className={panel['panel']} aria-label="Ended, and work kept">
        {kept.map((one) => (
          <KeptLine key={one.ref} kept={one} />
        ))}
        {shown.map((one) => (
          <EndedLine key={one.row.id} ended={one} onAsk={onAsk} />
        ))}
      </ul>
      {ended.length > shown.length ? <Button onClick={() => setAll(true)}>Show all {ended.length}</Button> : null}
    </details>
  )
}

function EndedLine({ ended: { row, at, by, reason }, onAsk }: { readonly ended: Ended; readonly onAsk: Ask }) {
  const { replica } = useSession()
  const nameOf = useNameOf()
  const now = useMinute()
  const who = row.isInvite ? `Invite for ${ROLE_TITLE[row.role]}` : nameOf(row.holder)
  const mayGrant = !row.isInvite && row.holder !== replica.actor && grantableRoles(replica).length > 0
  return (
    <li className={panel['line']}>
      <div className={panel['grow']}>
        <p className={css['who']}>
          <span className={panel['main']}>{who}</span>
          {row.isInvite ? null : <span className={css['tag']}>{ROLE_TITLE[row.role]}</span>}
        </p>
        <p className={panel['soft']} title={`Capability ${row.id}`}>
          {[at === null ? null : ago(at, now), by === null ? null : `by ${nameOf(by)}`, reasonWords(reason)]
            .filter((word) => word !== null)
            .join(', ')}
        </p>
      </div>
      {mayGrant ? <Button onClick={() => onAsk({ for: 'grant', to: row.holder })}>Grant again …</Button> : null}
    </li>
  )
}

function KeptLine({ kept: { by, at, changes, rank } }: { readonly kept: Kept }) {
  const { replica } = useSession()
  const nameOf = useNameOf()
  const now = useMinute()
  const act = useActOnSigned()
  const authors = [...new Set(changes.map((ref) => authorOf(replica, ref)))]
  const cited = replica.capabilityFor('grant')
  const mayTakeBack = cited !== null && (by === replica.actor || cited.rank < rank)
  // One name stands for all that were adopted in one go.
  const takeBack = (): void =>
    act(
      'unadopt_changes',
      () => ({ changes: changes.slice(0, 1).map((ref) => changeName(replica, ref)) }),
      `${count(changes.length, 'change')} no longer kept`,
    )
  return (
    <li className={panel['line']}>
      <div className={panel['grow']}>
        <p className={panel['main']}>
          {count(changes.length, 'change')} by {list(authors.map((actor) => nameOf(actor as Kept['by'])))} kept
        </p>
        <p className={panel['soft']} title={exactTime(at)}>
          {ago(at, now)}, by {nameOf(by)}
        </p>
      </div>
      {mayTakeBack ? <Button onClick={takeBack}>Take back</Button> : null}
    </li>
  )
}

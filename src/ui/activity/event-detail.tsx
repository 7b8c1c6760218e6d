import { History } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ReadEvent } from '../../replica/event-pages.ts'
import { links } from '../links.ts'
import { shortKey } from '../../core/ids.ts'
import { useSession } from '../session.ts'
import { duration, exactTime } from '../times.ts'
import css from './activity-page.module.css'

interface EventDetailProps {
  readonly id: string
  readonly read: ReadEvent
  readonly name: string
  readonly late: number
  readonly verdict: string
}

const KIND_WORDS = { data: 'Work on the board', authority: 'Rights: who may what' } as const

/** Everything that the log has about one event, and what was checked of it. */
export function EventDetail({ id, read, name, late, verdict }: EventDetailProps) {
  const { replica, workspaceId } = useSession()
  const { event, kind, ref } = read
  const { history } = replica
  const [batch = '', index = ''] = event.id.split(':')
  const by = name === shortKey(event.actor) ? name : `${name} (${shortKey(event.actor)})`
  return (
    <div id={id} className={css['detail']}>
      <dl className={css['facts']}>
        <Fact name="Verdict">{verdict}</Fact>
        <Fact name="Signature">Signed by {by}. The signature was checked on this device.</Fact>
        <Fact name="Key" mono>
          {event.actor}
        </Fact>
        <Fact name="Under the right" mono={event.capability !== null}>
          {event.capability ?? 'none: with it the workspace begins'}
        </Fact>
        <Fact name="Kind">
          {KIND_WORDS[kind]}, <span className={css['mono']}>{event.type}</span>
        </Fact>
        <Fact name="Batch">
          <span className={css['mono']}>{batch}</span>, change {Number(index) + 1}
        </Fact>
        <Fact name="Written">
          {exactTime(history.msOf(ref))} by its author’s clock, <span className={css['mono']}>{event.hlc}</span>
        </Fact>
        <Fact name="Came">
          as number {history.arrivalOf(Math.floor(ref / 256)).toLocaleString('en')} in the log of this device
          {late > 0 ? `, late: ${duration(late)} of newer work was here already` : ''}
        </Fact>
        <Fact name="It says">
          <pre className={css['data']}>{JSON.stringify(event.data, null, 1)}</pre>
        </Fact>
      </dl>
      <Link className={css['pastLink']} href={links.past(workspaceId, event.hlc)}>
        <History size={14} aria-hidden /> See the board as of this event
      </Link>
    </div>
  )
}

function Fact({ name, mono, children }: { readonly name: string; readonly mono?: boolean; readonly children: ReactNode }) {
  return (
    <div className={css['fact']}>
      <dt>{name}</dt>
      <dd className={mono ? css['mono'] : undefined}>{children}</dd>
    </div>
  )
}

import { ChevronDown, Clock3, ShieldX, ShieldCheck } from 'lucide-react'
import { memo, useId } from 'react'
import { Link } from 'wouter'
import type { ReadEvent } from '../../replica/event-pages.ts'
import type { Known } from '../known-people.ts'
import { AssigneeAvatar, PersonAvatar } from '../kit/avatar.tsx'
import { links } from '../links.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { ago, duration, exactTime } from '../times.ts'
import css from './activity-page.module.css'
import { EventDetail } from './event-detail.tsx'
import { tellEvent, type Verdict, verdictWords } from './event-words.ts'

interface EventRowProps {
  readonly read: ReadEvent
  readonly position: number
  readonly people: readonly Known[]
  readonly now: number
  /** As of now: it may have turned since the event was read. */
  readonly why: Verdict['why']
  readonly adopted: boolean
  /** How much newer work was here when it came, in milliseconds. */
  readonly late: number
  readonly open: boolean
  readonly onToggle: (ref: number) => void
}

export const EventRow = memo(function EventRow(props: EventRowProps) {
  const { read, position, people, now, why, adopted, late, open, onToggle } = props
  const { replica, workspaceId } = useSession()
  const detailId = useId()
  const { actor } = read.event
  const name = actorName(actor, people)
  const person = people.find((one) => one.actor === actor)
  const words = tellEvent(replica, people, read)
  const verdict = verdictWords({ why, adopted })
  const at = replica.history.msOf(read.ref)
  const about = words.task ? `${words.task.key} ${words.task.title}` : words.about
  return (
    <div
      // Between list and item stand the boxes of the virtual list.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="listitem"
      aria-posinset={position}
      aria-setsize={-1}
      className={css['event']}
      data-void={(verdict && !adopted) || undefined}
      data-event={read.event.id}
    >
      <div className={css['line']}>
        {person?.color ? <PersonAvatar name={name} color={person.color} size={22} /> : <AssigneeAvatar name={name} />}
        <div className={css['said']}>
          <p className={css['sentence']}>
            <span className={css['who']}>{name}</span> {words.text}
          </p>
          <p className={css['about']}>
            {words.task ? <Link href={links.task(workspaceId, words.task.key)}>{about}</Link> : about}
          </p>
        </div>
        <div className={css['marks']}>
          {late > 0 ? (
            <span className={css['mark']} data-tone="warn" title={`${duration(late)} of newer work was here when it came`}>
              <Clock3 size={12} aria-hidden /> came late
            </span>
          ) : null}
          {verdict ? (
            <span className={css['mark']} data-tone={adopted ? 'good' : 'bad'} title={verdict.long}>
              {adopted ? <ShieldCheck size={12} aria-hidden /> : <ShieldX size={12} aria-hidden />} {verdict.short}
            </span>
          ) : null}
        </div>
        <time className={css['time']} dateTime={new Date(at).toISOString()} title={exactTime(at)}>
          {ago(at, now)}
        </time>
        <button
          type="button"
          className={css['unfold']}
          aria-expanded={open}
          aria-controls={open ? detailId : undefined}
          aria-label={`Details: ${name} ${words.text}${words.task ? `, ${words.task.key}` : ''}`}
          onClick={() => onToggle(read.ref)}
        >
          <ChevronDown size={15} aria-hidden />
        </button>
      </div>
      {open ? (
        <EventDetail
          id={detailId}
          read={read}
          name={name}
          late={late}
          verdict={verdict?.long ?? 'It counts: its right was checked on this device.'}
        />
      ) : null}
    </div>
  )
})

import { X } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { Link } from 'wouter'
import { Button } from '../kit/button.tsx'
import { useMinute } from '../hooks.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import css from './inbox.module.css'
import { type Entry, inboxIn } from './inbox-watch.ts'

/** Where in the list, for those who see a part of it. */
export interface Place {
  readonly 'aria-posinset': number
  readonly 'aria-setsize': number
}

interface EntryFrameProps {
  readonly entry: Entry
  readonly place: Place
  /** What kind of thing it is, in a word or two. */
  readonly label: string
  readonly tone: string
  readonly icon: ReactNode
  readonly title: string
  /** Where the title leads. */
  readonly href: string
  readonly since: number | null
  readonly children: ReactNode
}

export function EntryFrame({ entry, place, label, tone, icon, title, href, since, children }: EntryFrameProps) {
  const session = useSession()
  const now = useMinute()
  const id = useId()
  return (
    // An item of a virtual list, whose boxes stand around it.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <div role="listitem" {...place} className={css['entry']} data-entry data-kind={tone} tabIndex={-1} aria-labelledby={id}>
      <div className={css['what']}>
        <p id={id} className={css['line']}>
          <span className={css['label']}>
            {icon}
            {label}
          </span>{' '}
          <Link href={href} className={css['title']} data-opens>
            {title}
          </Link>
        </p>
        {since === null ? null : (
          <time className={css['since']} dateTime={new Date(since).toISOString()} title={exactTime(since)}>
            {ago(since, now)}
          </time>
        )}
        <Button
          className={css['putOff'] ?? ''}
          aria-label="Not now"
          aria-keyshortcuts="N"
          title="Put away until there is more of it"
          onClick={() => inboxIn(session).putOff(entry)}
        >
          <span className={css['putOffText']}>Not now</span>
          <X className={css['putOffIcon']} size={15} aria-hidden />
        </Button>
      </div>
      {children}
    </div>
  )
}

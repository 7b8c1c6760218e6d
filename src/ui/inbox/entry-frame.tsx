import { type ReactNode, useId } from 'react'
import { Link } from 'wouter'
import { Button } from '../kit/button.tsx'
import { useMinute } from '../hooks.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import css from './inbox.module.css'
import { type Entry, inboxIn } from './inbox-watch.ts'

interface EntryFrameProps {
  readonly entry: Entry
  /** What kind of thing it is, in a word or two. */
  readonly label: string
  readonly tone: string
  readonly icon: ReactNode
  readonly title: string
  /** Where the title leads. */
  readonly href: string
  readonly since: number | null
  /** What can be done about all of it. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function EntryFrame({ entry, label, tone, icon, title, href, since, actions, children }: EntryFrameProps) {
  const session = useSession()
  const now = useMinute()
  const id = useId()
  return (
    <li className={css['entry']} data-entry data-kind={tone} tabIndex={-1} aria-labelledby={id}>
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
      </div>
      {children}
      <div className={css['foot']}>
        {actions}
        <Button aria-keyshortcuts="N" onClick={() => inboxIn(session).putOff(entry)}>
          Not now
        </Button>
      </div>
    </li>
  )
}

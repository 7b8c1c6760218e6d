/** One item of the inbox: what it is about, since when, and what can be done about it here. */

import { OneDecision } from '../people/decisions.tsx'
import type { Ask } from '../people/asked.ts'
import { memo } from 'react'
import { Expiring } from './expiring-item.tsx'
import type { Place } from './entry-frame.tsx'
import css from './inbox.module.css'
import type { Entry } from './inbox-watch.ts'
import { TaskItem } from './task-item.tsx'

interface InboxEntryProps {
  readonly entry: Entry
  readonly place: Place
  readonly onAsk: Ask
}

export const InboxEntry = memo(function InboxEntry({ entry, place, onAsk }: InboxEntryProps) {
  switch (entry.kind) {
    case 'task':
      return <TaskItem entry={entry} place={place} />
    case 'expiring':
      return <Expiring entry={entry} place={place} />
    case 'decision':
      return (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        <div role="listitem" {...place} className={css['entry']} data-entry data-kind="decision" tabIndex={-1}>
          <ul className={css['decision']}>
            <OneDecision decision={entry.of} onAsk={onAsk} />
          </ul>
        </div>
      )
  }
})

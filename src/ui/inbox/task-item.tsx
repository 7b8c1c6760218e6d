import { CircleAlert, CircleHelp, Coins, Eye, GitFork, Hourglass, MoonStar, ShieldX } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Concern, ConcernKind } from '../../replica/inbox-item.ts'
import { useTask } from '../hooks.ts'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { Conflicts } from '../task/conflicts.tsx'
import { Question } from '../task/question.tsx'
import { EntryFrame, type Place } from './entry-frame.tsx'
import css from './inbox.module.css'
import type { Entry } from './inbox-watch.ts'
import { Budget, Failed, Refused, Reviews, Silent, Untouched } from './work-concerns.tsx'

const FACES: Readonly<Record<ConcernKind, { readonly label: string; readonly icon: ReactNode }>> = {
  question: { label: 'Question', icon: <CircleHelp size={13} aria-hidden /> },
  failed: { label: 'Failed', icon: <CircleAlert size={13} aria-hidden /> },
  stalled: { label: 'Silent', icon: <MoonStar size={13} aria-hidden /> },
  conflict: { label: 'Conflict', icon: <GitFork size={13} aria-hidden /> },
  budget: { label: 'Over budget', icon: <Coins size={13} aria-hidden /> },
  refused: { label: 'Refused', icon: <ShieldX size={13} aria-hidden /> },
  review: { label: 'Review', icon: <Eye size={13} aria-hidden /> },
  stuck: { label: 'Untouched', icon: <Hourglass size={13} aria-hidden /> },
}

/** What one task needs for one cause. */
export function TaskItem({ entry, place }: { readonly entry: Entry & { readonly kind: 'task' }; readonly place: Place }) {
  const { workspaceId } = useSession()
  const { task: id, concerns } = entry.of
  const task = useTask(id)
  const [first] = concerns
  // Gone a moment before the list hears of it.
  if (!task || !first) return null
  return (
    <EntryFrame
      entry={entry}
      place={place}
      {...FACES[first.kind]}
      tone={first.kind}
      title={`${task.key} ${task.title}`}
      href={links.task(workspaceId, task.key)}
      since={first.since}
    >
      {concerns.map((concern) => (
        <div key={concern.kind} className={css['concern']}>
          <ConcernBody concern={concern} entry={entry} />
        </div>
      ))}
    </EntryFrame>
  )
}

function ConcernBody({ concern, entry }: { readonly concern: Concern; readonly entry: Entry & { readonly kind: 'task' } }) {
  const { task: id, concerns } = entry.of
  // Letters act on the one thing that they can mean.
  const keys = concern === concerns[0] && concern.about.length <= 1
  const props = { task: id, concern, keys }
  switch (concern.kind) {
    case 'question':
      return concern.about.map((question) => <Question key={question} id={question} keys={keys} />)
    case 'conflict':
      return <Conflicts id={id} />
    case 'review':
      return <Reviews {...props} />
    case 'failed':
      return <Failed {...props} />
    case 'stalled':
      return <Silent {...props} />
    case 'budget':
      return <Budget {...props} />
    case 'refused':
      return <Refused {...props} />
    case 'stuck':
      return <Untouched {...props} />
  }
}

import { useSyncExternalStore } from 'react'
import { read } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { useSession } from '../session.ts'
import { count } from '../words.ts'
import { Question } from './question.tsx'
import { Section } from './section.tsx'
import css from './runs.module.css'

/** What was asked about the task: what waits for an answer first, then the last that was answered. */
export function Questions({ id }: { readonly id: NodeId }) {
  const { replica } = useSession()
  const comments = useSyncExternalStore(
    (changed) => replica.views.on(`comments:${id}`, changed),
    () => replica.views.commentsOn(id),
  )
  const asked = comments.filter((comment) => isQuestion(replica.nodes.get(comment)))
  const open = asked.filter((comment) => replica.views.questions.has(comment))
  if (asked.length === 0) return null
  const answered = asked.filter((comment) => !open.includes(comment)).toReversed()
  return (
    <Section title="Questions" note={open.length > 0 ? `${count(open.length, 'waits', 'wait')} for an answer` : undefined}>
      <ul className={css['list']}>
        {[...open, ...answered].map((comment) => (
          <li key={comment} className={css['card']} data-open={open.includes(comment) || undefined}>
            <Question id={comment} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

export function isQuestion(comment: Parameters<typeof read>[0] | undefined): boolean {
  return comment !== undefined && read(comment, 'question') != null
}

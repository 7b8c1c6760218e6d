import { useEffect, useRef, useState } from 'react'
import type { WorkNode } from '../../core/fold.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useKnownPeople } from '../known-people.ts'
import { type KnownEdits, type ReadEdit, readEditsAt } from '../read-edits.ts'
import { useSession } from '../session.ts'
import css from './activity.module.css'
import { actorName } from '../names.ts'
import { Section } from './section.tsx'
import { tell } from './story.ts'
import { ago, exactTime } from '../times.ts'
import { useNow } from './use-task.ts'
import { useWords } from './use-words.ts'

/** Lines shown before one asks for more. */
const FIRST = 6

/** What was done to the task, newest first. */
export function Activity({ task }: { readonly task: TaskRow }) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const now = useNow()
  const words = useWords(task.id)
  const [all, setAll] = useState(false)
  const { edits, problem } = useEdits(task)
  const told = tell(edits, replica, words)
  if (told.length === 0 && problem === null) return null
  return (
    <Section title="Activity">
      {problem ? <p className={css['line']}>{problem}</p> : null}
      <ol className={css['lines']}>
        {(all ? told : told.slice(0, FIRST)).map(({ ref, actor, at, text }) => (
          <li key={ref} className={css['line']}>
            <span className={css['who']}>{actorName(actor, known)}</span> {text},{' '}
            <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
              {ago(at, now)}
            </time>
          </li>
        ))}
      </ol>
      {told.length > FIRST ? (
        <button type="button" className={css['more']} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show less' : `Show ${told.length - FIRST} more`}
        </button>
      ) : null}
    </Section>
  )
}

interface Edits {
  readonly edits: readonly ReadEdit[]
  readonly problem: string | null
}

/** The last edits of the task, read from the log again whenever the task changed and is saved. */
function useEdits(task: TaskRow): Edits {
  const { replica } = useSession()
  const [edits, setEdits] = useState<Edits>({ edits: [], problem: null })
  const known = useRef<KnownEdits>(new Map())
  useEffect(() => {
    let wanted = true
    const read = async (): Promise<void> => {
      await replica.saved()
      const next = await readEditsAt(replica, (replica.nodes.get(task.id) as WorkNode).recent, known.current)
      if (wanted) setEdits({ edits: next, problem: null })
    }
    read().catch((error: unknown) => {
      if (wanted)
        setEdits(({ edits }) => ({
          edits,
          problem: `The log cannot be read now: ${error instanceof Error ? error.message : String(error)}`,
        }))
    })
    return () => {
      wanted = false
    }
  }, [replica, task])
  return edits
}

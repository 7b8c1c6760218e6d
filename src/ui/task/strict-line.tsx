/** Says of a strict task by whose word it begins, or why it cannot and what to do about it. */

import { Lock } from 'lucide-react'
import type { TaskRow } from '../../replica/task-row.ts'
import { useStrictNote } from '../strict.ts'
import css from './strict-line.module.css'

export function StrictLine({ task }: { readonly task: TaskRow }) {
  const note = useStrictNote(task)
  if (note === null) return null
  return (
    <p className={css['line']} data-stuck={note.isStuck || undefined}>
      <Lock size={14} aria-hidden />
      <span>{note.words}.</span>
    </p>
  )
}

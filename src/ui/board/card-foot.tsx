/** The small facts at the bottom of a card, and the same in words for those who do not see it. */

import { CircleQuestionMark, Files, Hourglass, ListTree, Lock, MessageSquare, SquareCheck, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TaskRow } from '../../replica/task-row.ts'
import { AssigneeAvatar } from '../kit/avatar.tsx'
import type { NameOf } from './task-facts.ts'
import { PriorityIcon } from '../kit/status-icon.tsx'
import { useStrictNote } from '../strict.ts'
import { count, priorityTitle } from '../words.ts'
import css from './card.module.css'

const SHOWN = 3

export function CardFoot({ row, nameOf }: { readonly row: TaskRow; readonly nameOf: NameOf }) {
  const { questions } = row
  const { checks, subtasks, waits } = countsOf(row)
  return (
    <div className={css['foot']}>
      <span className={css['badge']} title={`Priority: ${priorityTitle(row.priority)}`}>
        <PriorityIcon priority={row.priority} />
      </span>
      {questions > 0 ? (
        <Badge tone="bad" words={`${count(questions, 'question')} without an answer`}>
          <CircleQuestionMark size={12} aria-hidden /> {questions === 1 ? 'question' : `${questions} questions`}
        </Badge>
      ) : null}
      {row.conflicts.length > 0 ? (
        <Badge tone="bad" words={`${count(row.conflicts.length, 'field')} written twice apart: open the task to choose`}>
          <TriangleAlert size={12} aria-hidden /> conflict
        </Badge>
      ) : null}
      {row.sharesFilesWith.length > 0 ? (
        <Badge tone="warn" words={filesWords(row)}>
          <Files size={12} aria-hidden /> same files
        </Badge>
      ) : null}
      {row.claimMode === 'strict' ? <StrictBadge row={row} /> : null}
      {waits > 0 ? (
        <Badge tone="warn" words={`Waits on ${count(waits, 'task')}`}>
          <Hourglass size={12} aria-hidden /> waits on {waits}
        </Badge>
      ) : null}
      {checks.all > 0 ? (
        <Badge
          tone={checks.done === checks.all ? 'good' : undefined}
          words={`${checks.done} of ${count(checks.all, 'check')} done`}
        >
          <SquareCheck size={12} aria-hidden /> {checks.done}/{checks.all}
        </Badge>
      ) : null}
      {subtasks.all > 0 ? (
        <Badge
          tone={subtasks.done === subtasks.all ? 'good' : undefined}
          words={`${subtasks.done} of ${count(subtasks.all, 'subtask')} done`}
        >
          <ListTree size={12} aria-hidden /> {subtasks.done}/{subtasks.all}
        </Badge>
      ) : null}
      {row.comments > 0 ? (
        <Badge words={count(row.comments, 'comment')}>
          <MessageSquare size={12} aria-hidden /> {row.comments}
        </Badge>
      ) : null}
      {row.assignees.length > 0 ? (
        <span className={css['who']}>
          {row.assignees.slice(0, SHOWN).map((assignee) => (
            <AssigneeAvatar key={assignee} name={nameOf(assignee)} />
          ))}
          {row.assignees.length > SHOWN ? <AssigneeAvatar name={`+${row.assignees.length - SHOWN}`} /> : null}
        </span>
      ) : null}
    </div>
  )
}

function StrictBadge({ row }: { readonly row: TaskRow }) {
  const note = useStrictNote(row)
  return note === null ? null : (
    <Badge tone={note.isStuck ? 'warn' : undefined} words={note.words}>
      <Lock size={12} aria-hidden /> {note.isStuck ? 'strict: no lease' : 'strict'}
    </Badge>
  )
}

function Badge({
  tone,
  words,
  children,
}: {
  readonly tone?: 'warn' | 'good' | 'bad' | undefined
  readonly words: string
  readonly children: ReactNode
}) {
  return (
    <span className={css['badge']} data-tone={tone} title={words}>
      {children}
    </span>
  )
}

/** What comes after key and title in a card's accessible name. */
export function summaryOf(row: TaskRow, nameOf: NameOf): string {
  const { questions } = row
  const { checks, subtasks, waits } = countsOf(row)
  const parts = [
    `priority ${priorityTitle(row.priority).toLowerCase()}`,
    row.assignees.length > 0 ? `assigned to ${row.assignees.map(nameOf).join(', ')}` : '',
    questions > 0 ? `${count(questions, 'question')} without an answer` : '',
    row.conflicts.length > 0 ? 'has a conflict' : '',
    row.sharesFilesWith.length > 0 ? filesWords(row).toLowerCase() : '',
    row.claimMode === 'strict' ? 'strict' : '',
    waits > 0 ? `waits on ${waits}` : '',
    checks.all > 0 ? `${checks.done} of ${count(checks.all, 'check')}` : '',
    subtasks.all > 0 ? `${subtasks.done} of ${count(subtasks.all, 'subtask')}` : '',
    row.comments > 0 ? count(row.comments, 'comment') : '',
  ]
  return parts.map((part) => (part === '' ? '' : `, ${part}`)).join('')
}

function filesWords({ sharesFilesWith: { length } }: TaskRow): string {
  return `Works on the same files as ${count(length, 'other task')}`
}

function countsOf(row: TaskRow) {
  const subtasksDone = row.subtasks.filter((id) => row.completedSubtasks.includes(id)).length
  return {
    checks: { all: row.checks.length, done: row.checks.filter(({ done }) => done).length },
    subtasks: { all: row.subtasks.length, done: subtasksDone },
    waits: row.dependencies.filter(({ done }) => !done).length,
  }
}

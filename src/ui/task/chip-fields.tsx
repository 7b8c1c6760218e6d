/** Fields that hold several words: whom a task is assigned to, and its labels. */

import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { read } from '../../core/fold.ts'
import type { ActorKey } from '../../core/ids.ts'
import { liveOf } from '../../replica/standing.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { AssigneeAvatar } from '../kit/avatar.tsx'
import hues from '../kit/hue.module.css'
import { type Known, useKnownPeople } from '../known-people.ts'
import { useSession } from '../session.ts'
import { hueOf } from '../words.ts'
import css from './chip-fields.module.css'
import { assigneeName } from '../names.ts'
import { type Choice, Picker } from './picker.tsx'

interface FieldProps {
  readonly task: TaskRow
  readonly fixed: boolean
}

export function Assignees({ task, fixed }: FieldProps) {
  const { replica } = useSession()
  const people = useKnownPeople()
  const act = useAct()
  const { id, assignees } = task
  const choicesFor = (typed: string): Choice[] => {
    const agents = replica.views.ofType('agent').flatMap((agent): Choice[] => {
      const node = replica.nodes.get(agent)
      const name = node && read(node, 'deleted') !== true ? read(node, 'name') : null
      return typeof name === 'string' && name !== '' ? [{ value: name, label: name, hint: 'agent' }] : []
    })
    const isIn = ({ actor, name, here }: Known): boolean =>
      name !== '' && (here || liveOf(replica.authority, actor as ActorKey).length > 0)
    const known = people.filter(isIn).map(({ name, self, here }): Choice => {
      const hint = self ? 'you' : here ? 'here now' : null
      return { value: name, label: name, ...(hint ? { hint } : {}) }
    })
    return matching(distinct([...known, ...agents, ...usedElsewhere(replica.views, 'assignees')]), typed, assignees)
  }
  return (
    <Chips>
      {assignees.map((assignee) => {
        const name = assigneeName(assignee, replica.nodes, people)
        return (
          <Chip key={assignee} label={name} onRemove={fixed ? null : () => act('assign_task', { id, assignee, remove: true })}>
            <AssigneeAvatar name={name} />
          </Chip>
        )
      })}
      {fixed ? null : (
        <li className={css['add']}>
          <Picker
            label={assignees.length === 0 ? 'Assign somebody' : 'Add assignee'}
            choicesFor={choicesFor}
            asTyped={(typed) => `Assign “${typed}”`}
            onPick={(assignee) => act('assign_task', { id, assignee })}
          />
        </li>
      )}
    </Chips>
  )
}

export function Labels({ task, fixed }: FieldProps) {
  const { replica } = useSession()
  const act = useAct()
  const { id, labels } = task
  return (
    <Chips>
      {labels.map((label) => (
        <Chip key={label} label={label} onRemove={fixed ? null : () => act('label_task', { id, label, remove: true })}>
          <span className={`${css['dot']} ${hues['hue']}`} data-hue={hueOf(label)} />
        </Chip>
      ))}
      {fixed ? null : (
        <li className={css['add']}>
          <Picker
            label="Add label"
            choicesFor={(typed) => matching(distinct(usedElsewhere(replica.views, 'labels')), typed, labels)}
            asTyped={(typed) => `New label “${typed}”`}
            onPick={(label) => act('label_task', { id, label })}
          />
        </li>
      )}
    </Chips>
  )
}

function Chips({ children }: { readonly children: ReactNode }) {
  return <ul className={css['chips']}>{children}</ul>
}

interface ChipProps {
  readonly label: string
  readonly onRemove: (() => void) | null
  readonly children: ReactNode
}

function Chip({ label, onRemove, children }: ChipProps) {
  return (
    <li className={css['chip']}>
      {children}
      <span className={css['text']}>{label}</span>
      {onRemove ? (
        <button type="button" className={css['remove']} aria-label={`Remove ${label}`} onClick={onRemove}>
          <X size={12} aria-hidden />
        </button>
      ) : null}
    </li>
  )
}

/** What other tasks use, the most frequent first; a bounded look, for suggestions need not be complete. */
function usedElsewhere(
  views: { tasks(): Iterable<TaskRow['id']>; task(id: TaskRow['id']): TaskRow | null },
  field: 'labels' | 'assignees',
): Choice[] {
  const uses = new Map<string, number>()
  let looked = 0
  for (const id of views.tasks()) {
    for (const word of views.task(id)?.[field] ?? []) uses.set(word, (uses.get(word) ?? 0) + 1)
    if (++looked === 2000) break
  }
  return [...uses].toSorted((a, b) => b[1] - a[1]).map(([value]) => ({ value, label: value }))
}

function distinct(choices: readonly Choice[]): Choice[] {
  return choices.filter((choice, i) => choices.findIndex(({ value }) => value === choice.value) === i)
}

function matching(choices: readonly Choice[], typed: string, taken: readonly string[]): Choice[] {
  const wanted = typed.toLowerCase()
  return choices.filter(({ value, label }) => !taken.includes(value) && label.toLowerCase().includes(wanted))
}

import { Check, Hourglass, Plus, X } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import type { DependencyRow, TaskRow } from '../../replica/task-row.ts'
import { attempt, useAct } from '../act.ts'
import { useTask } from '../hooks.ts'
import { IconButton } from '../kit/button.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { STATUS_TITLE } from '../words.ts'
import { DependencyGraphView } from './dependency-graph.tsx'
import css from './lists.module.css'
import { type Choice, Picker } from './picker.tsx'
import { Section } from './section.tsx'

/** What must be done before this. */
export function Dependencies({ task }: { readonly task: TaskRow }) {
  const session = useSession()
  const { replica } = session
  const [problem, setProblem] = useState<string | null>(null)
  const fixed = !replica.may('update', 'task')
  const open = task.dependencies.filter(({ done }) => !done).length
  const choicesFor = (typed: string): Choice[] =>
    findTasks(replica.views, typed, [task.id, ...task.dependencies.map(({ to }) => to)])
  const add = (to: string): boolean => {
    const refusal = attempt(session, 'link_task', { id: task.id, to })
    setProblem(refusal?.detail ?? null)
    return refusal === null
  }
  return (
    <Section
      title="Dependencies"
      note={task.dependencies.length === 0 ? undefined : open === 0 ? 'all done' : `waits on ${open}`}
    >
      {task.dependencies.length > 0 ? (
        <ul className={css['list']}>
          {task.dependencies.map((dependency) => (
            <DependencyLine key={`${dependency.type}:${dependency.to}`} task={task} dependency={dependency} fixed={fixed} />
          ))}
        </ul>
      ) : null}
      {fixed ? null : (
        <div className={css['addLine']}>
          <Plus size={14} aria-hidden />
          <Picker label="Add a dependency" placeholder="Wait on a task: its key or title" choicesFor={choicesFor} onPick={add} />
        </div>
      )}
      <DependencyGraphView task={task} />
      {problem ? (
        <p role="alert" className={css['problem']}>
          {problem}
        </p>
      ) : null}
    </Section>
  )
}

function DependencyLine({
  task,
  dependency,
  fixed,
}: {
  readonly task: TaskRow
  readonly dependency: DependencyRow
  readonly fixed: boolean
}) {
  const { workspaceId } = useSession()
  const act = useAct()
  const target = useTask(dependency.to as NodeId)
  const { done, type, key } = dependency
  const name = key ?? 'a task that is not here'
  return (
    <li className={css['line']} data-done={done || undefined}>
      <span className={css['mark']} title={done ? 'Done' : 'Waits on this'}>
        <span className={css['hidden']}>{done ? 'Done: ' : 'Waits on '}</span>
        {done ? <Check size={14} aria-hidden /> : <Hourglass size={13} aria-hidden />}
      </span>
      {target ? (
        <Link className={css['name']} href={links.task(workspaceId, target.key)}>
          <span className={css['key']}>{target.key}</span> {target.title}
        </Link>
      ) : (
        <span className={css['name']}>{name}</span>
      )}
      <span className={css['state']}>
        {type === 'blocks' ? (target ? STATUS_TITLE[target.status] : 'not here') : type.replaceAll('_', ' ')}
      </span>
      {fixed ? null : (
        <IconButton
          label={`Remove the dependency on ${name}`}
          className={css['quiet']}
          onClick={() => act('link_task', { id: task.id, to: dependency.to, type, remove: true })}
        >
          <X size={13} aria-hidden />
        </IconButton>
      )}
    </li>
  )
}

/** Tasks whose key or title fits, those whose key fits first; open ones before done ones. A bounded look. */
function findTasks(
  views: { tasks(): Iterable<NodeId>; task(id: NodeId): TaskRow | null },
  typed: string,
  taken: readonly string[],
): Choice[] {
  const wanted = typed.toLowerCase()
  const byKey: Choice[] = []
  const byTitle: Choice[] = []
  for (const id of views.tasks()) {
    const row = taken.includes(id) ? null : views.task(id)
    if (!row) continue
    const choice = { value: id, label: `${row.key} ${row.title}`, hint: STATUS_TITLE[row.status] }
    if (wanted !== '' && row.key.toLowerCase().startsWith(wanted)) byKey.push(choice)
    else if (row.title.toLowerCase().includes(wanted)) byTitle.push(choice)
    if (byKey.length + byTitle.length === 200) break
  }
  return [...byKey.toSorted((a, b) => a.label.length - b.label.length), ...byTitle]
}

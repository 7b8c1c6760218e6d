import { Link } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { useTask } from '../hooks.ts'
import { StatusIcon } from '../kit/status-icon.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { STATUS_TITLE } from '../words.ts'
import { AddLine } from './add-line.tsx'
import css from './lists.module.css'
import { Section } from './section.tsx'

export function Subtasks({ task }: { readonly task: TaskRow }) {
  const { replica } = useSession()
  const act = useAct()
  const { subtasks, completedSubtasks } = task
  const done = subtasks.filter((id) => completedSubtasks.includes(id)).length
  const named = completedSubtasks.filter((name) => !subtasks.includes(name as NodeId))
  return (
    <Section title="Subtasks" note={subtasks.length > 0 ? `${done} of ${subtasks.length}` : undefined}>
      {subtasks.length + named.length > 0 ? (
        <ul className={css['list']}>
          {subtasks.map((id) => (
            <SubtaskLine key={id} parent={task.id} id={id} done={completedSubtasks.includes(id)} />
          ))}
          {named.map((name) => (
            <li key={name} className={css['line']} data-done>
              <input
                type="checkbox"
                className={css['box']}
                aria-label={name}
                checked
                onChange={() => act('complete_subtask', { id: task.id, subtask: name, undone: true })}
              />
              <span className={css['name']}>{name}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {replica.may('create', 'task') ? (
        <AddLine label="Add a subtask" onAdd={(title) => act('create_task', { title, parent: task.id, project: task.project })} />
      ) : null}
    </Section>
  )
}

function SubtaskLine({ parent, id, done }: { readonly parent: NodeId; readonly id: NodeId; readonly done: boolean }) {
  const { workspaceId, replica } = useSession()
  const subtask = useTask(id)
  const act = useAct()
  if (!subtask) return null
  return (
    <li className={css['line']} data-done={done || undefined}>
      <input
        type="checkbox"
        className={css['box']}
        aria-label={`Complete ${subtask.title}`}
        checked={done}
        disabled={!replica.may('update', 'task')}
        onChange={(event) => act('complete_subtask', { id: parent, subtask: id, undone: !event.target.checked })}
      />
      <Link className={css['name']} href={links.task(workspaceId, subtask.key)}>
        <span className={css['key']}>{subtask.key}</span> {subtask.title}
      </Link>
      <span className={css['state']}>
        <StatusIcon status={subtask.status} />
        {STATUS_TITLE[subtask.status]}
      </span>
    </li>
  )
}

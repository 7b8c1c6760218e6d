import { Link2, Trash2, X } from 'lucide-react'
import { Link } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { useTask } from '../hooks.ts'
import { PersonAvatar } from '../kit/avatar.tsx'
import { IconButton } from '../kit/button.tsx'
import { useOthersHere } from '../known-people.ts'
import { links } from '../links.ts'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import css from './task-panel.module.css'

export function PanelHead({ task, onClose }: { readonly task: TaskRow; readonly onClose: () => void }) {
  const { workspaceId } = useSession()
  const act = useAct()
  const here = useOthersHere().filter((person) => person.task === task.key)

  const copyLink = (): void => {
    const { href } = new URL(`#${links.task(workspaceId, task.key)}`, location.href)
    navigator.clipboard.writeText(href).then(
      () => notify('Link copied'),
      () => notify(`The browser did not let it be copied: ${href}`, { tone: 'bad' }),
    )
  }
  const remove = (): void => {
    if (act('delete_task', { id: task.id })) onClose()
  }

  return (
    <div className={css['head']}>
      {task.parent ? <Parent id={task.parent} /> : null}
      <span className={css['key']}>{task.key}</span>
      <IconButton label="Copy link" onClick={copyLink}>
        <Link2 size={15} aria-hidden />
      </IconButton>
      <div className={css['people']}>
        {here.map((person) => (
          <span key={person.actor} title={`${person.name} is looking at this task`}>
            <span className={css['hidden']}>{person.name} is here</span>
            <PersonAvatar name={person.name} color={person.color} size={22} />
          </span>
        ))}
      </div>
      {task.deleted ? null : (
        <IconButton label="Delete task" onClick={remove}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
      )}
      <IconButton label="Close task" onClick={onClose}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  )
}

function Parent({ id }: { readonly id: NodeId }) {
  const { workspaceId } = useSession()
  const parent = useTask(id)
  if (!parent) return null
  return (
    <span className={css['parent']}>
      <Link href={links.task(workspaceId, parent.key)} title={parent.title}>
        {parent.key}
      </Link>
      <span aria-hidden>›</span>
    </span>
  )
}

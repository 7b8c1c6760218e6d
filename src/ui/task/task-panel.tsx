/**
 * A task, open: beside the board, or over all of it on a phone. Its address can be shared; Escape and Back close it; focus
 * comes in when it opens and goes back to the card when it closes.
 */

import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import type { NodeId } from '../../core/ids.ts'
import { useAct } from '../act.ts'
import { useTask } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { Activity } from './activity.tsx'
import { Body } from './body.tsx'
import { Checks } from './checks.tsx'
import { Comments } from './comments.tsx'
import { Conflicts } from './conflicts.tsx'
import { Dependencies } from './dependencies.tsx'
import { Files } from './files.tsx'
import { PanelHead } from './panel-head.tsx'
import { Properties } from './properties.tsx'
import { Questions } from './questions.tsx'
import { Runs } from './runs.tsx'
import { Subtasks } from './subtasks.tsx'
import { StrictLine } from './strict-line.tsx'
import css from './task-panel.module.css'
import { TitleField } from './title-field.tsx'
import { useTaskId } from './use-task.ts'

interface TaskPanelProps {
  readonly taskKey: string
  /** Without it, closing goes to the board. */
  readonly onClose?: () => void
}

export function TaskPanel({ taskKey, onClose }: TaskPanelProps) {
  const { workspaceId, lookAt } = useSession()
  const [, navigate] = useLocation()
  const id = useTaskId(taskKey)
  const close = onClose ?? (() => navigate(links.board(workspaceId)))
  useEffect(() => {
    lookAt(taskKey)
    return () => lookAt(null)
  }, [lookAt, taskKey])
  return id === null ? <Missing taskKey={taskKey} onClose={close} /> : <Open key={id} id={id} onClose={close} />
}

function Open({ id, onClose }: { readonly id: NodeId; readonly onClose: () => void }) {
  const task = useTask(id)
  const act = useAct()
  if (!task) return null
  return (
    <Frame label={task.title || task.key} onClose={onClose}>
      <PanelHead task={task} onClose={onClose} />
      <div className={css['content']}>
        {task.deleted ? (
          <div className={css['deleted']}>
            <p>This task is deleted. It is off the board, and nothing of it is lost.</p>
            <Button look="outline" onClick={() => act('restore_task', { id })}>
              Restore
            </Button>
          </div>
        ) : null}
        <TitleField task={task} />
        <Conflicts id={id} />
        <Questions id={id} />
        <Properties task={task} />
        <StrictLine task={task} />
        <Runs task={task} />
        <Body id={id} />
        <Checks task={task} />
        <Subtasks task={task} />
        <Dependencies task={task} />
        <Files id={id} />
        <Comments id={id} />
        <Activity task={task} />
      </div>
    </Frame>
  )
}

function Missing({ taskKey, onClose }: { readonly taskKey: string; readonly onClose: () => void }) {
  return (
    <Frame label={taskKey} onClose={onClose}>
      <div className={css['missing']}>
        <p className={css['missingTitle']}>{taskKey} is not here</p>
        <p>
          There is no such task yet. It may still be on its way from somebody who is offline; it opens by itself when it comes.
        </p>
        <Button look="outline" onClick={onClose}>
          Close
        </Button>
      </div>
    </Frame>
  )
}

interface FrameProps {
  readonly label: string
  readonly onClose: () => void
  readonly children: ReactNode
}

function Frame({ label, onClose, children }: FrameProps) {
  const frame = useRef<HTMLElement>(null)
  const close = useRef(onClose)
  useEffect(() => {
    close.current = onClose
  })
  useEffect(() => {
    const before = document.activeElement
    frame.current?.focus({ preventScroll: true })
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return
      const target = event.target as Node
      if (target === document.body || frame.current?.contains(target)) close.current()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => {
      document.removeEventListener('keydown', onKeyDown)
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside ref={frame} className={css['panel']} aria-label={label} tabIndex={-1}>
      {children}
    </aside>
  )
}

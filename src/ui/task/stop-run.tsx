import { isHeld } from '../../core/work.ts'
import { useState } from 'react'
import type { RunRow } from '../../replica/run-row.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useAct } from '../act.ts'
import { Button } from '../kit/button.tsx'
import { Confirm } from '../kit/confirm.tsx'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'

interface StopRunProps {
  readonly task: TaskRow
  readonly run: RunRow
  readonly name: string
  readonly label?: string
  readonly letter?: string | undefined
}

/** Ends another's run that goes on, where this person may; asks first. */
export function StopRun({ task, run, name, label = 'Stop', letter }: StopRunProps) {
  const { replica } = useSession()
  const act = useAct()
  const [isAsking, setAsking] = useState(false)
  const node = replica.nodes.get(task.id)
  const mayStop =
    isHeld(run.state) &&
    task.run?.id === run.id &&
    run.agent !== replica.actor &&
    node !== undefined &&
    replica.maySay('end', node, run.id, 'revoke')
  if (!mayStop) return null
  const stop = (): void => {
    if (act('stop_task', { id: task.id })) notify(`${name} was stopped: ${task.key} is free again`, { about: task.id })
  }
  return (
    <>
      <Button look="outline" aria-keyshortcuts={letter} onClick={() => setAsking(true)}>
        {label}
      </Button>
      {isAsking ? (
        <Confirm title={`Stop the work of ${name}?`} action="Stop it" onConfirm={stop} onClose={() => setAsking(false)}>
          {task.key} is free again, and somebody else may take it. What {name} has done so far stays in its run.
        </Confirm>
      ) : null}
    </>
  )
}

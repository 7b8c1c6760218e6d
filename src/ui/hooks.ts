/** How components read: each hook listens to one topic of the views, so a change renders what shows it and nothing else. */

import { useSyncExternalStore } from 'react'
import { createEmitter } from '../base/emitter.ts'
import { STATUSES } from '../core/fields.ts'
import { read } from '../core/fold.ts'
import { type NodeId, workspaceNodeId } from '../core/ids.ts'
import type { TaskRow } from '../replica/task-row.ts'
import { useSession } from './session.ts'

/** The row of a task, or null where there is none. */
export function useTask(id: NodeId): TaskRow | null {
  const { views } = useSession().replica
  return useSyncExternalStore(
    (changed) => views.on(id, changed),
    () => views.task(id),
  )
}

export function useHasTasks(): boolean {
  const { views } = useSession().replica
  return useSyncExternalStore(
    (changed) => views.onChanged(changed),
    () => STATUSES.some((status) => views.column(status).length > 0),
  )
}

/** Grows with every change of the workspace; for what depends on many tasks at once, and is looked at within bounds. */
export function useVersion(): number {
  const { views } = useSession().replica
  return useSyncExternalStore(
    (changed) => views.onChanged(changed),
    () => views.version,
  )
}

/** The time, a minute at a time, for words like "5m ago". */
export function useMinute(): number {
  return useSyncExternalStore(onMinute, () => minute)
}

let minute = Date.now()
const ticked = createEmitter<void>()
let listeners = 0
let timer: ReturnType<typeof setInterval> | undefined

function onMinute(listener: () => void): () => void {
  const stop = ticked.on(listener)
  if (++listeners === 1) {
    // Nobody has looked for a while: React asks again once it listens.
    minute = Date.now()
    timer = setInterval(tick, 60_000)
  }
  return () => {
    stop()
    if (--listeners === 0) clearInterval(timer)
  }
}

function tick(): void {
  minute = Date.now()
  ticked.emit()
}

export function useWorkspaceName(): string {
  const { views, workspace } = useSession().replica
  const id = workspaceNodeId(workspace)
  return useSyncExternalStore(
    (changed) => views.on(id, changed),
    () => {
      const node = views.nodes.get(id)
      const name = node && read(node, 'name')
      return typeof name === 'string' && name !== '' ? name : 'Workspace'
    },
  )
}

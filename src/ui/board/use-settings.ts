/** What the workspace says of its board, live. */

import { useMemo, useSyncExternalStore } from 'react'
import type { Status } from '../../core/fields.ts'
import { workspaceNodeId } from '../../core/ids.ts'
import { columnLimit, type SharedView, sharedViews } from '../../replica/board-settings.ts'
import { useSession } from '../session.ts'

/** How many tasks the column should hold at most, or null. */
export function useLimit(status: Status | null): number | null {
  const { views, workspace } = useSession().replica
  const id = workspaceNodeId(workspace)
  return useSyncExternalStore(
    (changed) => views.on(id, changed),
    () => (status === null ? null : columnLimit(views.nodes.get(id), status)),
  )
}

export function useSharedViews(): readonly SharedView[] {
  const { views, workspace } = useSession().replica
  const id = workspaceNodeId(workspace)
  const stamp = useSyncExternalStore(
    (changed) => views.on(id, changed),
    () => JSON.stringify(sharedViews(views.nodes.get(id))),
  )
  return useMemo(() => JSON.parse(stamp) as readonly SharedView[], [stamp])
}

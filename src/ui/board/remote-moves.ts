/** Says politely what others move on the board. What this tab does itself is said where it is done. */

import { announce } from '@atlaskit/pragmatic-drag-and-drop-live-region'
import { useEffect } from 'react'
import type { Status } from '../../core/fields.ts'
import type { NodeId } from '../../core/ids.ts'
import { isDeleted, statusOf } from '../../core/readiness.ts'
import type { Replica } from '../../replica/replica.ts'
import { useSession } from '../session.ts'
import { count, STATUS_TITLE } from '../words.ts'

/** More than this at once are counted, not named. */
const NAMED = 2

export function useRemoteMoves(): void {
  const { replica } = useSession()
  useEffect(() => {
    const places = new Map<NodeId, Status>()
    for (const id of replica.views.tasks()) notePlace(replica, id, places)
    return replica.views.onChanged((touched) => {
      const moved = [...touched].filter((id) => notePlace(replica, id, places) && !isOwn(replica, id))
      if (moved.length > 0) announce(wordsFor(replica, moved))
    })
  }, [replica])
}

/** Remembers where a task is; answers whether it was known and is elsewhere now. */
function notePlace({ nodes }: Replica, id: NodeId, places: Map<NodeId, Status>): boolean {
  const node = nodes.get(id)
  if (node?.type !== 'task') return false
  const old = places.get(id)
  if (isDeleted(node)) {
    places.delete(id)
    return false
  }
  const now = statusOf(node)
  places.set(id, now)
  return old !== undefined && old !== now
}

/** Whether the last change of the task came from this very tab. */
function isOwn({ nodes, history, feedName }: Replica, id: NodeId): boolean {
  const node = nodes.get(id)
  return node !== undefined && history.feedOf(Math.floor(node.updated / 256)) === feedName
}

function wordsFor({ views }: Replica, moved: readonly NodeId[]): string {
  if (moved.length > NAMED) return `${count(moved.length, 'task was', 'tasks were')} moved by others`
  const words = moved.map((id) => {
    const row = views.task(id)
    return row ? `${row.key} ${row.title} was moved to ${STATUS_TITLE[row.status]}` : ''
  })
  return words.join('. ')
}

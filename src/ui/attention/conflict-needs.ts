/** Tasks of which two versions were written apart: somebody has to say which one it is. */

import type { NodeId } from '../../core/ids.ts'
import { links } from '../links.ts'
import type { Observable, Session } from '../session.ts'
import type { Need } from './needs.ts'

export function conflictNeeds({ replica, workspaceId }: Session): Observable<readonly Need[]> {
  const { views } = replica
  const byTask = new Map<NodeId, Need>()
  let needs: readonly Need[] = []
  look(views.conflicted)

  /** Answers whether anything is other than it was. */
  function look(ids: Iterable<NodeId>): boolean {
    let isOther = false
    for (const id of ids) {
      const need = views.conflicted.has(id) ? needOf(id) : null
      if (need?.words === byTask.get(id)?.words) continue
      isOther = true
      if (need) byTask.set(id, need)
      else byTask.delete(id)
    }
    if (isOther) needs = [...byTask.values()]
    return isOther
  }

  function needOf(id: NodeId): Need | null {
    const row = views.task(id)
    if (!row || row.deleted || row.conflicts.length === 0) return null
    // Who may not settle it is not called for it.
    if (!replica.may('update', replica.nodes.get(id) ?? 'task')) return null
    const fields = row.conflicts.map(({ field }) => field).join(' and ')
    return {
      cause: `conflict ${id}`,
      words: `Two versions of the ${fields} of ${row.key} ${row.title}`,
      address: links.task(workspaceId, row.key),
    }
  }

  return {
    get: () => needs,
    subscribe: (listener) =>
      views.onChanged((touched) => {
        if (look(touched)) listener()
      }),
  }
}

/** How the parts of an open task read and write. */

import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { WorkNode } from '../../core/fold.ts'
import type { NodeId } from '../../core/ids.ts'
import { textOf } from '../../replica/text.ts'
import { useSession } from '../session.ts'

/** The task a key or id names; it may come from a peer while we look. */
export function useTaskId(key: string): NodeId | null {
  const { views } = useSession().replica
  return useSyncExternalStore(
    (changed) => views.onChanged(changed),
    () => views.find(key),
  )
}

/** What a text field says; put together again only when the node's text changed. */
export function useText(id: NodeId, field: string): string {
  const { replica } = useSession()
  const cache = useRef<{ readonly stamp: string; readonly text: string }>(null)
  return useSyncExternalStore(
    (changed) => replica.views.on(id, changed),
    () => {
      const node = replica.nodes.get(id) as WorkNode
      const edits = node.texts[field] ?? []
      const stamp = `${id}/${field}:${edits.length}:${edits.at(-1)?.ref}:${replica.history.chainCount}`
      if (cache.current?.stamp !== stamp) cache.current = { stamp, text: textOf(node, field, replica.history) }
      return cache.current.text
    },
  )
}

/** The time, in step with the minutes: for "2 min. ago". */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

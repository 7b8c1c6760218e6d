/**
 * Whether the demo runs in a workspace: told by its agents, which follow the demo's script. What people call the workspace says
 * nothing, since they may call it as they like.
 */

import { useSyncExternalStore } from 'react'
import { read } from '../../core/fold.ts'
import type { Replica } from '../../replica/replica.ts'
import { useSession } from '../session.ts'

/** What thinks for an agent of the demo, as its profile says it. */
const DEMO_MODEL = 'scripted: demo'

export function useIsDemo(): boolean {
  const { replica } = useSession()
  return useSyncExternalStore(
    (changed) => replica.views.on('type:agent', changed),
    () => isDemo(replica),
  )
}

function isDemo({ views, nodes }: Replica): boolean {
  return views.ofType('agent').some((id) => {
    const node = nodes.get(id)
    return node !== undefined && read(node, 'model') === DEMO_MODEL
  })
}

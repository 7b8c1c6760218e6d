/** How parts outside of the People page hear of rights and decisions: light, since the sidebar always shows it. */

import { useDeferredValue, useSyncExternalStore } from 'react'
import { useSession } from '../session.ts'
import { attentionIn, type Decision } from './attention-watch.ts'

/** Grows with every change to who may what. */
export function useAuthorityVersion(): number {
  const { replica } = useSession()
  return useSyncExternalStore(
    (changed) => replica.onAuthority(changed),
    () => replica.authorityVersion,
  )
}

/** How many decisions wait for this person; those who may decide nothing are not made to look. */
export function useDecisionCount(): number {
  const { replica } = useSession()
  useAuthorityVersion()
  const mayDecide = replica.capabilityFor('grant') !== null || replica.capabilityFor('revoke') !== null
  const watch = attentionIn(replica)
  const decisions = useSyncExternalStore(
    (changed) => (mayDecide ? watch.subscribe(changed) : () => undefined),
    () => (mayDecide ? watch.get() : NONE),
  )
  return useDeferredValue(decisions).filter(({ mayAct }) => mayAct).length
}

const NONE: readonly Decision[] = []

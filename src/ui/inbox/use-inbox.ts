import { useDeferredValue } from 'react'
import { useObservable } from '../use-observable.ts'
import { useSession } from '../session.ts'
import { type Entry, inboxIn } from './inbox-watch.ts'

/** What needs a person, the most urgent first. */
export function useInbox(): readonly Entry[] {
  return useObservable(inboxIn(useSession()))
}

/** How much of it this person can do something about. */
export function useInboxCount(): number {
  return useDeferredValue(useInbox()).filter(({ mayAct }) => mayAct).length
}

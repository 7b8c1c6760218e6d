/** Reads a value that changes. By itself, since the first paint needs this and nothing of the other hooks. */

import { useSyncExternalStore } from 'react'
import type { Observable } from './session.ts'

export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.get)
}
